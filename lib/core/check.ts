/**
 * Checks on data at the boundary. One {@linkcode Check} speaks for one call: it knows what the caller
 * wanted to do, so each message reads "Cannot <do this>: expected …, received …".
 *
 * The order is type, rank, sizes, finite, domain; all of it before any arithmetic.
 *
 * @module
 */

import { z } from "zod";
import {
  LabelError,
  NotFiniteError,
  OptionsError,
  ShapeError,
} from "./errors.ts";
import {
  type DenseHead,
  DenseMatrix,
  type Head,
  type MatrixLike,
  type VectorLike,
} from "./matrix.ts";
import type { Rows } from "./rows.ts";

type ErrorClass = new (message: string) => Error;

function hasShape(value: object): value is { shape: readonly number[] } {
  return "shape" in value && Array.isArray(value.shape);
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === "object" && value !== null && "length" in value &&
    typeof value.length === "number" && !(value instanceof DataView);
}

/** The values behind `{ data, shape }` or a tensor, or `undefined` if `value` is neither. */
function flatValues(
  value: { shape: readonly number[] },
): ArrayLike<unknown> | undefined {
  if ("dataSync" in value && typeof value.dataSync === "function") {
    return value.dataSync();
  }
  if ("data" in value && isArrayLike(value.data)) return value.data;
  return undefined;
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (
    typeof value === "number" || typeof value === "boolean" ||
    value === undefined
  ) {
    return String(value);
  }
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return value.constructor?.name || "an object";
  return typeof value === "string" ? JSON.stringify(value) : typeof value;
}

/**
 * Whether no entry is NaN or infinite: `x − x` is 0 for a finite number, and NaN for every other. Adding up
 * takes a tenth of the time of a test of each.
 */
function allFinite(data: Rows["data"]): boolean {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! - data[i]!;
  return sum === 0;
}

/** The first row of zeros, or −1. */
function firstZeroRow({ data, rows, columns }: Rows): number {
  for (let i = 0; i < rows; i++) {
    const end = (i + 1) * columns;
    let at = i * columns;
    while (at < end && data[at] === 0) at++;
    if (at === end) return i;
  }
  return -1;
}

/** Typed arrays are numbers throughout, so they need no look at each: float64 as it is, others widened. */
function float64Of(values: ArrayLike<unknown>): Float64Array | undefined {
  if (values instanceof Float64Array) return values;
  const typed = ArrayBuffer.isView(values) && typeof values[0] === "number";
  return typed ? new Float64Array(values as ArrayLike<number>) : undefined;
}

/**
 * The checks of one call. `action` completes the sentence "Cannot …".
 */
export class Check {
  /** What the caller wanted to do: "compute MIR". */
  readonly action: string;

  /** Speaks for a call that wants to `action`. */
  constructor(action: string) {
    this.action = action;
  }

  /** Throws `Type` with the house sentence. */
  fail(Type: ErrorClass, expected: string, received: string | number): never {
    throw new Type(
      `Cannot ${this.action}: expected ${expected}, received ${received}`,
    );
  }

  /**
   * Converts to a dense float64 matrix with at least one row and one column, all entries finite. Float64
   * data with a shape are borrowed, not copied: who keeps the matrix beyond the call copies it.
   */
  matrix(value: MatrixLike, name: string): DenseMatrix {
    const matrix = this.#dense(value, name);
    this.#finite(matrix, name);
    return matrix;
  }

  /** A matrix in which every row has a direction: none is all zeros. */
  directions(value: MatrixLike, name: string): DenseMatrix {
    const matrix = this.matrix(value, name);
    this.#directed(matrix, name);
    return matrix;
  }

  /**
   * What {@linkcode Check.directions} gives, for those who take float32 numbers as well: flat ones with a
   * shape, those of tensors among them, are borrowed as they are.
   */
  directionRows(value: MatrixLike, name: string): Rows {
    const rows = this.#single(value, name) ?? this.#dense(value, name);
    this.#finite(rows, name);
    this.#directed(rows, name);
    return rows;
  }

