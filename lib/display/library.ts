/**
 * plotly.js in a notebook: loaded once, by the first figure.
 *
 * @module
 */

import type { MimeBundle } from "../core/rich.ts";
import { type LibraryMode, libraryMode } from "./configure.ts";
import { currentHost, type Host } from "./host.ts";

/** The build that is loaded: scatter, heatmap and their like. */
const VERSION = "4.1.1";
const CDN = `https://cdn.plot.ly/plotly-cartesian-${VERSION}.min.js`;

/** By which mode a notebook came to the library. */
const served = new WeakMap<Host, LibraryMode>();

/** The text of plotly.js, read when first needed: 1.5 MB that most imports of this area never use. */
export async function libraryText(): Promise<string> {
  const module = await import("plotly.js/min", { with: { type: "text" } });
  const text: unknown = module.default;
  return String(text);
}

/** The integrity of the CDN's file, from the text of the very same release. */
async function integrity(): Promise<string> {
  const bytes = new TextEncoder().encode(await libraryText());
  const digest = await crypto.subtle.digest("SHA-384", bytes);
  return `sha384-${new Uint8Array(digest).toBase64()}`;
}

const ANNOUNCE = `window.dispatchEvent(new Event("interplay:plotly"))`;

async function libraryHtml(mode: "embed" | "cdn"): Promise<string> {
  if (mode === "embed") {
    return `<script>${await libraryText()}\n${ANNOUNCE}</script>`;
  }
  return `<script src="${CDN}" integrity="${await integrity()}" crossorigin="anonymous" onload='${ANNOUNCE}'></script>`;
}

async function send(host: Host, mode: "embed" | "cdn"): Promise<void> {
  const bundle: MimeBundle = {
    "text/html": await libraryHtml(mode),
    "text/plain": `plotly.js ${VERSION}, loaded once for all figures below`,
  };
  const library = `plotly.js@${VERSION}`;
  await host.display(bundle, { metadata: { interplay: { library } } });
}

/** Sends the library if `host` is a notebook that has not got it; `undefined` if there is nothing to do. */
export function ensureLibrary(host: Host): Promise<void> | undefined {
  const mode = libraryMode();
  if (!host.rich || mode === "none" || served.get(host) === mode) {
    return undefined;
  }
  served.set(host, mode);
  return send(host, mode);
}

/**
 * Emits plotly.js again. The first figure of a notebook does it unasked; but when the cell that showed
 * that figure is run again, its old outputs are dropped and the library with them, which the kernel
 * cannot see. A page saved after that would hold static pictures only: call this in a cell of its own.
 *
 * Outside a notebook, and with `library: "none"`, it does nothing.
 *
 * @example
 * ```ts
 * import { configureDisplay, displayLibrary, MemoryHost, useHost } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const host = new MemoryHost();
 * const restore = useHost(host);
 * configureDisplay({ library: "cdn" });
 * await displayLibrary();
 * configureDisplay({ library: "embed" });
 * restore();
 * assertEquals(host.events.length, 1);
 * ```
 */
export async function displayLibrary(): Promise<void> {
  const host = currentHost();
  served.delete(host);
  await ensureLibrary(host);
}
