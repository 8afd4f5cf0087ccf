/**
 * A look at an array: a few entries of its head and tail, the range of its numbers, and what a picture of a
 * matrix needs. All entries are read where that is cheap, else one set of evenly spaced ones.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import { type ArraySource, sizeOf } from "./_array_source.ts";
import { blockEdges } from "./_cells.ts";

/** Rows shown at the head, and as many at the tail. */
const EDGE_ROWS = 3;
/** Columns shown at the left, and as many at the right. */
const EDGE_COLUMNS = 4;
/** Entries that stand for all of a large array. */
const SAMPLE = 4096;

/** What the numbers of an array are like. */
export interface Spread {
  /** Smallest finite number. */
  readonly low: number;
  /** Largest finite number. */
  readonly high: number;
  /** Mean of the finite numbers. */
  readonly mean: number;
  /** Their standard deviation. */
  readonly sd: number;
  /** How many are NaN or infinite. */
  readonly notFinite: number;
  /** How many were read. */
  readonly read: number;
}

/** Rows and columns that are shown, as indices with a gap between head and tail. */
export interface Corners {
  /** Indices of rows, `undefined` for the gap. */
  readonly rows: readonly (number | undefined)[];
  /** Indices of columns, `undefined` for the gap. */
  readonly columns: readonly (number | undefined)[];
  /** The entry at a row and a column that are shown. */
  at(row: number, column: number): unknown;
}

/** A matrix pooled to cells. */
export interface Cells {
  /** Cell values; NaN where there is no finite number. */
  readonly values: DenseMatrix;
  /** Edges of the cells in rows. */
  readonly rowEdges: readonly number[];
  /** Edges of the cells in columns. */
  readonly columnEdges: readonly number[];
  /** Whether a cell is the mean of all its entries, or one of them. */
  readonly means: boolean;
}

/** What was seen of an array. */
export interface Look {
  /** Entries of head and tail. */
  readonly corners: Corners;
  /** `undefined` for an array without numbers, or one that cannot be read in parts. */
  readonly spread: Spread | undefined;
  /** Whether all entries were read. */
  readonly whole: boolean;
  /** Only for a matrix of numbers with more than one row and column. */
  readonly cells: Cells | undefined;
}

/** An array as rows: the last axis across, all others down. */
export function asRows(
  shape: readonly number[],
): { rows: number; columns: number } {
  const columns = shape.at(-1) ?? 1;
  return { rows: sizeOf(shape.slice(0, -1)), columns };
}

function headAndTail(n: number, edge: number): (number | undefined)[] {
  if (n <= 2 * edge + 1) return Array.from({ length: n }, (_, i) => i);
  const head = Array.from({ length: edge }, (_, i) => i);
  return [...head, undefined, ...head.map((i) => n - edge + i)];
}

function present(
  indices: readonly (number | undefined)[],
): number[] {
  return indices.filter((i) => i !== undefined);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** A step through all entries that does not stay in one column. */
function stride(size: number, columns: number): number {
  let step = Math.ceil(size / SAMPLE);
  while (greatestCommonDivisor(step, columns) > 1) step++;
  return step;
}

/** The middles of evenly spaced stretches. */
function middles(edges: readonly number[]): number[] {
  return edges.slice(1).map((to, i) => Math.floor(((edges[i] ?? 0) + to) / 2));
}

function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "bigint" ? Number(value) : NaN;
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

/** Two passes, because one loses digits where the mean is far from 0. */
function spreadOf(values: ArrayLike<unknown>): Spread | undefined {
  if (values.length === 0 || !isNumeric(values[0])) return undefined;
  const finite = Float64Array.from(
    values,
    (value) => numberOf(value),
  ).filter(Number.isFinite);
  const { length } = finite;
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (const x of finite) {
    if (x < low) low = x;
    if (x > high) high = x;
    sum += x;
  }
  const mean = sum / length;
  const squares = finite.reduce((total, x) => total + (x - mean) ** 2, 0);
  return {
    low,
    high,
    mean,
    sd: Math.sqrt(squares / length),
    notFinite: values.length - length,
    read: values.length,
  };
}

function hasNumbers(spread: Spread | undefined): spread is Spread {
  return spread !== undefined && spread.low <= spread.high;
}

/** Means of the finite entries of each block. */
function blockMeans(
  values: ArrayLike<unknown>,
  columns: number,
  { rowEdges, columnEdges }: Pick<Cells, "rowEdges" | "columnEdges">,
): DenseMatrix {
  const down = rowEdges.length - 1;
  const across = columnEdges.length - 1;
  const means = DenseMatrix.zeros(down, across);
  for (let i = 0; i < down; i++) {
    for (let j = 0; j < across; j++) {
      let [sum, count] = [0, 0];
      for (let r = rowEdges[i]!; r < rowEdges[i + 1]!; r++) {
        for (let c = columnEdges[j]!; c < columnEdges[j + 1]!; c++) {
          const x = numberOf(values[r * columns + c]);
          if (Number.isFinite(x)) sum += x, count++;
        }
      }
      means.row(i)[j] = sum / count;
    }
  }
  return means;
}

/** Where the cells of a picture lie, for a matrix that has one. */
function cellEdges(
  shape: readonly number[],
  limit: number,
): Pick<Cells, "rowEdges" | "columnEdges"> | undefined {
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || rows < 2 || columns < 2) return undefined;
  return {
    rowEdges: blockEdges(rows, limit),
    columnEdges: blockEdges(columns, limit),
  };
}

