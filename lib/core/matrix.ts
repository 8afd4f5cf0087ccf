/**
 * Matrices at the boundary: everything a user may hand over as a matrix, and the one dense row-major
 * float64 form that all mathematics inside works on.
 *
 * @module
 */

/** A tensor-like value: `shape` and `dataSync()`, as a tfjs `Tensor2D` has them. */
export interface TensorMatrix {
  /** Sizes of the axes; a matrix has two. */
  readonly shape: readonly number[];
  /** The values in row-major order, read synchronously. */
  dataSync(): ArrayLike<number>;
}

/** An ml-matrix `Matrix`, or anything with its `rows`, `columns` and `to2DArray()`. */
export interface RowsColumnsMatrix {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
  /** The values as an array of rows. */
  to2DArray(): number[][];
}

/** Values in row-major order with their shape. */
export interface FlatMatrix {
  /** `rows · columns` values in row-major order. */
  readonly data: ArrayLike<number>;
  /** `[rows, columns]`. */
  readonly shape: readonly number[];
}

/**
 * What is accepted wherever a matrix is expected: nested arrays (or an array of typed arrays), flat
 * data with a shape, a tfjs 2-D tensor, an ml-matrix `Matrix`, or a {@linkcode DenseMatrix} of this library.
 */
export type MatrixLike =
  | ArrayLike<ArrayLike<number>>
  | FlatMatrix
  | TensorMatrix
  | RowsColumnsMatrix
  | DenseMatrix;

/**
 * A dense float64 matrix in row-major order, `[rows, columns]`.
 *
 * Deliberately small: the fields are public, the hot loops index `data` directly.
 *
 * @example
 * ```ts
 * import { DenseMatrix } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * const m = DenseMatrix.zeros(2, 3);
 * m.data[4] = 7;
 * assertEquals([...m.row(1)], [0, 7, 0]);
 * assertEquals(m.shape, [2, 3]);
 * ```
 */
export class DenseMatrix {
  /** `rows · columns` values; entry `(i, j)` is `data[i * columns + j]`. */
  readonly data: Float64Array;
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;

  /** Wraps `data` without a copy; `data.length` must be `rows · columns`. */
  constructor(data: Float64Array, rows: number, columns: number) {
    if (data.length !== rows * columns) {
      throw new RangeError(
        `Cannot make a matrix: expected ${
          rows * columns
        } values for ${rows} × ${columns}, received ${data.length}`,
      );
    }
    this.data = data;
    this.rows = rows;
    this.columns = columns;
  }

  /** A matrix of zeros, `[rows, columns]`. */
  static zeros(rows: number, columns: number): DenseMatrix {
    return new DenseMatrix(new Float64Array(rows * columns), rows, columns);
  }

  /** `[rows, columns]`, so that a `DenseMatrix` is itself a flat matrix with a shape. */
  get shape(): [number, number] {
    return [this.rows, this.columns];
  }

  /** Row `i` as a view into `data`, not a copy. */
  row(i: number): Float64Array {
    return this.data.subarray(i * this.columns, (i + 1) * this.columns);
  }

  /** The values as an array of rows. */
  to2DArray(): number[][] {
    return Array.from({ length: this.rows }, (_, i) => Array.from(this.row(i)));
  }
}

/** A vector of numbers: an array, a typed array, a tensor of rank 1, or flat data with a shape. */
export type VectorLike =
  | ArrayLike<number>
  | { readonly data: ArrayLike<number>; readonly shape: readonly number[] }
  | { readonly shape: readonly number[]; dataSync(): ArrayLike<number> };

/** The last linear layer: logits are `Z · weightsᵀ + bias`. */
export interface Head {
  /** `[C, d]`: row `c` is the weight vector of class `c` (the transpose of a tfjs dense kernel). */
  readonly weights: MatrixLike;
  /** `[C]`, zero if left out. */
  readonly bias?: VectorLike;
}

/** A {@linkcode Head} after its checks. */
export interface DenseHead {
  /** `[C, d]`. */
  readonly weights: DenseMatrix;
  /** `[C]`, if the head has one. */
  readonly bias?: Float64Array;
}
