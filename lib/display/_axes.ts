/**
 * Ranges and axes. Ranges are computed here rather than left to plotly, so that the static and the
 * interactive picture show the same window.
 *
 * @module
 */

import { extent } from "./_series.ts";
import { plotlyText } from "./_text.ts";
import type { Axis, AxisNumber } from "./plotly_json.ts";

/** The numbers of axes, in order. */
export const AXIS_NUMBERS: readonly AxisNumber[] = [
  "",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
];

/** Grid lines that show on white and on near-black. */
export const GRID_COLOR = "rgba(128,128,128,0.25)";

/** The window of a linear axis: the values and a margin of 5 % of their spread. */
export function linearRange(values: Iterable<number>): [number, number] {
  const [low, high] = extent(values) ?? [0, 1];
  const pad = high > low ? 0.05 * (high - low) : Math.abs(low) * 0.1 || 1;
  return [low - pad, high + pad];
}

/** The window of a log axis, in log10: positive values only, at least a fifth of a decade. */
export function logRange(values: Iterable<number>): [number, number] {
  const logs = [...values].filter((x) => x > 0).map(Math.log10);
  const [low, high] = extent(logs) ?? [0, 1];
  const pad = Math.max(0.05 * (high - low), 0.1);
  return [low - pad, high + pad];
}

/** The window of a rank or epoch axis: no margin but half a step where there is one point only. */
export function indexRange(
  values: Iterable<number>,
  log: boolean,
): [number, number] {
  const list = [...values];
  if (log) return logRange(list);
  const [low, high] = extent(list) ?? [0, 1];
  const pad = high > low ? 0.02 * (high - low) : 0.5;
  return [low - pad, high + pad];
}

/** Ticks at whole numbers for a few epochs or ranks: there is no epoch 1.5. */
export function wholeSteps(values: readonly number[]): { dtick?: number } {
  const finite = values.filter(Number.isFinite);
  const [low, high] = extent(finite) ?? [0, 0];
  return high - low <= 12 && finite.every(Number.isInteger) ? { dtick: 1 } : {};
}

/** What {@linkcode makeAxis} needs. */
export interface AxisSpec {
  /** Title as the user wrote it. */
  readonly title?: string | undefined;
  /** Log scale. */
  readonly log?: boolean | undefined;
  /** Window; in log10 on a log axis. */
  readonly range: [number, number];
  /** Share of the plot area. */
  readonly domain?: [number, number];
  /** Anything else plotly knows. */
  readonly more?: Partial<Axis>;
}

/** Four significant digits are enough for the end of a window. */
function roundedRange([low, high]: [number, number]): [number, number] {
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(high - low) || 1)) - 3);
  const digits = Math.max(0, Math.min(20, -Math.log10(unit)));
  const near = (x: number) =>
    Number((Math.round(x / unit) * unit).toFixed(digits));
  return [near(low), near(high)];
}

/** Whether a log axis reaches beyond 0.001 … 1000, where powers of ten read better than zeros. */
export function farFromOne([low, high]: readonly [number, number]): boolean {
  return Math.min(low, high) < -3.5 || Math.max(low, high) > 3.5;
}

/** Decades a tick; below two decades 1, 2 and 5 of each. Written out, not as bare 2 and 5. */
function logTicks(range: [number, number]): Partial<Axis> {
  const span = Math.abs(range[1] - range[0]);
  if (span < 2) return { dtick: "D2", tickformat: "~g" };
  const dtick = Math.max(1, Math.round(span / 5));
  if (!farFromOne(range)) return { dtick, tickformat: "~g" };
  // plotly sets powers a quarter larger than the font it is given.
  return { dtick, exponentformat: "power", tickfont: { size: 10 } };
}

/** An axis in plotly's words, with no key that its own other keys leave without effect. */
export function makeAxis(spec: AxisSpec): Axis {
  const { title = "", log = false, more = {} } = spec;
  const labelled = more.visible !== false && more.showticklabels !== false;
  const drawn = more.visible !== false && more.showgrid !== false;
  return {
    ...(title === ""
      ? {}
      : { title: { text: plotlyText(title), standoff: 8 } }),
    type: log ? "log" : "linear",
    range: roundedRange(spec.range),
    ...(spec.domain === undefined ? {} : { domain: spec.domain }),
    ...(more.visible === false ? {} : { zeroline: false }),
    ...(labelled ? { automargin: true } : {}),
    ...(labelled && !log && more.tickvals === undefined
      ? { exponentformat: "power", minexponent: 6 }
      : {}),
    ...(log && more.visible !== false ? logTicks(spec.range) : {}),
    ...(drawn ? { gridcolor: GRID_COLOR } : {}),
    ...more,
  };
}
