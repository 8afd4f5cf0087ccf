import type { Scalar, Tensor } from "../core/tfjs_types.ts";
import { lossScalar } from "./_scalar.ts";

/**
 * Absolute difference of two matrix entropies as a loss, in nats: the paper adds `λ` times it to the
 * cross-entropy, with `z1` the representations of a batch and `z2` the head row of each sample's label.
 *
 * `|H(K₁) − H(K₂)|`. 0 where both agree (to 1e-13 of them), and there the gradient is 0: the kink has none
 * of its own, and 0 is what stays put.
 *
 * Computed on the host in float64: eigen-decompositions with vectors of size `min(N, d₁)` and
 * `min(N, d₂)`, equal rows taken once; no joint entropy is needed.
 *
 * @param z1 Representations, `[N, d₁]`, no zero row.
 * @param z2 Representations of the same samples, or the head row of each label, `[N, d₂]`, no zero row.
 * @returns A scalar in `[0, log N]`.
 * @throws {ShapeError} An input is not a tensor of rank 2, is empty, or the rows differ in number.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {Error} The backend cannot read synchronously: see {@linkcode informationTerm}.
 *
 * @example
 * ```ts
 * import { entropyDifferenceLoss } from "interplay/losses";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const z1 = tf.tensor2d([[1, 0], [0, 1]]);
 * const z2 = tf.tensor2d([[1, 0], [2, 0]]);
 * assertAlmostEquals(entropyDifferenceLoss(z1, z2).dataSync()[0]!, Math.log(2), 1e-6);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767.
 */
export function entropyDifferenceLoss(z1: Tensor, z2: Tensor): Scalar {
  return lossScalar("entropyDifference", z1, z2);
}
