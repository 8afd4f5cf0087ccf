/**
 * An array as text and as HTML: what it is, its range, its head and tail, and a picture if it is a matrix.
 *
 * @module
 */

import type { MimeBundle } from "../core/rich.ts";
import { escapeHtml, formatBytes, formatNumber } from "../core/table.ts";
import {
  type Cells,
  type Corners,
  type Look,
  lookAt,
  type Spread,
} from "./_array_sample.ts";
import { type ArraySource, sizeOf } from "./_array_source.ts";
import { heatImage } from "./_heat_image.ts";
import { shorten } from "./_text.ts";

/** Cells a side of the picture under a matrix. */
const THUMBNAIL = 48;
/** Sides of the picture in pixels of the page, about; a cell is a whole number of them. */
const SIDE = 192;
/** Fewer entries are read faster than a picture of them. */
const WORTH_A_PICTURE = 64;
const GAP = "…";

/** Indices and counts are integers that a reader wants whole. */
function numberText(x: number): string {
  return Number.isInteger(x) && Math.abs(x) < 1e9 ? String(x) : formatNumber(x);
}

function entryText(value: unknown, dtype: string): string {
  if (dtype === "bool") return value === 0 ? "false" : "true";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "string") return JSON.stringify(shorten(value, 16));
  return value === undefined ? "" : String(value);
}

/** "Tensor float32 [1000, 64], 256 kB". */
export function heading(source: ArraySource): string {
  const { kind, dtype, shape, bytes } = source;
  const size = bytes === undefined ? "" : `, ${formatBytes(bytes)}`;
  return `${kind} ${dtype} [${shape.join(", ")}]${size}`;
}

function spreadText(spread: Spread, whole: boolean): string {
  const { low, high, mean, sd, notFinite, read } = spread;
  const odd = notFinite === 0 ? "" : `${notFinite} of ${read} not finite`;
  if (low > high) return odd;
  const from = whole ? "" : ` (of ${numberText(read)} entries evenly spaced)`;
  const numbers = `range [${numberText(low)}, ${numberText(high)}], mean ${
    formatNumber(mean)
  }, sd ${formatNumber(sd)}${from}`;
  return odd === "" ? numbers : `${numbers}, ${odd}`;
}

/** "[2, 5, :]" for a row of an array of rank 4. */
function rowName(row: number, shape: readonly number[]): string {
  if (shape.length < 2) return "";
  if (shape.length === 2) return String(row);
  const leading = shape.slice(0, -1);
  let rest = row;
  const index = leading.toReversed().map((n) => {
    const i = rest % n;
    rest = Math.floor(rest / n);
    return i;
  }).toReversed();
  return `[${index.join(", ")}, :]`;
}

/** Titles of columns, then rows that start with their name. */
function gridOf(
  { rows, columns, at }: Corners,
  { shape, dtype }: ArraySource,
): string[][] {
  const titles = columns.map((column) => column?.toString() ?? GAP);
  const body = rows.map((row) => [
    row === undefined ? GAP : rowName(row, shape),
    ...columns.map((column) =>
      row === undefined || column === undefined
        ? GAP
        : entryText(at(row, column), dtype)
    ),
  ]);
  return [["", ...titles], ...body];
}

function gridText(grid: readonly (readonly string[])[]): string {
  const widths = (grid[0] ?? []).map((_, j) =>
    Math.max(...grid.map((line) => line[j]?.length ?? 0))
  );
  return grid.map((line) =>
    line.map((cell, j) => cell.padStart(widths[j] ?? 0)).join("  ").trimEnd()
  ).join("\n");
}

function gridHtml(grid: readonly (readonly string[])[]): string {
  const [titles = [], ...body] = grid;
  // Front ends align cells, not tables: each says it for itself.
  const row = (tag: string, cells: readonly string[]) =>
    cells.map((cell) =>
      `<${tag} style="text-align:right">${escapeHtml(cell)}</${tag}>`
    ).join("");
  const lines = body.map(([name = "", ...cells]) =>
    `<tr>${row("th", [name])}${row("td", cells)}</tr>`
  );
  return `<table style="font-variant-numeric:tabular-nums"><thead><tr>${
    row("th", titles)
  }</tr></thead><tbody>${lines.join("\n")}</tbody></table>`;
}

/** "each pixel the mean of a block" and the like, where pixels are not entries. */
function pixelsAre({ rowEdges, columnEdges, means }: Cells): string {
  const pooled = [rowEdges, columnEdges].some((edges) =>
    (edges.at(-1) ?? 0) > edges.length - 1
  );
  if (!pooled) return "each pixel an entry";
  return means
    ? "each pixel the mean of a block"
    : "each pixel one of the entries, evenly spaced";
}

function pictureHtml(cells: Cells): string {
  const { rows, columns } = cells.values;
  const words = `${rows} × ${columns} pixels, ${pixelsAre(cells)}`;
  const size = Math.round(SIDE / Math.max(rows, columns));
  return `<figure style="margin:0.5em 0"><img alt="Heatmap: ${words}" width="${
    columns * size
  }" height="${rows * size}" style="image-rendering:pixelated" src="${
    heatImage(cells.values)
  }"><figcaption style="opacity:0.7">${words}</figcaption></figure>`;
}

function hasShape(look: Look, source: ArraySource): boolean {
  return source.shape.length > 0 && look.corners.rows.length > 0 &&
    look.corners.columns.length > 0;
}

function bundleOf(source: ArraySource, look: Look): MimeBundle {
  const { spread, whole, corners, cells } = look;
  const lines = [
    heading(source),
    ...(spread === undefined ? [] : [spreadText(spread, whole)]),
  ];
  if (!hasShape(look, source)) {
    const value = sizeOf(source.shape) === 0
      ? "no entries"
      : entryText(corners.at(0, 0), source.dtype);
    const text = `${heading(source)}: ${value}`;
    return {
      "text/html": `<div>${escapeHtml(text)}</div>`,
      "text/plain": text,
    };
  }
  const grid = gridOf(corners, source);
  const html = lines.map((line) => `<div>${escapeHtml(line)}</div>`).join("");
  const picture = cells === undefined || sizeOf(source.shape) < WORTH_A_PICTURE
    ? ""
    : pictureHtml(cells);
  return {
    "text/html": `<div>${html}${gridHtml(grid)}${picture}</div>`,
    "text/plain": [...lines, gridText(grid)].join("\n"),
  };
}

/** A line without any value: for what cannot be read. */
function lineOf(text: string): MimeBundle {
  return { "text/html": `<div>${escapeHtml(text)}</div>`, "text/plain": text };
}

/** An array in two MIME types. */
export async function arrayBundle(source: ArraySource): Promise<MimeBundle> {
  if (source.disposed) return lineOf(`${heading(source)}, disposed`);
  // Complex numbers come as pairs, of which nothing is to be said that holds for both.
  if (source.dtype === "complex64") return lineOf(heading(source));
  return bundleOf(source, await lookAt(source, THUMBNAIL));
}

/** A row of a list of arrays: kind, dtype, shape, memory. Reads nothing. */
export function arrayRow(source: ArraySource): string[] {
  const { kind, dtype, shape, bytes } = source;
  return [
    kind,
    dtype,
    `[${shape.join(", ")}]`,
    bytes === undefined ? "" : formatBytes(bytes),
  ];
}
