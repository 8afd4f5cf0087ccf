/**
 * Confusion matrices.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { LabelError, OptionsError, ShapeError } from "../core/errors.ts";
import {
  DenseMatrix,
  type MatrixLike,
  type VectorLike,
} from "../core/matrix.ts";
import { blockEdges, blockSums, cellsFigure } from "./_cells.ts";
import { SEQUENTIAL } from "./_color.ts";
import { shorten } from "./_text.ts";
import { type Figure, firstThatFits } from "./figure.ts";
import type { HeatmapTrace } from "./plotly_json.ts";

/** Classes a side: the most that fit 50 KB are drawn. */
const CELLS: readonly number[] = [64, 56, 50, 44, 40];

/** Counts are written into the cells of at most so many classes. */
const WRITTEN = 16;

/** Options of {@linkcode confusion}. */
export interface ConfusionOptions {
  /** Name of each class; its number if left out. */
  readonly classNames?: readonly string[];
  /** The heading. */
  readonly title?: string;
  /** Smaller lines under it; sample size and accuracy are added. */
  readonly subtitle?: string;
  /** For who does not see the picture. */
  readonly description?: string;
}

const optionsSchema = z.strictObject({
  classNames: z.array(z.string()).optional(),
  title: z.string().default("Confusion matrix"),
  subtitle: z.string().optional(),
  description: z.string().optional(),
});

type Settings = z.output<typeof optionsSchema>;

function countPairs(
  check: Check,
  labels: { truth: VectorLike; predicted: VectorLike },
  classes: number | undefined,
): DenseMatrix {
  const rows = "shape" in labels.truth
    ? labels.truth.shape[0] ?? 0
    : labels.truth.length;
  if (rows === 0) {
    check.fail(ShapeError, "at least 1 label in `trueLabels`", 0);
  }
  const truth = check.labels(labels.truth, "trueLabels", rows, classes);
  const predicted = check.labels(
    labels.predicted,
    "predictedLabels",
    rows,
    classes,
  );
  const highest = (values: Int32Array) =>
    values.reduce((m, v) => Math.max(m, v), 0);
  const size = classes ?? 1 + Math.max(highest(truth), highest(predicted));
  const counts = DenseMatrix.zeros(size, size);
  truth.forEach((label, i) => {
    counts.data[label * size + (predicted[i] ?? 0)]! += 1;
  });
  return counts;
}

function readCounts(check: Check, value: MatrixLike): DenseMatrix {
  const counts = check.matrix(value, "counts");
  if (counts.rows !== counts.columns) {
    const shape = `${counts.rows} × ${counts.columns}`;
    check.fail(ShapeError, "a square matrix as `counts`", shape);
  }
  const wrong = counts.data.findIndex((x) => x < 0 || !Number.isInteger(x));
  if (wrong >= 0) {
    const at = `[${Math.floor(wrong / counts.columns)}, ${
      wrong % counts.columns
    }]`;
    check.fail(
      LabelError,
      "counts in `counts`",
      `${counts.data[wrong]} at ${at}`,
    );
  }
  return counts;
}

/** Each count as percent of its row, to a tenth; 0 in a row without samples. */
function rowPercents(counts: DenseMatrix): number[][] {
  return Array.from({ length: counts.rows }, (_, i) => {
    const row = counts.row(i);
    const total = row.reduce((sum, x) => sum + x, 0);
    return Array.from(
      row,
      (x) => total === 0 ? 0 : Math.round(1000 * x / total) / 10,
    );
  });
}

/** Names of cells: of a class, or of the first and last class of a pooled group. */
function cellNames(
  edges: readonly number[],
  names: readonly string[] | undefined,
): string[] {
  const nameOf = (label: number) =>
    shorten(names?.[label] ?? String(label), 14);
  return edges.slice(0, -1).map((from, i) => {
    const last = (edges[i + 1] ?? 1) - 1;
    return from === last ? nameOf(from) : `${nameOf(from)}–${nameOf(last)}`;
  });
}

/** The most frequent mistakes, in words. */
function mistakes(counts: DenseMatrix, names: readonly string[]): string[] {
  const size = counts.columns;
  const wrong = Array.from(counts.data, (count, at) => ({ count, at }))
    .filter(({ count, at }) => count > 0 && at % (size + 1) !== 0)
    .sort((a, b) => b.count - a.count || a.at - b.at).slice(0, 3);
  return wrong.map(({ count, at }) =>
    `${names[Math.floor(at / size)]} taken for ${names[at % size]}: ${count}`
  );
}

