/**
 * Products with factors of Grams: with plain rows, with the rows `x_i ⊗ y_i` of a Hadamard product, and
 * with rows `v_{y_i} ⊗ x_i` of which one side knows only the class. The last two are never formed.
 *
 * @module
 */

import { DenseMatrix } from "../../core/matrix.ts";
import { transpose } from "../products.ts";

/** A matrix `F [rows, columns]` known by its products alone. */
export interface Factor {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
  /** `‖F‖_F²`, the trace of `FᵀF` and of `FFᵀ`. */
  readonly squaredNorm: number;
  /** Writes `F v` into `out [rows]`. */
  multiply(v: Float64Array, out: Float64Array): void;
  /** Writes `Fᵀ w` into `out [columns]`. */
  multiplyTransposed(w: Float64Array, out: Float64Array): void;
}

/** The squared lengths of the rows, `[rows]`. */
function squaredLengths(x: DenseMatrix): Float64Array {
  const out = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) {
    for (const value of x.row(i)) out[i] = out[i]! + value * value;
  }
  return out;
}

/** `out[i] = x_i · v`, four rows at a time so that `v` is read once for them. */
export function multiplyRows(
  { data: x, rows, columns: d }: DenseMatrix,
  v: Float64Array,
  out: Float64Array,
): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const r0 = i * d, r1 = r0 + d, r2 = r1 + d, r3 = r2 + d;
    let a = 0, b = 0, c = 0, e = 0;
    for (let k = 0; k < d; k++) {
      const t = v[k]!;
      a += x[r0 + k]! * t;
      b += x[r1 + k]! * t;
      c += x[r2 + k]! * t;
      e += x[r3 + k]! * t;
    }
    out[i] = a;
    out[i + 1] = b;
    out[i + 2] = c;
    out[i + 3] = e;
  }
  for (; i < rows; i++) {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += x[i * d + k]! * v[k]!;
    out[i] = sum;
  }
}

/** `out = Σ_i w_i x_i`, four rows at a time so that `out` is read and written once for them. */
export function combineRows(
  { data: x, rows, columns: d }: DenseMatrix,
  w: Float64Array,
  out: Float64Array,
): void {
  out.fill(0);
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const r0 = i * d, r1 = r0 + d, r2 = r1 + d, r3 = r2 + d;
    const a = w[i]!, b = w[i + 1]!, c = w[i + 2]!, e = w[i + 3]!;
    for (let k = 0; k < d; k++) {
      out[k] = out[k]! + a * x[r0 + k]! + b * x[r1 + k]! + c * x[r2 + k]! +
        e * x[r3 + k]!;
    }
  }
  for (; i < rows; i++) {
    const a = w[i]!;
    for (let k = 0; k < d; k++) out[k] = out[k]! + a * x[i * d + k]!;
  }
}

/** The rows of `x [n, d]` as they are. A product costs `2nd`. */
export function denseFactor(x: DenseMatrix): Factor {
  return {
    rows: x.rows,
    columns: x.columns,
    squaredNorm: squaredLengths(x).reduce((a, b) => a + b, 0),
    multiply: (v, out) => multiplyRows(x, v, out),
    multiplyTransposed: (w, out) => combineRows(x, w, out),
  };
}

/**
 * The rows `x_i ⊗ y_i` for `x [n, d₁]` and `y [n, d₂]`, a factor of `XXᵀ ⊙ YYᵀ`. A vector of length
 * `d₁d₂` is read as a matrix `V`, so that `(F v)_i = x_iᵀ V y_i`. A product costs `2nd₁d₂`.
 */
export function khatriRaoFactor(x: DenseMatrix, y: DenseMatrix): Factor {
  // The inner loop runs along the wider side; which comes first only permutes the columns.
  const [outer, inner] = x.columns <= y.columns ? [x, y] : [y, x];
  const lengths = squaredLengths(inner);
  return {
    rows: x.rows,
    columns: x.columns * y.columns,
    squaredNorm: squaredLengths(outer)
      .reduce((sum, length, i) => sum + length * lengths[i]!, 0),
    multiply: (v, out) => bilinearForms({ outer, inner }, v, out),
    multiplyTransposed: (w, out) => sumOfProducts({ outer, inner }, w, out),
  };
}

interface Sides {
  readonly outer: DenseMatrix;
  readonly inner: DenseMatrix;
}

/** `out[i] = x_iᵀ V y_i`, four samples at a time so that `V` is read once for them. */
function bilinearForms(
  { outer, inner }: Sides,
  v: Float64Array,
  out: Float64Array,
): void {
  const { data: x, columns: p, rows } = outer;
  const { data: y, columns: q } = inner;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const y0 = i * q, y1 = y0 + q, y2 = y1 + q, y3 = y2 + q;
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let a = 0; a < p; a++) {
      const at = a * q;
      let t0 = 0, t1 = 0, t2 = 0, t3 = 0;
      for (let k = 0; k < q; k++) {
        const t = v[at + k]!;
        t0 += t * y[y0 + k]!;
        t1 += t * y[y1 + k]!;
        t2 += t * y[y2 + k]!;
        t3 += t * y[y3 + k]!;
      }
      const from = i * p + a;
      s0 += t0 * x[from]!;
      s1 += t1 * x[from + p]!;
      s2 += t2 * x[from + 2 * p]!;
      s3 += t3 * x[from + 3 * p]!;
    }
    out[i] = s0;
    out[i + 1] = s1;
    out[i + 2] = s2;
    out[i + 3] = s3;
  }
  for (; i < rows; i++) out[i] = bilinearForm(outer.row(i), inner.row(i), v);
}

