/**
 * The series of a line chart as traces.
 *
 * @module
 */

import { rgbOf } from "./_color.ts";
import type { PanelChart, PanelSeries } from "./_panel_chart.ts";
import { type Points, rounded } from "./_series.ts";
import { plotlyText } from "./_text.ts";
import type { ScatterTrace } from "./plotly_json.ts";

/** A band as closed outlines, one for each stretch without a gap. */
function bandOutline(series: PanelSeries): Points {
  const { x, band } = series;
  const [xs, ys]: [number[], number[]] = [[], []];
  if (band === undefined) {
    return { x: new Float64Array(), y: new Float64Array() };
  }
  const whole = (i: number) =>
    [x[i], band.low[i], band.high[i]].every(Number.isFinite);
  for (let i = 0; i < x.length;) {
    let end = i;
    while (end < x.length && whole(end)) end++;
    for (let k = i; k < end; k++) xs.push(x[k]!), ys.push(band.high[k]!);
    for (let k = end - 1; k >= i; k--) xs.push(x[k]!), ys.push(band.low[k]!);
    if (end > i && end < x.length) xs.push(NaN), ys.push(NaN);
    i = end + 1;
  }
  return { x: Float64Array.from(xs), y: Float64Array.from(ys) };
}

function translucent(color: string): string {
  return `rgba(${rgbOf(color).join(",")},0.22)`;
}

/** A series on its axes. */
export interface Placed {
  readonly series: PanelSeries;
  /** Whether each point is marked. */
  readonly marked: boolean;
  readonly color: string;
  readonly axes: Pick<ScatterTrace, "xaxis" | "yaxis">;
}

function bandTrace(
  { series, color, axes }: Placed,
  listed: boolean,
): ScatterTrace {
  const outline = bandOutline(series);
  return {
    type: "scatter",
    mode: "none",
    name: plotlyText(`${series.name}: ${series.band?.meaning ?? "mean ± sd"}`),
    x: rounded(outline.x),
    y: rounded(outline.y),
    ...axes,
    fill: "toself",
    fillcolor: translucent(color),
    hoverinfo: "skip",
    ...(listed ? {} : { showlegend: false }),
  };
}

/** An even series by its start and step, which saves a third of its bytes; any other in full. */
function horizontal(
  x: Float64Array,
): Pick<ScatterTrace, "x" | "x0" | "dx"> {
  const [x0 = NaN, second = NaN] = x;
  const dx = second - x0;
  const even = x.length > 2 && x.every((value, i) => value === x0 + i * dx);
  return even ? { x0, dx } : { x: rounded(x) };
}

function lineTrace(
  { series, marked, color, axes }: Placed,
  listed: boolean,
): ScatterTrace {
  const plain = series.dash === undefined;
  return {
    type: "scatter",
    mode: marked && plain ? "lines+markers" : "lines",
    name: plotlyText(series.name),
    ...horizontal(series.x),
    y: rounded(series.y),
    ...axes,
    line: {
      color,
      width: plain ? 2 : 1.5,
      ...(plain ? {} : { dash: series.dash ?? "solid" }),
    },
    ...(marked && plain ? { marker: { color, size: 5 } } : {}),
    ...(listed ? {} : { showlegend: false }),
  };
}

/** The traces of a series: its band, if it has one, under its line. */
export function tracesOf(
  placed: Placed,
  naming: PanelChart["naming"],
): ScatterTrace[] {
  const line = lineTrace(placed, naming === "legend");
  if (placed.series.band === undefined) return [line];
  return [bandTrace(placed, false), line];
}
