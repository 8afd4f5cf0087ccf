/**
 * What is done to the rows of a matrix: lengths, directions, selection, centring.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";

/** The Euclidean length of a vector, without overflow or underflow on the way. */
export function norm(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * x[i]!;
  if (sum > 1e-280 && sum < 1e280) return Math.sqrt(sum);
  const scale = x.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
  if (scale === 0) return 0;
  sum = x.reduce((s, v) => s + (v / scale) ** 2, 0);
  return scale * Math.sqrt(sum);
}

/** The rows divided by their lengths; no row may be zero. */
export function normalizeRows(matrix: DenseMatrix): DenseMatrix {
  const { data, rows, columns } = matrix;
  const out = DenseMatrix.zeros(rows, columns);
  for (let i = 0; i < rows; i++) {
    const row = matrix.row(i);
    // Dividing by the largest entry first keeps rows of subnormal length exact in direction.
    const scale = row.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
    let sum = 0;
    for (let j = 0; j < columns; j++) {
      const x = data[i * columns + j]! / scale;
      out.data[i * columns + j] = x;
      sum += x * x;
    }
    const length = Math.sqrt(sum);
    for (let j = i * columns; j < (i + 1) * columns; j++) {
      out.data[j] = out.data[j]! / length;
    }
  }
  return out;
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
export function meanRow(matrix: DenseMatrix): Float64Array {
  const mean = new Float64Array(matrix.columns);
  for (let i = 0; i < matrix.data.length; i++) {
    const j = i % matrix.columns;
    mean[j] = mean[j]! + matrix.data[i]!;
  }
  return mean.map((x) => x / matrix.rows);
}

/** The rows minus `center`. */
export function centerRows(
  matrix: DenseMatrix,
  center: Float64Array,
): DenseMatrix {
  const data = matrix.data.map((x, i) => x - center[i % matrix.columns]!);
  return new DenseMatrix(data, matrix.rows, matrix.columns);
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
