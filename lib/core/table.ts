/**
 * Tables as text: one small renderer to HTML, Markdown and plain text, for every record that shows
 * itself as a table.
 *
 * @module
 */

import type { MimeBundle } from "./rich.ts";

/** What a cell may hold; numbers are rounded to five significant digits. */
export type TableCell = string | number | boolean | null | undefined;

/** A table: a header, rows of the same length, and a caption. */
export interface TableData {
  /** One title a column. */
  readonly columns: readonly string[];
  /** Rows of cells, each as long as `columns`. */
  readonly rows: readonly (readonly TableCell[])[];
  /** A line above the table. */
  readonly caption?: string;
}

/**
 * A number as a table shows it: five significant digits, no trailing zeros, `–` for NaN.
 *
 * @example
 * ```ts
 * import { formatNumber } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatNumber(2.1972245773), "2.1972");
 * assertEquals(formatNumber(12345678), "1.2346e7");
 * assertEquals(formatNumber(NaN), "–");
 * ```
 */
export function formatNumber(x: number): string {
  if (Number.isNaN(x)) return "–";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (Number.isInteger(x) && Math.abs(x) < 1e6) return String(x);
  const rounded = Number(x.toPrecision(5));
  const magnitude = Math.abs(rounded);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)) {
    return rounded.toExponential().replace("e+", "e");
  }
  return String(rounded);
}

/**
 * An amount of memory with its unit, in decimal multiples: three significant digits.
 *
 * @example
 * ```ts
 * import { formatBytes } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([0, 999, 256_000, 1_234_567_890].map(formatBytes), ["0 B", "999 B", "256 kB", "1.23 GB"]);
 * assertEquals(formatBytes(-1500), "−1.5 kB");
 * ```
 */
export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes);
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log10(size || 1) / 3)),
  );
  const figure = Number((size / 1000 ** power).toPrecision(3));
  return `${bytes < 0 ? "−" : ""}${figure} ${units[power]}`;
}

function text(cell: TableCell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return formatNumber(cell);
  if (typeof cell === "boolean") return cell ? "yes" : "no";
  return cell;
}

/** Escapes the five characters that are special in HTML text and attributes. */
export function escapeHtml(value: string): string {
  return value.replace(
    /[&<>"']/g,
    (c) =>
      ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[
        c
      ] ?? c,
  );
}

/** Whether a column holds numbers only, and so stands flush right. */
function numeric(table: TableData, column: number): boolean {
  return table.rows.every((row) => typeof (row[column] ?? 0) === "number");
}

function html(table: TableData): string {
  const align = table.columns.map((_, j) =>
    `text-align:${numeric(table, j) ? "right" : "left"}`
  );
  const cells = (tag: string, values: readonly string[]) =>
    values.map((v, j) =>
      `<${tag} style="${align[j]}">${escapeHtml(v)}</${tag}>`
    ).join("");
  const caption = table.caption === undefined
    ? ""
    : `<caption style="text-align:left;width:max-content;max-width:24em">${
      escapeHtml(table.caption)
    }</caption>`;
  const body = table.rows.map((row) => `<tr>${cells("td", row.map(text))}</tr>`)
    .join("\n");
  return `<table>${caption}<thead><tr>${
    cells("th", table.columns)
  }</tr></thead>\n<tbody>\n${body}\n</tbody></table>`;
}

function markdown(table: TableData): string {
  const line = (values: readonly string[]) =>
    `| ${
      values.map((v) => v.replaceAll("|", "\\|").replaceAll("\n", " ")).join(
        " | ",
      )
    } |`;
  const rule = table.columns.map((_, j) => numeric(table, j) ? "--:" : ":--");
  const head = table.caption === undefined ? [] : [table.caption, ""];
  return [
    ...head,
    line(table.columns),
    line(rule),
    ...table.rows.map((r) => line(r.map(text))),
  ]
    .join("\n");
}

function plain(table: TableData): string {
  const lines = [table.columns, ...table.rows.map((row) => row.map(text))];
  const widths = table.columns.map((_, j) =>
    Math.max(...lines.map((l) => l[j]?.length ?? 0))
  );
  const pad = (value: string, j: number) =>
    numeric(table, j)
      ? value.padStart(widths[j] ?? 0)
      : value.padEnd(widths[j] ?? 0);
  const body = lines.map((line) => line.map(pad).join("  ").trimEnd());
  const rule = widths.map((w) => "─".repeat(w)).join("  ");
  const head = table.caption === undefined ? [] : [table.caption];
  return [...head, body[0] ?? "", rule, ...body.slice(1)].join("\n");
}

/**
 * Renders a table to HTML, Markdown and plain text. Columns that hold only numbers stand flush right.
 *
 * @example
 * ```ts
 * import { renderTable } from "interplay";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const bundle = renderTable({ columns: ["metric", "value"], rows: [["MIR", 0.95235123]] });
 * assertStringIncludes(String(bundle["text/plain"]), "0.95235");
 * ```
 */
export function renderTable(table: TableData): MimeBundle {
  return {
    "text/html": html(table),
    "text/markdown": markdown(table),
    "text/plain": plain(table),
  };
}
