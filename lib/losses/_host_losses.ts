/**
 * Every loss by name, as it is computed on the host.
 *
 * @module
 */

import type { Check } from "../core/check.ts";
import type { Tensor } from "../core/tfjs_types.ts";
import { alignmentTerm } from "./_alignment_term.ts";
import { entropyTerm } from "./_entropy_term.ts";
import { interplayTerm } from "./_interplay_term.ts";
import type { HostTerm } from "./_term.ts";
import type { LossArguments, LossName } from "./information_term.ts";
import type { InterplayWeights } from "./interplay_loss.ts";

/** One loss with its arguments. */
export interface HostLoss<A extends readonly unknown[]> {
  /** What it is called in a message. */
  readonly title: string;
  /** Names of the arguments it has gradients by: the first ones. */
  readonly inputs: readonly string[];
  /** Computes it; a tensor must be readable, or be its values with a shape. */
  compute(check: Check, ...args: A): HostTerm;
}

function entropy(title: string, sign: 1 | -1): HostLoss<[z: Tensor]> {
  return {
    title,
    inputs: ["z"],
    compute: (check, z) => entropyTerm(check, z, sign),
  };
}

function pair(
  title: string,
  weights: InterplayWeights,
): HostLoss<[z1: Tensor, z2: Tensor]> {
  return {
    title,
    inputs: ["z1", "z2"],
    compute: (check, z1, z2) => interplayTerm(check, [z1, z2], weights),
  };
}

/** The table. */
export const hostLosses: { [N in LossName]: HostLoss<LossArguments[N]> } = {
  matrixEntropy: entropy("matrix entropy loss", 1),
  vonNeumannEntropy: entropy("von Neumann entropy loss", -1),
  mutualInformation: pair("mutual information loss", { mutualInformation: 1 }),
  entropyDifference: pair("entropy difference loss", { entropyDifference: 1 }),
  mir: pair("MIR loss", { mir: 1 }),
  hdr: pair("HDR loss", { hdr: 1 }),
  interplay: {
    title: "interplay loss",
    inputs: ["z1", "z2"],
    compute: (check, z1, z2, weights) =>
      interplayTerm(check, [z1, z2], weights),
  },
  crossModalAlignment: {
    title: "cross-modal alignment loss",
    inputs: ["image", "text"],
    compute: (check, image, text, labels, options) =>
      alignmentTerm(check, { image, text, labels }, options),
  },
};
