import type { Scalar, Tensor } from "../core/tfjs_types.ts";
import { lossScalar } from "./_scalar.ts";

/**
 * Von Neumann entropy (VNE) of representations as a loss, in nats, negative: minimising it spreads
 * representations over more directions.
 *
 * `−H(ẐᵀẐ/N)`, `H` the entropy of the autocorrelation `[d, d]`. That has the nonzero eigenvalues of the Gram,
 * so this is minus {@linkcode matrixEntropyLoss}; Kim et al. train with `L − α·H`, which is
 * `L + α·vonNeumannEntropyLoss`. 0, with gradient 0, where all rows are parallel, a stationary point that
 * training does not leave by itself; `−log min(N, d)` at its best.
 *
 * Cost as {@linkcode matrixEntropyLoss}.
 *
 * @param z Representations, `[N, d]`, no zero row.
 * @returns A scalar in `[−log min(N, d), 0]`.
 * @throws {ShapeError} `z` is not a tensor of rank 2, or is empty.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {Error} The backend cannot read synchronously: see {@linkcode informationTerm}.
 *
 * @example
 * ```ts
 * import { vonNeumannEntropyLoss } from "interplay/losses";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const z = tf.tensor2d([[1, 0, 0], [0, 3, 0]]);
 * assertAlmostEquals(vonNeumannEntropyLoss(z).dataSync()[0]!, -Math.log(2), 1e-6);
 * ```
 *
 * @see Kim, Kang, Hwang, Shin and Rhee, "VNE: An Effective Method for Improving Deep Representation by
 * Manipulating Eigenvalue Distribution", CVPR 2023.
 */
export function vonNeumannEntropyLoss(z: Tensor): Scalar {
  return lossScalar("vonNeumannEntropy", z);
}
