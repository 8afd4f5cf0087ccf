/**
 * How classes lie in a layer of any width: what neural collapse says without a matrix of width × width.
 *
 * @module
 */

import type { HostMatrix } from "./evaluate.ts";

/** Distances within classes against distances between them. */
export interface ClassSpread {
  /** Variability collapse, 0 at collapse. */
  readonly nc1: {
    /** `tr Σ_W / tr Σ_B`. */
    readonly quotient: number;
    /** Class-distance normalised variance: mean over pairs of `(Var_c + Var_c')/(2‖μ_c − μ_c'‖²)`. */
    readonly cdnv: number;
  };
  /** Share of samples whose nearest class mean is that of their class, 1 at collapse. */
  readonly nearestMean: number;
}

interface Groups {
  readonly counts: number[];
  readonly means: Float64Array[];
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j]! - b[j]!) ** 2;
  return sum;
}

function groupsOf(
  rows: readonly Float32Array[],
  labels: Int32Array,
  classes: number,
): Groups {
  const counts = new Array<number>(classes).fill(0);
  const means = counts.map(() => new Float64Array(rows[0]!.length));
  rows.forEach((row, i) => {
    counts[labels[i]!]!++;
    const mean = means[labels[i]!]!;
    row.forEach((x, j) => mean[j] = mean[j]! + x);
  });
  means.forEach((mean, c) => mean.forEach((x, j) => mean[j] = x / counts[c]!));
  return { counts, means };
}

/** The spread of classes that each have a sample. */
export function classSpread(
  { data, shape: [samples, width] }: HostMatrix,
  labels: Int32Array,
  classes: number,
): ClassSpread {
  const rows = Array.from(
    { length: samples },
    (_, i) => data.subarray(i * width, (i + 1) * width),
  );
  const { counts, means } = groupsOf(rows, labels, classes);
  const variances = new Float64Array(classes);
  let right = 0;
  rows.forEach((row, i) => {
    const distances = means.map((mean) => squaredDistance(row, mean));
    const own = distances[labels[i]!]!;
    variances[labels[i]!]! += own / counts[labels[i]!]!;
    right += distances.indexOf(Math.min(...distances)) === labels[i] ? 1 : 0;
  });
  const within = variances.reduce((sum, v, c) => sum + v * counts[c]!, 0);
  return {
    nc1: {
      quotient: within / samples / betweenTrace(means, counts),
      cdnv: meanPairQuotient(means, variances),
    },
    nearestMean: right / samples,
  };
}

/** `tr Σ_B = (1/C) Σ_c ‖μ_c − μ_G‖²`, `μ_G` the mean of all samples. */
function betweenTrace(means: Float64Array[], counts: number[]): number {
  const samples = counts.reduce((a, b) => a + b);
  const global = means[0]!.map((_, j) =>
    means.reduce((sum, mean, c) => sum + mean[j]! * counts[c]! / samples, 0)
  );
  const sum = means.reduce((s, mean) => s + squaredDistance(mean, global), 0);
  return sum / means.length;
}

function meanPairQuotient(
  means: Float64Array[],
  variances: Float64Array,
): number {
  let [sum, pairs] = [0, 0];
  for (let a = 0; a < means.length; a++) {
    for (let b = 0; b < a; b++) {
      const distance = squaredDistance(means[a]!, means[b]!);
      sum += (variances[a]! + variances[b]!) / (2 * distance);
      pairs++;
    }
  }
  return sum / pairs;
}
