/**
 * What a published page carries.
 *
 * @module
 */

import { FormatError } from "../core/errors.ts";
import { pageData } from "../display/page.ts";
import { fromJson } from "./_json_values.ts";
import { parseNotebook } from "./notebook.ts";

/**
 * What {@linkcode exportHtml} was given, read back from its page: a notebook, a figure, a list, or the data of
 * a record, exactly (NaN, infinities, −0 and typed arrays too). A record comes back without its display; an
 * `undefined` entry is not there; a class with `toJSON` is what that method said.
 *
 * @param page The text of the page.
 * @returns The value; check its shape before you use it, as with any file.
 * @throws {FormatError} If the page carries no data.
 *
 * @example
 * ```ts
 * import { exportHtml, importHtml } from "interplay/kernel";
 * import { curves, Figure } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = curves({ loss: [3, 2, 1] }, { title: "A run" });
 * const again = importHtml(await exportHtml(figure));
 * assertEquals(again instanceof Figure && again.toSvg(), figure.toSvg());
 * ```
 */
export function importHtml(page: string): unknown {
  const data = pageData(page);
  if (data === undefined) {
    throw new FormatError(
      "Cannot read the page: expected one that `exportHtml` has made, received another",
    );
  }
  return data.type === "application/x-ipynb+json"
    ? parseNotebook(data.json)
    : fromJson(JSON.parse(data.json));
}
