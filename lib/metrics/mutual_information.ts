import { Check } from "../core/check.ts";
import type { DenseMatrix, MatrixLike } from "../core/matrix.ts";
import { symmetricEigenvalues } from "../linalg/eigen.ts";
import { hadamard } from "../linalg/products.ts";
import { type Estimate, hadamardOperator } from "../linalg/lanczos/mod.ts";
import { normalizeRows } from "../linalg/rows.ts";
import { hadamardSpectrum, rowSpectrum } from "../linalg/spectra.ts";
import { entropyOfSpectrum } from "../linalg/spectral_entropy.ts";
import {
  hdrOf,
  mirOf,
  mutualInformationOf,
  type Triple,
} from "./_entropies.ts";
import { checkGram, semidefiniteSpectrum } from "./_gram_spectrum.ts";
import { alphaOptions } from "./_options.ts";
import {
  effortOf,
  type EntropyEffort,
  estimateFields,
  type EstimateOptions,
  hdrEstimate,
  mirEstimate,
  mutualInformationEstimate,
  operatorEstimate,
  sideEstimate,
  stream,
  type TripleEstimate,
} from "./estimate.ts";

/** Options of the mutual information and of its two ratios. */
export interface OrderOptions {
  /** Order of the Rényi entropies: positive, `Infinity` included; 1 (von Neumann) if left out. */
  readonly alpha?: number;
}

/** Options of a mutual information, or of one of its ratios, that is estimated. */
export interface EstimatedOrderOptions extends OrderOptions, EstimateOptions {}

const estimatedAlphaOptions = alphaOptions.extend(estimateFields);

interface Pair {
  readonly first: DenseMatrix;
  readonly second: DenseMatrix;
}

/** Two sets of directions of the same samples. */
function directionPair(check: Check, Z1: MatrixLike, Z2: MatrixLike): Pair {
  const first = check.directionRows(Z1, "Z1");
  const second = check.directionRows(Z2, "Z2");
  check.rows(second, "Z2", first.rows);
  return { first: normalizeRows(first), second: normalizeRows(second) };
}

function gramPair(check: Check, K1: MatrixLike, K2: MatrixLike): Pair {
  const first = checkGram(check, K1, "K1");
  const second = checkGram(check, K2, "K2");
  check.rows(second, "K2", first.rows);
  return { first, second };
}

/** Entropies of both sides; the joint costs the most and is left to who needs it. */
function rowEntropies(
  { first, second }: Pair,
  alpha: number,
): Omit<Triple, "joint"> {
  return {
    first: entropyOfSpectrum(rowSpectrum(first), alpha),
    second: entropyOfSpectrum(rowSpectrum(second), alpha),
  };
}

function rowTriple(pair: Pair, alpha: number): Triple {
  const joint = entropyOfSpectrum(
    hadamardSpectrum(pair.first, pair.second),
    alpha,
  );
  return { ...rowEntropies(pair, alpha), joint };
}

/** Estimates of both sides; the joint is left to who needs it. */
function sideEstimates(
  { first, second }: Pair,
  { alpha, effort }: EntropyEffort,
): Omit<TripleEstimate, "joint"> {
  return {
    first: sideEstimate(first, { alpha, effort: stream(effort, "first") }),
    second: sideEstimate(second, { alpha, effort: stream(effort, "second") }),
  };
}

function tripleEstimate(pair: Pair, order: EntropyEffort): TripleEstimate {
  const operator = hadamardOperator(pair.first, pair.second);
  return {
    ...sideEstimates(pair, order),
    joint: operatorEstimate(operator, {
      alpha: order.alpha,
      effort: stream(order.effort, "joint"),
    }),
  };
}

function gramEntropies(
  check: Check,
  pair: Pair,
  alpha: number,
): Omit<Triple, "joint"> {
  return {
    first: entropyOfSpectrum(
      semidefiniteSpectrum(check, pair.first, "K1"),
      alpha,
    ),
    second: entropyOfSpectrum(
      semidefiniteSpectrum(check, pair.second, "K2"),
      alpha,
    ),
  };
}

