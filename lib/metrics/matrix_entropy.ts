import { z } from "zod";
import { Check } from "../core/check.ts";
import type { MatrixLike } from "../core/matrix.ts";
import { type Estimate, gramOperator } from "../linalg/lanczos/mod.ts";
import { normalizeRows } from "../linalg/rows.ts";
import { directionSpectrum } from "../linalg/spectra.ts";
import { entropyOfSpectrum } from "../linalg/spectral_entropy.ts";
import { checkGram, semidefiniteSpectrum } from "./_gram_spectrum.ts";
import { order } from "./_options.ts";
import {
  divided,
  effortOf,
  estimateFields,
  type EstimateOptions,
  operatorEstimate,
} from "./estimate.ts";

/** Options of {@linkcode matrixEntropy} and {@linkcode gramEntropy}. */
export interface EntropyOptions {
  /**
   * Order of the Rényi entropy: positive, `Infinity` included. 1, the default, is the von Neumann entropy
   * of the paper.
   */
  readonly alpha?: number;
  /** `"logN"` divides by `log N`, so that the range is `[0, 1]`; `NaN` for one row, where it is 0/0. */
  readonly normalize?: "none" | "logN";
}

const entropyOptions = z.strictObject({
  alpha: order.default(1),
  normalize: z.enum(["none", "logN"]).default("none"),
});

const estimatedEntropyOptions = entropyOptions.extend(estimateFields);

/** Options of a {@linkcode matrixEntropy} that is estimated. */
export interface EstimatedEntropyOptions
  extends EntropyOptions, EstimateOptions {}

function normalized(
  entropy: number,
  rows: number,
  normalize: "none" | "logN",
): number {
  return normalize === "none" ? entropy : entropy / Math.log(rows);
}

/**
 * Matrix entropy of representations, in nats: how many directions they share, on a logarithmic scale.
 *
 * `H(K) = −tr(K log K)` with `K = ẐẐᵀ/N`, `Ẑ` the rows of `Z` divided by their lengths; Rényi's
 * `log tr(K^α)/(1 − α)` at other orders. 0 when all rows are parallel, antiparallel ones included;
 * `log N` when they are orthogonal. At neural collapse with `C` balanced classes `log(C − 1)`.
 *
 * Neither the length of a row nor a rotation of the space matters; a shift does: nothing is centred.
 *
 * Computed in float64, within `1e-11` of LAPACK. Float32 input is widened, which is exact; having been rounded
 * to float32 changes the value by no more than `t log(d − 1) + h(t)` with `t = 2⁻²⁴` and `h` the binary entropy,
 * 1.5e-6 nats at 512 dimensions, whatever the spectrum (Audenaert, below).
 *
 * Cost `N d · min(N, d)` and an eigen-decomposition of size `min(N, d)`. With `estimate: "slq"` some
 * hundred products with `Z` instead, `4 N d` each, and an {@linkcode Estimate} with its standard error:
 * that pays where `min(N, d)` is in the thousands (measured for an error of 0.01: at (4,000, 512) twice the
 * time of the exact value, at (4,000, 2,048) two thirds). Order 2 stays exact, through Frobenius norms.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @param options Order and normalisation, and whether to estimate.
 * @returns In `[0, log min(N, d)]`; with `estimate`, the value with its standard error.
 * @throws {ShapeError} `Z` is not a matrix, is empty or ragged.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} `alpha` is not positive, an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { matrixEntropy } from "interplay/metrics";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * assertAlmostEquals(matrixEntropy([[1, 0, 0], [0, 5, 0], [0, 0, 2]]), Math.log(3), 1e-14);
 * assertEquals(matrixEntropy([[1, 2], [2, 4], [-1, -2]]), 0);
 *
 * const { value, standardError } = matrixEntropy([[3, 1], [1, 2], [0, 1]], { estimate: "slq" });
 * const exact = matrixEntropy([[3, 1], [1, 2], [0, 1]]);
 * assertAlmostEquals(value, exact, 4 * standardError);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, "Unveiling the Dynamics of Information Interplay in Supervised
 * Learning", ICML 2024, Definition 3.1.
 * @see Sánchez Giraldo, Rao and Príncipe, "Measures of Entropy from Data Using Infinitely Divisible
 * Kernels", IEEE Transactions on Information Theory 61(1), 2015.
 * @see Audenaert, "A sharp continuity estimate for the von Neumann entropy", Journal of Physics A 40, 2007.
 * @see Ubaru, Chen and Saad, "Fast Estimation of tr(f(A)) via Stochastic Lanczos Quadrature", SIAM Journal
 * on Matrix Analysis and Applications 38(4), 2017, for the estimate.
 */
export function matrixEntropy(
  Z: MatrixLike,
  options: EstimatedEntropyOptions,
): Estimate;
/** The exact value. */
export function matrixEntropy(Z: MatrixLike, options?: EntropyOptions): number;
export function matrixEntropy(
  Z: MatrixLike,
  options: EntropyOptions | EstimatedEntropyOptions = {},
): number | Estimate {
  const check = new Check("compute the matrix entropy");
  const parsed = check.options(estimatedEntropyOptions, options);
  const { alpha, normalize } = parsed;
  const effort = effortOf(check, parsed);
  const representations = check.directionRows(Z, "Z");
  const { rows } = representations;
  if (effort) {
    const operator = gramOperator(normalizeRows(representations));
    const entropy = operatorEstimate(operator, { alpha, effort });
    return normalize === "none" ? entropy : divided(entropy, Math.log(rows));
  }
  const values = directionSpectrum(representations);
  return normalized(entropyOfSpectrum(values, alpha), rows, normalize);
}

/**
 * Matrix entropy of a positive semidefinite matrix, in nats.
 *
 * `K` is divided by its trace first, so its diagonal may be anything: a kernel, a covariance, a density
 * matrix. `log N` for the identity, 0 for rank one.
 *
 * Cost: an eigen-decomposition of size `N`.
 *
 * @param K Positive semidefinite, `[N, N]`.
 * @param options Order and normalisation.
 * @returns In `[0, log N]`.
 * @throws {ShapeError} `K` is not a square symmetric matrix.
 * @throws {NotFiniteError} An entry is not finite.
 * @throws {DefinitenessError} The trace is not positive, or an eigenvalue is negative beyond rounding.
 * @throws {OptionsError} `alpha` is not positive, or an option is unknown.
 *
 * @example
 * ```ts
 * import { gramEntropy } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(gramEntropy([[3, 0], [0, 1]]), Math.log(4) - 0.75 * Math.log(3), 1e-14);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Definition 3.1.
 */
export function gramEntropy(
  K: MatrixLike,
  options: EntropyOptions = {},
): number {
  const check = new Check("compute the entropy of a Gram matrix");
  const { alpha, normalize } = check.options(entropyOptions, options);
  const gram = checkGram(check, K, "K");
  const values = semidefiniteSpectrum(check, gram, "K");
  return normalized(entropyOfSpectrum(values, alpha), gram.rows, normalize);
}