interface Plan {
  readonly source: ArraySource;
  readonly rows: readonly (number | undefined)[];
  readonly columns: readonly (number | undefined)[];
  readonly across: number;
  readonly edges: ReturnType<typeof cellEdges>;
}

/** All entries are read. */
async function lookAtAll({ source, edges, ...plan }: Plan): Promise<Look> {
  const values = await source.first(sizeOf(source.shape));
  const spread = spreadOf(values);
  const at = (row: number, column: number) =>
    values[row * plan.across + column];
  return {
    corners: { rows: plan.rows, columns: plan.columns, at },
    spread,
    whole: true,
    cells: edges === undefined || !hasNumbers(spread) ? undefined : {
      ...edges,
      values: blockMeans(values, plan.across, edges),
      means: true,
    },
  };
}

/** Indices that stand for all entries: those of the picture where there is one. */
function sampleIndices({ source, edges, across }: Plan): number[] {
  if (edges !== undefined) {
    const columns = middles(edges.columnEdges);
    return middles(edges.rowEdges)
      .flatMap((r) => columns.map((c) => r * across + c));
  }
  const size = sizeOf(source.shape);
  const step = stride(size, across);
  const count = Math.ceil(size / step);
  return Array.from({ length: count }, (_, i) => i * step);
}

/** Head, tail and a sample are read, all at once. */
async function lookAtSome(plan: Plan): Promise<Look> {
  const { source, edges, across } = plan;
  const shown = present(plan.rows).flatMap((r) =>
    present(plan.columns).map((c) => r * across + c)
  );
  const sample = sampleIndices(plan);
  const picked = Array.from(await source.pick([...shown, ...sample]));
  const entries = new Map(shown.map((index, i) => [index, picked[i]]));
  const sampled = picked.slice(shown.length);
  const spread = spreadOf(sampled);
  const at = (row: number, column: number) =>
    entries.get(row * across + column);
  return {
    corners: { rows: plan.rows, columns: plan.columns, at },
    spread,
    whole: false,
    cells: edges === undefined || !hasNumbers(spread) ? undefined : {
      ...edges,
      values: new DenseMatrix(
        Float64Array.from(sampled, numberOf),
        edges.rowEdges.length - 1,
        edges.columnEdges.length - 1,
      ),
      means: false,
    },
  };
}

/** Looks at an array; `cells` is the most cells a side of a picture. */
export async function lookAt(
  source: ArraySource,
  cells: number,
): Promise<Look> {
  const { rows, columns } = asRows(source.shape);
  const plan: Plan = {
    source,
    rows: headAndTail(rows, EDGE_ROWS),
    columns: headAndTail(columns, EDGE_COLUMNS),
    across: columns,
    edges: cellEdges(source.shape, cells),
  };
  return sizeOf(source.shape) <= source.affordable
    ? await lookAtAll(plan)
    : await lookAtSome(plan);
}