  /** A square symmetric matrix; symmetric to `1e-8` of its largest entry. */
  symmetric(value: MatrixLike, name: string): DenseMatrix {
    const matrix = this.matrix(value, name);
    const n = matrix.rows;
    if (n !== matrix.columns) {
      this.fail(
        ShapeError,
        `a square matrix as \`${name}\``,
        `${n} × ${matrix.columns}`,
      );
    }
    const { data } = matrix;
    const scale = data.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        if (Math.abs(data[i * n + j]! - data[j * n + i]!) > 1e-8 * scale) {
          const pair = `${data[i * n + j]} and ${data[j * n + i]}`;
          this.fail(
            ShapeError,
            `a symmetric matrix as \`${name}\``,
            `${pair} at [${i}, ${j}] and its mirror`,
          );
        }
      }
    }
    return matrix;
  }

  /** A vector of finite numbers, of `length` entries if given. */
  vector(value: VectorLike, name: string, length?: number): Float64Array {
    const values = this.#flat(value, name);
    if (length !== undefined && values.length !== length) {
      this.fail(ShapeError, `${length} values in \`${name}\``, values.length);
    }
    return Float64Array.from({ length: values.length }, (_, i) => {
      const x = values[i];
      if (typeof x !== "number") this.#notANumber(name, x, String(i));
      if (!Number.isFinite(x)) {
        this.fail(
          NotFiniteError,
          `finite numbers in \`${name}\``,
          `${x} at ${i}`,
        );
      }
      return x;
    });
  }

  /**
   * Integer class labels, one for each of `rows` rows if given. `classes` bounds them; left out, any
   * non-negative integer is a label.
   */
  labels(
    value: VectorLike,
    name: string,
    rows?: number,
    classes?: number,
  ): Int32Array {
    const values = this.#flat(value, name);
    if (rows !== undefined && values.length !== rows) {
      this.fail(ShapeError, `${rows} labels in \`${name}\``, values.length);
    }
    if (values.length === 0) {
      this.fail(ShapeError, `at least 1 label in \`${name}\``, 0);
    }
    const range = classes === undefined
      ? "a non-negative integer"
      : `an integer in [0, ${classes})`;
    const limit = classes ?? 2 ** 31;
    return Int32Array.from({ length: values.length }, (_, i) => {
      const label = values[i];
      if (typeof label !== "number") this.#notANumber(name, label, String(i));
      if (!Number.isInteger(label) || label < 0 || label >= limit) {
        this.fail(
          LabelError,
          `${range} in \`${name}\``,
          `${label} at index ${i}`,
        );
      }
      return label;
    });
  }

  /** A head whose rows have `columns` entries if given, none of them all zeros. */
  head(value: Head, columns?: number): DenseHead {
    if (typeof value !== "object" || value === null || !("weights" in value)) {
      this.fail(ShapeError, "`{ weights, bias? }` as `head`", describe(value));
    }
    const weights = this.directions(value.weights, "head.weights");
    if (columns !== undefined && weights.columns !== columns) {
      const hint = weights.rows === columns
        ? " (rows are classes: transpose a tfjs dense kernel)"
        : "";
      this.fail(
        ShapeError,
        `${columns} columns in \`head.weights\``,
        `${weights.columns}${hint}`,
      );
    }
    if (value.bias === undefined) return { weights };
    return {
      weights,
      bias: this.vector(value.bias, "head.bias", weights.rows),
    };
  }

  /** Fails unless `matrix` has `rows` rows. */
  rows(matrix: Rows, name: string, rows: number): void {
    if (matrix.rows !== rows) {
      this.fail(ShapeError, `${rows} rows in \`${name}\``, matrix.rows);
    }
  }

  /** Reads options by a zod schema; an unknown key is an error. */
  options<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
    const parsed = schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    throw new OptionsError(
      `Cannot ${this.action}: ${z.prettifyError(parsed.error)}`,
    );
  }

  #finite({ data, rows, columns }: Rows, name: string): void {
    if (rows === 0) this.fail(ShapeError, `at least 1 row in \`${name}\``, 0);
    if (columns === 0) {
      this.fail(ShapeError, `at least 1 column in \`${name}\``, 0);
    }
    if (allFinite(data)) return;
    const i = data.findIndex((x) => !Number.isFinite(x));
    const received = `${data[i]} at [${Math.floor(i / columns)}, ${
      i % columns
    }]`;
    this.fail(NotFiniteError, `finite numbers in \`${name}\``, received);
  }

  #directed(rows: Rows, name: string): void {
    const row = firstZeroRow(rows);
    if (row < 0) return;
    const received = `zeros in row ${row}`;
    this.fail(NotFiniteError, `no zero row in \`${name}\``, received);
  }

  #notANumber(name: string, value: unknown, at: string): never {
    this.fail(
      ShapeError,
      `numbers in \`${name}\``,
      `${describe(value)} at ${at}`,
    );
  }

  #flat(value: VectorLike, name: string): ArrayLike<unknown> {
    if (isArrayLike(value)) return value;
    if (typeof value === "object" && value !== null && hasShape(value)) {
      const values = flatValues(value);
      if (value.shape.length !== 1) {
        this.fail(
          ShapeError,
          `a vector as \`${name}\``,
          `rank ${value.shape.length}`,
        );
      }
      if (values !== undefined) return values;
    }
    return this.fail(ShapeError, `a vector as \`${name}\``, describe(value));
  }

  #dense(value: MatrixLike, name: string): DenseMatrix {
    if (value instanceof DenseMatrix) return value;
    if (typeof value !== "object" || value === null) {
      this.fail(ShapeError, `a matrix as \`${name}\``, describe(value));
    }
    if (hasShape(value)) return this.#fromShape(value, name);
    if ("to2DArray" in value && typeof value.to2DArray === "function") {
      return this.#fromRows(value.to2DArray(), name);
    }
    if (isArrayLike(value)) return this.#fromRows(value, name);
    return this.fail(ShapeError, `a matrix as \`${name}\``, describe(value));
  }

  /** Float32 data with a shape, borrowed; `undefined` for everything else. */
  #single(value: MatrixLike, name: string): Rows | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    if (value instanceof DenseMatrix || !hasShape(value)) return undefined;
    const { values, rows, columns } = this.#shaped(value, name);
    return values instanceof Float32Array
      ? { data: values, rows, columns }
      : undefined;
  }

  /** Values with their shape, which they fill. */
  #shaped(value: { shape: readonly number[] }, name: string) {
    const [rows, columns] = value.shape;
    if (
      value.shape.length !== 2 || rows === undefined || columns === undefined
    ) {
      this.fail(
        ShapeError,
        `a matrix as \`${name}\``,
        `rank ${value.shape.length}`,
      );
    }
    const values = flatValues(value);
    if (values === undefined) {
      this.fail(ShapeError, `a matrix as \`${name}\``, describe(value));
    }
    if (values.length !== rows * columns) {
      const size = `${
        rows * columns
      } values for ${rows} × ${columns} in \`${name}\``;
      this.fail(ShapeError, size, values.length);
    }
    return { values, rows, columns };
  }

  #fromShape(value: { shape: readonly number[] }, name: string): DenseMatrix {
    const { values, rows, columns } = this.#shaped(value, name);
    const typed = float64Of(values);
    if (typed) return new DenseMatrix(typed, rows, columns);
    const data = new Float64Array(rows * columns);
    for (let i = 0; i < data.length; i++) {
      const x = values[i];
      if (typeof x !== "number") {
        this.#notANumber(
          name,
          x,
          `[${Math.floor(i / columns)}, ${i % columns}]`,
        );
      }
      data[i] = x;
    }
    return new DenseMatrix(data, rows, columns);
  }

  #fromRows(rows: ArrayLike<unknown>, name: string): DenseMatrix {
    const first = rows[0];
    if (rows.length === 0) return DenseMatrix.zeros(0, 0);
    if (typeof first === "number") {
      this.fail(ShapeError, `a matrix as \`${name}\``, "rank 1");
    }
    if (!isArrayLike(first)) {
      this.fail(ShapeError, `rows of numbers in \`${name}\``, describe(first));
    }
    const columns = first.length;
    const matrix = DenseMatrix.zeros(rows.length, columns);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (!isArrayLike(row)) {
        this.fail(
          ShapeError,
          `rows of numbers in \`${name}\``,
          `${describe(row)} at row ${i}`,
        );
      }
      if (row.length !== columns) {
        this.fail(
          ShapeError,
          `${columns} columns in row ${i} of \`${name}\``,
          row.length,
        );
      }
      for (let j = 0; j < columns; j++) {
        const x = row[j];
        if (isArrayLike(x)) {
          this.fail(ShapeError, `a matrix as \`${name}\``, "rank 3");
        }
        if (typeof x !== "number") this.#notANumber(name, x, `[${i}, ${j}]`);
        matrix.data[i * columns + j] = x;
      }
    }
    return matrix;
  }
}