function gramTriple(check: Check, pair: Pair, alpha: number): Triple {
  const entropies = gramEntropies(check, pair, alpha);
  const spectrum = symmetricEigenvalues(hadamard(pair.first, pair.second));
  // Diagonals without a common support leave nothing to normalise by: 0/0.
  const joint = spectrum[0]! > 0 ? entropyOfSpectrum(spectrum, alpha) : NaN;
  return { ...entropies, joint };
}

/**
 * Matrix mutual information of two representations of the same samples, in nats.
 *
 * `MI = H(K₁) + H(K₂) − H(K₁ ⊙ K₂)` with the row-normalised Grams `K₁`, `K₂` and their Hadamard product
 * as the joint. 0 when one side has no entropy; `min(H(K₁), H(K₂))` at most. The surprise:
 * `matrixMutualInformation(Z, Z)` is not `matrixEntropy(Z)`, because the joint of a matrix with itself
 * is `K ⊙ K`, which is more spread than `K`.
 *
 * It grows towards its bound when there are few samples beside the dimensions, related or not: read it
 * beside {@linkcode reference}.
 *
 * Cost: eigen-decompositions of size `min(N, d₁)`, `min(N, d₂)` and `min(N, d₁ d₂)`. With
 * `estimate: "slq"` the joint takes some hundred products of `4 N d₁ d₂` instead, and the result is an
 * {@linkcode Estimate}; a side of at most 1024 dimensions (or samples) stays exact. At d₁ = d₂ = 128
 * and N = 4,000 an error of 0.01 took 0.6 of the time of the exact value, which grows with N³, not N.
 *
 * @param Z1 Representations, `[N, d₁]`, no zero row.
 * @param Z2 Representations of the same samples, `[N, d₂]`, no zero row.
 * @param options Order of the entropies, and whether to estimate.
 * @returns In `[0, min(H(K₁), H(K₂))]` at `alpha = 1`; with `estimate`, the value with its standard error.
 * @throws {ShapeError} An input is not a matrix, is empty or ragged, or the rows differ in number.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} `alpha` is not positive, an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { matrixMutualInformation } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const orthogonal = [[1, 0], [0, 1]];
 * assertAlmostEquals(matrixMutualInformation(orthogonal, [[1, 0], [0, 2]]), Math.log(2), 1e-14);
 * assertAlmostEquals(matrixMutualInformation(orthogonal, [[1, 0], [1, 0]]), 0, 1e-14);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Definition 3.2.
 */
export function matrixMutualInformation(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options: EstimatedOrderOptions,
): Estimate;
/** The exact value. */
export function matrixMutualInformation(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options?: OrderOptions,
): number;
export function matrixMutualInformation(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options: OrderOptions | EstimatedOrderOptions = {},
): number | Estimate {
  const check = new Check("compute the matrix mutual information");
  const parsed = check.options(estimatedAlphaOptions, options);
  const { alpha } = parsed;
  const effort = effortOf(check, parsed);
  const pair = directionPair(check, Z1, Z2);
  return effort
    ? mutualInformationEstimate(tripleEstimate(pair, { alpha, effort }))
    : mutualInformationOf(rowTriple(pair, alpha));
}

