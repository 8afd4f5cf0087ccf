/**
 * The Interrupt button of a front end, which sends SIGINT to the process of the kernel.
 *
 * @module
 */

// deno-lint-ignore-file house/no-clock -- presses are told apart by their time

import { interrupt } from "../core/interrupt.ts";
import { currentHost } from "../display/host.ts";
import { kernelAddress } from "./_connection.ts";
import { InterruptLadder } from "./_interrupt_ladder.ts";
import type { WatchdogOrder } from "./_watchdog.ts";
import { Slot } from "./_watchdog_slots.ts";

/** The exit code of a program that an interrupt has ended. */
const INTERRUPTED = 130;

/** Listens for SIGINT until it is disposed. */
export class Interrupts implements Disposable {
  readonly #shared = new Int32Array(new SharedArrayBuffer(8));
  readonly #since = Date.now();
  readonly #watchdog: Worker;
  readonly #ladder = new InterruptLadder({
    interrupt,
    say: (text) => currentHost().print(`${text}\n`, "stderr"),
    end: () => Deno.exit(INTERRUPTED),
    now: () => Date.now(),
  });

  /** Starts to listen, and a watchdog beside. */
  constructor() {
    Deno.addSignalListener("SIGINT", this.#hear);
    this.#watchdog = new Worker(new URL("./_watchdog.ts", import.meta.url), {
      type: "module",
    });
    // A worker that cannot start must not end the kernel, which does without.
    this.#watchdog.onerror = (event) => event.preventDefault();
    void this.#instruct();
  }

  /** Says that a cell has ended. */
  cellEnded(): void {
    this.#ladder.reset();
  }

  /** Listens no more: SIGINT ends the kernel again. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#hear);
    this.#watchdog.terminate();
  }

  readonly #hear = (): void => {
    Atomics.store(this.#shared, Slot.handledAt, Date.now() - this.#since);
    if (Atomics.exchange(this.#shared, Slot.released, 0) === 1) {
      this.#ladder.released();
    } else {
      this.#ladder.press();
    }
  };

  async #instruct(): Promise<void> {
    const order: WatchdogOrder = {
      address: await kernelAddress(),
      shared: this.#shared,
      since: this.#since,
    };
    this.#watchdog.postMessage(order);
  }
}
