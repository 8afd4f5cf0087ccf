/**
 * The legend under a static picture.
 *
 * @module
 */

import { escapeHtml } from "../../core/table.ts";
import { plainLines, textWidth } from "../_text.ts";
import type { ScatterTrace, Trace } from "../plotly_json.ts";
import { px, scatterMarks } from "./marks.ts";
import { Scale, type ScaleAxis } from "./scale.ts";

const SIZE = 12;
const ROW = 19;

/** Pixels of a swatch and the gap behind it. */
const SWATCH = 30;

/** The name of a trace on one line. */
function nameOf(trace: ScatterTrace): string {
  return plainLines(trace.name).join(" ");
}

/** What the legend lists. */
export function legendEntries(data: readonly Trace[]): ScatterTrace[] {
  return data.filter((trace): trace is ScatterTrace =>
    trace.type === "scatter" && trace.showlegend !== false
  );
}

/** The entries in rows no wider than `width`. */
export function legendRows(
  entries: readonly ScatterTrace[],
  width: number,
): ScatterTrace[][] {
  const rows: ScatterTrace[][] = [];
  let used = Infinity;
  for (const entry of entries) {
    const room = SWATCH + textWidth(nameOf(entry), SIZE) + 16;
    if (used + room > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(entry);
    used += room;
  }
  return rows;
}

/** Height of a legend under a picture of `width` pixels. */
export function legendHeight(data: readonly Trace[], width: number): number {
  return legendRows(legendEntries(data), width - 16).length * ROW;
}

/** The trace's own marks on a short stretch. */
function swatch(trace: ScatterTrace, left: number, middle: number): string {
  const unit: ScaleAxis = { type: "linear", range: [0, 1] };
  const x = new Scale(unit, left, left + 22);
  const y = new Scale(unit, middle + 5, middle - 5);
  const sample: Partial<ScatterTrace> = trace.fill === "toself"
    ? { x: [0, 1, 1, 0], y: [0, 0, 1, 1] }
    : trace.mode === "lines"
    ? { x: [0, 1], y: [0.5, 0.5] }
    : trace.mode === "markers"
    ? { x: [0.5], y: [0.5] }
    : { x: [0, 0.5, 1], y: [0.5, 0.5, 0.5] };
  return scatterMarks([{ ...trace, ...sample }], x, y);
}

/** Draws the legend at the bottom of a picture. */
export function legendMarks(
  data: readonly Trace[],
  width: number,
  height: number,
): string {
  const rows = legendRows(legendEntries(data), width - 16);
  return rows.map((row, i) => {
    const middle = height - (rows.length - i) * ROW + ROW / 2 - 3;
    let left = 12;
    return row.map((trace) => {
      const mark = swatch(trace, left, middle);
      const name = nameOf(trace);
      const text = `<text x="${px(left + SWATCH - 2)}" y="${px(middle + 4)}">${
        escapeHtml(name)
      }</text>`;
      left += SWATCH + textWidth(name, SIZE) + 16;
      return mark + text;
    }).join("");
  }).join("");
}
