/**
 * The one door to eigen-decompositions: every spectral number of this library comes through here, in
 * float64 on the host.
 *
 * @module
 */

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { NotFiniteError } from "../core/errors.ts";
import { DenseMatrix } from "../core/matrix.ts";
import { portableEigenvalues } from "./_tridiagonal.ts";
import { nativeSolver } from "./native/use_native_lapack.ts";
import { mirror } from "./products.ts";
import { wasmKernel } from "./wasm/kernel.ts";

/** Eigenvalues with their eigenvectors. */
export interface SymmetricEigen {
  /** `[n]`, descending. */
  readonly values: Float64Array;
  /** `[n, n]`: row `k` is the unit eigenvector of `values[k]`. */
  readonly vectors: DenseMatrix;
}

/** The largest absolute entry of the lower triangle; a NaN among them never reaches a kernel. */
function scaleOf({ data, rows: n }: DenseMatrix): number {
  let scale = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      scale = Math.max(scale, Math.abs(data[i * n + j]!));
    }
  }
  if (!Number.isFinite(scale)) {
    throw new NotFiniteError(
      "Cannot decompose a matrix: expected finite entries, received " +
        `${scale} (squares of numbers beyond 1e154 overflow)`,
    );
  }
  return scale;
}

/**
 * Eigenvalues of a symmetric matrix, descending; only the lower triangle is read, nothing is changed.
 *
 * Householder tridiagonalisation and QL, in the embedded kernel, or in plain TypeScript where the
 * runtime lacks WASM SIMD; by LAPACK where that is in use. Absolute error about `n ε λmax`, so eigenvalues far below the largest carry
 * no relative accuracy. Cost `4/3 n³`; bound by memory from `n` about 500 on.
 *
 * @param matrix `[n, n]`, finite entries.
 * @returns `[n]`, descending.
 */
export function symmetricEigenvalues(matrix: DenseMatrix): Float64Array {
  const scale = scaleOf(matrix);
  if (scale === 0) return new Float64Array(matrix.rows);
  const native = nativeSolver(matrix.rows);
  if (native) return native.eigenvalues(matrix.data, matrix.rows);
  const values = wasmKernel()?.eigenvalues(matrix, scale) ??
    portableEigenvalues(matrix, scale);
  return values.sort().reverse();
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix; only the lower triangle is read, nothing is
 * changed.
 *
 * Divide and conquer in the embedded kernel, or by LAPACK where that is in use; ml-matrix where the
 * runtime lacks WASM SIMD. Vectors are orthogonal to about `n ε`; within a cluster of equal eigenvalues
 * they are some basis of its space, and not the same one in each. Cost up to `14/3 n³`.
 *
 * @param matrix `[n, n]`, finite entries.
 * @returns Eigenvalues descending, with eigenvectors as rows.
 */
export function symmetricEigen(matrix: DenseMatrix): SymmetricEigen {
  const n = matrix.rows;
  const scale = scaleOf(matrix);
  const solved = nativeSolver(n)?.eigen(matrix.data, n) ??
    (scale === 0 ? undefined : wasmKernel()?.eigen(matrix, scale));
  if (solved === undefined) return portableEigen(matrix);
  const { values, vectors } = solved;
  return { values, vectors: new DenseMatrix(vectors, n, n) };
}

/** {@linkcode symmetricEigen} by ml-matrix, which a NaN makes fail with an opaque error. */
export function portableEigen(matrix: DenseMatrix): SymmetricEigen {
  const n = matrix.rows;
  const decomposition = new EigenvalueDecomposition(
    new Matrix(
      mirror(new DenseMatrix(matrix.data.slice(), n, n)).to2DArray(),
    ),
    { assumeSymmetric: true },
  );
  const ascending = decomposition.realEigenvalues;
  const order = Array.from(ascending.keys()).sort((a, b) =>
    ascending[b]! - ascending[a]!
  );
  const vectors = DenseMatrix.zeros(n, n);
  const columns = decomposition.eigenvectorMatrix;
  order.forEach((k, row) => vectors.row(row).set(columns.getColumn(k)));
  return { values: Float64Array.from(order, (k) => ascending[k]!), vectors };
}
