import type { Scalar, Tensor } from "../core/tfjs_types.ts";
import { lossScalar } from "./_scalar.ts";

/**
 * Matrix mutual information as a loss, in nats, negative: the paper adds `λ` times it to the
 * cross-entropy, with `z1` the representations of a batch and `z2` the head row of each sample's label.
 *
 * `−MI = H(K₁ ⊙ K₂) − H(K₁) − H(K₂)`: minus {@linkcode matrixMutualInformation} of the metrics. 0 when one
 * side has no entropy; `−min(H(K₁), H(K₂))` at its best. The gradient is finite everywhere.
 *
 * Computed on the host in float64: eigen-decompositions with vectors of size `min(N, d₁)`,
 * `min(N, d₂)`, and the joint of size `N`, or `d₁ d₂` where that is cheaper. Equal rows are found: the rows
 * of a head of `C` classes make problems of size `C` instead of `N` or `d₂`. Both this and {@linkcode entropyDifferenceLoss} in one:
 * {@linkcode interplayLoss}.
 *
 * Pick the head rows by `tf.matMul(tf.oneHot(labels, C), head)`: the gradient of `tf.gather` needs a kernel
 * that the WASM backend of tfjs lacks.
 *
 * @param z1 Representations, `[N, d₁]`, no zero row.
 * @param z2 Representations of the same samples, or the head row of each label, `[N, d₂]`, no zero row.
 * @returns A scalar in `[−min(H(K₁), H(K₂)), 0]`.
 * @throws {ShapeError} An input is not a tensor of rank 2, is empty, or the rows differ in number.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {Error} The backend cannot read synchronously: see {@linkcode informationTerm}.
 *
 * @example
 * ```ts
 * import { mutualInformationLoss } from "interplay/losses";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const representations = tf.tensor2d([[2, 0], [0, 1], [3, 0], [0, 2]]);
 * const head = tf.tensor2d([[1, 0], [0, 1]]); // a row a class
 * const rows = tf.matMul(tf.oneHot([0, 1, 0, 1], 2), head);
 * const loss = mutualInformationLoss(representations, rows);
 * assertAlmostEquals(loss.dataSync()[0]!, -Math.log(2), 1e-6);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Definition 3.2.
 * @see Song, Tan, Zou, Chen, Ma and Huang, "Exploring Information-Theoretic Metrics Associated with Neural
 * Collapse in Supervised Training", arXiv 2409.16767, for the loss.
 */
export function mutualInformationLoss(z1: Tensor, z2: Tensor): Scalar {
  return lossScalar("mutualInformation", z1, z2);
}
