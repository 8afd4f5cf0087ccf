import type { Scalar, Tensor } from "../core/tfjs_types.ts";
import { lossScalar } from "./_scalar.ts";

/**
 * Matrix entropy difference ratio as a loss, without unit: `|H(K₁) − H(K₂)| / max(H(K₁), H(K₂))`.
 *
 * {@linkcode hdr} of the metrics, but where both entropies are 0 and the ratio 0/0, the metric is `NaN` and
 * the loss is 0. There, and wherever both entropies agree (to 1e-13 of them), the gradient is 0.
 *
 * Cost as {@linkcode entropyDifferenceLoss}.
 *
 * @param z1 Representations, `[N, d₁]`, no zero row.
 * @param z2 Representations of the same samples, or the head row of each label, `[N, d₂]`, no zero row.
 * @returns A scalar in `[0, 1]`.
 * @throws {ShapeError} An input is not a tensor of rank 2, is empty, or the rows differ in number.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {Error} The backend cannot read synchronously: see {@linkcode informationTerm}.
 *
 * @example
 * ```ts
 * import { hdrLoss } from "interplay/losses";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertEquals } from "@std/assert";
 *
 * const z1 = tf.tensor2d([[1, 0], [0, 1]]);
 * const z2 = tf.tensor2d([[1, 0], [2, 0]]);
 * assertEquals(hdrLoss(z1, z2).dataSync()[0], 1);
 * assertEquals(hdrLoss(z2, z2).dataSync()[0], 0); // 0/0
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Definition 3.4.
 */
export function hdrLoss(z1: Tensor, z2: Tensor): Scalar {
  return lossScalar("hdr", z1, z2);
}
