/**
 * What was found as one page that anyone can open: nothing to install, nothing to download, nothing sent.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import {
  type Displayable,
  jupyterDisplay,
  type MimeBundle,
} from "../core/rich.ts";
import { escapeHtml } from "../core/table.ts";
import { writeWhole } from "../core/whole_file.ts";
import { Figure } from "../display/figure.ts";
import { MemoryHost, useHost } from "../display/host.ts";
import { type PageData, pageHtml } from "../display/page.ts";
import "../display/result_plot.ts"; // with it, results show themselves as figures
import { toJson } from "./_json_values.ts";
import { firstHeading, headingIn, markdownHtml } from "./_markdown.ts";
import { notebookBody } from "./_notebook_html.ts";
import { dataHtml } from "./_output_html.ts";
import { isEmbeddedLibrary } from "./_outputs.ts";
import { type Cell, type Notebook, serializeNotebook } from "./notebook.ts";

/** One thing on a page: a result, a figure, anything with a display of its own, or text as Markdown. */
export type PageItem = Displayable | string;

/** How a page is made. */
export interface ExportHtmlOptions {
  /** The title of the page: the first heading or the first figure's title if left out. */
  readonly title?: string;
  /** The language of the text, as in `<html lang>`. */
  readonly lang?: string;
  /** Where to write the page, whole or not at all; nowhere if left out. */
  readonly file?: string;
}

const schema = z.strictObject({
  title: z.string().min(1).optional(),
  lang: z.string().regex(/^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$/).default("en"),
  file: z.string().min(1).optional(),
});

/** What a page is made of, whatever it shows. */
interface Content {
  readonly title: string | undefined;
  readonly body: string;
  readonly data: PageData;
}

function isNotebook(value: object): value is Notebook {
  return "nbformat" in value && "cells" in value;
}

function isDisplayable(value: unknown): value is Displayable {
  return typeof value === "object" && value !== null &&
    jupyterDisplay in value && typeof value[jupyterDisplay] === "function";
}

/** A copy of plotly.js that an interactive session has left is 1.5 MB, and the page has its own. */
function withoutLibrary(cell: Cell): Cell {
  if (cell.cell_type !== "code") return cell;
  const outputs = cell.outputs.filter((output) =>
    !("data" in output && isEmbeddedLibrary(output.metadata))
  );
  return { ...cell, outputs };
}

function notebookContent(given: Notebook): Content {
  const notebook = { ...given, cells: given.cells.map(withoutLibrary) };
  return {
    title: firstHeading(notebook),
    body: notebookBody(notebook),
    data: {
      type: "application/x-ipynb+json",
      json: serializeNotebook(notebook),
    },
  };
}

/** What a value shows. A figure in it must not make the notebook that runs this embed plotly.js. */
function bundleOf(item: Displayable): MimeBundle | Promise<MimeBundle> {
  const restore = useHost(new MemoryHost({ rich: false }));
  try {
    return item[jupyterDisplay]();
  } finally {
    restore();
  }
}

async function itemHtml(item: PageItem): Promise<string> {
  if (typeof item === "string") {
    return `<section class="cell text">${markdownHtml(item)}</section>`;
  }
  const bundle = await bundleOf(item);
  return `<section class="cell"><div class="output">${
    dataHtml(bundle)
  }</div></section>`;
}

/** The ids of figures count what the program has shown so far: on a page they count from its top. */
function renumbered(body: string): string {
  const seen = new Map<string, string>();
  return body.replaceAll(
    /\binterplay-figure-\d+-([0-9a-f]{8})\b/g,
    (id, hash) => {
      const fresh = seen.get(id) ?? `interplay-figure-${seen.size + 1}-${hash}`;
      seen.set(id, fresh);
      return fresh;
    },
  );
}

function titleOf(items: readonly PageItem[]): string | undefined {
  const text = items.find((item) => typeof item === "string");
  const heading = text === undefined ? undefined : headingIn(text);
  return heading ?? items.find((item) => item instanceof Figure)?.title;
}

async function itemsContent(
  items: readonly PageItem[],
  value: unknown,
  heading: string | undefined,
): Promise<Content> {
  const sections: string[] = heading === undefined
    ? []
    : [`<h1>${escapeHtml(heading)}</h1>`];
  for (const item of items) sections.push(await itemHtml(item));
  return {
    title: titleOf(items),
    body: renumbered(sections.join("\n")),
    data: { type: "application/json", json: JSON.stringify(toJson(value)) },
  };
}

function readItems(check: Check, content: unknown): readonly PageItem[] {
  const items: readonly unknown[] = Array.isArray(content)
    ? content
    : [content];
  if (items.length === 0) check.fail(OptionsError, "at least 1 item", 0);
  return items.map((item, i) => {
    if (typeof item === "string" || isDisplayable(item)) return item;
    return check.fail(
      OptionsError,
      "a notebook, or figures, results and texts",
      `${item === null ? "null" : typeof item} at ${i}`,
    );
  });
}

/**
 * A notebook, a result, a figure, or several of these with texts between them, as one self-contained HTML
 * page: Markdown with formulas, code folded, tables, errors and figures, which are interactive by one
 * embedded copy of plotly.js. Light and dark follow the reader's system; it fits a phone; without scripts
 * and on paper each figure is its static picture. A policy in the page makes the browser refuse every
 * request to a host.
 *
 * The page carries what it shows as JSON (a notebook as `.ipynb`, without a copy of plotly.js in it), which a button saves and
 * {@linkcode importHtml} reads. The same content gives the same bytes.
 *
 * @param content What to show. A result is any record with a display of its own, as `interplay`, `report`,
 * `trainSupervised` return it. A text is Markdown.
 * @param options The title and the language of the page; `file` to write it.
 * @returns The page; about 1.5 MB if it has figures, else some kilobytes and what it carries.
 * @throws {OptionsError} For an unknown option, for content that does not display itself, and for a record
 * that holds anything but data (the message has the place).
 *
 * @example
 * ```ts
 * import { exportHtml, importHtml } from "interplay/kernel";
 * import { table } from "interplay/display";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const runs = table([{ epoch: 1, mir: 0.5 }, { epoch: 2, mir: NaN }]);
 * const page = await exportHtml(["# Two epochs, $H \\le \\log n$", runs]);
 * assertStringIncludes(page, "<title>Two epochs, H ≤ log n</title>");
 * assertEquals(importHtml(page), ["# Two epochs, $H \\le \\log n$", {
 *   columns: ["epoch", "mir"],
 *   rows: [[1, 0.5], [2, NaN]],
 * }]);
 * ```
 */
export async function exportHtml(
  content: Notebook | PageItem | readonly PageItem[],
  options: ExportHtmlOptions = {},
): Promise<string> {
  const check = new Check("make the page");
  const { title, lang, file } = check.options(schema, options);
  const notebook = typeof content === "object" && content !== null &&
    isNotebook(content);
  const made = notebook
    ? notebookContent(content)
    : await itemsContent(readItems(check, content), content, title);
  const page = await pageHtml({
    title: title ?? made.title ?? (notebook ? "Notebook" : "Result"),
    lang,
    body: made.body,
    data: made.data,
  });
  if (file !== undefined) await writeWhole(file, page);
  return page;
}
