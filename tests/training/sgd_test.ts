import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import { Sgd } from "../../lib/training/_sgd.ts";

await useBackend("cpu");

/** `v ← m·v + g + λ·w; w ← w − η·v` on one number, in float64. */
function reference(
  { w, gradients, momentum, decay, rate }: {
    w: number;
    gradients: readonly number[];
    momentum: number;
    decay: number;
    rate: number;
  },
): number {
  let v = 0;
  for (const g of gradients) {
    v = momentum * v + g + decay * w;
    w -= rate * v;
  }
  return w;
}

Deno.test("Sgd steps with momentum, and decays matrices but not biases", () => {
  const before = tf.memory().numTensors;
  const kernel = tf.variable(tf.tensor2d([[2, -1]]));
  const bias = tf.variable(tf.tensor1d([3]));
  const options = { momentum: 0.9, weightDecay: 0.1 };
  const optimizer = new Sgd([kernel, bias], options);
  const gradients = [0.5, -0.25, 1];
  for (const g of gradients) {
    tf.tidy(() =>
      optimizer.step({
        [kernel.name]: tf.fill([1, 2], g),
        [bias.name]: tf.fill([1], g),
      }, 0.2)
    );
  }
  const expected = (w: number, decay: number) =>
    reference({ w, gradients, momentum: 0.9, decay, rate: 0.2 });
  const [first, second] = kernel.dataSync();
  // float32 through three steps.
  assertAlmostEquals(first!, expected(2, 0.1), 1e-6);
  assertAlmostEquals(second!, expected(-1, 0.1), 1e-6);
  assertAlmostEquals(bias.dataSync()[0]!, expected(3, 0), 1e-6);
  optimizer[Symbol.dispose]();
  tf.dispose([kernel, bias]);
  // `tf.variable` keeps a copy of its initial value; the two tensors above are ours.
  assertEquals(tf.memory().numTensors - before, 2);
});

Deno.test("Sgd without momentum and decay is plain gradient descent", () => {
  tf.tidy(() => {
    const w = tf.variable(tf.tensor2d([[1]]));
    using optimizer = new Sgd([w], { momentum: 0, weightDecay: 0 });
    optimizer.step({ [w.name]: tf.tensor2d([[4]]) }, 0.25);
    assertEquals(w.dataSync()[0], 0);
    w.dispose();
  });
});
