import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import { evaluate, trainSupervised } from "interplay/training";
import { WeightAverage } from "../../lib/training/_weight_average.ts";
import { cloudModel, clouds } from "./fixtures.ts";

await useBackend("cpu");

const data = clouds();
const quick = { epochs: 3, batchSize: 16, reference: false } as const;

Deno.test("WeightAverage follows a ← m·a + (1 − m)·w, and takes statistics over as they are", () => {
  const before = tf.memory().numTensors;
  const [weight, statistic] = tf.tidy(() => [
    tf.variable(tf.scalar(1)),
    tf.variable(tf.scalar(10)),
  ]) as [tf.Variable, tf.Variable];
  const average = new WeightAverage([
    { name: "w", variable: weight, trainable: true },
    { name: "s", variable: statistic, trainable: false },
  ], 0.9);
  const values = () => average.variables.map((x) => x.dataSync()[0]!);
  let expected = 1;
  for (const w of [2, -3, 5]) {
    tf.tidy(() => {
      weight.assign(tf.scalar(w));
      statistic.assign(tf.scalar(10 * w));
    });
    average.update();
    expected = 0.9 * expected + 0.1 * w;
    assertAlmostEquals(values()[0]!, expected, 1e-6);
    assertEquals(values()[1], 10 * w);
  }
  {
    using _ = average.lend();
    assertAlmostEquals(weight.dataSync()[0]!, expected, 1e-6);
  }
  assertEquals([weight.dataSync()[0], statistic.dataSync()[0]], [5, 50]);
  average[Symbol.dispose]();
  tf.dispose([weight, statistic]);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("trainSupervised() measures averaged weights beside the others", async () => {
  const model = cloudModel();
  const plain = cloudModel();
  const before = tf.memory().numTensors;
  const { epochs } = await trainSupervised(model, data, {
    ...quick,
    ema: { decay: 0.9, evaluate: "beside" },
  }).run();
  assertEquals(tf.memory().numTensors, before);
  const without = await trainSupervised(plain, data, quick).run();
  // Averaging changes nothing of the run itself, and the model keeps its own weights.
  assertEquals(epochs.map((e) => e.loss), without.epochs.map((e) => e.loss));
  assertEquals((await evaluate(model, data.test)).loss, epochs.at(-1)!.loss);
  // Before the first step both are the same; then the average lags behind.
  assertEquals(epochs[0]!.ema?.loss, epochs[0]!.loss);
  assert(epochs[1]!.ema!.loss > epochs[1]!.loss);
  assert(epochs[1]!.ema!.loss < epochs[0]!.loss);
  assertEquals(epochs[3]!.ema?.classes, 3);
  for (const made of [model, plain]) made.dispose();
});

Deno.test("trainSupervised() measures averaged weights instead, and the model ends with them", async () => {
  const model = cloudModel();
  const beside = cloudModel();
  const ema = { decay: 0.9 };
  const { epochs } = await trainSupervised(model, data, { ...quick, ema })
    .run();
  const both = await trainSupervised(beside, data, {
    ...quick,
    ema: { ...ema, evaluate: "beside" },
  }).run();
  assertEquals(
    epochs.map((e) => e.loss),
    both.epochs.map((e) => e.ema?.loss),
  );
  assertEquals(epochs[1]!.ema, undefined);
  assertEquals((await evaluate(model, data.test)).loss, epochs.at(-1)!.loss);
  for (const made of [model, beside]) made.dispose();
});
