/**
 * Everything that compares two sets of representations, on the host.
 *
 * @module
 */

import { z } from "zod";
import type { Check } from "../core/check.ts";
import { DenseMatrix, type MatrixLike } from "../core/matrix.ts";
import { blend, needsJoint } from "./_blend.ts";
import { type Directions, directionsOf, pullBack } from "./_directions.ts";
import { jointEntropy } from "./_joint_entropy.ts";
import { rowEntropy } from "./_row_entropy.ts";
import type { HostTerm } from "./_term.ts";
import type { InterplayWeights } from "./interplay_loss.ts";

const weight = z.number().default(0);

const interplayWeights = z.strictObject({
  mutualInformation: weight,
  entropyDifference: weight,
  mir: weight,
  hdr: weight,
});

/** Gradients with respect to directions, each with its factor; one whose factor is 0 may be missing. */
type Parts =
  readonly (readonly [factor: number, part: DenseMatrix | undefined])[];

/** The weighted sum of the terms of two sides; all of them share the decompositions. */
export function interplayTerm(
  check: Check,
  [z1, z2]: readonly [MatrixLike, MatrixLike],
  weights: InterplayWeights,
): HostTerm {
  const parsed = check.options(interplayWeights, weights);
  const [a, b] = pairOf(check, z1, z2);
  const first = rowEntropy(a);
  const second = rowEntropy(b);
  const joint = needsJoint(parsed) ? jointEntropy(a, b) : undefined;
  const { value, partials } = blend({
    first: first.value,
    second: second.value,
    joint: joint?.value ?? 0,
  }, parsed);
  const gradients = () => {
    const own1 = partials.first === 0 ? undefined : first.gradient();
    const own2 = partials.second === 0 ? undefined : second.gradient();
    const shared = partials.joint === 0 ? undefined : joint?.gradients();
    return [
      rowGradient(a, [[partials.first, own1], [partials.joint, shared?.[0]]]),
      rowGradient(b, [[partials.second, own2], [partials.joint, shared?.[1]]]),
    ];
  };
  return { value, gradients };
}

function pairOf(
  check: Check,
  z1: MatrixLike,
  z2: MatrixLike,
): [Directions, Directions] {
  const first = check.directions(z1, "z1");
  const second = check.directions(z2, "z2");
  check.rows(second, "z2", first.rows);
  return [directionsOf(first), directionsOf(second)];
}

/** The weighted sum of all parts as a gradient with respect to the rows. */
function rowGradient(side: Directions, parts: Parts): DenseMatrix {
  const sum = DenseMatrix.zeros(side.index.length, side.unit.columns);
  for (const [factor, part] of parts) {
    if (part === undefined) continue;
    for (let k = 0; k < sum.data.length; k++) {
      sum.data[k] = sum.data[k]! + factor * part.data[k]!;
    }
  }
  return pullBack(side, sum);
}
