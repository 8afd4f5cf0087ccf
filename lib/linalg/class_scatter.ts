/**
 * Centred statistics class by class: counts, means, variances and the pooled scatter within classes,
 * updated and merged without cancellation (Chan, Golub and LeVeque, 1983).
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import { addOuterProducts, mirror } from "./products.ts";
import { centerRows, gatherRows, meanRow, rowsByClass } from "./rows.ts";

/** One-pass, mergeable state from which neural collapse is read. Memory `C d + d²`. */
export class ClassScatter {
  /** Rows seen of each class, `[C]`. */
  readonly counts: Float64Array;
  /** Class means, `[C, d]`. */
  readonly means: DenseMatrix;
  /** For each class the sum of squared distances of its rows to its mean, `[C]`. */
  readonly deviations: Float64Array;
  /** `Σ_i (x_i − μ_{y_i})(x_i − μ_{y_i})ᵀ`, `[d, d]`; only the lower triangle is kept. */
  readonly within: DenseMatrix;

  /** An empty state for `classes` classes of `dimension`-dimensional rows. */
  constructor(classes: number, dimension: number) {
    this.counts = new Float64Array(classes);
    this.means = DenseMatrix.zeros(classes, dimension);
    this.deviations = new Float64Array(classes);
    this.within = DenseMatrix.zeros(dimension, dimension);
  }

  /** Rows seen. */
  get samples(): number {
    return this.counts.reduce((a, b) => a + b, 0);
  }

  /** The mean of all rows seen, `[d]`. */
  get globalMean(): Float64Array {
    const { samples, means, counts } = this;
    const mean = new Float64Array(means.columns);
    counts.forEach((count, c) => {
      means.row(c).forEach((x, k) => mean[k] = mean[k]! + x * count / samples);
    });
    return mean;
  }

  /** `Σ_W`, the pooled covariance within classes, `[d, d]`. */
  get withinCovariance(): DenseMatrix {
    const { samples, within } = this;
    return mirror(
      new DenseMatrix(
        within.data.map((x) => x / samples),
        within.rows,
        within.columns,
      ),
    );
  }

  /** Adds the rows of `x [n, d]` with their labels. */
  add(x: DenseMatrix, labels: Int32Array): void {
    rowsByClass(labels, this.counts.length).forEach((rows, c) => {
      if (rows.length === 0) return;
      const group = gatherRows(x, rows);
      const mean = meanRow(group);
      const centred = centerRows(group, mean);
      addOuterProducts(this.within, centred);
      const deviation = centred.data.reduce((sum, v) => sum + v * v, 0);
      this.#combine(c, rows.length, mean, deviation);
    });
  }

  /** Adds what another state of the same sizes has seen. */
  merge(other: ClassScatter): void {
    const { data } = this.within;
    for (let i = 0; i < data.length; i++) {
      data[i] = data[i]! + other.within.data[i]!;
    }
    other.counts.forEach((count, c) => {
      if (count > 0) {
        this.#combine(c, count, other.means.row(c), other.deviations[c]!);
      }
    });
  }

  /** Joins a group of `count` rows to class `c`: the shift between the two means adds to the scatter. */
  #combine(
    c: number,
    count: number,
    mean: Float64Array,
    deviation: number,
  ): void {
    const old = this.counts[c]!;
    const total = old + count;
    const current = this.means.row(c);
    const shift = mean.map((x, k) => x - current[k]!);
    const weight = old * count / total;
    const scaled = shift.map((x) => x * Math.sqrt(weight));
    if (old > 0) {
      addOuterProducts(this.within, new DenseMatrix(scaled, 1, scaled.length));
    }
    this.deviations[c] = this.deviations[c]! + deviation +
      (old > 0 ? scaled.reduce((sum, x) => sum + x * x, 0) : 0);
    shift.forEach((x, k) => current[k] = current[k]! + x * count / total);
    this.counts[c] = total;
  }
}
