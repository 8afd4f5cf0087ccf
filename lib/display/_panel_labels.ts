/**
 * Labels in the right margin of a line chart.
 *
 * @module
 */

import { formatNumber } from "../core/table.ts";
import { NEUTRAL } from "./_color.ts";
import type { Panel, PanelChart } from "./_panel_chart.ts";
import { quantized } from "./_series.ts";
import { plotlyText, textWidth, wrapText } from "./_text.ts";
import type { Annotation, YName } from "./plotly_json.ts";

/** Characters of a label in the right margin before it breaks. */
const LABEL_WRAP = 17;
const LABEL_SIZE = 11;
const LABEL_LINE = 14;

/** A text that wants to stand beside a place in the right margin. */
export interface Label {
  /** Lines of text. */
  readonly lines: readonly string[];
  /** `#rrggbb`. */
  readonly color: string;
  /** In the axis' own units. */
  readonly at: number;
}

/** The labels of a panel: its lines, if they are named directly, and its reference lines. */
export function labelsOf(
  panel: Panel,
  colors: readonly string[],
  naming: PanelChart["naming"],
): Label[] {
  const own = (value: number) => panel.log === true ? Math.log10(value) : value;
  const references = (panel.references ?? []).map((r) => ({
    lines: wrapText(
      `${r.label} ${formatNumber(Number(r.value.toPrecision(4)))}`,
      LABEL_WRAP,
    ),
    color: NEUTRAL,
    at: own(r.value),
  }));
  if (naming === "legend") return references;
  const names = panel.series.flatMap((series, i) => {
    const last = series.y.findLast((v) => Number.isFinite(v));
    return last === undefined || panel.series.length + references.length < 2
      ? []
      : [{
        lines: wrapText(series.name, LABEL_WRAP),
        color: colors[i] ?? NEUTRAL,
        at: own(last),
      }];
  });
  return [...names, ...references].filter((label) => Number.isFinite(label.at));
}

/**
 * Pixels from the top of the panel for the middle of each label: as near its line as the labels above
 * and below let it.
 */
function dodge(
  wanted: readonly number[],
  heights: readonly number[],
  room: number,
): number[] {
  const order = [...wanted.keys()].sort((a, b) => wanted[a]! - wanted[b]!);
  const total = heights.reduce((sum, h) => sum + h, 0);
  const out = new Array<number>(wanted.length).fill(0);
  let edge = Math.min(-6, (room - total) / 2);
  for (const i of order) {
    out[i] = Math.max(wanted[i]!, edge + heights[i]! / 2);
    edge = out[i]! + heights[i]! / 2;
  }
  let limit = Math.max(room + 6, (room + total) / 2);
  for (const i of order.toReversed()) {
    out[i] = Math.min(out[i]!, limit - heights[i]! / 2);
    limit = out[i]! - heights[i]! / 2;
  }
  return out;
}

/** Labels as annotations beside the panel. */
export function labelAnnotations(
  labels: readonly Label[],
  axis: { yref: YName; range: [number, number]; height: number },
): Annotation[] {
  const [low, high] = axis.range;
  const wanted = labels.map((l) => (high - l.at) / (high - low) * axis.height);
  const heights = labels.map((l) => l.lines.length * LABEL_LINE);
  const places = dodge(wanted, heights, axis.height);
  const at = quantized(labels.map((label) => label.at), axis.range);
  return labels.map((label, i) => ({
    text: plotlyText(label.lines),
    xref: "paper",
    yref: axis.yref,
    x: 1,
    y: at[i]!,
    xanchor: "left",
    yanchor: "middle",
    xshift: 6,
    yshift: Math.round(wanted[i]! - places[i]!),
    align: "left",
    showarrow: false,
    font: { size: LABEL_SIZE, color: label.color },
  }));
}

/** Pixels that labels need to the right of the plot. */
export function labelRoom(labels: readonly Label[]): number {
  const widths = labels.flatMap(({ lines }) =>
    lines.map((line) => textWidth(line, LABEL_SIZE))
  );
  return Math.max(16, Math.ceil(Math.max(0, ...widths)) + 10);
}
