import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { MatrixLike } from "../core/matrix.ts";
import { Random } from "../core/random.ts";
import { gatherRows, normalizeRows, squaredDistance } from "../linalg/rows.ts";
import { sampleSize, seed } from "./_options.ts";

/**
 * Alignment of two views of the same samples, without unit: the mean squared distance of their unit
 * vectors, `E‖x̂ − ŷ‖² = 2 − 2 E cos`. 0 when each pair points the same way, 2 for unrelated pairs in high
 * dimension, 4 for opposite ones.
 *
 * Cost `N d`.
 *
 * @param X First view, `[N, d]`, no zero row.
 * @param Y Second view, `[N, d]`, no zero row.
 * @returns In `[0, 4]`; lower is better aligned.
 * @throws {ShapeError} The shapes differ.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 *
 * @example
 * ```ts
 * import { alignment } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(alignment([[1, 0], [0, 1]], [[5, 0], [1, 0]]), 1, 1e-14);
 * ```
 *
 * @see Wang and Isola, "Understanding Contrastive Representation Learning through Alignment and
 * Uniformity on the Hypersphere", ICML 2020.
 */
export function alignment(X: MatrixLike, Y: MatrixLike): number {
  const check = new Check("compute the alignment");
  const first = normalizeRows(check.directions(X, "X"));
  const second = normalizeRows(check.directions(Y, "Y"));
  check.rows(second, "Y", first.rows);
  if (second.columns !== first.columns) {
    check.fail(ShapeError, `${first.columns} columns in \`Y\``, second.columns);
  }
  let sum = 0;
  for (let i = 0; i < first.rows; i++) {
    sum += squaredDistance(first.row(i), second.row(i));
  }
  return sum / first.rows;
}

/** Options of {@linkcode uniformity}. */
export interface UniformityOptions {
  /** Sharpness of the Gaussian potential; positive, 2 if left out. */
  readonly t?: number;
  /** Use that many samples drawn without replacement where there are more; all if left out. */
  readonly sampleSize?: number;
  /** Seed of that draw; 0 if left out. */
  readonly seed?: number;
}

const uniformityOptions = z.strictObject({
  t: z.number().positive().default(2),
  sampleSize,
  seed,
});

/**
 * Uniformity of representations on the sphere, without unit: `log E exp(−t‖x̂ − ŷ‖²)` over pairs of
 * different samples. 0 when all rows are parallel, `−2t` for unit vectors at right angles, somewhat above
 * `−2t` for many points spread evenly.
 *
 * Cost `N² d`; draw a sample for large `N`.
 *
 * @param Z Representations, `[N, d]`, `N` at least 2, no zero row.
 * @param options Sharpness and sample.
 * @returns In `[−4t, 0]`; lower is more uniform.
 * @throws {ShapeError} `Z` is not a matrix, is ragged, or has fewer than 2 rows.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { uniformity } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(uniformity([[1, 0], [0, 1]]), -4, 1e-14);
 * ```
 *
 * @see Wang and Isola, ICML 2020.
 */
export function uniformity(
  Z: MatrixLike,
  options: UniformityOptions = {},
): number {
  const check = new Check("compute the uniformity");
  const { t, sampleSize, seed } = check.options(uniformityOptions, options);
  const all = normalizeRows(check.directions(Z, "Z"));
  if (all.rows < 2) check.fail(ShapeError, "at least 2 rows in `Z`", all.rows);
  const x = sampleSize === undefined || sampleSize >= all.rows
    ? all
    : gatherRows(
      all,
      new Random(seed).permutation(all.rows).subarray(0, sampleSize),
    );
  let sum = 0;
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < i; j++) {
      sum += Math.exp(-t * squaredDistance(x.row(i), x.row(j)));
    }
  }
  return Math.log(sum / (x.rows * (x.rows - 1) / 2));
}
