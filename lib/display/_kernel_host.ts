/**
 * The host inside a Deno Jupyter kernel.
 *
 * @module
 */

import type { MimeBundle } from "../core/rich.ts";
import type { DisplayOptions, ErrorReport, Host } from "./host.ts";

/** The part of `Deno.jupyter` that is used. */
export interface JupyterApi {
  broadcast(
    type: string,
    content: Record<string, unknown>,
  ): Promise<void>;
}

/** Milliseconds that a large output (plotly.js itself) needs to leave the kernel. */
const LARGE_FLUSH = 100;

/**
 * Milliseconds in which a handful of small outputs leave also on a busy machine: the kernel signs and sends
 * each in a thread of its own, which answers nobody who asks whether it is done. With one turn of the timers
 * instead, a notebook of 120 outputs lost one in six runs.
 */
const CELL_FLUSH = 20;

/**
 * Lets an output leave: one turn of the timers, or a moment for one of more than 100 KB. The kernel
 * reports "idle" before outputs that are still on their way, and clients drop those; a cell that waits
 * this long loses none.
 */
function leave(bundle: MimeBundle): Promise<void> {
  const size = String(bundle["text/html"] ?? "").length;
  const pause = size > 1e5 ? LARGE_FLUSH : 0;
  return new Promise((resolve) => setTimeout(resolve, pause));
}

/** Sends display messages to the front ends of the kernel that runs this code. */
export class KernelHost implements Host {
  readonly rich = true;
  readonly rewritesLines = true;
  readonly #jupyter: JupyterApi;
  /** Outputs on their way, those included that nobody waits for. */
  readonly #leaving = new Set<Promise<void>>();

  constructor(jupyter: JupyterApi) {
    this.#jupyter = jupyter;
  }

  display(bundle: MimeBundle, options?: DisplayOptions): Promise<void> {
    return this.#send("display_data", bundle, {
      metadata: options?.metadata ?? {},
      transient: options?.displayId === undefined
        ? {}
        : { display_id: options.displayId },
    });
  }

  update(displayId: string, bundle: MimeBundle): Promise<void> {
    const transient = { display_id: displayId };
    return this.#send("update_display_data", bundle, {
      metadata: {},
      transient,
    });
  }

  print(text: string, stream: "stdout" | "stderr" = "stdout"): void {
    // A stream message that cannot be sent must not end the computation that reports through it.
    this.#broadcast("stream", { name: stream, text }).catch(() => {});
  }

  fail({ name, message, trace }: ErrorReport): void {
    const content = { ename: name, evalue: message, traceback: [...trace] };
    this.#broadcast("error", content).catch(() => {});
  }

  async flush(): Promise<void> {
    await Promise.allSettled(this.#leaving);
    await new Promise((resolve) => setTimeout(resolve, CELL_FLUSH));
  }

  /** The API may throw at once as well as reject. */
  async #broadcast(
    type: string,
    content: Record<string, unknown>,
  ): Promise<void> {
    await this.#jupyter.broadcast(type, content);
  }

  async #send(
    type: string,
    data: MimeBundle,
    more: Record<string, unknown>,
  ): Promise<void> {
    const sent = this.#broadcast(type, { data, ...more })
      .then(() => leave(data));
    this.#leaving.add(sent);
    try {
      await sent;
    } finally {
      this.#leaving.delete(sent);
    }
  }
}
