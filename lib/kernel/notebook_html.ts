/**
 * A notebook as one page that anyone can open: nothing to install, nothing to download, nothing sent.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { escapeHtml } from "../core/table.ts";
import { libraryText } from "../display/library.ts";
import { ansiHtml } from "./_ansi.ts";
import { codeHtml } from "./_code_html.ts";
import { firstHeading, markdownHtml } from "./_markdown.ts";
import { isEmbeddedLibrary } from "./_outputs.ts";
import { PAGE_STYLE } from "./_page_style.ts";
import type {
  Cell,
  CodeCell,
  Notebook,
  Output,
  OutputData,
} from "./notebook.ts";

/** How a page is made. */
export interface NotebookHtmlOptions {
  /** The title of the page: the first heading of the notebook if left out. */
  readonly title?: string;
  /** The language of the text, as in `<html lang>`. */
  readonly lang?: string;
}

const schema = z.strictObject({
  title: z.string().optional(),
  lang: z.string().regex(/^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$/).default("en"),
});

/** The browser itself sees to it that no request leaves the page, whatever an output contains. */
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "script-src 'unsafe-inline'",
  "img-src data: blob:",
  "media-src data:",
  "font-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Shows or folds the code of all cells; without scripts the button stays away. */
const FOLD_SCRIPT = `{
const button = document.getElementById("fold");
const all = [...document.querySelectorAll("details.code")];
const label = () => {
  const open = all.every((each) => each.open);
  button.textContent = open ? "Hide code" : "Show code";
  button.setAttribute("aria-pressed", String(open));
};
button.hidden = all.length === 0;
button.addEventListener("click", () => {
  const open = !all.every((each) => each.open);
  for (const each of all) each.open = open;
  label();
});
for (const each of all) each.addEventListener("toggle", label);
label();
}`;

/** A script's text as it may stand inside `<script>`: in JavaScript `<\/` is `</`, and `\x3c!--` a string's `<!--`. */
function scriptText(text: string): string {
  return text.replaceAll(/<\/(?=script)/gi, "<\\/")
    .replaceAll("<!--", "\\x3c!--");
}

function textOf(data: OutputData, type: string): string | undefined {
  const value = data[type];
  return typeof value === "string" ? value : undefined;
}

function svgImage(svg: string, attributes = ""): string {
  const url = `data:image/svg+xml;base64,${
    new TextEncoder().encode(svg).toBase64()
  }`;
  return `<img alt=""${attributes} src="${url}">`;
}

/** The HTML of our figures draws itself once plotly.js is there; paper gets the static picture. */
function isFigure(html: string): boolean {
  return html.includes('class="interplay-figure"');
}

function figureBlock(html: string, svg: string | undefined): string {
  if (svg === undefined) return html;
  return `<div class="screen-only">${html}</div>${
    svgImage(svg, ' class="print-only"')
  }`;
}

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** The richest of the types that a page without help can show. */
function dataHtml(data: OutputData): string {
  const html = textOf(data, "text/html");
  const svg = textOf(data, "image/svg+xml");
  if (html !== undefined) {
    return isFigure(html) ? figureBlock(html, svg) : html;
  }
  const markdown = textOf(data, "text/markdown");
  if (markdown !== undefined) {
    return `<div class="text">${markdownHtml(markdown)}</div>`;
  }
  if (svg !== undefined) return svgImage(svg);
  for (const type of PICTURES) {
    const base64 = textOf(data, type)?.replaceAll(/\s/g, "");
    if (base64) return `<img alt="" src="data:${type};base64,${base64}">`;
  }
  const latex = textOf(data, "text/latex");
  if (latex !== undefined) return markdownHtml(latex);
  return `<pre>${ansiHtml(plainText(data))}</pre>`;
}

function plainText(data: OutputData): string {
  const plain = textOf(data, "text/plain");
  if (plain !== undefined) return plain;
  const [type = "nothing", value] = Object.entries(data)[0] ?? [];
  return type.endsWith("json") ? JSON.stringify(value, null, 2) : `(${type})`;
}

