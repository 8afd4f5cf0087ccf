/** The equations of FixMatch and FreeMatch, against steps computed by hand. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import { fairness } from "../../lib/training/_fairness.ts";
import {
  FixedThreshold,
  type Probabilities,
  pseudoLabels,
  SelfAdaptiveThreshold,
  softmaxRows,
} from "../../lib/training/_pseudo_labels.ts";

await useBackend("cpu");

function rows(...values: number[][]): Probabilities {
  return {
    values: Float64Array.from(values.flat()),
    rows: values.length,
    classes: values[0]!.length,
  };
}

function assertClose(actual: ArrayLike<number>, expected: number[]): void {
  assertEquals(actual.length, expected.length);
  expected.forEach((x, i) => assertAlmostEquals(actual[i]!, x, 1e-12));
}

Deno.test("softmaxRows() is a distribution a row, also of huge logits", () => {
  const q = softmaxRows([0, Math.log(3), 1000, 0, -1000, -1000], 2);
  assertClose(q.values, [0.25, 0.75, 1, 0, 0.5, 0.5]);
  assertEquals([q.rows, q.classes], [3, 2]);
});

Deno.test("a pseudo-label is the most probable class, believed from its threshold on", () => {
  const q = rows([0.25, 0.75], [0.75, 0.25], [0.5, 0.5], [0.875, 0.125]);
  const { labels, believed } = pseudoLabels(q, [0.875, 0.75]);
  assertEquals([...labels], [1, 0, 0, 0]);
  assertEquals(believed, [0, 3]);
  const fixed = new FixedThreshold(0.75).update(q);
  assertEquals([...fixed], [0.75, 0.75]);
  assertEquals(pseudoLabels(q, fixed).believed, [0, 1, 3]);
});

Deno.test("SelfAdaptiveThreshold takes two steps as FreeMatch does, by hand", () => {
  const threshold = new SelfAdaptiveThreshold(2, 0.9);
  // τ = 0.9·0.5 + 0.1·(0.8 + 0.6)/2 = 0.52; p̃ = 0.9·½ + 0.1·(0.6, 0.4) = (0.51, 0.49).
  const first = threshold.update(rows([0.8, 0.2], [0.4, 0.6]));
  assertClose(first, [0.52, 0.52 * 0.49 / 0.51]);
  // h̃ stays (½, ½): one prediction each; so the expectation is p̃ itself.
  assertClose(threshold.expectation(), [0.51, 0.49]);
  // τ = 0.9·0.52 + 0.1·0.95 = 0.563; p̃ = 0.9·(0.51, 0.49) + 0.1·(0.95, 0.05) = (0.554, 0.446).
  const second = threshold.update(rows([0.9, 0.1], [1, 0]));
  assertClose(second, [0.563, 0.563 * 0.446 / 0.554]);
  // h̃ = 0.9·(½, ½) + 0.1·(1, 0) = (0.55, 0.45).
  const [a, b] = [0.554 / 0.55, 0.446 / 0.45];
  assertClose(threshold.expectation(), [a / (a + b), b / (a + b)]);
});

Deno.test("SelfAdaptiveThreshold begins at 1/C and is saved whole", () => {
  const first = new SelfAdaptiveThreshold(4, 0.999);
  assertEquals(first.save(), {
    global: [0.25],
    local: [0.25, 0.25, 0.25, 0.25],
    histogram: [0.25, 0.25, 0.25, 0.25],
  });
  first.update(rows([0.7, 0.1, 0.1, 0.1]));
  const second = new SelfAdaptiveThreshold(4, 0.999);
  second.load(first.save());
  const next = rows([0.1, 0.2, 0.3, 0.4]);
  assertEquals(second.update(next), first.update(next));
  assertEquals(second.save(), first.save());
});

const logits = [[2, 0, 0], [0, 1, 0], [1, 0, -1], [3, 1, 0]];

/** `Σ e·log SumNorm(p̄/h̄)` in float64, as it is written. */
function fairnessByHand(values: number[][], expectation: number[]): number {
  const q = softmaxRows(values.flat(), 3);
  const mean = [0, 0, 0];
  const histogram = [0, 0, 0];
  values.forEach((row, i) => {
    histogram[row.indexOf(Math.max(...row))]! += 1 / values.length;
    mean.forEach((_, c) => mean[c]! += q.values[3 * i + c]! / values.length);
  });
  const ratio = mean.map((p, c) => histogram[c]! > 0 ? p / histogram[c]! : 0);
  const sum = ratio.reduce((a, b) => a + b);
  return expectation.reduce(
    (total, e, c) => total + e * Math.log(ratio[c]! / sum + 1e-12),
    0,
  );
}

const expectation = [0.5, 0.3, 0.2];

for (const backend of ["cpu", "wasm"] as const) {
  Deno.test(`fairness() is Σ e·log SumNorm(p̄/h̄), with its gradient, on ${backend}`, async () => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    const { value, gradient } = tf.tidy(() => {
      const x = tf.tensor2d(logits);
      const found = tf.valueAndGrad((y: tf.Tensor) =>
        fairness(y as tf.Tensor2D, Float64Array.from(expectation))
      )(x);
      return {
        value: found.value.dataSync()[0]!,
        gradient: [...found.grad.dataSync()],
      };
    }) as unknown as { value: number; gradient: number[] };
    assertEquals(tf.memory().numTensors, before);
    // The third class is predicted by none: log 1e-12 times its expectation, in float32.
    assertAlmostEquals(value, fairnessByHand(logits, expectation), 1e-5);
    const step = 1e-5;
    logits.flat().forEach((_, k) => {
      const at = (by: number) =>
        fairnessByHand(
          logits.map((row, i) =>
            row.map((x, c) => 3 * i + c === k ? x + by : x)
          ),
          expectation,
        );
      const slope = (at(step) - at(-step)) / (2 * step);
      assertAlmostEquals(gradient[k]!, slope, 1e-5);
    });
    await useBackend("cpu");
  });
}
