/**
 * Cells that the kernel refuses without a word: a slip of the pen, a magic of another kernel, a package that is
 * not there. It answers "Execution failed" and shows nothing.
 *
 * @module
 */

import { currentHost } from "../display/host.ts";
import { kernelAddress } from "./_connection.ts";
import { diagnoseRefusal } from "./_diagnosis.ts";
import type { RefusalOrder } from "./_refusal_watch.ts";

/** Shows why cells were refused, until it is disposed. */
export class Refusals implements Disposable {
  readonly #ended = new Int32Array(new SharedArrayBuffer(4));
  readonly #watch: Worker;

  /** Starts a watch. */
  constructor() {
    const place = new URL("./_refusal_watch.ts", import.meta.url);
    this.#watch = new Worker(place, { type: "module" });
    // A worker that cannot start must not end the kernel, which does without.
    this.#watch.onerror = (event) => event.preventDefault();
    this.#watch.onmessage = ({ data }) => void this.#explain(String(data));
    void this.#instruct();
  }

  /** Says that a cell has ended, well or not: it was run. */
  cellEnded(): void {
    Atomics.add(this.#ended, 0, 1);
  }

  /** Watches no more. */
  [Symbol.dispose](): void {
    this.#watch.terminate();
  }

  async #instruct(): Promise<void> {
    const address = await kernelAddress();
    if (address === undefined) return;
    const order: RefusalOrder = { address, ended: this.#ended };
    this.#watch.postMessage(order);
  }

  async #explain(code: string): Promise<void> {
    const refusal = { log: "", folder: Deno.cwd() };
    const error = await diagnoseRefusal(code, refusal).catch(() => undefined);
    if (error === undefined) return;
    const { ename: name, evalue: message, traceback: trace } = error;
    currentHost().fail({ name, message, trace });
  }
}
