/**
 * Losses on the information in representations: differentiable scalars of tfjs with analytic gradients,
 * on every backend.
 *
 * @module
 */

export type { Scalar, Tensor } from "../core/tfjs_types.ts";
export {
  crossModalAlignmentLoss,
  type CrossModalAlignmentOptions,
} from "./cross_modal_alignment_loss.ts";
export { entropyDifferenceLoss } from "./entropy_difference_loss.ts";
export { hdrLoss } from "./hdr_loss.ts";
export {
  informationTerm,
  type LossArguments,
  type LossName,
  type LossTerm,
} from "./information_term.ts";
export { interplayLoss, type InterplayWeights } from "./interplay_loss.ts";
export { matrixEntropyLoss } from "./matrix_entropy_loss.ts";
export { mirLoss } from "./mir_loss.ts";
export { mutualInformationLoss } from "./mutual_information_loss.ts";
export { surrogateLoss } from "./surrogate_loss.ts";
export { vonNeumannEntropyLoss } from "./von_neumann_entropy_loss.ts";
