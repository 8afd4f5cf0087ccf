import { setImmediate } from "node:timers";

/**
 * Lets timers, messages, signals and displays have their turn; a notebook stays alive. A zero timer would do as
 * well but takes as long as a step of a small network.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
