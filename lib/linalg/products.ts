/**
 * The few matrix products everything is made of.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import { nativeLapack } from "./native/use_native_lapack.ts";
import { type WasmKernel, wasmKernel } from "./wasm/kernel.ts";

/** Products with fewer multiplications take less time here than their way into the kernel. */
const WORTH_CROSSING = 2 ** 15;

/** Rows of Khatri–Rao products formed at a time outside the kernel. */
const BLOCK = 256;

/** Whether `rows` rank-1 updates of size `d` are worth leaving for. */
function worthCrossing(rows: number, d: number): boolean {
  return rows >= 8 && rows * d * d >= WORTH_CROSSING;
}

/** The embedded kernel, where that is worth its while and no library stands in its place. */
export function embeddedKernel(
  rows: number,
  d: number,
): WasmKernel | undefined {
  if (nativeLapack() || !worthCrossing(rows, d)) return undefined;
  return wasmKernel();
}

/** The transpose, `[columns, rows]`. */
export function transpose(matrix: DenseMatrix): DenseMatrix {
  const { data, rows, columns } = matrix;
  const out = DenseMatrix.zeros(columns, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      out.data[j * rows + i] = data[i * columns + j]!;
    }
  }
  return out;
}

/**
 * `A Bᵀ` for `A [n, d]` and `B [m, d]`: all inner products of their rows, `[n, m]`. In the embedded kernel
 * or by BLAS where that pays, in plain TypeScript elsewhere.
 */
export function rowProducts(a: DenseMatrix, b: DenseMatrix): DenseMatrix {
  const shape = { rows: a.rows, inner: a.columns, columns: b.rows };
  const least = Math.min(a.rows, b.rows);
  if (least < 4 || a.rows * b.rows * a.columns < WORTH_CROSSING) {
    return portableRowProducts(a, b);
  }
  const product =
    nativeLapack()?.multiply(a.data, b.data, { ...shape, transposeB: true }) ??
      wasmKernel()?.rowProducts(a, b);
  if (product === undefined) return portableRowProducts(a, b);
  return new DenseMatrix(product, a.rows, b.rows);
}

/** {@linkcode rowProducts} without the embedded kernel. */
export function portableRowProducts(
  a: DenseMatrix,
  b: DenseMatrix,
): DenseMatrix {
  const d = a.columns;
  const out = DenseMatrix.zeros(a.rows, b.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) {
        sum += a.data[i * d + k]! * b.data[j * d + k]!;
      }
      out.data[i * b.rows + j] = sum;
    }
  }
  return out;
}

/**
 * Adds `Σ_i x_i x_iᵀ` over the rows of `x [n, d]` to the lower triangle of `sum [d, d]`: in the
 * embedded kernel or by BLAS where that pays, in plain TypeScript elsewhere.
 */
export function addOuterProducts(sum: DenseMatrix, x: DenseMatrix): void {
  const { data, rows, columns } = x;
  const native = worthCrossing(rows, columns) ? nativeLapack() : undefined;
  if (native) return native.addOuterProducts(sum.data, data, rows, columns);
  const embedded = embeddedKernel(rows, columns);
  if (embedded) embedded.addOuterProducts(sum, x);
  else portableOuterProducts(sum, x);
}

/**
 * Adds `Σ_i z_i z_iᵀ`, `z_i = x_i ⊗ y_i`, over the rows of `x [n, d₁]` and `y [n, d₂]` to the lower
 * triangle of `sum [d₁d₂, d₁d₂]`; all the `z_i` never exist at once.
 */
export function addKhatriRaoProducts(
  sum: DenseMatrix,
  x: DenseMatrix,
  y: DenseMatrix,
): void {
  const embedded = embeddedKernel(x.rows, sum.columns);
  if (embedded) return embedded.addKhatriRaoProducts(sum, x, y);
  for (let from = 0; from < x.rows; from += BLOCK) {
    const to = Math.min(from + BLOCK, x.rows);
    addOuterProducts(sum, khatriRao(x, y, from, to));
  }
}

