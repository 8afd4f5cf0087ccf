/**
 * A watch over what the kernel tells its front ends. It knows when an output has left, which the kernel itself
 * tells nobody: it may say that a cell is over before its last outputs are out, and some clients then drop them.
 * And it notices cells that the kernel refuses without a word.
 *
 * @module
 */

// deno-lint-ignore-file house/no-clock -- a wait has an end

import { currentHost, jupyterApi } from "../display/host.ts";
import { kernelAddress } from "./_connection.ts";
import { diagnoseRefusal, plainError } from "./_diagnosis.ts";
import { type Mark, MARK_TYPE, markContent } from "./_marks.ts";
import type { OutputWatchOrder, WatchReport } from "./_output_watch_worker.ts";

/** Milliseconds in which outputs have left in most cases, for where nobody watches. */
const UNWATCHED = 20;

/** Milliseconds after which a mark is given up: the kernel is too busy, or the watch is gone. */
const PATIENCE = 3000;

/** Milliseconds that the first cell waits for the watch to listen; it takes a fifth of a second. */
const START = 5000;

/** What is said where the cell is in order: the kernel tells its reasons to a terminal that nobody sees. */
const GIVEN_UP =
  "The kernel gave up the cell: it was interrupted, or lost the promise it waited for. Running it again may help";

/** Shows why a cell was refused. */
async function explain(code: string): Promise<void> {
  const refusal = { log: "", folder: Deno.cwd() };
  const error = await diagnoseRefusal(code, refusal).catch(() => undefined);
  const { ename: name, evalue: message, traceback: trace } = error ??
    plainError(GIVEN_UP);
  currentHost().fail({ name, message, trace });
}

/** Sends a mark behind all that was shown. The API may throw at once as well as reject. */
async function send(mark: Mark): Promise<void> {
  await jupyterApi()?.broadcast(MARK_TYPE, markContent(mark));
}

/** Watches until it is disposed. */
export class OutputWatch implements Disposable {
  /** The mark that was the last to come by. */
  readonly #last = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;
  /** Settled when the watch hears the kernel, or will not. */
  readonly #begun = Promise.withResolvers<void>();
  #listens = false;
  #marks = 0;
  /** The last mark that was waited for in vain. */
  #givenUp = 0;

  /** Starts to watch. */
  constructor() {
    const place = new URL("./_output_watch_worker.ts", import.meta.url);
    this.#worker = new Worker(place, { type: "module" });
    // A worker that cannot start must not end the kernel, which does without.
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#begun.resolve();
    };
    this.#worker.onmessage = (event) => this.#hear(event.data);
    void this.#instruct();
    setTimeout(this.#begun.resolve, START);
  }

  /** Waits until all that the cell of this count has shown and printed has left for the front ends. */
  async outputsLeft(count: unknown): Promise<void> {
    await this.#begun.promise;
    await currentHost().flush();
    if (!this.#listens) return; // the flush has waited as long as is worth it
    const { mark, end } = this.#mark(Number(count));
    while (this.#passed < mark && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.#judge(mark);
  }

  /** The same for a cell that throws and can await nothing: the thread of the cells stands still meanwhile. */
  holdUntilOutputsLeft(): void {
    const { mark, end } = this.#mark();
    while (this.#passed < mark) {
      const left = end - performance.now();
      if (left <= 0) break;
      Atomics.wait(this.#last, 0, this.#passed, left);
    }
    this.#judge(mark);
  }

  /** Watches no more. */
  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  get #passed(): number {
    return Atomics.load(this.#last, 0);
  }

  /** Sends a mark; says how long it is worth waiting for. */
  #mark(count?: number): { readonly mark: number; readonly end: number } {
    const mark = ++this.#marks;
    if (this.#listens) send({ mark, count }).catch(() => {});
    const hopeful = this.#listens && this.#passed >= this.#givenUp;
    const patience = hopeful ? PATIENCE : UNWATCHED;
    return { mark, end: performance.now() + patience };
  }

  /** Waits no longer than without a watch, until a mark that was late has come by. */
  #judge(mark: number): void {
    if (this.#listens && this.#passed < mark) this.#givenUp = mark;
  }

  #hear(report: WatchReport): void {
    if (report === "listening") void this.#begin();
    else void explain(report.refused);
  }

  /** Sends marks until one comes by: the kernel may not have heard yet that somebody listens. */
  async #begin(): Promise<void> {
    const end = performance.now() + START;
    while (this.#passed === 0 && performance.now() < end) {
      await send({ mark: ++this.#marks });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#listens = this.#passed > 0;
    this.#begun.resolve();
  }

  async #instruct(): Promise<void> {
    const address = await kernelAddress();
    if (address === undefined) return this.#begun.resolve();
    const order: OutputWatchOrder = { address, passed: this.#last };
    this.#worker.postMessage(order);
  }
}
