/**
 * What an estimate is, and how much may be spent on one.
 *
 * @module
 */

/** A number that is known up to a stated error. */
export interface Estimate {
  /** The estimate. */
  readonly value: number;
  /**
   * Standard error of `value`: the scatter of the probes, widened for their small number as Student's
   * distribution is, together with a bound on the bias of the quadrature and with rounding.
   */
  readonly standardError: number;
  /** Random probes averaged; 0 where the value did not need any. */
  readonly probes: number;
  /** Steps of the longest Lanczos run; 0 where there was none. */
  readonly steps: number;
}

/** How exact an estimate shall be, what it may cost at most, and from which seed it is drawn. */
export interface EstimateEffort {
  /** Standard error, in nats, at which to stop. */
  readonly standardError: number;
  /** Probes to draw at most, reached or not; at least 4. */
  readonly maxProbes: number;
  /** Seed of the probes. */
  readonly seed: number;
}
