/**
 * Showing a value from anywhere, not only as the last expression of a cell.
 *
 * @module
 */

import {
  type Displayable,
  jupyterDisplay,
  type MimeBundle,
} from "../core/rich.ts";
import { currentHost, type DisplayOptions } from "./host.ts";
import { knownView } from "./view.ts";

function isDisplayable(value: object): value is Displayable {
  return typeof Reflect.get(value, jupyterDisplay) === "function";
}

/** The bundle of a value with a display, of one that is known, or the bundle that `value` is. */
async function bundleOf(value: object): Promise<MimeBundle> {
  const displayable = isDisplayable(value) ? value : knownView(value);
  return displayable === undefined
    ? { ...value }
    : await displayable[jupyterDisplay]();
}

/**
 * Shows a figure, a table, any value with a display of its own, a tensor or whatever else
 * {@linkcode view} knows, or a bundle of MIME types. In a terminal its plain text is written.
 *
 * Await it at the end of a cell: the kernel loses outputs that are still on their way when a cell ends.
 *
 * @param value what to show.
 * @param options `displayId` to update it later through the host; `metadata` of the output.
 *
 * @example
 * ```ts
 * import { curves, display, MemoryHost, useHost } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const host = new MemoryHost({ rich: false });
 * const restore = useHost(host);
 * await display(curves({ loss: [3, 2, 1] }));
 * restore();
 * assertEquals(host.events.length, 1);
 * ```
 */
export async function display(
  value: Displayable | MimeBundle | object,
  options?: DisplayOptions,
): Promise<void> {
  await currentHost().display(await bundleOf(value), options);
}
