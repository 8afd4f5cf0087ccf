import type { VectorLike } from "../core/matrix.ts";
import type { Scalar, Tensor } from "../core/tfjs_types.ts";
import { lossScalar } from "./_scalar.ts";

/** Options of {@linkcode crossModalAlignmentLoss}. */
export interface CrossModalAlignmentOptions {
  /**
   * Over what entropies are taken: "classwise" (the loss of the paper, if left out), each class's images with
   * its text; "modal", the direction of the mean of each class's images with its text; "all", all images
   * and the texts of their classes at once.
   */
  readonly variant?: "classwise" | "modal" | "all";
}

/**
 * Cross-modal alignment (CMA) loss, without unit: how far images and the text of their class are from one
 * direction, as the mean over the classes in the batch of an entropy divided by its ceiling.
 *
 * For each class `c` that has images in the batch, `R_c` holds their directions and that of its text, `n_c`
 * rows in all; `e_c = H(R_c R_cᵀ) / log n_c`; the loss is the mean of the `e_c`. 0, with gradient 0, where each
 * class has one direction (antipodes count as one); 1 where all are orthogonal. For one image `e_c` is the
 * binary entropy, in bits, of `(1 + cos)/2`. The paper minimises `(1 − λ)·L_ce + λ·L_cma`, with gradients
 * into the text side alone: there `image` is a constant.
 *
 * "modal" takes `R_c` of two rows, the prototype and the text, and "all" one `R` for the whole batch; the paper
 * names both for comparison and says no more about them.
 *
 * Cost: for each class an eigen-decomposition with vectors of size `min(n_c, d)`, on the host in
 * float64.
 *
 * @param image Image features, `[N, d]`, of any length but 0.
 * @param text Text features, or rows of the head, of every class, `[C, d]`, of any length but 0.
 * @param labels Class of each image, `[N]`, in `[0, C)`.
 * @param options The variant.
 * @returns A scalar in `[0, 1]`.
 * @throws {ShapeError} A feature matrix is not a tensor of rank 2 or is empty, the widths differ, or the number
 * of labels is not `N`.
 * @throws {NotFiniteError} An entry is not finite, a row is zero, or, with "modal", the directions of a class
 * cancel.
 * @throws {LabelError} A label is not an integer in `[0, C)`.
 * @throws {OptionsError} An option is unknown.
 * @throws {Error} The backend cannot read synchronously: see {@linkcode informationTerm}.
 *
 * @example
 * ```ts
 * import { crossModalAlignmentLoss } from "interplay/losses";
 * import * as tf from "@tensorflow/tfjs";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const image = tf.tensor2d([[1, 0], [0, 2]]);
 * const text = tf.tensor2d([[3, 0], [1, 0]]);
 * const loss = crossModalAlignmentLoss(image, text, [0, 1]);
 * assertAlmostEquals(loss.dataSync()[0]!, (0 + 1) / 2, 1e-6); // aligned, orthogonal
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, the loss of cross-modal alignment.
 */
export function crossModalAlignmentLoss(
  image: Tensor,
  text: Tensor,
  labels: VectorLike,
  options?: CrossModalAlignmentOptions,
): Scalar {
  return lossScalar("crossModalAlignment", image, text, labels, options);
}
