/** How the learning rate goes over a run, after its warm-up. */
export type Schedule = "constant" | "cosine" | "fixMatch";

/** Where {@linkcode learningRateAt} looks. */
export interface SchedulePoint {
  /** The largest rate. */
  readonly base: number;
  /** Steps taken before this one. */
  readonly step: number;
  /** Steps of the run. */
  readonly steps: number;
  /** Steps in which the rate first rises to `base`, those of the schedule coming after; 0 if left out. */
  readonly warmup?: number;
}

/**
 * The learning rate of one step of a run, in `[0, base]`.
 *
 * "cosine" falls from `base` to 0 along half a cosine: `base · (1 + cos(π · step / steps)) / 2`.
 * "fixMatch" falls to about a fifth along a part of a quarter: `base · cos(7π · step / (16 · steps))`. During
 * a warm-up of `n` steps the rate of step `k` (from 0) is `base · (k + 1) / n`; the schedule then has the
 * remaining steps.
 *
 * @param schedule Its shape.
 * @param point The base rate, the step from 0 on, the number of steps of the run, and of its warm-up.
 * @returns The rate.
 *
 * @example
 * ```ts
 * import { learningRateAt } from "interplay/training";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * assertEquals(learningRateAt("constant", { base: 0.1, step: 7, steps: 10 }), 0.1);
 * assertAlmostEquals(learningRateAt("cosine", { base: 0.1, step: 5, steps: 10 }), 0.05, 1e-15);
 * assertEquals(learningRateAt("cosine", { base: 0.1, step: 0, steps: 10, warmup: 5 }), 0.02);
 * ```
 *
 * @see Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017, eq. 5.
 * @see Sohn et al., "FixMatch: Simplifying Semi-Supervised Learning with Consistency and Confidence",
 * NeurIPS 2020, for the other cosine.
 */
export function learningRateAt(
  schedule: Schedule,
  { base, step, steps, warmup = 0 }: SchedulePoint,
): number {
  if (step < warmup) return base * (step + 1) / warmup;
  if (schedule === "constant") return base;
  const share = (step - warmup) / (steps - warmup);
  return schedule === "cosine"
    ? base * (1 + Math.cos(Math.PI * share)) / 2
    : base * Math.cos(7 * Math.PI * share / 16);
}
