/** Reading and writing the weights of a classifier as plain numbers, for tests. */

import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import type { Classifier } from "interplay/models";

/** The values of every weight. */
export function weightValues({ weights }: Classifier): number[][] {
  return weights.map(({ variable }) => [...variable.dataSync()]);
}

/** Gives every weight these values. */
export function assignWeights(
  { weights }: Classifier,
  values: readonly (readonly number[])[],
): void {
  assertEquals(values.length, weights.length);
  weights.forEach(({ variable }, i) =>
    tf.tidy(() => {
      const numbers = Float32Array.from(values[i]!);
      variable.assign(tf.tensor<tf.Rank>(numbers, variable.shape));
    })
  );
}