/** The rows `x_i ⊗ y_i` for `i` in `[from, to)`. */
export function khatriRao(
  x: DenseMatrix,
  y: DenseMatrix,
  from: number,
  to: number,
): DenseMatrix {
  const out = DenseMatrix.zeros(to - from, x.columns * y.columns);
  let at = 0;
  for (let i = from; i < to; i++) {
    const yi = y.row(i);
    for (const a of x.row(i)) {
      for (let k = 0; k < yi.length; k++) out.data[at++] = a * yi[k]!;
    }
  }
  return out;
}

/**
 * {@linkcode addOuterProducts} without the embedded kernel.
 *
 * Eight rows at a time, so that the triangle is read and written once for eight rank-1 updates.
 */
export function portableOuterProducts(sum: DenseMatrix, x: DenseMatrix): void {
  const d = x.columns;
  const whole = x.rows - (x.rows % 8);
  for (let i = 0; i < whole; i += 8) addEight(sum.data, x.data, i * d, d);
  for (let i = whole; i < x.rows; i++) addOne(sum.data, x.data, i * d, d);
}

function addEight(
  s: Float64Array,
  x: Float64Array,
  at: number,
  d: number,
): void {
  const r1 = at + d, r2 = r1 + d, r3 = r2 + d, r4 = r3 + d;
  const r5 = r4 + d, r6 = r5 + d, r7 = r6 + d;
  for (let i = 0; i < d; i++) {
    const a0 = x[at + i]!, a1 = x[r1 + i]!, a2 = x[r2 + i]!, a3 = x[r3 + i]!;
    const a4 = x[r4 + i]!, a5 = x[r5 + i]!, a6 = x[r6 + i]!, a7 = x[r7 + i]!;
    const row = i * d;
    for (let j = 0; j <= i; j++) {
      s[row + j] = s[row + j]! + a0 * x[at + j]! + a1 * x[r1 + j]! +
        a2 * x[r2 + j]! + a3 * x[r3 + j]! + a4 * x[r4 + j]! +
        a5 * x[r5 + j]! + a6 * x[r6 + j]! + a7 * x[r7 + j]!;
    }
  }
}

function addOne(s: Float64Array, x: Float64Array, at: number, d: number): void {
  for (let i = 0; i < d; i++) {
    const a = x[at + i]!;
    if (a === 0) continue;
    const row = i * d;
    for (let j = 0; j <= i; j++) s[row + j] = s[row + j]! + a * x[at + j]!;
  }
}

/** Copies the lower triangle of a square matrix onto the upper one, in place. */
export function mirror(square: DenseMatrix): DenseMatrix {
  const { data, rows: n } = square;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) data[j * n + i] = data[i * n + j]!;
  }
  return square;
}

/** `XᵀX`, the sum of the outer products of the rows of `x [n, d]`: `[d, d]`, symmetric. */
export function secondMoment(x: DenseMatrix): DenseMatrix {
  const sum = DenseMatrix.zeros(x.columns, x.columns);
  addOuterProducts(sum, x);
  return mirror(sum);
}

/** `XXᵀ`, the inner products of the rows of `x [n, d]` with each other: `[n, n]`, symmetric. */
export function rowGram(x: DenseMatrix): DenseMatrix {
  return mirror(lowerRowGram(x));
}

/** The lower triangle of {@linkcode rowGram}, which is all that a spectrum asks for. */
export function lowerRowGram(x: DenseMatrix): DenseMatrix {
  const sum = DenseMatrix.zeros(x.rows, x.rows);
  const embedded = embeddedKernel(x.columns, x.rows);
  if (embedded) embedded.addRowProducts(sum, x);
  else addOuterProducts(sum, transpose(x));
  return sum;
}

/** The elementwise product of two matrices of one shape. */
export function hadamard(a: DenseMatrix, b: DenseMatrix): DenseMatrix {
  const out = DenseMatrix.zeros(a.rows, a.columns);
  for (let i = 0; i < out.data.length; i++) {
    out.data[i] = a.data[i]! * b.data[i]!;
  }
  return out;
}

/** The sum of the diagonal of a square matrix. */
export function trace({ data, rows: n }: DenseMatrix): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += data[i * n + i]!;
  return sum;
}

/** The sum of the products of the entries of two matrices of one shape: `tr(AᵀB)`. */
export function innerProduct(a: DenseMatrix, b: DenseMatrix): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += a.data[i]! * b.data[i]!;
  return sum;
}
