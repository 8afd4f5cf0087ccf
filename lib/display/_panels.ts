/**
 * Line charts: one panel, or several over a shared horizontal axis.
 *
 * @module
 */

import {
  AXIS_NUMBERS,
  indexRange,
  linearRange,
  logRange,
  makeAxis,
  wholeSteps,
} from "./_axes.ts";
import { NEUTRAL, paletteColor } from "./_color.ts";
import { makeFrame, TICKS } from "./_frame.ts";
import type { Panel, PanelChart, PanelReference } from "./_panel_chart.ts";
import { labelAnnotations, labelRoom, labelsOf } from "./_panel_labels.ts";
import { prepare, type Prepared } from "./_panel_points.ts";
import { tracesOf } from "./_panel_traces.ts";
import { describe, summaryOf } from "./_panel_words.ts";
import { POINT_BUDGETS } from "./_series.ts";
import { cleanText } from "./_text.ts";
import { Figure, firstThatFits } from "./figure.ts";
import type {
  Annotation,
  Axes,
  AxisNumber,
  LineShape,
  ScatterTrace,
} from "./plotly_json.ts";

const SINGLE_HEIGHT = 300;
const STACKED_HEIGHT = 148;
const STACKED_GAP = 20;

/** A longer legend would be taller than the plot; the pointer still tells the names. */
const LISTED = 24;

/** The number in an axis name: nothing for the first. */
function suffix(i: number): AxisNumber {
  return AXIS_NUMBERS[i] ?? "";
}

function valuesOf(panel: Panel): number[] {
  return [
    ...panel.series.flatMap((s) => [
      ...s.y,
      ...(s.band === undefined ? [] : [...s.band.low, ...s.band.high]),
    ]),
    ...(panel.references ?? []).map((r) => r.value),
  ];
}

function rangeOf(panel: Panel): [number, number] {
  if (panel.range !== undefined) {
    const [low, high] = panel.range;
    return panel.log === true
      ? [Math.log10(low), Math.log10(high)]
      : [low, high];
  }
  const values = valuesOf(panel);
  return panel.log === true ? logRange(values) : linearRange(values);
}

function referenceShape(reference: PanelReference, i: number): LineShape {
  const value = Number(reference.value.toPrecision(5));
  return {
    type: "line",
    xref: `x${suffix(i)} domain`,
    yref: `y${suffix(i)}`,
    x0: 0,
    x1: 1,
    y0: value,
    y1: value,
    line: { color: NEUTRAL, width: 1.5, dash: reference.dash ?? "dash" },
    layer: "below",
  };
}

/** Pixels of each panel. */
function heightsOf(panels: readonly Panel[]): number[] {
  if (panels.length === 1) return [SINGLE_HEIGHT];
  return panels.map((panel) => panel.height ?? STACKED_HEIGHT);
}

/** Pixels of all panels and the gaps between them. */
function stackHeight(heights: readonly number[]): number {
  return heights.reduce((sum, h) => sum + h, 0) +
    STACKED_GAP * (heights.length - 1);
}

/** The share of the plot area that each panel has, the first at the top. */
function domainsOf(heights: readonly number[]): [number, number][] {
  const total = stackHeight(heights);
  let top = 0;
  return heights.map((height) => {
    const share = (at: number) => Number((1 - at / total).toFixed(5));
    const domain: [number, number] = [share(top + height), share(top)];
    top += height + STACKED_GAP;
    return domain;
  });
}

function panelAxes(
  chart: PanelChart,
  panels: readonly Panel[],
  ranges: readonly [number, number][],
): Axes {
  const n = panels.length;
  const log = chart.x.log === true;
  const values = panels.flatMap((p) => p.series.flatMap((s) => [...s.x]));
  const range = indexRange(values, log);
  const steps = log ? {} : wholeSteps(values);
  const domains = domainsOf(heightsOf(panels));
  const axes: Axes = {};
  panels.forEach((panel, i) => {
    const domain = domains[i] ?? [0, 1];
    const last = i === n - 1;
    axes[`xaxis${suffix(i)}`] = makeAxis({
      title: last ? chart.x.title : undefined,
      log,
      range,
      more: {
        anchor: `y${suffix(i)}`,
        ...steps,
        ...(i === 0 ? {} : { matches: "x" }),
        ...(last ? {} : { showticklabels: false }),
      },
    });
    axes[`yaxis${suffix(i)}`] = makeAxis({
      title: panel.title,
      log: panel.log,
      range: ranges[i] ?? [0, 1],
      domain,
      more: { anchor: `x${suffix(i)}` },
    });
  });
  return axes;
}

/** A line chart with as many points as fit beside `reserved` bytes of something else. */
export function panelFigure(chart: PanelChart, reserved = 0): Figure {
  const make = (budget: number) => layOut(chart, budget);
  return firstThatFits(POINT_BUDGETS, make, reserved);
}

/** The axes that the traces of panel `i` name; the first pair goes without saying. */
function axesOf(i: number): Pick<ScatterTrace, "xaxis" | "yaxis"> {
  return i === 0 ? {} : { xaxis: `x${suffix(i)}`, yaxis: `y${suffix(i)}` };
}

/** The traces, axes and labels of the panels. */
function fill(chart: PanelChart, { panels, marked }: Prepared): Filled {
  const heights = heightsOf(panels);
  const ranges = panels.map(rangeOf);
  const data: ScatterTrace[] = [];
  const shapes: LineShape[] = [];
  const annotations: Annotation[] = [];
  let room = 0;
  panels.forEach((panel, i) => {
    const axes = axesOf(i);
    const colors = panel.series.map((s, k) => s.color ?? paletteColor(k));
    panel.series.forEach((series, k) => {
      const color = colors[k] ?? NEUTRAL;
      data.push(...tracesOf({ series, marked, color, axes }, chart.naming));
    });
    const labels = labelsOf(panel, colors, chart.naming);
    annotations.push(...labelAnnotations(labels, {
      yref: `y${suffix(i)}`,
      range: ranges[i] ?? [0, 1],
      height: heights[i] ?? SINGLE_HEIGHT,
    }));
    room = Math.max(room, labelRoom(labels));
    shapes.push(...(panel.references ?? []).map((r) => referenceShape(r, i)));
  });
  return {
    data,
    shapes,
    annotations,
    room,
    axes: panelAxes(chart, panels, ranges),
  };
}

interface Filled {
  readonly data: ScatterTrace[];
  readonly shapes: LineShape[];
  readonly annotations: Annotation[];
  readonly room: number;
  readonly axes: Axes;
}

function layOut(chart: PanelChart, budget: number): Figure {
  const prepared = prepare(chart, budget);
  const { data, shapes, annotations, room, axes } = fill(chart, prepared);
  const listed = data.filter((trace) => trace.showlegend !== false).length;
  const frame = makeFrame({
    title: chart.title,
    subtitle: chart.subtitle ?? "",
    notes: prepared.notes,
    plotHeight: stackHeight(heightsOf(prepared.panels)),
    sides: { left: 56, right: room },
    axisTitle: cleanText(chart.x.title) !== "",
    ticks: TICKS,
    data,
    legend: listed > 1 && listed <= LISTED,
    hovermode: "x unified",
  });
  return new Figure({
    title: chart.title,
    description: chart.description ?? describe(chart),
    summary: summaryOf(chart),
    data,
    layout: {
      ...frame,
      ...axes,
      shapes,
      annotations: [...frame.annotations, ...annotations],
    },
  });
}
