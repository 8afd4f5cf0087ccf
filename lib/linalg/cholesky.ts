/**
 * Cholesky factorisations of positive (semi)definite matrices.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";

/**
 * A factor `L [n, r]` of a positive semidefinite matrix, `L Lᵀ = A` to rounding, by Cholesky with
 * complete pivoting; `r` is the numerical rank. Row `i` of `L` belongs to row `i` of `A`.
 *
 * Stops when the largest remaining diagonal entry is below `n ε` of the largest one, so an entry of `A`
 * is off by no more than that.
 */
export function semidefiniteFactor(matrix: DenseMatrix): DenseMatrix {
  const n = matrix.rows;
  const diagonal = Float64Array.from(
    { length: n },
    (_, i) => matrix.data[i * n + i]!,
  );
  const floor = n * Number.EPSILON *
    diagonal.reduce((a, b) => Math.max(a, b), 0);
  const factor = DenseMatrix.zeros(n, n);
  let rank = 0;
  for (; rank < n; rank++) {
    const pivot = diagonal.reduce(
      (best, x, i) => x > diagonal[best]! ? i : best,
      0,
    );
    if (diagonal[pivot]! <= floor) break;
    eliminate(matrix, factor, diagonal, pivot, rank);
  }
  const out = DenseMatrix.zeros(n, rank);
  for (let i = 0; i < n; i++) out.row(i).set(factor.row(i).subarray(0, rank));
  return out;
}

/** Fills column `k` of the factor from the pivot row and lowers the remaining diagonal. */
function eliminate(
  matrix: DenseMatrix,
  factor: DenseMatrix,
  diagonal: Float64Array,
  pivot: number,
  k: number,
): void {
  const n = matrix.rows;
  const root = Math.sqrt(diagonal[pivot]!);
  for (let i = 0; i < n; i++) {
    if (diagonal[i] === 0 && i !== pivot) continue;
    let x = matrix.data[pivot * n + i]!;
    for (let j = 0; j < k; j++) {
      x -= factor.data[pivot * n + j]! * factor.data[i * n + j]!;
    }
    factor.data[i * n + k] = i === pivot ? root : x / root;
    diagonal[i] = i === pivot ? 0 : Math.max(0, diagonal[i]! - (x / root) ** 2);
  }
}

/** `log det A` in nats of a positive definite matrix; only the lower triangle is read. Cost `n³/3`. */
export function logDeterminant(matrix: DenseMatrix): number {
  const n = matrix.rows;
  const l = Float64Array.from(matrix.data);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let x = l[i * n + j]!;
      for (let k = 0; k < j; k++) x -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(x) : x / l[j * n + j]!;
    }
    sum += 2 * Math.log(l[i * n + i]!);
  }
  return sum;
}
