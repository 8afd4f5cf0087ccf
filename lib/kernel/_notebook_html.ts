/**
 * The cells of a notebook as sections of a page.
 *
 * @module
 */

import { escapeHtml } from "../core/table.ts";
import { codeHtml } from "./_code_html.ts";
import { markdownHtml } from "./_markdown.ts";
import { outputHtml } from "./_output_html.ts";
import type { Cell, CodeCell, Notebook } from "./notebook.ts";

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

/** All cells that show anything, code folded. */
export function notebookBody({ cells }: Notebook): string {
  return cells.map(cellHtml).filter((html) => html !== "").join("\n");
}
