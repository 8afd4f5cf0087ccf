import { z } from "zod";
import { Check } from "../core/check.ts";
import { LabelError } from "../core/errors.ts";
import {
  DenseMatrix,
  type MatrixLike,
  type VectorLike,
} from "../core/matrix.ts";
import { Random } from "../core/random.ts";
import {
  balanced,
  gatherRows,
  meanRow,
  presentClasses,
  squaredDistance,
} from "../linalg/rows.ts";
import { sampleSize, seed } from "./_options.ts";

/** Rows with labels renumbered to the clusters present. */
interface Clustered {
  readonly rows: DenseMatrix;
  /** `[N]`, in `[0, clusters)`. */
  readonly labels: Int32Array;
  /** Rows of each cluster; none is empty. */
  readonly groups: readonly number[][];
}

function clustered(check: Check, Z: MatrixLike, labels: VectorLike): Clustered {
  const rows = balanced(check.matrix(Z, "Z"));
  return regroup(check, rows, check.labels(labels, "labels", rows.rows));
}

function regroup(
  check: Check,
  rows: DenseMatrix,
  labels: Int32Array,
): Clustered {
  const groups = presentClasses(labels);
  if (groups.length < 2) {
    check.fail(LabelError, "at least 2 classes in `labels`", groups.length);
  }
  const renumbered = new Int32Array(labels.length);
  groups.forEach((group, c) => group.forEach((i) => renumbered[i] = c));
  return { rows, labels: renumbered, groups };
}

/** Options of {@linkcode silhouette}. */
export interface SilhouetteOptions {
  /** Use that many samples drawn without replacement where there are more; all if left out. */
  readonly sampleSize?: number;
  /** Seed of that draw; 0 if left out. */
  readonly seed?: number;
}

const silhouetteOptions = z.strictObject({ sampleSize, seed });

/** For each row the sum of its distances to the rows of each cluster, `[N, clusters]`. */
function distanceSums({ rows, labels, groups }: Clustered): DenseMatrix {
  const sums = DenseMatrix.zeros(rows.rows, groups.length);
  const add = (i: number, c: number, x: number) => {
    const at = i * groups.length + c;
    sums.data[at] = sums.data[at]! + x;
  };
  for (let i = 0; i < rows.rows; i++) {
    for (let j = 0; j < i; j++) {
      const distance = Math.sqrt(squaredDistance(rows.row(i), rows.row(j)));
      add(i, labels[j]!, distance);
      add(j, labels[i]!, distance);
    }
  }
  return sums;
}

/**
 * Mean silhouette coefficient of labelled representations, without unit: whether a sample is nearer to
 * its own class than to the next.
 *
 * Mean over samples of `(b − a)/max(a, b)`, with `a` the mean distance to the others of its class and
 * `b` the smallest mean distance to another class; 0 for a sample alone in its class, and where both
 * are 0. Euclidean distances of the rows as they are; the definition of scikit-learn.
 *
 * Cost `N² d`; draw a sample for large `N`.
 *
 * @param Z Representations, `[N, d]`.
 * @param labels `[N]`, non-negative integers of at least two classes.
 * @param options Sample.
 * @returns In `[−1, 1]`; higher is better separated.
 * @throws {ShapeError} Representations and labels do not fit each other.
 * @throws {LabelError} A label is not a non-negative integer, or there is one class only.
 * @throws {NotFiniteError} An entry is not finite.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { silhouette } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(silhouette([[0], [1], [10], [11]], [0, 0, 1, 1]), 0.899749, 1e-6);
 * ```
 *
 * @see Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster
 * analysis", Journal of Computational and Applied Mathematics 20, 1987.
 */
export function silhouette(
  Z: MatrixLike,
  labels: VectorLike,
  options: SilhouetteOptions = {},
): number {
  const check = new Check("compute the silhouette coefficient");
  const { sampleSize, seed } = check.options(silhouetteOptions, options);
  let data = clustered(check, Z, labels);
  if (sampleSize !== undefined && sampleSize < data.rows.rows) {
    const drawn = new Random(seed).permutation(data.rows.rows).subarray(
      0,
      sampleSize,
    );
    const drawnLabels = Int32Array.from(drawn, (i) => data.labels[i]!);
    data = regroup(check, gatherRows(data.rows, drawn), drawnLabels);
  }
  const { groups } = data;
  const sums = distanceSums(data);
  let total = 0;
  data.labels.forEach((own, i) => {
    const size = groups[own]!.length;
    if (size === 1) return;
    const row = sums.row(i);
    const a = row[own]! / (size - 1);
    const b = groups.reduce(
      (m, g, c) => c === own ? m : Math.min(m, row[c]! / g.length),
      Infinity,
    );
    if (Math.max(a, b) > 0) total += (b - a) / Math.max(a, b);
  });
  return total / data.labels.length;
}

/**
 * Davies–Bouldin index of labelled representations, without unit: the spread of classes against the
 * distance of their means.
 *
 * Mean over classes of the largest `(s_c + s_c')/‖μ_c − μ_c'‖`, with `s_c` the mean distance of the
 * class to its mean. Pairs with one common mean do not count; the definition of scikit-learn.
 *
 * Cost `N d + C² d`.
 *
 * @param Z Representations, `[N, d]`.
 * @param labels `[N]`, non-negative integers of at least two classes.
 * @returns At least 0; lower is better separated.
 * @throws {ShapeError} Representations and labels do not fit each other.
 * @throws {LabelError} A label is not a non-negative integer, or there is one class only.
 * @throws {NotFiniteError} An entry is not finite.
 *
 * @example
 * ```ts
 * import { daviesBouldin } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(daviesBouldin([[0], [1], [10], [11]], [0, 0, 1, 1]), 0.1, 1e-14);
 * ```
 *
 * @see Davies and Bouldin, "A Cluster Separation Measure", IEEE Transactions on Pattern Analysis and
 * Machine Intelligence 1(2), 1979.
 */
export function daviesBouldin(Z: MatrixLike, labels: VectorLike): number {
  const { rows, groups } = clustered(
    new Check("compute the Davies–Bouldin index"),
    Z,
    labels,
  );
  const means = groups.map((group) => meanRow(gatherRows(rows, group)));
  const spreads = groups.map((group, c) =>
    group.reduce(
      (sum, i) => sum + Math.sqrt(squaredDistance(rows.row(i), means[c]!)),
      0,
    ) /
    group.length
  );
  const worst = means.map((mean, c) =>
    means.reduce((largest, other, k) => {
      const distance = Math.sqrt(squaredDistance(mean, other));
      return k === c || distance === 0
        ? largest
        : Math.max(largest, (spreads[c]! + spreads[k]!) / distance);
    }, 0)
  );
  return worst.reduce((a, b) => a + b, 0) / worst.length;
}
