/**
 * Squared Frobenius norms of Grams and of their Hadamard products: `tr A²` exactly, which is all that
 * Rényi's entropy of order 2 needs. No large Gram is held, only blocks of it.
 *
 * @module
 */

import { DenseMatrix } from "../../core/matrix.ts";
import { ClassMoments } from "../class_moments.ts";
import {
  addKhatriRaoProducts,
  innerProduct,
  mirror,
  rowGram,
  rowProducts,
  secondMoment,
  transpose,
} from "../products.ts";

/** Rows of a Gram in one block: two blocks of inner products stay in the cache. */
const BLOCK = 128;

/** Numbers that class moments may take up before pairs of samples are visited instead: 512 MiB. */
const MOMENT_LIMIT = 2 ** 26;

/** The rows in `[from, to)`, as a view. */
function slice(x: DenseMatrix, from: number, to: number): DenseMatrix {
  const data = x.data.subarray(from * x.columns, to * x.columns);
  return new DenseMatrix(data, to - from, x.columns);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** `Σ_ij a_ij²` of a symmetric matrix that is given block by block. */
function sumOfSquares(
  size: number,
  block: (rows: Range, columns: Range) => Float64Array,
): number {
  let sum = 0;
  for (let from = 0; from < size; from += BLOCK) {
    const rows = { from, to: Math.min(from + BLOCK, size) };
    for (let start = 0; start <= from; start += BLOCK) {
      const columns = { from: start, to: Math.min(start + BLOCK, size) };
      const values = block(rows, columns);
      let part = 0;
      for (let k = 0; k < values.length; k++) part += values[k]! * values[k]!;
      sum += start === from ? part : 2 * part;
    }
  }
  return sum;
}

/** Inner products of two ranges of rows. */
function blockOf(x: DenseMatrix, rows: Range, columns: Range): Float64Array {
  return rowProducts(
    slice(x, rows.from, rows.to),
    slice(x, columns.from, columns.to),
  ).data;
}

/** Size up to which a Gram is formed whole, in the embedded kernel: 128 MiB. */
const WHOLE = 4096;

/** `‖XXᵀ‖_F²`, from the smaller side. Cost `n d · min(n, d)`. */
export function denseFrobenius(x: DenseMatrix): number {
  if (Math.min(x.rows, x.columns) <= WHOLE) {
    const gram = x.columns < x.rows ? secondMoment(x) : rowGram(x);
    return innerProduct(gram, gram);
  }
  return blockedFrobenius(x.columns < x.rows ? transpose(x) : x);
}

/** `‖XXᵀ‖_F²`, block by block. Cost `n² d`, slower than the kernel, in constant memory. */
export function blockedFrobenius(x: DenseMatrix): number {
  return sumOfSquares(x.rows, (i, j) => blockOf(x, i, j));
}

/** `‖XXᵀ ⊙ YYᵀ‖_F²`. Cost `n (d₁d₂)²`, or `n² (d₁ + d₂)` where that is less. */
export function hadamardFrobenius(x: DenseMatrix, y: DenseMatrix): number {
  const width = x.columns * y.columns;
  if (width * width <= x.rows * (x.columns + y.columns)) {
    const moment = DenseMatrix.zeros(width, width);
    addKhatriRaoProducts(moment, x, y);
    return innerProduct(mirror(moment), moment);
  }
  return sumOfSquares(x.rows, (i, j) => {
    const other = blockOf(y, i, j);
    return blockOf(x, i, j).map((value, k) => value * other[k]!);
  });
}

/**
 * `‖XXᵀ ⊙ VVᵀ‖_F²` where row `i` of `V` is the class row of label `i`. Cost `n d² + C² d²`, or `n² d`
 * where that is less or the class moments would not fit.
 */
export function labelledFrobenius(
  x: DenseMatrix,
  labels: Int32Array,
  classRows: DenseMatrix,
): number {
  const { rows: n, columns: d } = x;
  const classes = classRows.rows;
  if (
    classes * d * d <= MOMENT_LIMIT && (n + classes * classes) * d < n * n
  ) {
    const state = new ClassMoments(classes, d);
    state.add(x, labels);
    return momentFrobenius(state.moments.map(mirror), classRows);
  }
  const cosines = rowProducts(classRows, classRows).data;
  return sumOfSquares(n, (i, j) => {
    const width = j.to - j.from;
    return blockOf(x, i, j).map((value, k) => {
      const row = labels[i.from + Math.floor(k / width)]!;
      return value * cosines[row * classes + labels[j.from + k % width]!]!;
    });
  });
}

/** `‖Σ_c v_c v_cᵀ ⊗ S_c‖_F² = Σ_ab (v_a · v_b)² tr(S_a S_b)` for symmetric moments. Cost `C² d²`. */
export function momentFrobenius(
  moments: readonly DenseMatrix[],
  classRows: DenseMatrix,
): number {
  const cosines = rowProducts(classRows, classRows).data;
  let sum = 0;
  for (let a = 0; a < moments.length; a++) {
    for (let b = 0; b <= a; b++) {
      const part = cosines[a * moments.length + b]! ** 2 *
        innerProduct(moments[a]!, moments[b]!);
      sum += a === b ? part : 2 * part;
    }
  }
  return sum;
}
