/**
 * Calls to metrics as data, so that they can be computed elsewhere: in a worker, as a rule.
 *
 * @module
 */

import { interplay } from "./interplay.ts";
import { matrixEntropy } from "./matrix_entropy.ts";
import { hdr, matrixMutualInformation, mir } from "./mutual_information.ts";
import { report } from "./report.ts";

/** The metrics that can be asked for. */
const METRICS = {
  hdr,
  interplay,
  matrixEntropy,
  matrixMutualInformation,
  mir,
  report,
};

/** A call to one of them. */
export interface Call {
  /** Which. */
  readonly metric: keyof typeof METRICS;
  /** Its arguments, as they can be cloned. */
  readonly args: readonly unknown[];
}

/** Computes a call here. */
export function compute({ metric, args }: Call): unknown {
  const call = METRICS[metric] as (...args: readonly unknown[]) => unknown;
  return call(...args);
}
