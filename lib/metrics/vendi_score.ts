import { z } from "zod";
import { Check } from "../core/check.ts";
import type { MatrixLike } from "../core/matrix.ts";
import { directionSpectrum } from "../linalg/spectra.ts";
import { entropyOfSpectrum } from "../linalg/spectral_entropy.ts";
import { order } from "./_options.ts";

/** Options of {@linkcode vendiScore}. */
export interface VendiScoreOptions {
  /** Order: below 1 rare items weigh more, above 1 common ones; `Infinity` included; 1 if left out. */
  readonly q?: number;
}

const vendiScoreOptions = z.strictObject({ q: order.default(1) });

/**
 * Vendi score of the cosine kernel: the effective number of different samples.
 *
 * `exp(H_q)` with the Rényi entropy of order `q` of the row-normalised Gram: 1 when all rows are
 * parallel, `N` when they are orthogonal.
 *
 * Cost `N d · min(N, d)` and an eigen-decomposition of size `min(N, d)`.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @param options Order of the score.
 * @returns In `[1, min(N, d)]`.
 * @throws {ShapeError} `Z` is not a matrix, is empty or ragged.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} `q` is not positive, or an option is unknown.
 *
 * @example
 * ```ts
 * import { vendiScore } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(vendiScore([[1, 0], [0, 1]]), 2, 1e-14);
 * assertAlmostEquals(vendiScore([[1, 0], [1, 0], [0, 1]], { q: Infinity }), 1.5, 1e-14);
 * ```
 *
 * @see Friedman and Dieng, "The Vendi Score", TMLR 2023; Pasarkar and Dieng, "Cousins of the Vendi
 * Score", AISTATS 2024, for other orders.
 */
export function vendiScore(
  Z: MatrixLike,
  options: VendiScoreOptions = {},
): number {
  const check = new Check("compute the Vendi score");
  const { q } = check.options(vendiScoreOptions, options);
  const values = directionSpectrum(check.directionRows(Z, "Z"));
  return Math.exp(entropyOfSpectrum(values, q));
}
