/**
 * The host inside a Deno Jupyter kernel.
 *
 * @module
 */

import type { MimeBundle } from "../core/rich.ts";
import type { DisplayOptions, Host } from "./host.ts";

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
 * Lets an output leave: one turn of the timers, or a moment for one of more than 100 KB. The kernel
 * reports "idle" before outputs that are still on their way, and clients drop those; a cell that waits
 * this long loses none.
 */
function flush(bundle: MimeBundle): Promise<void> {
  const size = String(bundle["text/html"] ?? "").length;
  const pause = size > 1e5 ? LARGE_FLUSH : 0;
  return new Promise((resolve) => setTimeout(resolve, pause));
}

/** Sends display messages to the front ends of the kernel that runs this code. */
export class KernelHost implements Host {
  readonly rich = true;
  readonly rewritesLines = true;
  readonly #jupyter: JupyterApi;

  constructor(jupyter: JupyterApi) {
    this.#jupyter = jupyter;
  }

  async display(bundle: MimeBundle, options?: DisplayOptions): Promise<void> {
    await this.#jupyter.broadcast("display_data", {
      data: bundle,
      metadata: options?.metadata ?? {},
      transient: options?.displayId === undefined
        ? {}
        : { display_id: options.displayId },
    });
    await flush(bundle);
  }

  async update(displayId: string, bundle: MimeBundle): Promise<void> {
    await this.#jupyter.broadcast("update_display_data", {
      data: bundle,
      metadata: {},
      transient: { display_id: displayId },
    });
    await flush(bundle);
  }

  print(text: string): void {
    // A stream message that cannot be sent must not end the computation that reports through it.
    this.#jupyter.broadcast("stream", { name: "stdout", text }).catch(() => {});
  }
}
