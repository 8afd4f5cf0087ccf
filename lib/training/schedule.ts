/** How the learning rate goes over a run. */
export type Schedule = "constant" | "cosine";

/**
 * The learning rate of one step of a run, in `[0, base]`.
 *
 * "cosine" falls from `base` to 0 along half a cosine: `base · (1 + cos(π · step / steps)) / 2`.
 *
 * @param schedule Its shape.
 * @param options The base rate, the step from 0 on, and the number of steps of the run.
 * @returns The rate.
 *
 * @example
 * ```ts
 * import { learningRateAt } from "interplay/training";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * assertEquals(learningRateAt("constant", { base: 0.1, step: 7, steps: 10 }), 0.1);
 * assertAlmostEquals(learningRateAt("cosine", { base: 0.1, step: 5, steps: 10 }), 0.05, 1e-15);
 * ```
 *
 * @see Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017, eq. 5.
 */
export function learningRateAt(
  schedule: Schedule,
  { base, step, steps }: { base: number; step: number; steps: number },
): number {
  if (schedule === "constant") return base;
  return base * (1 + Math.cos(Math.PI * step / steps)) / 2;
}
