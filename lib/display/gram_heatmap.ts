/**
 * Gram matrices as heatmaps.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import type { DenseMatrix, MatrixLike, VectorLike } from "../core/matrix.ts";
import { formatNumber } from "../core/table.ts";
import {
  blockEdges,
  blockSums,
  bounds,
  cellsFigure,
  type NamedTicks,
} from "./_cells.ts";
import { DIVERGING, SEQUENTIAL } from "./_color.ts";
import { shorten } from "./_text.ts";
import { type Figure, firstThatFits } from "./figure.ts";
import type { ScatterTrace } from "./plotly_json.ts";

/** Cells a side: the most that fit 50 KB are drawn. */
const CELLS: readonly number[] = [64, 60, 56, 52, 48, 40];

/** Options of {@linkcode gramHeatmap}. */
export interface GramHeatmapOptions {
  /** Class of each sample, `[N]`. */
  readonly labels?: VectorLike;
  /** Whether samples are put in order of their class (`true` if nothing is said). */
  readonly sort?: boolean;
  /** Name of each class; its number if left out. */
  readonly classNames?: readonly string[];
  /** The heading. */
  readonly title?: string;
  /** Smaller lines under it; the sample size is added. */
  readonly subtitle?: string;
  /** For who does not see the picture. */
  readonly description?: string;
}

const optionsSchema = z.strictObject({
  labels: z.custom<VectorLike>().optional(),
  sort: z.boolean().default(true),
  classNames: z.array(z.string()).optional(),
  title: z.string().default("Gram matrix"),
  subtitle: z.string().optional(),
  description: z.string().optional(),
});

/** A stretch of samples of one class. */
interface Stretch {
  readonly label: number;
  readonly from: number;
  readonly to: number;
}

