import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import { AdamW, type AdamWSettings } from "../../lib/training/_adamw.ts";
import type { Optimizer } from "../../lib/training/_optimizer.ts";
import { Sgd, type SgdSettings } from "../../lib/training/_sgd.ts";

await useBackend("cpu");

const GRADIENTS = [0.5, -0.25, 1];
const RATE = 0.2;

/** What SGD makes of `w` in float64, step by step as torch documents it. */
function sgd(w: number, settings: Omit<SgdSettings, "decayed">): number {
  const { momentum, nesterov, weightDecay } = settings;
  let v = 0;
  for (const gradient of GRADIENTS) {
    const g = gradient + weightDecay * w;
    v = momentum * v + g;
    w -= RATE * (nesterov ? g + momentum * v : v);
  }
  return w;
}

/** What AdamW makes of `w` in float64, step by step as torch documents it. */
function adamw(w: number, settings: Omit<AdamWSettings, "decayed">): number {
  const { betas: [b1, b2], epsilon, weightDecay } = settings;
  let [m, v] = [0, 0];
  GRADIENTS.forEach((g, i) => {
    w -= RATE * weightDecay * w;
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    const mHat = m / (1 - b1 ** (i + 1));
    const vHat = v / (1 - b2 ** (i + 1));
    w -= RATE * mHat / (Math.sqrt(vHat) + epsilon);
  });
  return w;
}

/** A matrix and a bias, stepped along the gradients. */
function stepped(
  make: (weights: ConstructorParameters<typeof Sgd>[0]) => Optimizer,
): { kernel: number; bias: number } {
  const before = tf.memory().numTensors;
  const [kernel, bias] = tf.tidy(() => [
    tf.variable(tf.tensor2d([[2, -1]])),
    tf.variable(tf.tensor1d([3])),
  ]) as [tf.Variable, tf.Variable];
  const weights = [kernel, bias].map((variable, i) => ({
    name: `w${i}`,
    variable,
    trainable: true,
  }));
  {
    using optimizer = make(weights);
    GRADIENTS.forEach((g, i) =>
      tf.tidy(() =>
        optimizer.step({
          [kernel.name]: tf.fill([1, 2], g),
          [bias.name]: tf.fill([1], g),
        }, { learningRate: RATE, count: i + 1 })
      )
    );
  }
  const values = { kernel: kernel.dataSync()[0]!, bias: bias.dataSync()[0]! };
  tf.dispose([kernel, bias]);
  assertEquals(tf.memory().numTensors, before);
  return values;
}

// float32 through three steps on numbers below 4.
const TOLERANCE = 2e-6;

for (const nesterov of [false, true]) {
  const name = nesterov ? "Nesterov's momentum" : "momentum";
  Deno.test(`Sgd steps with ${name}, and decays matrices but not biases`, () => {
    const settings = { momentum: 0.9, nesterov, weightDecay: 0.1 };
    const { kernel, bias } = stepped((weights) =>
      new Sgd(weights, { ...settings, decayed: "matrices" })
    );
    assertAlmostEquals(kernel, sgd(2, settings), TOLERANCE);
    assertAlmostEquals(
      bias,
      sgd(3, { ...settings, weightDecay: 0 }),
      TOLERANCE,
    );
  });
}

Deno.test("Sgd without momentum and decay is plain gradient descent", () => {
  const { kernel } = stepped((weights) =>
    new Sgd(weights, {
      momentum: 0,
      nesterov: false,
      weightDecay: 0,
      decayed: "all",
    })
  );
  assertAlmostEquals(kernel, 2 - RATE * (0.5 - 0.25 + 1), TOLERANCE);
});

Deno.test("AdamW takes the first step by hand: decay, then the sign of the gradient", () => {
  const variable = tf.tidy(() => tf.variable(tf.tensor2d([[1, -3]])));
  using optimizer = new AdamW([{ name: "w", variable, trainable: true }], {
    betas: [0.9, 0.999],
    epsilon: 1e-8,
    weightDecay: 0.1,
    decayed: "all",
  });
  tf.tidy(() =>
    optimizer.step({ [variable.name]: tf.tensor2d([[0.5, -4]]) }, {
      learningRate: 0.01,
      count: 1,
    })
  );
  // w·(1 − 0.001), then 0.01 against the sign: m̂ = g and v̂ = g².
  const [a, b] = variable.dataSync();
  assertAlmostEquals(a!, 0.999 - 0.01, 1e-6);
  assertAlmostEquals(b!, -2.997 + 0.01, 1e-6);
  variable.dispose();
});

Deno.test("AdamW steps as torch does, and decays all weights or matrices alone", () => {
  const settings = {
    betas: [0.9, 0.98] as const,
    epsilon: 1e-3,
    weightDecay: 0.5,
  };
  const both = stepped((weights) =>
    new AdamW(weights, { ...settings, decayed: "all" })
  );
  assertAlmostEquals(both.kernel, adamw(2, settings), TOLERANCE);
  assertAlmostEquals(both.bias, adamw(3, settings), TOLERANCE);
  const matrices = stepped((weights) =>
    new AdamW(weights, { ...settings, decayed: "matrices" })
  );
  assertAlmostEquals(matrices.kernel, adamw(2, settings), TOLERANCE);
  const plain = adamw(3, { ...settings, weightDecay: 0 });
  assertAlmostEquals(matrices.bias, plain, TOLERANCE);
  assert(Math.abs(plain - both.bias) > 0.1);
});

Deno.test("AdamW forgets no step: its numbers differ from those of torch's by float32 alone after 200", () => {
  const variable = tf.tidy(() => tf.variable(tf.tensor2d([[1]])));
  using optimizer = new AdamW([{ name: "w", variable, trainable: true }], {
    betas: [0.9, 0.999],
    epsilon: 1e-8,
    weightDecay: 0.01,
    decayed: "all",
  });
  let [w, m, v] = [1, 0, 0];
  for (let t = 1; t <= 200; t++) {
    const g = Math.sin(t);
    tf.tidy(() =>
      optimizer.step({ [variable.name]: tf.tensor2d([[g]]) }, {
        learningRate: 0.01,
        count: t,
      })
    );
    w *= 1 - 0.01 * 0.01;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= 0.01 * (m / (1 - 0.9 ** t)) /
      (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
  }
  assertAlmostEquals(variable.dataSync()[0]!, w, 1e-5);
  variable.dispose();
});

Deno.test("optimizers leave a weight without a gradient as it is", () => {
  for (const kind of ["sgd", "adamw"] as const) {
    const variable = tf.tidy(() => tf.variable(tf.tensor2d([[2]])));
    const weights = [{ name: "w", variable, trainable: true }];
    const common = { weightDecay: 1, decayed: "all" } as const;
    using optimizer = kind === "sgd"
      ? new Sgd(weights, { ...common, momentum: 0.9, nesterov: false })
      : new AdamW(weights, { ...common, betas: [0.9, 0.999], epsilon: 1e-8 });
    optimizer.step({}, { learningRate: 1, count: 1 });
    assertEquals(variable.dataSync()[0], 2);
    variable.dispose();
  }
});
