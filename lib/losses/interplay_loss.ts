import type { Scalar, Tensor } from "../core/tfjs_types.ts";
import { lossScalar } from "./_scalar.ts";

/** How much of each loss goes into an {@linkcode interplayLoss}; 0 for what is left out. */
export interface InterplayWeights {
  /** Of {@linkcode mutualInformationLoss}, the `λ_mi` of the paper. */
  readonly mutualInformation?: number;
  /** Of {@linkcode entropyDifferenceLoss}, the `λ_id` of the paper. */
  readonly entropyDifference?: number;
  /** Of {@linkcode mirLoss}. */
  readonly mir?: number;
  /** Of {@linkcode hdrLoss}. */
  readonly hdr?: number;
}

/**
 * A weighted sum of losses on the same two sides, in one: entropies, decompositions and their gradients are
 * shared, so that several terms cost what the dearest of them does.
 *
 * `λ_mi·(−MI) + λ_id·|ΔH| + λ_mir·(−MIR) + λ_hdr·HDR`, each as its own loss defines it at degenerate points.
 *
 * Cost as {@linkcode mutualInformationLoss}; without `mutualInformation` and `mir`, as
 * {@linkcode entropyDifferenceLoss}.
 *
 * @param z1 Representations, `[N, d₁]`, no zero row.
 * @param z2 Representations of the same samples, or the head row of each label, `[N, d₂]`, no zero row.
 * @param weights The factor of each loss, any finite number.
 * @returns A scalar.
 * @throws {ShapeError} An input is not a tensor of rank 2, is empty, or the rows differ in number.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} There is no loss of this name, or its weight is not a finite number.
 * @throws {Error} The backend cannot read synchronously: see {@linkcode informationTerm}.
 *
 * @example
 * ```ts
 * import { entropyDifferenceLoss, interplayLoss, mutualInformationLoss } from "interplay/losses";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const z1 = tf.tensor2d([[1, 0], [1, 2], [0, 1]]);
 * const z2 = tf.tensor2d([[1, 0], [3, 1], [2, 1]]);
 * const both = interplayLoss(z1, z2, { mutualInformation: 0.1, entropyDifference: 0.2 });
 * const [mi] = mutualInformationLoss(z1, z2).dataSync();
 * const [difference] = entropyDifferenceLoss(z1, z2).dataSync();
 * assertAlmostEquals(both.dataSync()[0]!, 0.1 * mi! + 0.2 * difference!, 1e-6);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767.
 */
export function interplayLoss(
  z1: Tensor,
  z2: Tensor,
  weights: InterplayWeights,
): Scalar {
  return lossScalar("interplay", z1, z2, weights);
}
