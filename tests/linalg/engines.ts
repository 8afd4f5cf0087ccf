/**
 * Everything that can decompose a matrix here, under one interface: both builds of the embedded kernel, and
 * what runs where there is no WASM SIMD.
 *
 * @module
 */

import { DenseMatrix } from "../../lib/core/matrix.ts";
import { portableEigenvalues } from "../../lib/linalg/_tridiagonal.ts";
import { portableEigen, type SymmetricEigen } from "../../lib/linalg/eigen.ts";
import {
  khatriRao,
  portableOuterProducts,
  transpose,
} from "../../lib/linalg/products.ts";
import { type Build, WasmKernel } from "../../lib/linalg/wasm/kernel.ts";

/** One of them. */
export interface Engine {
  readonly name: string;
  /** Descending. */
  values(matrix: DenseMatrix): Float64Array;
  eigen(matrix: DenseMatrix): SymmetricEigen;
  /** The lower triangle of `XᵀX`. */
  moment(x: DenseMatrix): DenseMatrix;
  /** The lower triangle of `XXᵀ`. */
  gram(x: DenseMatrix): DenseMatrix;
  /** The lower triangle of the second moment of the rows `x ⊗ y`. */
  khatriRaoMoment(x: DenseMatrix, y: DenseMatrix): DenseMatrix;
}

/** The largest absolute entry. */
export function largest({ data }: DenseMatrix): number {
  return data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

function triangle(
  size: number,
  fill: (sum: DenseMatrix) => void,
): DenseMatrix {
  const sum = DenseMatrix.zeros(size, size);
  fill(sum);
  return sum;
}

function embedded(build: Build): Engine {
  const kernel = new WasmKernel(build);
  return {
    name: `kernel, ${build}`,
    values: (m) => kernel.eigenvalues(m, largest(m)).sort().reverse(),
    eigen(m) {
      const { values, vectors } = kernel.eigen(m, largest(m));
      return { values, vectors: new DenseMatrix(vectors, m.rows, m.rows) };
    },
    moment: (x) =>
      triangle(x.columns, (sum) => kernel.addOuterProducts(sum, x)),
    gram: (x) => triangle(x.rows, (sum) => kernel.addRowProducts(sum, x)),
    khatriRaoMoment: (x, y) =>
      triangle(
        x.columns * y.columns,
        (sum) => kernel.addKhatriRaoProducts(sum, x, y),
      ),
  };
}

const portable: Engine = {
  name: "TypeScript",
  values: (m) => portableEigenvalues(m, largest(m)).sort().reverse(),
  eigen: portableEigen,
  moment: (x) => triangle(x.columns, (sum) => portableOuterProducts(sum, x)),
  gram: (x) =>
    triangle(x.rows, (sum) => portableOuterProducts(sum, transpose(x))),
  khatriRaoMoment: (x, y) =>
    triangle(
      x.columns * y.columns,
      (sum) => portableOuterProducts(sum, khatriRao(x, y, 0, x.rows)),
    ),
};

/** All of them; matrices of zeros are answered before any is asked. */
export const engines: readonly Engine[] = [
  embedded("relaxed"),
  embedded("simd"),
  portable,
];

/**
 * How far an eigen-decomposition is from being one: `‖A v − λ v‖ / λmax` and `|vᵀw − δ|`, the largest of all.
 */
export function defects(
  matrix: DenseMatrix,
  { values, vectors }: SymmetricEigen,
): { residual: number; orthogonality: number } {
  const n = matrix.rows;
  const most = values.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  // Scaled first: products with entries of 1e-300 would be rounded as subnormal numbers.
  const scaled = new DenseMatrix(matrix.data.map((x) => x / most), n, n);
  let [residual, orthogonality] = [0, 0];
  for (let k = 0; k < n; k++) {
    const v = vectors.row(k);
    let square = 0;
    for (let i = 0; i < n; i++) {
      const image = product(scaled.row(i), v);
      square += (image - values[k]! / most * v[i]!) ** 2;
    }
    residual = Math.max(residual, Math.sqrt(square));
    for (let l = 0; l <= k; l++) {
      const off = product(v, vectors.row(l)) - (k === l ? 1 : 0);
      orthogonality = Math.max(orthogonality, Math.abs(off));
    }
  }
  return { residual, orthogonality };
}

function product(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}
