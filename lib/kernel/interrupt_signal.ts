/**
 * The Interrupt button for a user's own code.
 *
 * @module
 */

import { InterruptListener } from "../core/interrupt.ts";

let listener: InterruptListener | undefined;

/** Ends the signal of a cell that has ended. */
export function endSignal(): void {
  listener?.[Symbol.dispose]();
  listener = undefined;
}

/**
 * A signal that the Interrupt button of the notebook aborts, for code of a cell's own. The runs of this
 * library need none: they listen by themselves.
 *
 * All calls in one cell give the same signal, the next cell has a fresh one. Outside a kernel nothing aborts
 * it.
 *
 * @returns a signal for `fetch`, timers, or a loop that looks at `aborted`.
 *
 * @example
 * ```ts
 * import { interrupt } from "interplay";
 * import { interruptSignal } from "interplay/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * const signal = interruptSignal();
 * let steps = 0;
 * while (!signal.aborted) {
 *   await Promise.resolve();
 *   if (++steps === 5) interrupt(); // what the button does
 * }
 * assertEquals(steps, 5);
 * ```
 */
export function interruptSignal(): AbortSignal {
  listener ??= new InterruptListener();
  return listener.signal;
}
