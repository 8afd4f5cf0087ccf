/** What the values of an array are held in. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** What the values of an array are stored as. */
export type Dtype =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64";

/**
 * An array of any number of axes. With two axes it is a matrix for every metric, with one a vector or
 * labels: it can be handed over as it is.
 */
export interface NdArray {
  /**
   * The values in row-major order, exactly as stored: half precision as float32, `int64` and `uint64` as
   * float64, `bool` as 0 and 1, everything else in its own type.
   */
  readonly data: NumberArray;
  /** Sizes of the axes; empty for a single number. */
  readonly shape: readonly number[];
  /** What the file holds. */
  readonly dtype: Dtype;
}