/**
 * Matrix mutual information ratio of two representations of the same samples, without unit.
 *
 * `MIR = MI / min(H(K₁), H(K₂))`. 1 when one Gram is the identity, whatever the other is; `NaN` when an
 * entropy is 0 (0/0). At neural collapse it depends on the number of classes and is not 1: see
 * {@linkcode collapseMir}. With few samples it is high for unrelated things as well: iid Gaussian
 * features of 128 dimensions against a random head of ten classes give about 0.9 at 64 samples. So never
 * read it alone: {@linkcode interplay} puts its references beside it.
 *
 * Cost as {@linkcode matrixMutualInformation}.
 *
 * @param Z1 Representations, `[N, d₁]`, no zero row.
 * @param Z2 Representations of the same samples, `[N, d₂]`, no zero row.
 * @param options Order of the entropies, and whether to estimate.
 * @returns In `[0, 1]` at `alpha = 1`, or `NaN`; with `estimate`, the value with its standard error.
 * @throws {ShapeError} An input is not a matrix, is empty or ragged, or the rows differ in number.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} `alpha` is not positive, an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { mir } from "interplay/metrics";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const triangle = [[1, 0], [-0.5, Math.sqrt(0.75)], [-0.5, -Math.sqrt(0.75)]];
 * assertAlmostEquals(mir(triangle, triangle), 0.5, 1e-14); // neural collapse of three classes
 * assertEquals(mir(triangle, [[1], [1], [1]]), NaN);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Definition 4.2 and Theorem 4.2.
 */
export function mir(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options: EstimatedOrderOptions,
): Estimate;
/** The exact value. */
export function mir(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options?: OrderOptions,
): number;
export function mir(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options: OrderOptions | EstimatedOrderOptions = {},
): number | Estimate {
  const check = new Check("compute MIR");
  const parsed = check.options(estimatedAlphaOptions, options);
  const { alpha } = parsed;
  const effort = effortOf(check, parsed);
  const pair = directionPair(check, Z1, Z2);
  return effort
    ? mirEstimate(tripleEstimate(pair, { alpha, effort }))
    : mirOf(rowTriple(pair, alpha));
}

/**
 * Matrix entropy difference ratio of two representations of the same samples, without unit.
 *
 * `HDR = |H(K₁) − H(K₂)| / max(H(K₁), H(K₂))`. 0 when both entropies agree, as at neural collapse; 1 when
 * one of them is 0; `NaN` when both are (0/0).
 *
 * Cost: eigen-decompositions of size `min(N, d₁)` and `min(N, d₂)`. With `estimate: "slq"` a side of
 * more than 1024 dimensions (and samples) is estimated, and the result is an {@linkcode Estimate}.
 *
 * @param Z1 Representations, `[N, d₁]`, no zero row.
 * @param Z2 Representations of the same samples, `[N, d₂]`, no zero row.
 * @param options Order of the entropies, and whether to estimate.
 * @returns In `[0, 1]`, or `NaN`; with `estimate`, the value with its standard error.
 * @throws {ShapeError} An input is not a matrix, is empty or ragged, or the rows differ in number.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} `alpha` is not positive, an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { hdr } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const four = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]];
 * const two = [[1, 0], [1, 0], [0, 1], [0, 1]];
 * assertAlmostEquals(hdr(four, two), 0.5, 1e-14); // log 4 against log 2
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Definition 4.3.
 */
export function hdr(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options: EstimatedOrderOptions,
): Estimate;
/** The exact value. */
export function hdr(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options?: OrderOptions,
): number;
export function hdr(
  Z1: MatrixLike,
  Z2: MatrixLike,
  options: OrderOptions | EstimatedOrderOptions = {},
): number | Estimate {
  const check = new Check("compute HDR");
  const parsed = check.options(estimatedAlphaOptions, options);
  const { alpha } = parsed;
  const effort = effortOf(check, parsed);
  const pair = directionPair(check, Z1, Z2);
  return effort
    ? hdrEstimate(sideEstimates(pair, { alpha, effort }))
    : hdrOf({ ...rowEntropies(pair, alpha), joint: NaN });
}

