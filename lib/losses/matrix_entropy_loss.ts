import type { Scalar, Tensor } from "../core/tfjs_types.ts";
import { lossScalar } from "./_scalar.ts";

/**
 * Matrix entropy of representations as a loss, in nats: minimising it pulls representations into fewer
 * directions.
 *
 * `H = −tr(K log K)`, `K = ẐẐᵀ/N`: {@linkcode matrixEntropy} of the metrics, with the gradient
 * `−(2/N) Ẑ log(ẐᵀẐ/N)` taken through the lengths of the rows. 0, with gradient 0, where all rows are
 * parallel or `N = 1`; `log N` where they are orthogonal. For the opposite direction see
 * {@linkcode vonNeumannEntropyLoss}.
 *
 * Computed on the host in float64: an eigen-decomposition with vectors of size `min(N, d)` and two
 * products. The gradient is finite for repeated and for vanishing eigenvalues; there is no second
 * derivative (it comes out as zero).
 *
 * @param z Representations, `[N, d]`, no zero row (which a rectifier can make: measure before it).
 * @returns A scalar in `[0, log min(N, d)]`.
 * @throws {ShapeError} `z` is not a tensor of rank 2, or is empty.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {Error} The backend cannot read synchronously: see {@linkcode informationTerm}.
 *
 * @example
 * ```ts
 * import { matrixEntropyLoss } from "interplay/losses";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const z = tf.tensor2d([[1, 0], [0, 3]]);
 * const { value, grad } = tf.valueAndGrad((z) => matrixEntropyLoss(z))(z);
 * assertAlmostEquals(value.dataSync()[0]!, Math.log(2), 1e-6); // orthogonal: the most there is
 * assertAlmostEquals(tf.norm(grad).dataSync()[0]!, 0, 1e-6);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, "Unveiling the Dynamics of Information Interplay in Supervised
 * Learning", ICML 2024, Definition 3.1.
 */
export function matrixEntropyLoss(z: Tensor): Scalar {
  return lossScalar("matrixEntropy", z);
}
