/**
 * Entropies of representations against the head row of each sample's label.
 *
 * @module
 */

import type { DenseMatrix } from "../core/matrix.ts";
import {
  type Estimate,
  type EstimateEffort,
  labelledOperator,
} from "../linalg/lanczos/mod.ts";
import {
  labelledSpectrum,
  repeatedRowSpectrum,
  rowSpectrum,
} from "../linalg/spectra.ts";
import { entropyOfSpectrum } from "../linalg/spectral_entropy.ts";
import {
  hdrOf,
  mirOf,
  mutualInformationOf,
  type Triple,
} from "./_entropies.ts";
import {
  exactly,
  operatorEstimate,
  sideEstimate,
  stream,
  type TripleEstimate,
} from "./estimate.ts";

/** Representations, labels and head, checked, rows normalised. */
export interface Labelled {
  /** `[N, d]`, unit rows. */
  readonly representations: DenseMatrix;
  /** `[N]`, in `[0, C)`. */
  readonly labels: Int32Array;
  /** `[C, d']`, unit rows. */
  readonly head: DenseMatrix;
}

/** Entropies of the representations, of the head rows of the labels, and of both together, in nats. */
export interface InterplayEntropies {
  /** `H(G(Z))`, in `[0, log N]`. */
  readonly representations: number;
  /** `H(G([w_{y_1} … w_{y_N}]))`, in `[0, log C]`. */
  readonly head: number;
  /** `H` of the Hadamard product of both Grams. */
  readonly joint: number;
}

/** The numbers of one comparison of representations with a head. */
export interface InterplayValues {
  /** Matrix entropies, in nats. */
  readonly entropy: InterplayEntropies;
  /** Matrix mutual information, in nats. */
  readonly mutualInformation: number;
  /** Matrix mutual information ratio; `NaN` where an entropy is 0. */
  readonly mir: number;
  /** Matrix entropy difference ratio; `NaN` where both entropies are 0. */
  readonly hdr: number;
}

/** How often each class occurs, `[C]`. */
export function classCounts(labels: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label] = counts[label]! + 1;
  return counts;
}

/** The joint entropy alone: the part that changes when labels are permuted. */
export function jointEntropy(
  { representations, labels, head }: Labelled,
): number {
  return entropyOfSpectrum(labelledSpectrum(representations, labels, head));
}

/** All three entropies. */
export function labelledEntropies(sides: Labelled): InterplayEntropies {
  const { representations, labels, head } = sides;
  const counts = classCounts(labels, head.rows);
  return {
    representations: entropyOfSpectrum(rowSpectrum(representations)),
    head: entropyOfSpectrum(repeatedRowSpectrum(head, counts)),
    joint: jointEntropy(sides),
  };
}

/** The joint entropy, estimated. */
export function jointEstimate(
  { representations, labels, head }: Labelled,
  effort: EstimateEffort,
): Estimate {
  return operatorEstimate(labelledOperator(representations, labels, head), {
    alpha: 1,
    effort: stream(effort, "joint"),
  });
}

/** All three entropies with their errors; the head, a problem of size `C`, is exact. */
export function labelledEstimates(
  sides: Labelled,
  effort: EstimateEffort,
): TripleEstimate {
  const { representations, labels, head } = sides;
  const counts = classCounts(labels, head.rows);
  return {
    first: sideEstimate(representations, {
      alpha: 1,
      effort: stream(effort, "first"),
    }),
    second: exactly(entropyOfSpectrum(repeatedRowSpectrum(head, counts))),
    joint: jointEstimate(sides, effort),
  };
}

/** The entropies of a comparison, without their errors. */
export function entropiesOf(
  { first, second, joint }: TripleEstimate,
): InterplayEntropies {
  return {
    representations: first.value,
    head: second.value,
    joint: joint.value,
  };
}

/** Mutual information, MIR and HDR of three entropies, with them. */
export function interplayValues(entropy: InterplayEntropies): InterplayValues {
  const triple: Triple = {
    first: entropy.representations,
    second: entropy.head,
    joint: entropy.joint,
  };
  return {
    entropy,
    mutualInformation: mutualInformationOf(triple),
    mir: mirOf(triple),
    hdr: hdrOf(triple),
  };
}
