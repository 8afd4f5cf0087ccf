import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { MatrixLike } from "../core/matrix.ts";
import { meanRow, normalizeRows, squaredDistance } from "../linalg/rows.ts";

/**
 * Modality gap, without unit: the distance of the mean of one set of unit vectors from the mean of another,
 * `‖mean x̂ − mean ŷ‖`. 0 when the means agree, 1 for two modalities that each collapse to a direction 60° from
 * the other's, 2 when one lies opposite to the other.
 *
 * It sees where the modalities lie, not whether pairs match: shuffling the rows of one changes nothing.
 *
 * Cost `(N + M) d`.
 *
 * @param X One modality, `[N, d]`, no zero row.
 * @param Y The other, `[M, d]`, no zero row.
 * @returns In `[0, 2]`; lower is closer.
 * @throws {ShapeError} The numbers of columns differ.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 *
 * @example
 * ```ts
 * import { modalityGap } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const images = [[1, 0], [3, 0]];
 * assertAlmostEquals(modalityGap(images, [[0, 5]]), Math.SQRT2, 1e-14);
 * ```
 *
 * @see Liang et al., "Mind the Gap: Understanding the Modality Gap in Multi-modal Contrastive Representation
 * Learning", NeurIPS 2022.
 */
export function modalityGap(X: MatrixLike, Y: MatrixLike): number {
  const check = new Check("compute the modality gap");
  const [x, y] = [check.directions(X, "X"), check.directions(Y, "Y")];
  if (x.columns !== y.columns) {
    check.fail(ShapeError, `${x.columns} columns in \`Y\``, y.columns);
  }
  const means = [x, y].map((rows) => meanRow(normalizeRows(rows)));
  return Math.sqrt(squaredDistance(means[0]!, means[1]!));
}
