/**
 * The weights that belong to a result. They are no part of it: a result is plain JSON, and small.
 *
 * @module
 */

import { decodeWeights, type KeptWeights } from "./_weights.ts";

/** The weights themselves, or the file that holds them. */
const attached = new WeakMap<object, KeptWeights | string>();

/** Gives a result its weights, or the file to read them from once they are needed. */
export function attachWeights(
  result: object,
  weights: KeptWeights | string,
): void {
  attached.set(result, weights);
}

/** The weights of a result; `undefined` if it has none, or is a copy. */
export async function attachedWeights(
  result: object,
): Promise<KeptWeights | undefined> {
  const weights = attached.get(result);
  if (typeof weights !== "string") return weights;
  return await decodeWeights(weights);
}
