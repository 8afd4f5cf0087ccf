/**
 * Outputs as HTML: of each the richest type that a page without help can show.
 *
 * @module
 */

import { figureBlock, isFigure, svgImage } from "../display/page.ts";
import { ansiHtml } from "./_ansi.ts";
import { markdownHtml } from "./_markdown.ts";
import type { Output, OutputData } from "./notebook.ts";

function textOf(data: OutputData, type: string): string | undefined {
  const value = data[type];
  return typeof value === "string" ? value : undefined;
}

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** One value in several MIME types as HTML. */
export function dataHtml(data: OutputData): string {
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

/** One output of a cell as HTML. */
export function outputHtml(output: Output): string {
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
  return `<div class="output">${dataHtml(output.data)}</div>`;
}
