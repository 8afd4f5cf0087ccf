/**
 * The page that everything is published on: self-contained, for light and dark, for a phone, for paper, and
 * for a browser without scripts. It asks no host for anything, whatever stands on it.
 *
 * @module
 */

import { escapeHtml } from "../core/table.ts";
import { PAGE_STYLE } from "./_page_style.ts";
import { libraryText } from "./library.ts";

/** What stands on a page. */
export interface Page {
  /** The title of the document. */
  readonly title: string;
  /** The language of the text, as in `<html lang>`. */
  readonly lang: string;
  /** Sections as HTML. */
  readonly body: string;
  /** What is shown, as JSON in a MIME type, and the name of its file. */
  readonly data: PageData;
}

/** What a page carries to be read back. */
export interface PageData {
  /** How to read `json`. */
  readonly type: "application/json" | "application/x-ipynb+json";
  /** The data. */
  readonly json: string;
}

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

/** Shows or folds the code of all cells, and saves the data; without scripts the buttons stay away. */
const BUTTON_SCRIPT = `{
const fold = document.getElementById("fold");
const all = [...document.querySelectorAll("details.code")];
const label = () => {
  const open = all.every((each) => each.open);
  fold.textContent = open ? "Hide code" : "Show code";
  fold.setAttribute("aria-pressed", String(open));
};
fold.hidden = all.length === 0;
fold.addEventListener("click", () => {
  const open = !all.every((each) => each.open);
  for (const each of all) each.open = open;
  label();
});
for (const each of all) each.addEventListener("toggle", label);
label();
const save = document.getElementById("save");
const data = document.getElementById("interplay-data");
save.hidden = false;
save.addEventListener("click", () => {
  const link = document.createElement("a");
  const json = JSON.stringify(JSON.parse(data.textContent), null, 1) + "\\n";
  link.href = URL.createObjectURL(new Blob([json], { type: data.type }));
  const name = document.title.replace(/[^\\p{L}\\p{N}]+/gu, "-").slice(0, 60) || "data";
  link.download = name + (data.type.includes("ipynb") ? ".ipynb" : ".json");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});
}`;

/** A script's text as it may stand inside `<script>`: in JavaScript `<\/` is `</`, and `\x3c!--` a string's `<!--`. */
function scriptText(text: string): string {
  return text.replaceAll(/<\/(?=script)/gi, "<\\/")
    .replaceAll("<!--", "\\x3c!--");
}

/** JSON in which nothing can end a script: outside strings it has no `<`. */
function jsonScript({ type, json }: PageData): string {
  const text = json.replaceAll("<", "\\u003c");
  return `<script type="${type}" id="interplay-data">${text}</script>`;
}

/** It stands before anything that a user has written, so the first one is it. */
const DATA =
  /<script type="(?<type>application\/[a-z+-]*json)" id="interplay-data">(?<json>[^<]*)<\/script>/;

/** The data that a page carries; `undefined` if it is no such page. */
export function pageData(page: string): PageData | undefined {
  const { type, json } = DATA.exec(page)?.groups ?? {};
  if (type === undefined || json === undefined) return undefined;
  const known = type === "application/x-ipynb+json" ? type : "application/json";
  return { type: known, json };
}

/** The HTML of a figure draws itself once plotly.js is there. */
export function isFigure(html: string): boolean {
  return html.includes('class="interplay-figure"');
}

/** An SVG as an image, in which no script runs and no style of the page applies. */
export function svgImage(svg: string, attributes = ""): string {
  const base64 = new TextEncoder().encode(svg).toBase64();
  return `<img alt=""${attributes} src="data:image/svg+xml;base64,${base64}">`;
}

/** A figure on a page, with what stands beside it: alive on a screen, its static picture on paper. */
export function figureBlock(html: string, svg: string | undefined): string {
  if (svg === undefined) return html;
  return `<div class="printable">${
    svgImage(svg, ' class="print-only"')
  }${html}</div>`;
}

/** plotly.js, if any figure needs it. Figures that stand before it are told when it is there. */
async function libraryScript(body: string): Promise<string> {
  if (!isFigure(body)) return "";
  const announce = 'dispatchEvent(new Event("interplay:plotly"))';
  const library = scriptText(await libraryText());
  return `<script>${library}\n${announce}</script>\n`;
}

/** The page as a file. */
export async function pageHtml(page: Page): Promise<string> {
  return `<!DOCTYPE html>
<html lang="${page.lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<link rel="icon" href="data:,">
${jsonScript(page.data)}
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<div id="buttons"><button id="save" type="button" hidden>Save data</button><button id="fold" type="button" hidden>Show code</button></div>
${page.body}
</main>
<script>${BUTTON_SCRIPT}</script>
${await libraryScript(page.body)}</body>
</html>
`;
}
