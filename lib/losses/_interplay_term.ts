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

/** A gradient with respect to directions, and how much of it goes into the sum. */
interface Part {
  readonly factor: number;
  readonly gradient: DenseMatrix;
}

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
    const both = partials.joint === 0 ? undefined : joint?.gradients();
    const ofJoint = (side: 0 | 1): Part[] =>
      both ? [{ factor: partials.joint, gradient: both[side] }] : [];
    const own = (factor: number, of: typeof first): Part[] =>
      factor === 0 ? [] : [{ factor, gradient: of.gradient() }];
    return [
      rowGradient(a, [...own(partials.first, first), ...ofJoint(0)]),
      rowGradient(b, [...own(partials.second, second), ...ofJoint(1)]),
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

/** The sum of all parts as a gradient with respect to the rows; zeros where there are none. */
function rowGradient(
  side: Directions,
  parts: readonly Part[],
): DenseMatrix {
  const sum = DenseMatrix.zeros(side.index.length, side.unit.columns);
  for (const { factor, gradient } of parts) {
    for (let k = 0; k < sum.data.length; k++) {
      sum.data[k] = sum.data[k]! + factor * gradient.data[k]!;
    }
  }
  return pullBack(side, sum);
}