function bilinearForm(
  x: Float64Array,
  y: Float64Array,
  v: Float64Array,
): number {
  let sum = 0;
  for (let a = 0; a < x.length; a++) {
    let inner = 0;
    for (let k = 0; k < y.length; k++) inner += v[a * y.length + k]! * y[k]!;
    sum += x[a]! * inner;
  }
  return sum;
}

/** `out = Σ_i w_i x_i ⊗ y_i`, four samples at a time. */
function sumOfProducts(
  { outer, inner }: Sides,
  w: Float64Array,
  out: Float64Array,
): void {
  const { data: x, columns: p, rows } = outer;
  const { data: y, columns: q } = inner;
  out.fill(0);
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const y0 = i * q, y1 = y0 + q, y2 = y1 + q, y3 = y2 + q;
    const w0 = w[i]!, w1 = w[i + 1]!, w2 = w[i + 2]!, w3 = w[i + 3]!;
    for (let a = 0; a < p; a++) {
      const from = i * p + a;
      const c0 = w0 * x[from]!, c1 = w1 * x[from + p]!;
      const c2 = w2 * x[from + 2 * p]!, c3 = w3 * x[from + 3 * p]!;
      const at = a * q;
      for (let k = 0; k < q; k++) {
        out[at + k] = out[at + k]! + c0 * y[y0 + k]! + c1 * y[y1 + k]! +
          c2 * y[y2 + k]! + c3 * y[y3 + k]!;
      }
    }
  }
  for (; i < rows; i++) {
    for (let a = 0; a < p; a++) {
      const c = w[i]! * x[i * p + a]!;
      for (let k = 0; k < q; k++) {
        out[a * q + k] = out[a * q + k]! + c * y[i * q + k]!;
      }
    }
  }
}

/** Vectors of length `d · r`, read as `V [r, d]`, from and to one row for each class, `[C, d]`. */
export interface ClassLift {
  /** `P = W V`: row `c` is `Σ_b w_cb V_b`. */
  spread(v: Float64Array): DenseMatrix;
  /** Writes `Wᵀ P` into `out`. */
  gather(perClass: DenseMatrix, out: Float64Array): void;
}

/** The lift between `[r, d]` and `[C, d]` by class rows `W [C, r]`. A product costs `2Crd`. */
export function classLift(classRows: DenseMatrix, d: number): ClassLift {
  const transposed = transpose(classRows);
  const combine = (by: DenseMatrix, rows: DenseMatrix, out: DenseMatrix) => {
    for (let i = 0; i < by.rows; i++) combineRows(rows, by.row(i), out.row(i));
  };
  const perClass = DenseMatrix.zeros(classRows.rows, d);
  return {
    spread(v) {
      combine(classRows, new DenseMatrix(v, classRows.columns, d), perClass);
      return perClass;
    },
    gather(sums, out) {
      combine(transposed, sums, new DenseMatrix(out, classRows.columns, d));
    },
  };
}

/**
 * The rows `v_{y_i} ⊗ x_i` for `x [n, d]`, labels in `[0, C)` and class rows `v [C, r]`, a factor of
 * `XXᵀ ⊙ VVᵀ`. Rows of one class share their second side, so a product costs `2nd + 2Crd` instead of
 * `2ndr`.
 */
export function labelledFactor(
  x: DenseMatrix,
  labels: Int32Array,
  classRows: DenseMatrix,
): Factor {
  const d = x.columns;
  const lift = classLift(classRows, d);
  const sums = DenseMatrix.zeros(classRows.rows, d);
  const lengths = squaredLengths(classRows);
  return {
    rows: x.rows,
    columns: d * classRows.columns,
    squaredNorm: squaredLengths(x)
      .reduce((sum, length, i) => sum + length * lengths[labels[i]!]!, 0),
    multiply(v, out) {
      const perClass = lift.spread(v).data;
      for (let i = 0; i < x.rows; i++) {
        out[i] = dotAt(x.data, i * d, perClass, labels[i]! * d, d);
      }
    },
    multiplyTransposed(w, out) {
      sums.data.fill(0);
      for (let i = 0; i < x.rows; i++) {
        addAt(sums.data, labels[i]! * d, w[i]!, x.data, i * d, d);
      }
      lift.gather(sums, out);
    },
  };
}

/** The inner product of `d` entries of `x` from `i` and of `y` from `j`, in four partial sums. */
function dotAt(
  x: Float64Array,
  i: number,
  y: Float64Array,
  j: number,
  d: number,
): number {
  let a = 0, b = 0, c = 0, e = 0;
  let k = 0;
  for (; k + 4 <= d; k += 4) {
    a += x[i + k]! * y[j + k]!;
    b += x[i + k + 1]! * y[j + k + 1]!;
    c += x[i + k + 2]! * y[j + k + 2]!;
    e += x[i + k + 3]! * y[j + k + 3]!;
  }
  for (; k < d; k++) a += x[i + k]! * y[j + k]!;
  return a + b + c + e;
}

/** Adds `scale` times `d` entries of `x` from `j` to those of `sum` from `i`. */
function addAt(
  sum: Float64Array,
  i: number,
  scale: number,
  x: Float64Array,
  j: number,
  d: number,
): void {
  for (let k = 0; k < d; k++) sum[i + k] = sum[i + k]! + scale * x[j + k]!;
}
