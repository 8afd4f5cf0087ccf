/**
 * From three entropies to a weighted sum of losses, with its partial derivatives.
 *
 * @module
 */

import { differenceOfEntropies } from "../linalg/spectral_entropy.ts";
import type { InterplayWeights } from "./interplay_loss.ts";

/** Entropies of two sides and of both together in nats, or something by each of them. */
export interface Triple {
  readonly first: number;
  readonly second: number;
  readonly joint: number;
}

/** A number that depends on three entropies. */
export interface Blend {
  readonly value: number;
  /** By each entropy. */
  readonly partials: Triple;
}

const nothing: Blend = {
  value: 0,
  partials: { first: 0, second: 0, joint: 0 },
};

/** `−MI = H₁₂ − H₁ − H₂`. */
function negativeInformation({ first, second, joint }: Triple): Blend {
  return {
    value: differenceOfEntropies(joint, first + second),
    partials: { first: -1, second: -1, joint: 1 },
  };
}

/** `|H₁ − H₂|`, flat where it is 0. */
function entropyDifference({ first, second }: Triple): Blend {
  const gap = differenceOfEntropies(first, second);
  const sign = Math.sign(gap);
  return {
    value: Math.abs(gap),
    partials: { first: sign, second: -sign, joint: 0 },
  };
}

/**
 * `−MI / min(H₁, H₂)`; 0 and flat where that is 0/0. Where both entropies are equal, as at neural
 * collapse, each is half of the minimum.
 */
function negativeMir(triple: Triple): Blend {
  const { first, second } = triple;
  const smaller = Math.min(first, second);
  if (smaller === 0) return nothing;
  const information = negativeInformation(triple);
  const value = information.value / smaller;
  const share = (1 - Math.sign(differenceOfEntropies(first, second))) / 2;
  return {
    value,
    partials: {
      first: (-1 - share * value) / smaller,
      second: (-1 - (1 - share) * value) / smaller,
      joint: 1 / smaller,
    },
  };
}

/** `|H₁ − H₂| / max(H₁, H₂)`; flat where it is 0, and 0 where it is 0/0. */
function hdr({ first, second }: Triple): Blend {
  const gap = differenceOfEntropies(first, second);
  if (gap === 0) return nothing;
  const larger = Math.max(first, second);
  const value = Math.abs(gap) / larger;
  const ofLarger = (1 - value) / larger;
  const ofSmaller = -1 / larger;
  return {
    value,
    partials: gap > 0
      ? { first: ofLarger, second: ofSmaller, joint: 0 }
      : { first: ofSmaller, second: ofLarger, joint: 0 },
  };
}

const terms: { [T in keyof Required<InterplayWeights>]: (t: Triple) => Blend } =
  {
    mutualInformation: negativeInformation,
    entropyDifference,
    mir: negativeMir,
    hdr,
  };

/** Whether these weights ask for the joint entropy, which costs the most. */
export function needsJoint({ mutualInformation, mir }: InterplayWeights) {
  return Boolean(mutualInformation) || Boolean(mir);
}

/** The weighted sum of all terms. */
export function blend(entropies: Triple, weights: InterplayWeights): Blend {
  const names = Object.keys(terms) as (keyof InterplayWeights)[];
  return names.reduce((sum, name) => {
    const weight = weights[name] ?? 0;
    return weight === 0 ? sum : plus(sum, weight, terms[name](entropies));
  }, nothing);
}

function plus(sum: Blend, weight: number, { value, partials }: Blend): Blend {
  return {
    value: sum.value + weight * value,
    partials: {
      first: sum.partials.first + weight * partials.first,
      second: sum.partials.second + weight * partials.second,
      joint: sum.partials.joint + weight * partials.joint,
    },
  };
}
