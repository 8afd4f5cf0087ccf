/**
 * The display protocol of the Deno Jupyter kernel: a value with this symbol as a method shows itself
 * when it is the last expression of a cell. Plain symbols and objects only, so that metrics can carry
 * a display without importing one.
 *
 * @module
 */

/** The method the kernel calls: `value[jupyterDisplay]()` returns a {@linkcode MimeBundle}. */
export const jupyterDisplay: unique symbol = Symbol.for(
  "Jupyter.display",
) as never;

/** One value in several MIME types; the front end shows the richest it knows. */
export interface MimeBundle {
  /** The value in that MIME type: text, base64 for binary types, an object for JSON types. */
  [mimeType: string]: unknown;
}

/** A value that shows itself in a notebook. */
export interface Displayable {
  /** The value in several MIME types. */
  [jupyterDisplay](): MimeBundle | Promise<MimeBundle>;
}

/**
 * Gives a plain record a display. The method is not enumerable: `JSON.stringify`, spreading and
 * equality see the record alone.
 *
 * @example
 * ```ts
 * import { displayable, jupyterDisplay } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * const point = displayable({ x: 1 }, (p) => ({ "text/plain": `x = ${p.x}` }));
 * assertEquals(JSON.stringify(point), '{"x":1}');
 * assertEquals(point[jupyterDisplay](), { "text/plain": "x = 1" });
 * ```
 */
export function displayable<T extends object>(
  record: T,
  bundle: (record: T) => MimeBundle,
): T & Displayable {
  return Object.defineProperty(record, jupyterDisplay, {
    value: () => bundle(record),
    enumerable: false,
  }) as T & Displayable;
}
