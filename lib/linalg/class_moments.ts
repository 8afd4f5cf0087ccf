/**
 * Uncentred second moments class by class: a complete, mergeable, one-pass state for the entropies of
 * representations, of a head, and of both together.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import { symmetricEigenvalues } from "./eigen.ts";
import { addOuterProducts } from "./products.ts";
import { gatherRows, rowsByClass } from "./rows.ts";

/** `Σ_{y_i = c} x_i x_iᵀ` for each class, and the class counts. Memory `C d²`, whatever the rows seen. */
export class ClassMoments {
  /** Rows seen of each class, `[C]`. */
  readonly counts: Float64Array;
  /** The moments, `[d, d]` each; only the lower triangle is kept. */
  readonly moments: readonly DenseMatrix[];

  /** An empty state for `classes` classes of `dimension`-dimensional rows. */
  constructor(classes: number, dimension: number) {
    this.counts = new Float64Array(classes);
    this.moments = Array.from(
      { length: classes },
      () => DenseMatrix.zeros(dimension, dimension),
    );
  }

  /** Adds the rows of `x [n, d]` with their labels. */
  add(x: DenseMatrix, labels: Int32Array): void {
    rowsByClass(labels, this.moments.length).forEach((rows, c) => {
      if (rows.length === 0) return;
      this.counts[c] = this.counts[c]! + rows.length;
      addOuterProducts(this.moments[c]!, gatherRows(x, rows));
    });
  }

  /** Adds what another state of the same sizes has seen. */
  merge(other: ClassMoments): void {
    for (let c = 0; c < this.moments.length; c++) {
      this.counts[c] = this.counts[c]! + other.counts[c]!;
      const sum = this.moments[c]!.data;
      const more = other.moments[c]!.data;
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + more[i]!;
    }
  }

  /** Nonzero eigenvalues of the Gram of all rows seen, descending. */
  spectrum(): Float64Array {
    const total = DenseMatrix.zeros(
      this.moments[0]!.rows,
      this.moments[0]!.rows,
    );
    for (const { data } of this.moments) {
      for (let i = 0; i < data.length; i++) {
        total.data[i] = total.data[i]! + data[i]!;
      }
    }
    return symmetricEigenvalues(total);
  }

  /** Nonzero eigenvalues of the Gram of the rows of class `c`, descending. */
  classSpectrum(c: number): Float64Array {
    return symmetricEigenvalues(this.moments[c]!);
  }

  /**
   * Nonzero eigenvalues of the Hadamard product of the Gram of the rows with the Gram of their class
   * rows, descending, from `Σ_c S_c ⊗ v_c v_cᵀ` of size `d · r`.
   *
   * @param classRows `[C, r]`.
   */
  jointSpectrum(classRows: DenseMatrix): Float64Array {
    const d = this.moments[0]!.rows;
    const joint = DenseMatrix.zeros(
      d * classRows.columns,
      d * classRows.columns,
    );
    for (let c = 0; c < this.moments.length; c++) {
      if (this.counts[c] !== 0) {
        addKronecker(joint, this.moments[c]!, classRows.row(c));
      }
    }
    return symmetricEigenvalues(joint);
  }
}

/** Adds `v vᵀ ⊗ S` to the lower triangle of `sum`; of `S` only the lower triangle is read. */
function addKronecker(
  sum: DenseMatrix,
  moment: DenseMatrix,
  v: Float64Array,
): void {
  const d = moment.rows;
  for (let a = 0; a < v.length; a++) {
    for (let b = 0; b <= a; b++) {
      const scale = v[a]! * v[b]!;
      if (scale !== 0) addBlock(sum, moment, scale, a * d, b * d);
    }
  }
}

/** Adds `scale · S` to the block of `sum` at `(row, column)`; diagonal blocks get their lower half. */
function addBlock(
  sum: DenseMatrix,
  { data, rows: d }: DenseMatrix,
  scale: number,
  row: number,
  column: number,
): void {
  const width = sum.columns;
  for (let i = 0; i < d; i++) {
    const at = (row + i) * width + column;
    for (let j = 0; j <= i; j++) {
      const x = scale * data[i * d + j]!;
      sum.data[at + j] = sum.data[at + j]! + x;
      if (row !== column && i !== j) {
        const mirrored = (row + j) * width + column + i;
        sum.data[mirrored] = sum.data[mirrored]! + x;
      }
    }
  }
}
