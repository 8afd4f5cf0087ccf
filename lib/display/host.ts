/**
 * The one seam through which all output goes. Three hosts: the Deno kernel, a terminal, and a list in
 * memory for tests. Nothing else in this library touches `Deno.jupyter`.
 *
 * @module
 */

import type { MimeBundle } from "../core/rich.ts";
import { type JupyterApi, KernelHost } from "./_kernel_host.ts";

/** How one display is sent. */
export interface DisplayOptions {
  /** An id under which the display can be updated later. */
  readonly displayId?: string;
  /** Metadata of the output, as it stands in the notebook file. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** An error as a notebook shows it. */
export interface ErrorReport {
  /** Its class: "TypeError". */
  readonly name: string;
  /** Its message. */
  readonly message: string;
  /** The lines under it, its name and message the first of them. */
  readonly trace: readonly string[];
}

/** A place where output goes. */
export interface Host {
  /** Whether bundles are shown as they are (a notebook) or only their plain text (a terminal). */
  readonly rich: boolean;
  /** Whether a carriage return takes the cursor back, so that a line can be rewritten. */
  readonly rewritesLines: boolean;
  /** Shows a bundle; resolves when it has left for the front end. */
  display(bundle: MimeBundle, options?: DisplayOptions): Promise<void>;
  /** Replaces what was shown under `displayId`. */
  update(displayId: string, bundle: MimeBundle): Promise<void>;
  /** Writes text as it is, without a line end of its own; to standard output if nothing else is said. */
  print(text: string, stream?: "stdout" | "stderr"): void;
  /** Shows an error as such; nothing is thrown. */
  fail(report: ErrorReport): void;
  /** Resolves when all that was given so far has left for the front end. */
  flush(): Promise<void>;
}

function plainText(bundle: MimeBundle): string {
  return String(bundle["text/plain"] ?? "");
}

class TextHost implements Host {
  readonly rich = false;

  get rewritesLines(): boolean {
    return Deno.stdout.isTerminal();
  }

  display(bundle: MimeBundle): Promise<void> {
    this.print(`${plainText(bundle)}\n`);
    return Promise.resolve();
  }

  update(_displayId: string, bundle: MimeBundle): Promise<void> {
    return this.display(bundle);
  }

  print(text: string, stream: "stdout" | "stderr" = "stdout"): void {
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) {
      sent += Deno[stream].writeSync(bytes.subarray(sent));
    }
  }

  fail({ trace }: ErrorReport): void {
    this.print(`${trace.join("\n")}\n`, "stderr");
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}

/** One thing that a {@linkcode MemoryHost} was asked to show. */
export type HostEvent =
  | {
    readonly type: "display";
    readonly bundle: MimeBundle;
    readonly displayId?: string;
    readonly metadata?: Readonly<Record<string, unknown>>;
  }
  | {
    readonly type: "update";
    readonly displayId: string;
    readonly bundle: MimeBundle;
  }
  | {
    readonly type: "print";
    readonly text: string;
    /** Only where it was not standard output. */
    readonly stream?: "stderr";
  }
  | { readonly type: "error"; readonly report: ErrorReport };

/**
 * A host that keeps what it is given, for tests of anything that displays.
 *
 * @example
 * ```ts
 * import { display, MemoryHost, useHost } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const host = new MemoryHost();
 * const restore = useHost(host);
 * await display({ "text/plain": "hello" });
 * restore();
 * assertEquals(host.events, [{ type: "display", bundle: { "text/plain": "hello" } }]);
 * ```
 */
export class MemoryHost implements Host {
  /** What was shown, in order. */
  readonly events: HostEvent[] = [];
  /** As a notebook (`true`) or a terminal (`false`). */
  readonly rich: boolean;
  /** As a terminal or a notebook (`true`), or a log file (`false`). */
  readonly rewritesLines: boolean;

  /** Stands for a notebook unless told otherwise. */
  constructor(options: { rich?: boolean; rewritesLines?: boolean } = {}) {
    this.rich = options.rich ?? true;
    this.rewritesLines = options.rewritesLines ?? true;
  }

  /** Keeps a display event. */
  display(bundle: MimeBundle, options?: DisplayOptions): Promise<void> {
    this.events.push({ type: "display", bundle, ...options });
    return Promise.resolve();
  }

  /** Keeps an update event. */
  update(displayId: string, bundle: MimeBundle): Promise<void> {
    this.events.push({ type: "update", displayId, bundle });
    return Promise.resolve();
  }

  /** Keeps a print event. */
  print(text: string, stream: "stdout" | "stderr" = "stdout"): void {
    const where = stream === "stderr" ? { stream } : {};
    this.events.push({ type: "print", text, ...where });
  }

  /** Keeps an error event. */
  fail(report: ErrorReport): void {
    this.events.push({ type: "error", report });
  }

  /** Nothing is ever on its way. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** Everything printed so far, as one string. */
  get text(): string {
    return this.events.map((e) => e.type === "print" ? e.text : "").join("");
  }
}

/** The kernel's API, or `undefined` outside a kernel, where merely reading the property throws. */
export function jupyterApi(): JupyterApi | undefined {
  try {
    return Deno.jupyter;
  } catch {
    return undefined;
  }
}

let chosen: Host | undefined;
let detected: Host | undefined;

/**
 * The host that output goes to now: the one given to {@linkcode useHost}, else the kernel, else the
 * terminal.
 *
 * @example
 * ```ts
 * import { currentHost } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(currentHost().rich, false); // a test runs outside a kernel
 * ```
 */
export function currentHost(): Host {
  if (chosen !== undefined) return chosen;
  if (detected === undefined) {
    const jupyter = jupyterApi();
    detected = jupyter === undefined ? new TextHost() : new KernelHost(jupyter);
  }
  return detected;
}

/**
 * Sends all output to `host` from now on.
 *
 * @returns a function that puts back what was there before.
 *
 * @example
 * ```ts
 * import { currentHost, MemoryHost, useHost } from "interplay/display";
 * import { assertStrictEquals } from "@std/assert";
 *
 * const host = new MemoryHost();
 * const restore = useHost(host);
 * assertStrictEquals(currentHost(), host);
 * restore();
 * ```
 */
export function useHost(host: Host): () => void {
  const before = chosen;
  chosen = host;
  return () => {
    chosen = before;
  };
}

/**
 * Waits until everything shown and printed so far has left for the front end.
 *
 * The Deno kernel says that a cell is over before its last outputs are out, and some clients (nbconvert
 * among them) then drop those. What this library displays waits by itself, and with `interplay/kernel`
 * every cell does; where neither is at hand, `await flush()` at the end of a cell loses nothing.
 *
 * @example
 * ```ts
 * import { flush } from "interplay/display";
 *
 * console.log("the last line of a cell");
 * await flush();
 * ```
 */
export async function flush(): Promise<void> {
  await currentHost().flush();
}
