/**
 * Rows as they may reach a kernel.
 *
 * @module
 */

/** Rows of float64 or float32 numbers, row-major; a `DenseMatrix` is one. */
export interface Rows {
  /** `rows · columns` numbers. */
  readonly data: Float64Array | Float32Array;
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
}
