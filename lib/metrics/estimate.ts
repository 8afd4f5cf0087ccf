/**
 * Entropies too large to decompose, estimated with a stated error, and how that error is carried over to
 * mutual information and to the ratios.
 *
 * @module
 */

import { z } from "zod";
import type { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import type { DenseMatrix } from "../core/matrix.ts";
import { Random } from "../core/random.ts";
import {
  type Estimate,
  type EstimateEffort,
  estimateEntropy,
  gramOperator,
  type PositiveOperator,
} from "../linalg/lanczos/mod.ts";
import { rowSpectrum } from "../linalg/spectra.ts";
import { entropyOfSpectrum } from "../linalg/spectral_entropy.ts";
import { hdrOf, mirOf, mutualInformationOf } from "./_entropies.ts";

/**
 * Asks for an estimate by stochastic Lanczos quadrature in place of an eigen-decomposition: memory and
 * cost grow with the size of the data, not with the square and the cube of the smaller side.
 *
 * It pays from a smaller side of some thousands on, so for joint entropies above all; below that the exact
 * value costs less. Same seed, same bits.
 */
export interface EstimateOptions {
  /** The method; `"slq"` is the only one. */
  readonly estimate: "slq";
  /**
   * Standard error, in nats, of each entropy that is estimated, at which to stop; 0.01 if left out. What is
   * made of the entropies carries its own error.
   */
  readonly standardError?: number;
  /**
   * Random probes for each entropy at most, at least 4; 256 if left out. Where they do not suffice the error
   * stated is larger than the one asked for.
   */
  readonly maxProbes?: number;
  /** Seed of the probes; 0 if left out. */
  readonly seed?: number;
}

/** The fields of {@linkcode EstimateOptions} for a schema whose other fields stand beside them. */
export const estimateFields = {
  estimate: z.literal("slq").optional(),
  standardError: z.number().positive().optional(),
  maxProbes: z.int().min(4).optional(),
  seed: z.int().optional(),
};

/** The effort asked for, or `undefined` if nothing is to be estimated. */
export function effortOf(
  check: Check,
  options: z.output<z.ZodObject<typeof estimateFields>>,
): EstimateEffort | undefined {
  const { estimate, standardError, maxProbes, seed } = options;
  if (estimate === undefined) {
    const stray = Object.entries({ standardError, maxProbes, seed })
      .find(([, value]) => value !== undefined);
    if (stray) {
      const expected = `\`estimate: "slq"\` beside \`${stray[0]}\``;
      check.fail(OptionsError, expected, "none");
    }
    return undefined;
  }
  return {
    standardError: standardError ?? 0.01,
    maxProbes: maxProbes ?? 256,
    seed: seed ?? 0,
  };
}

/** An estimate of several entropies draws from a stream for each, so that their errors are independent. */
export function stream(effort: EstimateEffort, name: string): EstimateEffort {
  return { ...effort, seed: new Random(effort.seed).fork(name).seed };
}

/** Order and effort of an entropy. */
export interface EntropyEffort {
  readonly alpha: number;
  readonly effort: EstimateEffort;
}

/** The entropy behind an operator, estimated. */
export function operatorEstimate(
  operator: PositiveOperator,
  { alpha, effort }: EntropyEffort,
): Estimate {
  return estimateEntropy(operator, { ...effort, alpha });
}

/** A number known exactly, among estimates. */
export function exactly(value: number): Estimate {
  return { value, standardError: 0, probes: 0, steps: 0 };
}

/** Sizes up to which one side of a pair is decomposed all the same: it takes less time. */
const EXACT_SIDE = 1024;

/** The entropy of one side of a pair: exact where its smaller side is at most 1024, else estimated. */
export function sideEstimate(x: DenseMatrix, order: EntropyEffort): Estimate {
  return Math.min(x.rows, x.columns) <= EXACT_SIDE
    ? exactly(entropyOfSpectrum(rowSpectrum(x), order.alpha))
    : operatorEstimate(gramOperator(x), order);
}

/** Estimates of the entropies of two sides, and of both together where it is needed. */
export interface TripleEstimate {
  readonly first: Estimate;
  readonly second: Estimate;
  readonly joint: Estimate;
}

/** An estimate divided by an exactly known number. */
export function divided(estimate: Estimate, by: number): Estimate {
  const { value, standardError } = estimate;
  return { ...estimate, value: value / by, standardError: standardError / by };
}

/** The error of a function of independent estimates, to first order in them. */
function propagate(
  value: number,
  parts: readonly (readonly [estimate: Estimate, slope: number])[],
): Estimate {
  const errors = parts.map(([part, slope]) => slope * part.standardError);
  return {
    value,
    standardError: Number.isNaN(value) ? NaN : Math.hypot(...errors),
    probes: parts.reduce((sum, [part]) => sum + part.probes, 0),
    steps: parts.reduce((most, [part]) => Math.max(most, part.steps), 0),
  };
}

function valuesOf({ first, second, joint }: TripleEstimate) {
  return { first: first.value, second: second.value, joint: joint.value };
}

/** `MI = H₁ + H₂ − H₁₂` with its error. */
export function mutualInformationEstimate(triple: TripleEstimate): Estimate {
  const { first, second, joint } = triple;
  return propagate(mutualInformationOf(valuesOf(triple)), [
    [first, 1],
    [second, 1],
    [joint, -1],
  ]);
}

/** `MIR = MI / H_min` with its error: `∂/∂H_min = (1 − MIR)/H_min`, `∂/∂H_max = 1/H_min`. */
export function mirEstimate(triple: TripleEstimate): Estimate {
  const { first, second, joint } = triple;
  const [smaller, larger] = first.value <= second.value
    ? [first, second]
    : [second, first];
  const value = mirOf(valuesOf(triple));
  return propagate(value, [
    [smaller, (1 - value) / smaller.value],
    [larger, 1 / smaller.value],
    [joint, -1 / smaller.value],
  ]);
}

/** `HDR = 1 − H_min/H_max` with its error. */
export function hdrEstimate(
  { first, second }: Omit<TripleEstimate, "joint">,
): Estimate {
  const [smaller, larger] = first.value <= second.value
    ? [first, second]
    : [second, first];
  const value = hdrOf({
    first: first.value,
    second: second.value,
    joint: NaN,
  });
  return propagate(value, [
    [smaller, -1 / larger.value],
    [larger, smaller.value / larger.value ** 2],
  ]);
}

/** What was estimated in a comparison of representations with a head, with the errors. */
export interface InterplayEstimates {
  /** The entropy of the representations; left out where it is exact, as it is up to 1024 dimensions. */
  readonly representations?: Estimate;
  /** The joint entropy. */
  readonly joint: Estimate;
  /** The mutual information that follows. */
  readonly mutualInformation: Estimate;
  /** The MIR that follows. */
  readonly mir: Estimate;
  /** The HDR that follows. */
  readonly hdr: Estimate;
}

/** The estimates behind an interplay, from those of its entropies. */
export function interplayEstimates(triple: TripleEstimate): InterplayEstimates {
  const { first, joint } = triple;
  return {
    ...(first.probes > 0 ? { representations: first } : {}),
    joint,
    mutualInformation: mutualInformationEstimate(triple),
    mir: mirEstimate(triple),
    hdr: hdrEstimate(triple),
  };
}
