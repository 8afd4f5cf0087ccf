/**
 * Layers in float64 with plain loops, to compute by hand what the models compute: rows are vectors.
 *
 * @module
 */

import type { Classifier } from "interplay/models";

/** Rows of numbers. */
export type Rows = number[][];

/** The weights of a model by name, flat, with their shapes. */
export function weightsByName(model: Classifier) {
  const named = new Map(
    model.weights.map(({ name, variable }) => [
      name,
      { values: [...variable.dataSync()], shape: variable.shape },
    ]),
  );
  return (name: string) => {
    const weight = named.get(name);
    if (weight === undefined) throw new Error(`no weight ${name}`);
    return weight;
  };
}

/** A flat row-major matrix as rows. */
export function rowsOf(
  { values, shape }: { values: number[]; shape: number[] },
): Rows {
  const [rows, columns] = shape as [number, number];
  return Array.from(
    { length: rows },
    (_, i) => values.slice(i * columns, (i + 1) * columns),
  );
}

/** `A · B`. */
export function product(a: Rows, b: Rows): Rows {
  return a.map((row) =>
    b[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0))
  );
}

/** `A + B`, or a row added to every row. */
export function sum(a: Rows, b: Rows | number[]): Rows {
  return a.map((row, i) =>
    row.map((x, j) =>
      x + (Array.isArray(b[0]) ? (b as Rows)[i]![j]! : (b as number[])[j]!)
    )
  );
}

/** `max(x, 0)`. */
export function rectified(a: Rows): Rows {
  return a.map((row) => row.map((x) => Math.max(x, 0)));
}

/** The largest distance of `actual`, flat, from `expected`. */
export function distance(actual: ArrayLike<number>, expected: Rows): number {
  const flat = expected.flat();
  if (flat.length !== actual.length) {
    throw new Error(`${actual.length} numbers instead of ${flat.length}`);
  }
  return Math.max(...flat.map((x, i) => Math.abs(x - actual[i]!)));
}
