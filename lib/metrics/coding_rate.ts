import { z } from "zod";
import { Check } from "../core/check.ts";
import type { DenseMatrix, MatrixLike, VectorLike } from "../core/matrix.ts";
import { logDeterminant } from "../linalg/cholesky.ts";
import { rowGram, secondMoment } from "../linalg/products.ts";
import { gatherRows, normalizeRows, presentClasses } from "../linalg/rows.ts";

/** Options of {@linkcode codingRate} and {@linkcode codingRateReduction}. */
export interface CodingRateOptions {
  /** Distortion `ε` up to which the rows are coded; positive, 0.5 if left out. */
  readonly epsilon?: number;
}

const codingRateOptions = z.strictObject({
  epsilon: z.number().positive().default(0.5),
});

/** `½ log det(I + d/(n ε²) XᵀX)`, through the smaller of both products. */
function rate(x: DenseMatrix, epsilon: number): number {
  const product = x.columns < x.rows ? secondMoment(x) : rowGram(x);
  const scale = x.columns / (x.rows * epsilon ** 2);
  const n = product.rows;
  for (let i = 0; i < product.data.length; i++) {
    product.data[i] = product.data[i]! * scale;
  }
  for (let i = 0; i < n; i++) {
    product.data[i * n + i] = product.data[i * n + i]! + 1;
  }
  return logDeterminant(product) / 2;
}

/**
 * Coding rate of representations, in nats per sample: what it takes to code the unit rows up to
 * distortion `ε`.
 *
 * `R = ½ log det(I + d/(N ε²) ẐᵀẐ)` with `Ẑ` the rows of `Z` divided by their lengths, as in the paper.
 * Smallest for parallel rows, `½ log(1 + d/ε²)`; largest, `½ d log(1 + 1/ε²)`, for an isotropic cloud.
 *
 * Cost `N d · min(N, d)`.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @param options Distortion.
 * @returns In `[½ log(1 + d/ε²), ½ d log(1 + 1/ε²)]`.
 * @throws {ShapeError} `Z` is not a matrix, is empty or ragged.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} `epsilon` is not positive, or an option is unknown.
 *
 * @example
 * ```ts
 * import { codingRate } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(codingRate([[1, 0], [0, 1]], { epsilon: 1 }), Math.log(2), 1e-14);
 * assertAlmostEquals(codingRate([[1, 0], [2, 0]], { epsilon: 1 }), Math.log(3) / 2, 1e-14);
 * ```
 *
 * @see Yu et al., "Learning Diverse and Discriminative Representations via the Principle of Maximal
 * Coding Rate Reduction", NeurIPS 2020, equation 3.
 */
export function codingRate(
  Z: MatrixLike,
  options: CodingRateOptions = {},
): number {
  const check = new Check("compute the coding rate");
  const { epsilon } = check.options(codingRateOptions, options);
  return rate(normalizeRows(check.directions(Z, "Z")), epsilon);
}

/**
 * Coding rate reduction, in nats per sample: what knowing the classes saves.
 *
 * `ΔR = R(Ẑ) − Σ_c (N_c/N) R(Ẑ_c)`. 0 for one class; large when classes lie in different subspaces and
 * each is compact.
 *
 * Cost `N d · min(N, d)` and one factorisation a class.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @param labels `[N]`, non-negative integers.
 * @param options Distortion.
 * @returns At least 0.
 * @throws {ShapeError} Representations and labels do not fit each other.
 * @throws {LabelError} A label is not a non-negative integer.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} `epsilon` is not positive, or an option is unknown.
 *
 * @example
 * ```ts
 * import { codingRateReduction } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const saved = codingRateReduction([[1, 0], [0, 1]], [0, 1], { epsilon: 1 });
 * assertAlmostEquals(saved, Math.log(2) - Math.log(3) / 2, 1e-14);
 * ```
 *
 * @see Yu et al., NeurIPS 2020, equation 6.
 */
export function codingRateReduction(
  Z: MatrixLike,
  labels: VectorLike,
  options: CodingRateOptions = {},
): number {
  const check = new Check("compute the coding rate reduction");
  const { epsilon } = check.options(codingRateOptions, options);
  const directions = normalizeRows(check.directions(Z, "Z"));
  const integers = check.labels(labels, "labels", directions.rows);
  let within = 0;
  for (const rows of presentClasses(integers)) {
    within += rows.length / directions.rows *
      rate(gatherRows(directions, rows), epsilon);
  }
  return rate(directions, epsilon) - within;
}
