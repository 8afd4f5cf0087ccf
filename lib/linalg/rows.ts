/**
 * What is done to the rows of a matrix: lengths, directions, selection, centring.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import type { Rows } from "../core/rows.ts";

/** Sums of squares between these have lost nothing that matters to overflow or underflow. */
const SMALLEST_SQUARE = 1e-280;
const LARGEST_SQUARE = 1e280;

/** The Euclidean length of a vector, without overflow or underflow on the way. */
export function norm(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  if (sum > SMALLEST_SQUARE && sum < LARGEST_SQUARE) return Math.sqrt(sum);
  const scale = x.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
  if (scale === 0) return 0;
  sum = x.reduce((s, v) => s + (v / scale) ** 2, 0);
  return scale * Math.sqrt(sum);
}

/**
 * The matrix times a power of two that brings its largest entry near 1, where entries are so large or so
 * small that sums of their squares could overflow or vanish; elsewhere the matrix itself. Scaling up rounds
 * nothing; scaling down loses what is below `1e-300` of the largest entry. For numbers that a common factor
 * does not change.
 */
export function balanced(matrix: DenseMatrix): DenseMatrix {
  const { data, rows, columns } = matrix;
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    largest = Math.max(largest, Math.abs(data[i]!));
  }
  if (largest === 0 || (largest > 1e-70 && largest < 1e70)) return matrix;
  // In two steps, since the power itself may be beyond the largest number.
  const half = 2 ** -Math.round(Math.log2(largest) / 2);
  return new DenseMatrix(data.map((x) => x * half * half), rows, columns);
}

/** The rows divided by their lengths; no row may be zero. */
export function normalizeRows(matrix: Rows): DenseMatrix {
  const out = DenseMatrix.zeros(matrix.rows, matrix.columns);
  normalizeInto(out.data, matrix, 0);
  return out;
}

/** Fills `out` with rows `first, first + 1, …` of `matrix`, divided by their lengths. */
export function normalizeInto(
  out: Float64Array,
  { data, columns }: Rows,
  first: number,
): void {
  const offset = first * columns;
  for (let at = 0; at < out.length; at += columns) {
    const end = at + columns;
    let sum = 0;
    for (let i = at; i < end; i++) sum += data[offset + i]! ** 2;
    if (sum > SMALLEST_SQUARE && sum < LARGEST_SQUARE) {
      const length = Math.sqrt(sum);
      for (let i = at; i < end; i++) out[i] = data[offset + i]! / length;
    } else {
      const row = data.subarray(offset + at, offset + end);
      normalizeExtreme(out.subarray(at, end), row);
    }
  }
}

/** Divides by the largest entry first, which keeps rows of subnormal length exact in direction. */
function normalizeExtreme(out: Float64Array, row: Rows["data"]): void {
  let scale = 0;
  for (const x of row) scale = Math.max(scale, Math.abs(x));
  for (let i = 0; i < out.length; i++) out[i] = row[i]! / scale;
  const length = Math.sqrt(out.reduce((sum, x) => sum + x * x, 0));
  for (let i = 0; i < out.length; i++) out[i] = out[i]! / length;
}

/** The rows at `indices`, repeated as often as they are named. */
export function gatherRows(
  matrix: DenseMatrix,
  indices: ArrayLike<number>,
): DenseMatrix {
  const out = DenseMatrix.zeros(indices.length, matrix.columns);
  for (let i = 0; i < indices.length; i++) {
    out.row(i).set(matrix.row(indices[i]!));
  }
  return out;
}

/** The mean of the rows, `[columns]`. */
export function meanRow({ data, rows, columns }: DenseMatrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let at = 0; at < data.length; at += columns) {
    for (let j = 0; j < columns; j++) mean[j] = mean[j]! + data[at + j]!;
  }
  return mean.map((x) => x / rows);
}

/** The rows minus `center`. */
export function centerRows(
  { data, rows, columns }: DenseMatrix,
  center: Float64Array,
): DenseMatrix {
  const out = DenseMatrix.zeros(rows, columns);
  for (let at = 0; at < data.length; at += columns) {
    for (let j = 0; j < columns; j++) {
      out.data[at + j] = data[at + j]! - center[j]!;
    }
  }
  return out;
}

/** The squared Euclidean distance of two vectors of one length. */
export function squaredDistance(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i]! - y[i]!) ** 2;
  return sum;
}

/** The inner product of two vectors of one length. */
export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** For each of `classes` classes the indices of its rows, ascending; a class may be empty. */
export function rowsByClass(labels: Int32Array, classes: number): number[][] {
  const groups: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, i) => groups[label]!.push(i));
  return groups;
}

/** The indices of the rows of each class that occurs, in the order of the labels; none is empty. */
export function presentClasses(labels: Int32Array): number[][] {
  const groups = new Map<number, number[]>();
  labels.forEach((label, i) => {
    const group = groups.get(label);
    if (group) group.push(i);
    else groups.set(label, [i]);
  });
  return [...groups].sort(([a], [b]) => a - b).map(([, rows]) => rows);
}
