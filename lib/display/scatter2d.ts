/**
 * Points in the plane: projections of representations.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { DenseMatrix, MatrixLike, VectorLike } from "../core/matrix.ts";
import { formatNumber } from "../core/table.ts";
import { linearRange, makeAxis } from "./_axes.ts";
import { PALETTE, paletteColor } from "./_color.ts";
import { makeFrame, TICKS } from "./_frame.ts";
import { quantized } from "./_series.ts";
import { plotlyText } from "./_text.ts";
import { Figure, firstThatFits } from "./figure.ts";
import type { MarkerStyle, ScatterTrace } from "./plotly_json.ts";

/** Options of {@linkcode scatter2d}. */
export interface Scatter2dOptions {
  /** Class of each point, `[N]`. */
  readonly labels?: VectorLike;
  /** Name of each class; its number if left out. */
  readonly classNames?: readonly string[];
  /** The heading. */
  readonly title?: string;
  /** Smaller lines under it; the sample size is added. */
  readonly subtitle?: string;
  /** For who does not see the picture. */
  readonly description?: string;
  /** The horizontal axis. */
  readonly x?: { readonly title?: string };
  /** The vertical axis. */
  readonly y?: { readonly title?: string };
  /** Whether a unit is as long on both axes (`false` if nothing is said). */
  readonly equal?: boolean;
}

const axisSchema = (title: string) =>
  z.strictObject({ title: z.string().default(title) }).prefault({});

const optionsSchema = z.strictObject({
  labels: z.custom<VectorLike>().optional(),
  classNames: z.array(z.string()).optional(),
  title: z.string().default("Points"),
  subtitle: z.string().optional(),
  description: z.string().optional(),
  x: axisSchema("first axis"),
  y: axisSchema("second axis"),
  equal: z.boolean().default(false),
});

/** Points: the most that fit 50 KB are drawn. */
const DRAWN: readonly number[] = [
  1500,
  1200,
  900,
  700,
  600,
  500,
  400,
  300,
  250,
  200,
];

/** More classes than this make a legend longer than the plot. */
const LISTED = 24;

const SYMBOLS: readonly NonNullable<MarkerStyle["symbol"]>[] = [
  "circle",
  "square",
  "diamond",
  "triangle-up",
];

/** The points of one class. */
interface Cloud {
  readonly name: string;
  readonly rows: readonly number[];
  /** The class of each point, where a cloud has several. */
  readonly names?: readonly string[];
}

function cloudsOf(
  labels: Int32Array | undefined,
  rows: number,
  names: readonly string[] | undefined,
): Cloud[] {
  const all = Array.from({ length: rows }, (_, i) => i);
  if (labels === undefined) return [{ name: "points", rows: all }];
  const members = Map.groupBy(all, (i) => labels[i] ?? 0);
  return [...members].sort(([a], [b]) => a - b).map(([label, list]) => ({
    name: names?.[label] ?? String(label),
    rows: list,
  }));
}

/** Many classes as one cloud a colour, each point with the name of its class. */
function pooled(clouds: readonly Cloud[]): Cloud[] {
  const styles = Map.groupBy(
    clouds.map((cloud, i) => ({ cloud, i })),
    ({ i }) => i % PALETTE.length,
  );
  return [...styles.values()].map((group) => ({
    name: group.map(({ cloud }) => cloud.name).slice(0, 3).join(", ") + ", …",
    rows: group.flatMap(({ cloud }) => cloud.rows),
    names: group.flatMap(({ cloud }) => cloud.rows.map(() => cloud.name)),
  }));
}

/** A share of the points, evenly spaced, at least one. */
function thinned(cloud: Cloud, share: number): Cloud {
  if (share >= 1) return cloud;
  const count = Math.max(1, Math.floor(cloud.rows.length * share));
  const step = cloud.rows.length / count;
  const keep = <T>(list: readonly T[]) =>
    list.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  return {
    name: cloud.name,
    rows: keep(cloud.rows),
    ...(cloud.names === undefined ? {} : { names: keep(cloud.names) }),
  };
}

function coordinate(points: DenseMatrix, rows: readonly number[], j: 0 | 1) {
  return Float64Array.from(rows, (i) => points.row(i)[j] ?? NaN);
}

function traceOf(points: DenseMatrix, cloud: Cloud, i: number): ScatterTrace {
  return {
    type: "scatter",
    mode: "markers",
    name: plotlyText(cloud.name),
    x: quantized(coordinate(points, cloud.rows, 0)),
    y: quantized(coordinate(points, cloud.rows, 1)),
    marker: {
      color: paletteColor(i),
      size: cloud.rows.length > 100 ? 5 : 6,
      symbol: SYMBOLS[Math.floor(i / 8) % SYMBOLS.length] ?? "circle",
      opacity: 0.8,
    },
    ...(cloud.names === undefined ? {} : {
      text: cloud.names.map((name) => plotlyText(name)),
      hovertemplate: "%{text} (%{x}, %{y})<extra></extra>",
    }),
  };
}

