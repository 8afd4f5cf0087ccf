/**
 * The points of a line chart that are drawn.
 *
 * @module
 */

import type { Panel, PanelChart, PanelSeries } from "./_panel_chart.ts";
import { decimate } from "./_series.ts";

/** Points of a series that are marked at most. */
const MARKED = 30;

/** A series without the values its log axes have no place for. */
function placeable(
  series: PanelSeries,
  log: { x: boolean; y: boolean },
): PanelSeries {
  const positive = (values: Float64Array, on: boolean) =>
    on ? values.map((v) => v > 0 ? v : NaN) : values;
  return {
    ...series,
    x: positive(series.x, log.x),
    y: positive(series.y, log.y),
    ...(series.band === undefined ? {} : {
      band: {
        ...series.band,
        low: positive(series.band.low, log.y),
        high: positive(series.band.high, log.y),
      },
    }),
  };
}

function pick(values: Float64Array, indices: readonly number[]): Float64Array {
  return Float64Array.from(indices, (i) => values[i] ?? NaN);
}

function decimated(series: PanelSeries, limit: number): PanelSeries {
  const kept = decimate(series.y, limit);
  const { band } = series;
  return {
    ...series,
    x: pick(series.x, kept),
    y: pick(series.y, kept),
    ...(band === undefined ? {} : {
      band: {
        ...band,
        low: pick(band.low, kept),
        high: pick(band.high, kept),
      },
    }),
  };
}

/** How many values a log scale cannot show. */
function dropped(before: PanelSeries, after: PanelSeries): number {
  const count = (values: Float64Array) =>
    values.filter((v) => Number.isNaN(v)).length;
  return count(after.y) - count(before.y) + count(after.x) - count(before.x);
}

/** Panels as they are drawn. */
export interface Prepared {
  /** The panels, their series decimated. */
  readonly panels: readonly Panel[];
  /** Lines under the plot. */
  readonly notes: readonly string[];
  /** Whether each point is marked: only few points of few whole series are. */
  readonly marked: boolean;
}

/** Fits a chart to at most about `budget` points. */
export function prepare(chart: PanelChart, budget: number): Prepared {
  const count = chart.panels.reduce(
    (n, panel) =>
      n + panel.series.reduce((m, s) => m + (s.band === undefined ? 1 : 3), 0),
    0,
  );
  const limit = Math.max(8, Math.floor(budget / Math.max(1, count)));
  let [lost, longest] = [0, 0];
  const panels = chart.panels.map((panel) => ({
    ...panel,
    series: panel.series.map((series) => {
      const log = { x: chart.x.log === true, y: panel.log === true };
      const kept = placeable(series, log);
      lost += dropped(series, kept);
      longest = Math.max(longest, kept.y.length);
      return decimated(kept, limit);
    }),
  }));
  const notes = [...chart.notes ?? []];
  if (lost > 0) {
    notes.push(
      `${lost} values ≤ 0 have no place on a log axis and are left out.`,
    );
  }
  if (longest > limit) {
    notes.push(
      `Series of up to ${longest} points, drawn by the smallest and largest of each bucket (at most ${limit} points a series).`,
    );
  }
  return { panels, notes, marked: longest <= MARKED && count <= 16 };
}
