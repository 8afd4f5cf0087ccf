/**
 * The rows of an input as directions, each different one once, and the way back from gradients with
 * respect to directions to gradients with respect to rows.
 *
 * @module
 */

import type { DenseMatrix } from "../core/matrix.ts";
import { dot, gatherRows, norm, normalizeRows } from "../linalg/rows.ts";

/** Rows of length 1, each different one once: `z_i = unit[index[i]]`. */
export interface UnitRows {
  /** `[m, d]`. */
  readonly unit: DenseMatrix;
  /** `[n]`, in `[0, m)`. */
  readonly index: Int32Array;
}

/** The directions of rows that had other lengths. */
export interface Directions extends UnitRows {
  /** Of the different rows, `[m]`. */
  readonly lengths: Float64Array;
}

/** Takes rows apart, none of them zero. A gathered head is found to have few different rows. */
export function directionsOf(matrix: DenseMatrix): Directions {
  const { first, index } = differentRows(matrix);
  const rows = first.length === matrix.rows
    ? matrix
    : gatherRows(matrix, first);
  const lengths = Float64Array.from(
    { length: rows.rows },
    (_, c) => norm(rows.row(c)),
  );
  return { unit: normalizeRows(rows), lengths, index };
}

/** Rows that are all taken as different. */
export function separateRows(unit: DenseMatrix): UnitRows {
  return { unit, index: Int32Array.from({ length: unit.rows }, (_, i) => i) };
}

/**
 * Turns gradients with respect to directions into gradients with respect to the rows, in place: what
 * points along a row cannot change its direction, and a long row turns less.
 *
 * @param gradient `[n, d]`.
 */
export function pullBack(
  { unit, lengths, index }: Directions,
  gradient: DenseMatrix,
): DenseMatrix {
  for (let i = 0; i < gradient.rows; i++) {
    const c = index[i]!;
    projectOut(gradient.row(i), unit.row(c), lengths[c]!);
  }
  return gradient;
}

/** `g ← (g − (g·u) u) / length`. */
export function projectOut(
  g: Float64Array,
  u: Float64Array,
  length: number,
): void {
  const along = dot(g, u);
  for (let j = 0; j < g.length; j++) g[j] = (g[j]! - along * u[j]!) / length;
}

/** The first row of each kind, ascending, and for every row the place of its kind among them. */
function differentRows(
  matrix: DenseMatrix,
): { first: number[]; index: Int32Array } {
  const hashes = rowHashes(matrix);
  const kinds = new Map<number, number[]>();
  const first: number[] = [];
  const index = hashes.map((hash, i) => {
    const known = kinds.get(hash) ?? [];
    const kind = known.find((k) => sameRows(matrix, first[k]!, i));
    if (kind !== undefined) return kind;
    kinds.set(hash, [...known, first.length]);
    return first.push(i) - 1;
  });
  return { first, index };
}

/** A hash of the bits of each row (FNV-1a, a word at a time). */
function rowHashes({ data, rows, columns }: DenseMatrix): Int32Array {
  const words = new Int32Array(data.buffer, data.byteOffset, 2 * data.length);
  const hashes = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let hash = 0x811c9dc5;
    const end = 2 * (i + 1) * columns;
    for (let k = 2 * i * columns; k < end; k++) {
      hash = Math.imul(hash ^ words[k]!, 0x01000193);
    }
    hashes[i] = hash;
  }
  return hashes;
}

function sameRows(
  { data, columns }: DenseMatrix,
  i: number,
  j: number,
): boolean {
  for (let k = 0; k < columns; k++) {
    if (data[i * columns + k] !== data[j * columns + k]) return false;
  }
  return true;
}