/**
 * Matrix mutual information of two positive semidefinite matrices, in nats.
 *
 * As {@linkcode matrixMutualInformation}; each matrix, and their Hadamard product, is divided by its
 * trace. The bounds need constant diagonals: with others MI may be negative or exceed an entropy.
 *
 * Cost: three eigen-decompositions of size `N`.
 *
 * @param K1 Positive semidefinite, `[N, N]`.
 * @param K2 Positive semidefinite, `[N, N]`.
 * @param options Order of the entropies.
 * @returns In `[0, min(H(K₁), H(K₂))]` for constant diagonals at `alpha = 1`.
 * @throws {ShapeError} An input is not a square symmetric matrix, or their sizes differ.
 * @throws {NotFiniteError} An entry is not finite.
 * @throws {DefinitenessError} A trace is not positive, or an eigenvalue is negative beyond rounding.
 * @throws {OptionsError} `alpha` is not positive, or an option is unknown.
 *
 * @example
 * ```ts
 * import { gramMutualInformation } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const identity = [[1, 0], [0, 1]];
 * assertAlmostEquals(gramMutualInformation(identity, identity), Math.log(2), 1e-14);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Definition 3.2.
 */
export function gramMutualInformation(
  K1: MatrixLike,
  K2: MatrixLike,
  options: OrderOptions = {},
): number {
  const check = new Check("compute the mutual information of two Grams");
  const { alpha } = check.options(alphaOptions, options);
  return mutualInformationOf(gramTriple(check, gramPair(check, K1, K2), alpha));
}

/**
 * Matrix mutual information ratio of two positive semidefinite matrices, without unit.
 *
 * {@linkcode gramMutualInformation} divided by the smaller entropy; `NaN` when that is 0.
 *
 * Cost: three eigen-decompositions of size `N`.
 *
 * @param K1 Positive semidefinite, `[N, N]`.
 * @param K2 Positive semidefinite, `[N, N]`.
 * @param options Order of the entropies.
 * @returns In `[0, 1]` for constant diagonals at `alpha = 1`, or `NaN`.
 * @throws {ShapeError} An input is not a square symmetric matrix, or their sizes differ.
 * @throws {NotFiniteError} An entry is not finite.
 * @throws {DefinitenessError} A trace is not positive, or an eigenvalue is negative beyond rounding.
 * @throws {OptionsError} `alpha` is not positive, or an option is unknown.
 *
 * @example
 * ```ts
 * import { gramMir } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const half = [[1, -0.5, -0.5], [-0.5, 1, -0.5], [-0.5, -0.5, 1]];
 * assertAlmostEquals(gramMir(half, half), 0.5, 1e-14);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Definition 4.2.
 */
export function gramMir(
  K1: MatrixLike,
  K2: MatrixLike,
  options: OrderOptions = {},
): number {
  const check = new Check("compute MIR of two Grams");
  const { alpha } = check.options(alphaOptions, options);
  return mirOf(gramTriple(check, gramPair(check, K1, K2), alpha));
}

/**
 * Matrix entropy difference ratio of two positive semidefinite matrices, without unit.
 *
 * `|H(K₁) − H(K₂)| / max(H(K₁), H(K₂))`; `NaN` when both entropies are 0.
 *
 * Cost: two eigen-decompositions of size `N`.
 *
 * @param K1 Positive semidefinite, `[N, N]`.
 * @param K2 Positive semidefinite, `[N, N]`.
 * @param options Order of the entropies.
 * @returns In `[0, 1]`, or `NaN`.
 * @throws {ShapeError} An input is not a square symmetric matrix, or their sizes differ.
 * @throws {NotFiniteError} An entry is not finite.
 * @throws {DefinitenessError} A trace is not positive, or an eigenvalue is negative beyond rounding.
 * @throws {OptionsError} `alpha` is not positive, or an option is unknown.
 *
 * @example
 * ```ts
 * import { gramHdr } from "interplay/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gramHdr([[1, 0], [0, 1]], [[1, 1], [1, 1]]), 1);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Definition 4.3.
 */
export function gramHdr(
  K1: MatrixLike,
  K2: MatrixLike,
  options: OrderOptions = {},
): number {
  const check = new Check("compute HDR of two Grams");
  const { alpha } = check.options(alphaOptions, options);
  const pair = gramPair(check, K1, K2);
  return hdrOf({ ...gramEntropies(check, pair, alpha), joint: NaN });
}