/**
 * A confusion matrix: rows are true classes, columns predicted ones. The colour is the share of the
 * row, so classes of unequal size compare; the pointer shows count and share; up to 16 classes have
 * their counts written in the cells.
 *
 * More than 64 classes (fewer where the figure would not stay under 50 KB) are pooled to groups of
 * neighbours, whose counts are added up; the figure's
 * `notes` say so.
 *
 * @param truth `[N]` true labels; or, alone, a square matrix of counts.
 * @param predicted `[N]` predicted labels; left out when `truth` holds counts.
 * @param options class names (which also fix the number of classes), titles.
 * @returns a figure.
 * @throws ShapeError for no samples or unequal lengths; LabelError for a label out of range or a count
 * that is none; OptionsError.
 *
 * @example
 * ```ts
 * import { confusion } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const [cells] = confusion([0, 0, 1, 1], [0, 1, 1, 1]).toJSON().data;
 * assertEquals(cells?.type === "heatmap" && cells.z, [[50, 50], [0, 100]]);
 * ```
 */
export function confusion(
  truth: VectorLike,
  predicted: VectorLike,
  options?: ConfusionOptions,
): Figure;
/** The same from a matrix of counts, `[C, C]`: row the true class, column the predicted one. */
export function confusion(
  counts: MatrixLike,
  options?: ConfusionOptions,
): Figure;
export function confusion(
  truth: VectorLike | MatrixLike,
  second?: VectorLike | ConfusionOptions,
  third?: ConfusionOptions,
): Figure {
  const check = new Check("draw a confusion matrix");
  const paired = second !== undefined && isVector(second);
  const settings = check.options(optionsSchema, paired ? third : second);
  const names = settings.classNames;
  const counts = paired
    ? countPairs(
      check,
      { truth: truth as VectorLike, predicted: second },
      names?.length,
    )
    : readCounts(check, truth as MatrixLike);
  if (names !== undefined && names.length !== counts.rows) {
    check.fail(
      OptionsError,
      `${counts.rows} names in \`classNames\``,
      names.length,
    );
  }
  return firstThatFits(CELLS, (cells) => drawCounts(counts, settings, cells));
}

function isVector(value: VectorLike | ConfusionOptions): value is VectorLike {
  return "length" in value || "shape" in value;
}

/** The words around a confusion matrix. */
function countWords(
  counts: DenseMatrix,
  settings: Settings,
  common: readonly string[],
) {
  const total = counts.data.reduce((sum, x) => sum + x, 0);
  const right = counts.data.reduce(
    (sum, x, at) => at % (counts.columns + 1) === 0 ? sum + x : sum,
    0,
  );
  const accuracy = total === 0 ? "–" : `${(100 * right / total).toFixed(2)} %`;
  const size =
    `N = ${total} samples, C = ${counts.rows} classes, ${accuracy} correct`;
  const { title, subtitle, description } = settings;
  return {
    title,
    subtitle: subtitle === undefined ? size : `${subtitle}; ${size}`,
    description: description ??
      `${title}: ${size}. Most frequent mistakes: ${
        common.join("; ") || "none"
      }.`,
    summary: [size, ...common],
  };
}

/** Counts as texts in the cells, if there is room. */
function writtenCounts(cells: DenseMatrix): Partial<HeatmapTrace> {
  if (cells.rows > WRITTEN) return {};
  const text = cells.to2DArray().map((row) =>
    row.map((x) => x === 0 ? "" : String(x))
  );
  return { text, texttemplate: "%{text}" };
}

function drawCounts(
  counts: DenseMatrix,
  settings: Settings,
  limit: number,
): Figure {
  const classes = counts.rows;
  const edges = blockEdges(classes, limit);
  const order = Array.from({ length: classes }, (_, i) => i);
  const cells = blockSums(counts, order, edges);
  const names = cellNames(edges, settings.classNames);
  const positions = names.map((_, i) => i);
  return cellsFigure({
    ...countWords(counts, settings, mistakes(cells, names)),
    notes: classes > limit
      ? [`${classes} classes are pooled to ${limit} groups of neighbours.`]
      : [],
    axes: { x: "predicted class", y: "true class" },
    edges: [...positions, names.length],
    ticks: { values: positions, names },
    cells: {
      name: "share of the true class",
      z: rowPercents(cells),
      zmin: 0,
      zmax: 100,
      customdata: cells.to2DArray(),
      hovertemplate:
        "true %{y}, predicted %{x}<br>%{customdata} samples, %{z} % of the row<extra></extra>",
      ...writtenCounts(cells),
    },
    colors: SEQUENTIAL,
    colorTitle: "% of the true class",
  });
}