function classStretches(sorted: readonly number[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (let i = 0; i < sorted.length;) {
    const label = sorted[i] ?? 0;
    let to = i;
    while (to < sorted.length && sorted[to] === label) to++;
    stretches.push({ label, from: i, to });
    i = to;
  }
  return stretches;
}

/** One grid of boundaries as a single line with gaps. */
function boundaryLines(
  stretches: readonly Stretch[],
  rows: number,
  color: string,
): ScatterTrace {
  const [x, y]: [(number | null)[], (number | null)[]] = [[], []];
  for (const { to } of stretches.slice(0, -1)) {
    x.push(to - 0.5, to - 0.5, null, -0.5, rows - 0.5, null);
    y.push(-0.5, rows - 0.5, null, to - 0.5, to - 0.5, null);
  }
  return {
    type: "scatter",
    mode: "lines",
    name: "class boundaries",
    x,
    y,
    line: { color, width: 1 },
    hoverinfo: "skip",
    showlegend: false,
  };
}

function nameOf(label: number, names: readonly string[] | undefined): string {
  return shorten(names?.[label] ?? String(label), 14);
}

function classTicks(
  stretches: readonly Stretch[],
  names: readonly string[] | undefined,
): NamedTicks {
  return {
    values: stretches.map(({ from, to }) => (from + to - 1) / 2),
    names: stretches.map(({ label }) => nameOf(label, names)),
  };
}

/** Mean over pairs of different samples of the same class, and over pairs of different classes. */
function withinAndBetween(
  gram: DenseMatrix,
  labels: Int32Array,
): [within: number, between: number] {
  const sums = { same: 0, sameCount: 0, other: 0, otherCount: 0 };
  for (let i = 0; i < gram.rows; i++) {
    const row = gram.row(i);
    for (let j = 0; j < i; j++) {
      if (labels[i] === labels[j]) sums.same += row[j]!, sums.sameCount++;
      else sums.other += row[j]!, sums.otherCount++;
    }
  }
  return [sums.same / sums.sameCount, sums.other / sums.otherCount];
}

interface Arrangement {
  readonly order: Uint32Array;
  readonly stretches: readonly Stretch[];
  readonly summary: readonly string[];
}

function arrange(
  gram: DenseMatrix,
  labels: Int32Array | undefined,
  sort: boolean,
): Arrangement {
  const order = Uint32Array.from({ length: gram.rows }, (_, i) => i);
  if (labels === undefined) return { order, stretches: [], summary: [] };
  const [within, between] = withinAndBetween(gram, labels).map(formatNumber);
  const summary = [`mean within classes ${within}, between classes ${between}`];
  if (!sort) return { order, stretches: [], summary };
  order.sort((a, b) => labels[a]! - labels[b]! || a - b);
  const sorted = Array.from(order, (i) => labels[i]!);
  return { order, stretches: classStretches(sorted), summary };
}

/** Block means in two decimals of the largest value: what a colour can show, in few bytes. */
function cellValues(
  gram: DenseMatrix,
  order: Uint32Array,
  edges: readonly number[],
): number[][] {
  const sums = blockSums(gram, order, edges);
  const [low, high] = bounds(gram);
  const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const digits = Math.max(0, 2 - Math.floor(Math.log10(size) + 1e-9));
  const width = (b: number) => edges[b + 1]! - edges[b]!;
  return Array.from({ length: sums.rows }, (_, i) =>
    Array.from(
      sums.row(i),
      (sum, j) =>
        Number((sum / (width(i) * width(j))).toFixed(Math.min(digits, 12))),
    ));
}

/** Colours for values of both signs, or for values that are all positive. */
function colorsFor(low: number, high: number) {
  const size = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const near = Number(size.toPrecision(5));
  return low < -0.02 * size
    ? { colors: DIVERGING, zmin: -near, zmax: near, boundary: "#444444" }
    : { colors: SEQUENTIAL, zmin: 0, zmax: near, boundary: "#ffffff" };
}

function unitDiagonal(gram: DenseMatrix): boolean {
  return Array.from({ length: gram.rows }, (_, i) => gram.row(i)[i]!)
    .every((x) => Math.abs(x - 1) < 1e-6);
}

/**
 * A Gram matrix as a heatmap, its samples sorted by class, with a line between classes.
 *
 * More than 64 samples (fewer where the figure would not stay under 50 KB) are pooled: each cell is the mean of a block of neighbouring samples, blocks
 * differing by one sample at most; the figure's `notes` say so. Values are kept to two decimals.
 *
 * @param K `[N, N]`, symmetric.
 * @param options `labels`, `sort`, class names, titles.
 * @returns a figure.
 * @throws ShapeError for a matrix that is not square and symmetric; NotFiniteError; LabelError;
 * OptionsError.
 *
 * @example
 * ```ts
 * import { gramHeatmap } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const K = [[1, 0, 0.9], [0, 1, 0], [0.9, 0, 1]];
 * const [cells] = gramHeatmap(K, { labels: [0, 1, 0] }).toJSON().data;
 * assertEquals(cells?.type === "heatmap" && cells.z, [[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]]);
 * ```
 */
export function gramHeatmap(
  K: MatrixLike,
  options: GramHeatmapOptions = {},
): Figure {
  const check = new Check("draw a Gram matrix");
  const settings = check.options(optionsSchema, options);
  const gram = check.symmetric(K, "K");
  const n = gram.rows;
  const labels = settings.labels === undefined
    ? undefined
    : check.labels(settings.labels, "labels", n);
  const arrangement = arrange(gram, labels, settings.sort);
  return firstThatFits(
    CELLS,
    (cells) => drawGram(gram, arrangement, { settings, cells }),
  );
}

interface GramDrawing {
  readonly settings: z.output<typeof optionsSchema>;
  /** Cells a side at most. */
  readonly cells: number;
}

/** The words around a Gram. */
function gramWords(
  gram: DenseMatrix,
  arrangement: Arrangement,
  settings: GramDrawing["settings"],
) {
  const [low, high] = bounds(gram).map(formatNumber);
  const size = `N = ${gram.rows} samples`;
  const lines = [`values from ${low} to ${high}`, ...arrangement.summary];
  const { title, subtitle, description } = settings;
  return {
    title,
    subtitle: subtitle === undefined ? size : `${subtitle}; ${size}`,
    description: description ??
      `Heatmap: ${title}. ${size}, ${lines.join("; ")}.`,
    summary: [size, ...lines],
  };
}

function drawGram(
  gram: DenseMatrix,
  arrangement: Arrangement,
  { settings, cells }: GramDrawing,
): Figure {
  const { order, stretches } = arrangement;
  const n = gram.rows;
  const edges = blockEdges(n, cells);
  const { colors, zmin, zmax, boundary } = colorsFor(...bounds(gram));
  const value = unitDiagonal(gram) ? "cosine similarity" : "inner product";
  const axis = stretches.length > 0 ? "class" : "sample";
  return cellsFigure({
    ...gramWords(gram, arrangement, settings),
    notes: n > cells
      ? [`${n} samples in ${cells} blocks; each cell a mean.`]
      : [],
    axes: { x: axis, y: axis },
    edges,
    cells: {
      name: value,
      z: cellValues(gram, order, edges),
      zmin,
      zmax,
      hovertemplate:
        `row %{y:.0f}, column %{x:.0f}<br>${value} %{z}<extra></extra>`,
    },
    colors,
    colorTitle: value,
    ...(stretches.length > 1
      ? { lines: boundaryLines(stretches, n, boundary) }
      : {}),
    ...(stretches.length > 0
      ? { ticks: classTicks(stretches, settings.classNames) }
      : {}),
  });
}
