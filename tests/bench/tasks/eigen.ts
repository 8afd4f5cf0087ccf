/** Eigenvalues, and eigenvalues with eigenvectors, of random symmetric matrices. */

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { DenseMatrix } from "../../../lib/core/matrix.ts";
import { portableEigenvalues } from "../../../lib/linalg/_tridiagonal.ts";
import {
  portableEigen,
  symmetricEigen,
  symmetricEigenvalues,
} from "../../../lib/linalg/eigen.ts";
import { dot } from "../../../lib/linalg/rows.ts";
import { gaussian, own, python, raced, type Setting } from "../group.ts";
import { local } from "../race.ts";

const QUICK = [64, 256, 512, 1024];
const FULL = [64, 128, 256, 512, 1024, 2048];
const PEERS = ["numpy 1", "numpy 2", "torch 2"];

function randomSymmetric(n: number): DenseMatrix {
  const matrix = gaussian(n, n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      matrix.data[j * n + i] = matrix.data[i * n + j]!;
    }
  }
  return matrix;
}

/** The sum of the eigenvalues and that of their squares. */
function sums(values: ArrayLike<number>): number[] {
  const list = Array.from(values);
  return [
    list.reduce((a, b) => a + b, 0),
    list.reduce((a, b) => a + b * b, 0),
  ];
}

/** The sums, and `|vᵀ A v|` of the vector of the smallest eigenvalue. */
function eigenCheck(
  matrix: DenseMatrix,
  { values, vectors }: ReturnType<typeof symmetricEigen>,
): number[] {
  const v = vectors.row(matrix.rows - 1);
  const image = v.map((_, i) => dot(matrix.row(i), v));
  return [...sums(values), Math.abs(dot(v, image))];
}

function plainValues(matrix: DenseMatrix): ArrayLike<number> {
  const rows = new Matrix(matrix.to2DArray());
  return new EigenvalueDecomposition(rows, { assumeSymmetric: true })
    .realEigenvalues;
}

/** Eigenvalues alone. */
export async function* eigenvalues(setting: Setting) {
  for (const n of setting.full ? FULL : QUICK) {
    const m = randomSymmetric(n);
    const scale = m.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const [embedded, ...native] = own(setting, () => {
      const values = symmetricEigenvalues(m);
      return () => sums(values);
    });
    const contestants = [
      embedded!,
      ...await python(setting, { op: "values", arrays: [m], names: PEERS }),
      ...native,
    ];
    if (n <= 1024) {
      contestants.push(local("TypeScript", 1e-9, () => {
        const values = portableEigenvalues(m, scale);
        return () => sums(values);
      }));
    }
    if (n <= 512) {
      contestants.push(local("ml-matrix", 1e-9, () => {
        const values = plainValues(m);
        return () => sums(values);
      }));
    }
    yield await raced(setting, { label: `eigenvalues, ${n}`, contestants });
  }
}

/** Eigenvalues with eigenvectors. */
export async function* eigenvectors(setting: Setting) {
  for (const n of setting.full ? FULL : QUICK) {
    const m = randomSymmetric(n);
    const [embedded, ...native] = own(setting, () => {
      const eigen = symmetricEigen(m);
      return () => eigenCheck(m, eigen);
    });
    const contestants = [
      embedded!,
      ...await python(setting, { op: "vectors", arrays: [m], names: PEERS }),
      ...native,
    ];
    if (n <= 512) {
      contestants.push(local("ml-matrix", 1e-9, () => {
        const eigen = portableEigen(m);
        return () => eigenCheck(m, eigen);
      }));
    }
    yield await raced(setting, { label: `eigenvectors, ${n}`, contestants });
  }
}
