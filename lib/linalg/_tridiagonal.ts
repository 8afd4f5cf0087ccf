/**
 * Eigenvalues of a dense symmetric matrix without vectors: Householder reduction to tridiagonal form,
 * then implicit QL.
 *
 * @module
 */

import type { DenseMatrix } from "../core/matrix.ts";
import { diagonalizeTridiagonal } from "./_tridiagonal_ql.ts";

/** Householder vectors shorter than this count as zero; the input is scaled to a largest entry of 1. */
const NEGLIGIBLE = 1e-290;

/**
 * The eigenvalues of a symmetric matrix, unordered, without the embedded kernel: about five times
 * its time.
 *
 * @param matrix `[n, n]`, finite entries; only the lower triangle is read.
 * @param scale The largest absolute entry, not 0.
 */
export function portableEigenvalues(
  { data, rows: n }: DenseMatrix,
  scale: number,
): Float64Array {
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  const work = Float64Array.from(data, (x) => x / scale);
  tridiagonalize(work, n, d, e);
  e.copyWithin(0, 1);
  diagonalizeTridiagonal(d, e);
  return d.map((x) => x * scale);
}

/**
 * Reduces the symmetric matrix in the lower triangle of `a` (`[n, n]`, row-major, destroyed) to
 * tridiagonal form with diagonal `d` and subdiagonal `e[1 … n − 1]`.
 *
 * Rows are eliminated from the last upwards, so each Householder vector is a contiguous row. The rank-2
 * update of one step and the matrix–vector product of the next share one sweep over the triangle:
 * the sweep is bound by memory, and this halves the traffic.
 */
function tridiagonalize(
  a: Float64Array,
  n: number,
  d: Float64Array,
  e: Float64Array,
): void {
  let u = new Float64Array(n);
  let q = new Float64Array(n);
  let uNext = new Float64Array(n);
  let p = new Float64Array(n);
  let pending = false;
  for (let i = n - 1; i >= 1; i--) {
    if (pending) updateRow(a, n, i, u, q);
    d[i] = a[i * n + i]!;
    const h = householder(a, n, i, uNext, e);
    if (h === 0) {
      if (pending) { for (let j = 0; j < i; j++) updateRow(a, n, j, u, q); }
      pending = false;
      continue;
    }
    p.fill(0, 0, i);
    for (let j = 0; j < i; j++) {
      if (pending) updateAndMultiply(a, n, j, u, q, uNext, p);
      else multiplyRow(a, n, j, uNext, p);
    }
    finishVector(uNext, p, h, i);
    [u, uNext] = [uNext, u];
    [q, p] = [p, q];
    pending = true;
  }
  if (pending && n > 0) updateRow(a, n, 0, u, q);
  if (n > 0) d[0] = a[0]!;
}

/** Makes the reflector of row `i` in `u`, sets `e[i]`, returns `|u|²/2` (0 if there is nothing to do). */
function householder(
  a: Float64Array,
  n: number,
  i: number,
  u: Float64Array,
  e: Float64Array,
): number {
  const row = i * n;
  let tail = 0;
  for (let k = 0; k < i - 1; k++) {
    const x = a[row + k]!;
    u[k] = x;
    tail += x * x;
  }
  const last = a[row + i - 1]!;
  if (tail < NEGLIGIBLE) {
    e[i] = last;
    return 0;
  }
  const norm = Math.sqrt(tail + last * last);
  const g = last >= 0 ? -norm : norm;
  e[i] = g;
  u[i - 1] = last - g;
  return norm * norm - last * g;
}

/** Row `j` of `A − u qᵀ − q uᵀ`. */
function updateRow(
  a: Float64Array,
  n: number,
  j: number,
  u: Float64Array,
  q: Float64Array,
): void {
  const row = j * n;
  const uj = u[j]!;
  const qj = q[j]!;
  for (let k = 0; k <= j; k++) {
    a[row + k] = a[row + k]! - uj * q[k]! - qj * u[k]!;
  }
}

/** Adds what row `j` of the lower triangle contributes to `p = A v`. */
function multiplyRow(
  a: Float64Array,
  n: number,
  j: number,
  v: Float64Array,
  p: Float64Array,
): void {
  const row = j * n;
  const vj = v[j]!;
  let sum = 0;
  for (let k = 0; k < j; k++) {
    const x = a[row + k]!;
    sum += x * v[k]!;
    p[k] = p[k]! + x * vj;
  }
  p[j] = p[j]! + sum + a[row + j]! * vj;
}

/** {@linkcode updateRow} and {@linkcode multiplyRow} in one sweep. */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  j: number,
  u: Float64Array,
  q: Float64Array,
  v: Float64Array,
  p: Float64Array,
): void {
  const row = j * n;
  const uj = u[j]!;
  const qj = q[j]!;
  const vj = v[j]!;
  let sum = 0;
  for (let k = 0; k < j; k++) {
    const x = a[row + k]! - uj * q[k]! - qj * u[k]!;
    a[row + k] = x;
    sum += x * v[k]!;
    p[k] = p[k]! + x * vj;
  }
  const diagonal = a[row + j]! - 2 * uj * qj;
  a[row + j] = diagonal;
  p[j] = p[j]! + sum + diagonal * vj;
}

/** Turns `p = A u` into the `q` of the rank-2 update `A − u qᵀ − q uᵀ`. */
function finishVector(
  u: Float64Array,
  p: Float64Array,
  h: number,
  size: number,
): void {
  let dot = 0;
  for (let k = 0; k < size; k++) {
    p[k] = p[k]! / h;
    dot += p[k]! * u[k]!;
  }
  const shift = dot / (2 * h);
  for (let k = 0; k < size; k++) p[k] = p[k]! - shift * u[k]!;
}