function outputHtml(output: Output): string {
  switch (output.output_type) {
    case "stream": {
      const kind = output.name === "stderr" ? "output stderr" : "output";
      return `<div class="${kind}"><pre>${ansiHtml(output.text)}</pre></div>`;
    }
    case "error": {
      const head = `${output.ename}: ${output.evalue}`;
      const text = output.traceback.join("\n").trim() || head;
      return `<div class="output error"><pre>${ansiHtml(text)}</pre></div>`;
    }
  }
  // A copy of plotly.js that an interactive session left in the notebook: the page has its own.
  if (isEmbeddedLibrary(output.metadata)) return "";
  return `<div class="output">${dataHtml(output.data)}</div>`;
}

function codeCellHtml(cell: CodeCell): string {
  const source = cell.source.trim();
  if (source === "") return "";
  const lines = source.split("\n").map((line) => line.trim());
  const first = lines.find((line) => line !== "" && !line.startsWith("//")) ??
    lines[0] ?? "";
  const count = cell.execution_count ?? " ";
  return `<section class="cell">
<details class="code"><summary><span>[${count}]</span><span class="first">${
    escapeHtml(first)
  }</span></summary><pre><code>${codeHtml(source)}</code></pre></details>
${cell.outputs.map(outputHtml).join("\n")}
</section>`;
}

function cellHtml(cell: Cell): string {
  if (cell.cell_type === "code") return codeCellHtml(cell);
  if (cell.cell_type === "markdown") {
    return `<section class="cell text">${
      markdownHtml(cell.source, cell.attachments)
    }</section>`;
  }
  return `<section class="cell"><pre>${
    escapeHtml(cell.source)
  }</pre></section>`;
}

function hasFigure(notebook: Notebook): boolean {
  return notebook.cells.some((cell) =>
    cell.cell_type === "code" &&
    cell.outputs.some((output) =>
      "data" in output && !isEmbeddedLibrary(output.metadata) &&
      isFigure(textOf(output.data, "text/html") ?? "")
    )
  );
}

/** plotly.js, if any figure needs it. Figures that stand before it are told when it is there. */
async function libraryScript(notebook: Notebook): Promise<string> {
  if (!hasFigure(notebook)) return "";
  const announce = 'dispatchEvent(new Event("interplay:plotly"))';
  const library = scriptText(await libraryText());
  return `<script>${library}\n${announce}</script>\n`;
}

/**
 * A notebook as one self-contained HTML page: Markdown with formulas, code folded, tables, text, errors and
 * figures, which are interactive by one embedded copy of plotly.js. Light and dark follow the reader's
 * system; without scripts and on paper each figure is its static picture. A policy in the page makes the
 * browser refuse every request to a host.
 *
 * @param notebook The notebook with its outputs.
 * @param options The title and the language of the page.
 * @returns The page; about 1.5 MB if it has figures, else some kilobytes.
 * @throws {OptionsError} For an unknown option.
 *
 * @example
 * ```ts
 * import { notebookHtml, parseNotebook } from "interplay/kernel";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const notebook = parseNotebook(JSON.stringify({
 *   cells: [{ cell_type: "markdown", metadata: {}, source: "# Entropy $H \\le \\log n$" }],
 *   metadata: {},
 *   nbformat: 4,
 *   nbformat_minor: 4,
 * }));
 * const page = await notebookHtml(notebook, { title: "Entropy" });
 * assertStringIncludes(page, "<title>Entropy</title>");
 * assertStringIncludes(page, "≤");
 * ```
 */
export async function notebookHtml(
  notebook: Notebook,
  options: NotebookHtmlOptions = {},
): Promise<string> {
  const checked = new Check("make the page").options(schema, options);
  const title = checked.title ?? firstHeading(notebook) ?? "Notebook";
  return `<!DOCTYPE html>
<html lang="${checked.lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<button id="fold" type="button" hidden>Show code</button>
${notebook.cells.map(cellHtml).filter((html) => html !== "").join("\n")}
</main>
<script>${FOLD_SCRIPT}</script>
${await libraryScript(notebook)}</body>
</html>
`;
}
