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
 * How records of a kind are shown: `plain` is what the record says of itself, to be shown with it or replaced.
 */
export type View = (
  record: object,
  plain: MimeBundle,
) => MimeBundle | Promise<MimeBundle>;

const views = new Map<string, View>();

/**
 * Says how records of a kind show themselves from now on, in place of their plain display.
 *
 * A record knows its kind and nothing of figures; a part of the library that draws, once imported,
 * registers its view here. So neither imports the other.
 *
 * @param kind As the record was given it: "interplay/result".
 * @param view What to make of such a record.
 * @returns A function that puts back what was there before.
 *
 * @example
 * ```ts
 * import { displayable, jupyterDisplay, registerView } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * const kind = "example/point";
 * const point = displayable({ x: 1 }, () => ({ "text/plain": "plain" }), { kind });
 * const restore = registerView(kind, (_, plain) => ({ ...plain, "image/svg+xml": "<svg/>" }));
 * assertEquals(point[jupyterDisplay](), { "text/plain": "plain", "image/svg+xml": "<svg/>" });
 * restore();
 * assertEquals(point[jupyterDisplay](), { "text/plain": "plain" });
 * ```
 */
export function registerView(kind: string, view: View): () => void {
  const before = views.get(kind);
  views.set(kind, view);
  return () => {
    if (before === undefined) views.delete(kind);
    else views.set(kind, before);
  };
}

/**
 * Gives a plain record a display. The method is not enumerable: `JSON.stringify`, spreading and
 * equality see the record alone.
 *
 * @param record What is shown.
 * @param bundle How, if nobody knows better.
 * @param options `kind`: the name under which {@linkcode registerView} may replace `bundle`.
 * @returns The same record.
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
  options: { readonly kind?: string } = {},
): T & Displayable {
  const { kind } = options;
  const view = () => kind === undefined ? undefined : views.get(kind);
  return Object.defineProperty(record, jupyterDisplay, {
    value: () => view()?.(record, bundle(record)) ?? bundle(record),
    enumerable: false,
  }) as T & Displayable;
}
