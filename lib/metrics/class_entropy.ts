import { Check } from "../core/check.ts";
import type { MatrixLike, VectorLike } from "../core/matrix.ts";
import { DenseMatrix } from "../core/matrix.ts";
import {
  gatherRows,
  meanRow,
  normalizeRows,
  presentClasses,
} from "../linalg/rows.ts";
import { directionSpectrum, rowSpectrum } from "../linalg/spectra.ts";
import { entropyOfSpectrum } from "../linalg/spectral_entropy.ts";

/**
 * Matrix entropy within classes, in nats: the mean over the classes present of the entropy of their
 * representations, each class counting once.
 *
 * 0 when the rows of each class are parallel, as at neural collapse.
 *
 * Cost: an eigen-decomposition of size `min(N_c, d)` a class.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @param labels `[N]`, non-negative integers.
 * @returns In `[0, log min(max N_c, d)]`.
 * @throws {ShapeError} Representations and labels do not fit each other.
 * @throws {LabelError} A label is not a non-negative integer.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 *
 * @example
 * ```ts
 * import { intraClassEntropy } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const Z = [[1, 0], [0, 1], [1, 1], [2, 2]];
 * assertAlmostEquals(intraClassEntropy(Z, [0, 0, 1, 1]), Math.log(2) / 2, 1e-14);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767.
 */
export function intraClassEntropy(Z: MatrixLike, labels: VectorLike): number {
  const check = new Check("compute the intra-class entropy");
  const directions = normalizeRows(check.directions(Z, "Z"));
  const integers = check.labels(labels, "labels", directions.rows);
  const present = presentClasses(integers);
  const entropies = present.map((rows) =>
    entropyOfSpectrum(rowSpectrum(gatherRows(directions, rows)))
  );
  return entropies.reduce((a, b) => a + b, 0) / present.length;
}

/**
 * Matrix entropy between classes, in nats: the entropy of the class means as they are, not centred.
 *
 * 0 when all class means are parallel, `log C` when they are orthogonal, `log(C − 1)` at neural collapse
 * of balanced classes.
 *
 * Cost `N d` and an eigen-decomposition of size `min(C, d)`.
 *
 * @param Z Representations, `[N, d]`.
 * @param labels `[N]`, non-negative integers.
 * @returns In `[0, log min(C, d)]` for `C` classes present.
 * @throws {ShapeError} Representations and labels do not fit each other.
 * @throws {LabelError} A label is not a non-negative integer.
 * @throws {NotFiniteError} An entry is not finite or a class mean is zero.
 *
 * @example
 * ```ts
 * import { interClassEntropy } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const Z = [[1, 1], [1, -1], [0, 2]];
 * assertAlmostEquals(interClassEntropy(Z, [0, 0, 1]), Math.log(2), 1e-14);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767.
 */
export function interClassEntropy(Z: MatrixLike, labels: VectorLike): number {
  const check = new Check("compute the inter-class entropy");
  const representations = check.matrix(Z, "Z");
  const integers = check.labels(labels, "labels", representations.rows);
  const present = presentClasses(integers);
  const means = DenseMatrix.zeros(present.length, representations.columns);
  present.forEach((rows, c) =>
    means.row(c).set(meanRow(gatherRows(representations, rows)))
  );
  const directed = check.directions(means, "class means");
  return entropyOfSpectrum(directionSpectrum(directed));
}
