/**
 * How a running experiment hears of an interrupt that nobody handed to it. Whoever works for long listens
 * here; the kernel, when its Interrupt button is pressed, speaks here. Neither knows the other.
 *
 * @module
 */

import { InterruptedError } from "./errors.ts";

const listeners = new Set<InterruptListener>();

/** What became of an interrupt: how many pieces of work heard it, and in which way. */
export interface InterruptAnswer {
  /** Asked to stop at their next step. */
  readonly asked: number;
  /** Had been asked already, and were left where they were. */
  readonly forced: number;
}

/**
 * Listens for an interrupt while a piece of work goes on: from its construction until it is disposed.
 *
 * The first interrupt aborts `signal`: the work is to stop at its next step and to keep what it has. The
 * second rejects what {@linkcode InterruptListener.unlessForced} waits for: the caller goes on although the
 * step has not ended.
 *
 * @example
 * ```ts
 * import { interrupt, InterruptListener } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = new InterruptListener();
 * assertEquals(interrupt(), { asked: 1, forced: 0 }); // one piece of work has heard it
 * assertEquals(listener.signal.aborted, true);
 * ```
 */
export class InterruptListener implements Disposable {
  /** Aborted by an interrupt, or by the signal that the work was given. */
  readonly signal: AbortSignal;
  readonly #asked = new AbortController();
  readonly #forced = Promise.withResolvers<never>();
  readonly #message: string;
  #isForced = false;

  /**
   * Listens from now on; `own` is a signal that the work was given by its caller, `action` what the work is
   * ("load MNIST"), for the error that an interrupt ends it with.
   */
  constructor(own?: AbortSignal, action?: string) {
    this.#message = action === undefined
      ? "Interrupted"
      : `Cannot ${action}: expected to go on, received an interrupt`;
    this.signal = own === undefined
      ? this.#asked.signal
      : AbortSignal.any([own, this.#asked.signal]);
    // An interrupt that is forced while nothing is waited for is no error.
    this.#forced.promise.catch(() => {});
    listeners.add(this);
  }

  /** Whether an interrupt was forced. */
  get isForced(): boolean {
    return this.#isForced;
  }

  /** What `promise` brings, unless an interrupt is forced first: then an {@linkcode InterruptedError}. */
  async unlessForced<T>(promise: Promise<T>): Promise<T> {
    // The loser of the race may still fail, with nobody left to hear it.
    promise.catch(() => {});
    return await Promise.race([promise, this.#forced.promise]);
  }

  /** Says that there is an interrupt, as {@linkcode interrupt} says to all; what it meant here. */
  interrupt(): "asked" | "forced" | "deaf" {
    if (!this.#asked.signal.aborted) {
      this.#asked.abort(new DOMException(this.#message, "AbortError"));
      return "asked";
    }
    if (this.#isForced) return "deaf";
    this.#isForced = true;
    this.#forced.reject(
      new InterruptedError(
        "Cannot finish the step: expected to go on, received a second interrupt",
      ),
    );
    return "forced";
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    listeners.delete(this);
  }
}

/**
 * Interrupts all work that listens now: asks each piece to stop at its next step, and leaves those that were
 * asked before where they are.
 *
 * @returns how many have heard it; none if nothing is under way, or nothing that has not been left already.
 *
 * @example
 * ```ts
 * import { interrupt } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(interrupt(), { asked: 0, forced: 0 }); // nothing is under way
 * ```
 */
export function interrupt(): InterruptAnswer {
  const heard = [...listeners].map((listener) => listener.interrupt());
  const count = (answer: "asked" | "forced") =>
    heard.filter((each) => each === answer).length;
  return { asked: count("asked"), forced: count("forced") };
}

/**
 * The events of a run that an interrupt can stop, even where its caller gave it no signal.
 *
 * `start` receives the signal to look at before each step. A forced interrupt ends the reader's wait with
 * an {@linkcode InterruptedError}; the run itself ends when its step does.
 *
 * @param start begins the run; called when the first event is read.
 * @param own a signal that the caller gave.
 * @returns the same events, to be read once.
 *
 * @example
 * ```ts
 * import { interrupt, interruptible } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * const run = interruptible(async function* (signal) {
 *   for (let step = 1; !signal.aborted; step++) yield await Promise.resolve(step);
 * });
 * const seen: number[] = [];
 * for await (const step of run) {
 *   seen.push(step);
 *   if (step === 3) interrupt();
 * }
 * assertEquals(seen, [1, 2, 3]);
 * ```
 */
export async function* interruptible<T>(
  start: (signal: AbortSignal) => AsyncGenerator<T, void>,
  own?: AbortSignal,
): AsyncGenerator<T, void> {
  using listener = new InterruptListener(own);
  const events = start(listener.signal);
  try {
    while (true) {
      const next = await listener.unlessForced(events.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    const closing = events.return(undefined);
    if (!listener.isForced) await closing;
    else closing.catch(() => {}); // it waits for the step that was left
  }
}
