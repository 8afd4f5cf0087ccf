import type { Scalar, Tensor } from "../core/tfjs_types.ts";
import { lossScalar } from "./_scalar.ts";

/**
 * Matrix mutual information ratio as a loss, without unit, negative: `−MI / min(H(K₁), H(K₂))`.
 *
 * Minus {@linkcode mir} of the metrics, but where an entropy is 0 and the ratio 0/0, the metric is `NaN` and
 * the loss is 0 with gradient 0, so that one such batch does not end a training. Close to that point the
 * gradient is large: it has the smaller entropy in its denominator. Where both entropies are equal the
 * minimum counts half for each. The ratio is no better than its references: see {@linkcode interplay}.
 *
 * Cost as {@linkcode mutualInformationLoss}.
 *
 * @param z1 Representations, `[N, d₁]`, no zero row.
 * @param z2 Representations of the same samples, or the head row of each label, `[N, d₂]`, no zero row.
 * @returns A scalar in `[−1, 0]`.
 * @throws {ShapeError} An input is not a tensor of rank 2, is empty, or the rows differ in number.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {Error} The backend cannot read synchronously: see {@linkcode informationTerm}.
 *
 * @example
 * ```ts
 * import { mirLoss } from "interplay/losses";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const orthogonal = tf.tensor2d([[1, 0], [0, 1]]);
 * assertAlmostEquals(mirLoss(orthogonal, tf.tensor2d([[1, 2], [3, 1]])).dataSync()[0]!, -1, 1e-6);
 * assertEquals(mirLoss(orthogonal, tf.tensor2d([[1, 0], [1, 0]])).dataSync()[0], 0); // 0/0
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Definition 3.3.
 */
export function mirLoss(z1: Tensor, z2: Tensor): Scalar {
  return lossScalar("mir", z1, z2);
}
