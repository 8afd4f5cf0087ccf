import { z } from "zod";
import { Check } from "../core/check.ts";
import type { MatrixLike } from "../core/matrix.ts";
import { balanced } from "../linalg/rows.ts";
import { directionSpectrum, rowSpectrum } from "../linalg/spectra.ts";
import {
  entropyOfSpectrum,
  spectralProbabilities,
} from "../linalg/spectral_entropy.ts";

/**
 * Eigenvalues of the row-normalised Gram `ẐẐᵀ/N`, descending, with sum 1: the distribution whose
 * entropy is {@linkcode matrixEntropy}. One value 1 for parallel rows; all `1/N` for orthogonal ones.
 *
 * Of the `N` eigenvalues only the `min(N, d)` that can differ from zero are returned; those of rounding
 * size may come out as a tiny negative number and are returned as 0.
 *
 * Cost `N d · min(N, d)` and an eigen-decomposition of size `min(N, d)`.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @returns `[min(N, d)]`, in `[0, 1]`.
 * @throws {ShapeError} `Z` is not a matrix, is empty or ragged.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 *
 * @example
 * ```ts
 * import { spectrum } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [first, second] = spectrum([[1, 0], [1, 0], [0, 1]]);
 * assertAlmostEquals(first ?? NaN, 2 / 3, 1e-15);
 * assertAlmostEquals(second ?? NaN, 1 / 3, 1e-15);
 * ```
 */
export function spectrum(Z: MatrixLike): Float64Array {
  const check = new Check("compute the spectrum");
  const representations = check.directionRows(Z, "Z");
  return directionSpectrum(representations)
    .map((x) => Math.max(0, x) / representations.rows);
}

/** Options of {@linkcode effectiveRank}. */
export interface EffectiveRankOptions {
  /**
   * `"gram"`, the default: of the row-normalised Gram, so that the logarithm is {@linkcode matrixEntropy}.
   * `"singularValues"`: of the singular values of `Z` as it is, known as RankMe.
   */
  readonly of?: "gram" | "singularValues";
}

const effectiveRankOptions = z.strictObject({
  of: z.enum(["gram", "singularValues"]).default("gram"),
});

/** Squared singular values of a matrix up to a common factor, descending. */
function squaredSingularValues(check: Check, Z: MatrixLike): Float64Array {
  return rowSpectrum(balanced(check.directions(Z, "Z")));
}

/**
 * Effective rank: how many directions the representations use, as a number of dimensions.
 *
 * The exponential of the Shannon entropy of a spectrum divided by its sum: the eigenvalues of the
 * row-normalised Gram, or the singular values of `Z`. 1 for parallel rows, `min(N, d)` for an isotropic
 * cloud.
 *
 * Singular values are square roots of eigenvalues here, so those below about `1e-7` of the largest are
 * lost to rounding and count as zero.
 *
 * Cost `N d · min(N, d)` and an eigen-decomposition of size `min(N, d)`.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @param options Which spectrum.
 * @returns In `[1, min(N, d)]`.
 * @throws {ShapeError} `Z` is not a matrix, is empty or ragged.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} An option is unknown.
 *
 * @example
 * ```ts
 * import { effectiveRank } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(effectiveRank([[1, 0], [0, 9]]), 2, 1e-14);
 * assertAlmostEquals(effectiveRank([[3, 0], [0, 3]], { of: "singularValues" }), 2, 1e-14);
 * ```
 *
 * @see Roy and Vetterli, "The effective rank: a measure of effective dimensionality", EUSIPCO 2007.
 * @see Garrido et al., "RankMe", ICML 2023, for the singular values of representations.
 */
export function effectiveRank(
  Z: MatrixLike,
  options: EffectiveRankOptions = {},
): number {
  const check = new Check("compute the effective rank");
  const { of } = check.options(effectiveRankOptions, options);
  if (of === "gram") {
    const values = directionSpectrum(check.directionRows(Z, "Z"));
    return Math.exp(entropyOfSpectrum(values));
  }
  const energies = spectralProbabilities(squaredSingularValues(check, Z));
  return Math.exp(entropyOfSpectrum(energies.map(Math.sqrt)));
}

/**
 * Stable rank: `‖Z‖_F² / ‖Z‖₂²`, the energy of the representations in units of their strongest
 * direction, as a number of dimensions. 1 for parallel rows; at most the rank. Nothing is normalised or
 * centred.
 *
 * Cost `N d · min(N, d)` and an eigen-decomposition of size `min(N, d)`.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @returns In `[1, min(N, d)]`.
 * @throws {ShapeError} `Z` is not a matrix, is empty or ragged.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 *
 * @example
 * ```ts
 * import { stableRank } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(stableRank([[2, 0], [0, 1]]), 1.25, 1e-14);
 * ```
 *
 * @see Rudelson and Vershynin, "Sampling from large matrices", Journal of the ACM 54(4), 2007.
 */
export function stableRank(Z: MatrixLike): number {
  const p = spectralProbabilities(
    squaredSingularValues(new Check("compute the stable rank"), Z),
  );
  return 1 / p[0]!;
}

/**
 * Participation ratio: `(Σλ)²/Σλ²` of the squared singular values, as a number of dimensions. 1 for
 * parallel rows, `min(N, d)` for equal singular values. Nothing is normalised or centred.
 *
 * Cost `N d · min(N, d)` and an eigen-decomposition of size `min(N, d)`.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @returns In `[1, min(N, d)]`.
 * @throws {ShapeError} `Z` is not a matrix, is empty or ragged.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 *
 * @example
 * ```ts
 * import { participationRatio } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(participationRatio([[2, 0], [0, 1]]), 25 / 17, 1e-14);
 * ```
 *
 * @see Gao et al., "A theory of multineuronal dimensionality, dynamics and measurement", bioRxiv 2017.
 */
export function participationRatio(Z: MatrixLike): number {
  const check = new Check("compute the participation ratio");
  const p = spectralProbabilities(squaredSingularValues(check, Z));
  return 1 / p.reduce((sum, x) => sum + x * x, 0);
}
