/**
 * Running statistics of batch normalisation, made anew: those of two networks, averaged, are not those of
 * the averaged network.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { TensorScope } from "../core/tensor_scope.ts";
import { batches } from "../data/batches.ts";
import type { DataSet } from "../data/data_set.ts";
import { gatherInputs } from "../data/subset.ts";
import type { Classifier } from "../models/classifier.ts";

/** Fills every statistic with one number. */
function fill(statistics: readonly tf.Variable[], value: number): void {
  tf.tidy(() =>
    statistics.forEach((each) => each.assign(tf.fill(each.shape, value)))
  );
}

/** What a pass in training mode leaves in the statistics, from `start` on. */
async function passFrom(
  start: number,
  { model, statistics, inputs }: {
    model: Classifier;
    statistics: readonly tf.Variable[];
    inputs: tf.Tensor;
  },
): Promise<Float32Array[]> {
  fill(statistics, start);
  const { representations, logits } = model.forward(inputs, { training: true });
  tf.dispose([representations, logits]);
  const left = await Promise.all(statistics.map((each) => each.data()));
  return left.map((values) => Float32Array.from(values));
}

/** `m`, by what passes from 0 and from 1 leave: their mean difference is `1 − m`. */
function shareOf(low: Float32Array, high: Float32Array): number {
  const kept = high.reduce((sum, x, j) => sum + x - low[j]!, 0) / high.length;
  return 1 - kept;
}

/**
 * Gives a model the running statistics that its weights have on `data`: the mean over its batches, the
 * last one left out if it is smaller, unless it is the only one.
 *
 * A running statistic is `r + m·(b − r)` after a batch whose own is `b`. Which `m` a layer has is seen by
 * passes from 0 and from 1, which differ by `1 − m`; a pass from 0 then gives `b`. Weights that no pass
 * changes are no statistics and stay.
 */
export async function recomputeStatistics(
  model: Classifier,
  data: DataSet,
  batchSize: number,
): Promise<void> {
  const fixed = model.weights.filter(({ trainable }) => !trainable)
    .map(({ variable }) => variable);
  if (fixed.length === 0) return;
  const before = await Promise.all(fixed.map((each) => each.data()));
  const size = Math.min(batchSize, data.labels.length);
  const order = batches(data, { size, shuffle: false, dropLast: true });
  const sums = fixed.map(({ size }) => new Float64Array(size));
  let shares: number[] | undefined;
  for (const rows of order) {
    using scope = new TensorScope();
    const shape = [rows.length, ...model.inputShape];
    const inputs = scope.own(tf.tensor(gatherInputs(data, rows), shape));
    const pass = { model, statistics: fixed, inputs };
    const low = await passFrom(0, pass);
    shares ??= (await passFrom(1, pass)).map((high, i) =>
      shareOf(low[i]!, high)
    );
    sums.forEach((sum, i) => low[i]!.forEach((x, j) => sum[j]! += x));
  }
  fixed.forEach((each, i) => {
    const share = shares![i]!;
    const values = share < 1e-6
      ? before[i]!
      : Float32Array.from(sums[i]!, (x) => x / (share * order.length));
    tf.tidy(() => each.assign(tf.tensor(values, each.shape)));
  });
}
