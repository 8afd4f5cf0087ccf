/**
 * What may be added to the cross-entropy of two modalities, and how it is trained.
 *
 * @module
 */

import type { CrossModalOptions } from "../training/train_cross_modal.ts";
import type {
  AlignmentLearning,
  CrossModalAlignmentConfig,
} from "./cross_modal_alignment.ts";

/** The name of cross-entropy alone. */
export const ALONE = "crossEntropy";

/**
 * A term beside the cross-entropy, each with a weight: "weakened" none, but the cross-entropy times `1 − λ`, to
 * tell what that alone does; "vonNeumannEntropy" VNE, `−α·H` of the texts; "classwise" (the loss of the paper),
 * "modal" and "all" the variants of cross-modal alignment, `(1 − λ)·L_ce + λ·L_cma`.
 */
export type AlignmentMethod =
  | "weakened"
  | "vonNeumannEntropy"
  | "classwise"
  | "modal"
  | "all";

/** All of them, in the order of tables. */
export const METHODS: readonly AlignmentMethod[] = [
  "weakened",
  "vonNeumannEntropy",
  "classwise",
  "modal",
  "all",
];

/** One way to train. */
export interface AlignmentSetting {
  readonly method: AlignmentMethod | typeof ALONE;
  /** `λ`, or `α` of VNE; 0 for cross-entropy alone. */
  readonly weight: number;
}

/** Cross-entropy alone. */
export const CROSS_ENTROPY: AlignmentSetting = { method: ALONE, weight: 0 };

/** How formulas have them. */
export const SIGNS: Readonly<Record<AlignmentMethod, string>> = {
  weakened: "(1 − λ)·CE",
  vonNeumannEntropy: "CE − α·H (VNE)",
  classwise: "CMA, classwise",
  modal: "CMA, modal",
  all: "CMA, all",
};

/** The weights that are tried of a method. */
export function weightsOf(
  { lambdas, alphas }: CrossModalAlignmentConfig,
  method: AlignmentMethod,
): readonly number[] {
  if (method === "vonNeumannEntropy") return alphas;
  return method === "weakened" ? lambdas.filter((x) => x < 1) : lambdas;
}

/** All that the sweep trains. */
export function sweptSettings(
  config: CrossModalAlignmentConfig,
): AlignmentSetting[] {
  return [
    CROSS_ENTROPY,
    ...config.methods.flatMap((method) =>
      weightsOf(config, method).map((weight) => ({ method, weight }))
    ),
  ];
}

/**
 * The options of a setting. `(1 − λ)·L_ce` is a learning rate `1 − λ` times as high with a weight decay as many
 * times stronger: gradient descent on either takes the same steps.
 */
export function optionsOf(
  { method, weight }: AlignmentSetting,
  { learningRate, weightDecay }: AlignmentLearning,
): CrossModalOptions {
  switch (method) {
    case ALONE:
      return {};
    case "weakened":
      return {
        learningRate: learningRate * (1 - weight),
        weightDecay: weightDecay / (1 - weight),
      };
    case "vonNeumannEntropy":
      return { vonNeumannEntropy: weight };
    default:
      return { alignment: { weight, variant: method } };
  }
}
