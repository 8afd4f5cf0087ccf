/**
 * From three entropies to the mutual information and the two ratios.
 *
 * @module
 */

import { differenceOfEntropies } from "../linalg/spectral_entropy.ts";

/** Entropies of two sides and of both together, in nats. */
export interface Triple {
  readonly first: number;
  readonly second: number;
  readonly joint: number;
}

/** `MI = H₁ + H₂ − H₁₂`, in nats. */
export function mutualInformationOf({ first, second, joint }: Triple): number {
  return differenceOfEntropies(first + second, joint);
}

/** `MIR = MI / min(H₁, H₂)`; `NaN` where an entropy is 0. */
export function mirOf(triple: Triple): number {
  const smaller = Math.min(triple.first, triple.second);
  return smaller === 0 ? NaN : mutualInformationOf(triple) / smaller;
}

/** `HDR = |H₁ − H₂| / max(H₁, H₂)`; `NaN` where both entropies are 0. */
export function hdrOf({ first, second }: Triple): number {
  const larger = Math.max(first, second);
  return larger === 0
    ? NaN
    : Math.abs(differenceOfEntropies(first, second)) / larger;
}
