/**
 * What each press of the Interrupt button does.
 *
 * @module
 */

import type { InterruptAnswer } from "../core/interrupt.ts";

/** What the ladder can do. */
export interface LadderActions {
  /** Interrupts the work that listens. */
  readonly interrupt: () => InterruptAnswer;
  /** Tells the user. */
  readonly say: (text: string) => void;
  /** Ends the kernel. */
  readonly end: () => void;
  /** Milliseconds on any clock. */
  readonly now: () => number;
}

/** Two presses within so many milliseconds are one: a nervous finger, or a front end that sends two signals. */
const ONE_PRESS = 300;

/** So long a press that nobody heard counts as a warning. */
const WARNING_LASTS = 10_000;

const ASKED =
  "Interrupted: what runs stops at its next step and keeps what it has. Interrupt again to leave it at once.";
const FORCED =
  "Interrupted again: the step under way was left, and may have done half of its work. Interrupt again to end the kernel.";
const UNHEARD =
  "Interrupted, but nothing here listens (`interruptSignal()` gives a cell of yours a signal). Interrupt again to end the kernel; its variables are lost.";
const ENDED = "Interrupted: the kernel ends.";
const RELEASED =
  "Interrupted: the code that held the kernel was stopped where it was. Variables keep what they had.";

/**
 * The first press asks what runs to stop at its next step, the second leaves it without waiting for the step,
 * the third ends the kernel. Where nothing listens the first press warns, and the second ends the kernel, as
 * the first does without this library.
 */
export class InterruptLadder {
  readonly #actions: LadderActions;
  #last = -Infinity;
  #warned = -Infinity;

  constructor(actions: LadderActions) {
    this.#actions = actions;
  }

  /** Takes a press. */
  press(): void {
    const now = this.#actions.now();
    const again = now - this.#last < ONE_PRESS;
    this.#last = now;
    if (again) return;
    const { asked, forced } = this.#actions.interrupt();
    if (asked > 0) return this.#actions.say(ASKED);
    if (forced > 0) {
      this.#warned = now;
      return this.#actions.say(FORCED);
    }
    this.#unheard(now);
  }

  /** Takes presses that were answered already, by stopping the code that kept them from being heard. */
  released(): void {
    this.#last = this.#actions.now();
    this.#actions.say(RELEASED);
  }

  /** Forgets earlier presses: the cell they were meant for has ended. */
  reset(): void {
    this.#last = -Infinity;
    this.#warned = -Infinity;
  }

  #unheard(now: number): void {
    if (now - this.#warned > WARNING_LASTS) {
      this.#warned = now;
      return this.#actions.say(UNHEARD);
    }
    this.#actions.say(ENDED);
    this.#actions.end();
  }
}