function cloudSummary(points: DenseMatrix, cloud: Cloud): string {
  const center = ([0, 1] as const).map((j) => {
    const values = coordinate(points, cloud.rows, j);
    return formatNumber(values.reduce((sum, v) => sum + v, 0) / values.length);
  });
  return `${cloud.name}: ${cloud.rows.length} points about (${
    center.join(", ")
  })`;
}

function windowOf(points: DenseMatrix, j: 0 | 1): [number, number] {
  return linearRange(
    Array.from({ length: points.rows }, (_, i) => points.row(i)[j] ?? NaN),
  );
}

/**
 * Points in the plane, coloured (beyond eight classes also shaped) by class; beyond 24 classes colours
 * are shared and the pointer tells the class.
 *
 * At most 1500 points are drawn, fewer where the figure would not stay under 50 KB: an evenly spaced
 * share of every class, which the figure's `notes` say. The window always covers all points.
 *
 * @param points `[N, 2]`.
 * @param options `labels`, class names, titles.
 * @returns a figure.
 * @throws ShapeError unless there are two columns; NotFiniteError; LabelError; OptionsError.
 *
 * @example
 * ```ts
 * import { scatter2d } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = scatter2d([[0, 1], [2, 3], [4, 5]], { labels: [0, 1, 0] });
 * assertEquals(figure.toJSON().data.map((trace) => trace.x), [[0, 4], [2]]);
 * ```
 */
export function scatter2d(
  points: MatrixLike,
  options: Scatter2dOptions = {},
): Figure {
  const check = new Check("draw points");
  const settings = check.options(optionsSchema, options);
  const matrix = check.matrix(points, "points");
  if (matrix.columns !== 2) {
    check.fail(ShapeError, "2 columns in `points`", matrix.columns);
  }
  const n = matrix.rows;
  const labels = settings.labels === undefined
    ? undefined
    : check.labels(settings.labels, "labels", n);
  const clouds = cloudsOf(labels, n, settings.classNames);
  const styled = clouds.length > LISTED ? pooled(clouds) : clouds;
  const parts = {
    ranges: [windowOf(matrix, 0), windowOf(matrix, 1)],
    size: `N = ${n} points`,
    summary: clouds.slice(0, LISTED).map((c) => cloudSummary(matrix, c)),
  } as const;
  return firstThatFits(DRAWN, (limit) => {
    const drawn = styled.map((cloud) => thinned(cloud, limit / n));
    const data = drawn.map((cloud, i) => traceOf(matrix, cloud, i));
    const shown = drawn.reduce((sum, cloud) => sum + cloud.rows.length, 0);
    const few = `${shown} of ${n} points are drawn, evenly from each class.`;
    const many = `${clouds.length} classes share ${PALETTE.length} colours.`;
    return scatterFigure(settings, {
      ...parts,
      data,
      notes: [
        ...(shown < n ? [few] : []),
        ...(clouds.length > LISTED ? [many] : []),
      ],
    });
  });
}

interface ScatterParts {
  readonly data: readonly ScatterTrace[];
  readonly ranges: readonly [[number, number], [number, number]];
  readonly size: string;
  readonly summary: readonly string[];
  readonly notes: readonly string[];
}

function scatterFigure(
  settings: z.output<typeof optionsSchema>,
  parts: ScatterParts,
): Figure {
  const { data, size } = parts;
  const constrained = settings.equal ? { constrain: "domain" } as const : {};
  const anchored = settings.equal ? { scaleanchor: "x" } as const : {};
  return new Figure({
    title: settings.title,
    description: settings.description ??
      `Scatter plot: ${settings.title}. ${size}. ${
        parts.summary.slice(0, 12).join("; ")
      }.`,
    summary: [size, ...parts.summary],
    data,
    layout: {
      ...makeFrame({
        title: settings.title,
        subtitle: settings.subtitle === undefined
          ? size
          : `${settings.subtitle}; ${size}`,
        notes: parts.notes,
        plotHeight: 360,
        sides: { left: 56, right: 16 },
        axisTitle: true,
        ticks: TICKS,
        data,
        legend: data.length > 1 &&
          data.every((trace) => trace.text === undefined),
        hovermode: "closest",
      }),
      xaxis: makeAxis({
        title: settings.x.title,
        range: parts.ranges[0],
        more: { anchor: "y", ...constrained },
      }),
      yaxis: makeAxis({
        title: settings.y.title,
        range: parts.ranges[1],
        more: { anchor: "x", ...constrained, ...anchored },
      }),
    },
  });
}
