import { Check } from "../core/check.ts";
import type { DenseMatrix, MatrixLike } from "../core/matrix.ts";
import { rowGram } from "../linalg/products.ts";
import { normalizeRows } from "../linalg/rows.ts";

/**
 * The row-normalised Gram of representations, without unit: all cosines between rows.
 *
 * `G_ij = cos(z_i, z_j)`, `G_ii = 1`, no centring; positive semidefinite of rank at most `min(N, d)`.
 * The entropies, MIR and HDR of this library do not need it formed: call them with `Z`.
 *
 * Cost `N² d`, memory `N²`.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @returns `[N, N]`, symmetric, entries in `[−1, 1]`.
 * @throws {ShapeError} `Z` is not a matrix, is empty or ragged.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 *
 * @example
 * ```ts
 * import { gram } from "interplay/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(gram([[2, 0], [0, 3], [-1, 0]]).to2DArray(), [
 *   [1, 0, -1],
 *   [0, 1, 0],
 *   [-1, 0, 1],
 * ]);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, "Unveiling the Dynamics of Information Interplay in Supervised
 * Learning", ICML 2024, Definition 4.1.
 */
export function gram(Z: MatrixLike): DenseMatrix {
  const check = new Check("compute the Gram matrix");
  const cosines = rowGram(normalizeRows(check.directions(Z, "Z")));
  // Rounding leaves 1 ± ε on the diagonal and may leave an entry an ulp outside [−1, 1].
  for (let i = 0; i < cosines.rows; i++) cosines.data[i * cosines.rows + i] = 1;
  for (let i = 0; i < cosines.data.length; i++) {
    cosines.data[i] = Math.min(1, Math.max(-1, cosines.data[i]!)) + 0;
  }
  return cosines;
}
