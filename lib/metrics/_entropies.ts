/**
 * From three entropies to the mutual information and the two ratios.
 *
 * @module
 */

/** Entropies of two sides and of both together, in nats. */
export interface Triple {
  readonly first: number;
  readonly second: number;
  readonly joint: number;
}

/** Differences of entropies below this share of them are rounding, and count as zero. */
const ROUNDING = 1e-13;

function difference(a: number, b: number): number {
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b))
    ? 0
    : a - b;
}

/** `MI = H₁ + H₂ − H₁₂`, in nats. */
export function mutualInformationOf({ first, second, joint }: Triple): number {
  return difference(first + second, joint);
}

/** `MIR = MI / min(H₁, H₂)`; `NaN` where an entropy is 0. */
export function mirOf(triple: Triple): number {
  const smaller = Math.min(triple.first, triple.second);
  return smaller === 0 ? NaN : mutualInformationOf(triple) / smaller;
}

/** `HDR = |H₁ − H₂| / max(H₁, H₂)`; `NaN` where both entropies are 0. */
export function hdrOf({ first, second }: Triple): number {
  const larger = Math.max(first, second);
  return larger === 0 ? NaN : Math.abs(difference(first, second)) / larger;
}
