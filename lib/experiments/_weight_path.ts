import type { Weights, WeightValues } from "./_weights.ts";

function mixed(
  { shape, data }: WeightValues,
  other: WeightValues,
  position: number,
): WeightValues {
  const values = data.map((x, i) =>
    (1 - position) * x + position * other.data[i]!
  );
  return { shape, data: values };
}

/** `(1 − ω)·first + ω·second`, weight by weight; both are of models built alike. */
export function weightsBetween(
  first: Weights,
  second: Weights,
  position: number,
): Weights {
  return new Map(
    Array.from(first, ([name, values]) => [
      name,
      mixed(values, second.get(name)!, position),
    ]),
  );
}

/** How far a column departs from the straight line between its values at both ends of the path. */
export interface Departure {
  /** Largest excess over the line; at least 0. */
  readonly above: number;
  /** Largest shortfall; at least 0. */
  readonly below: number;
}

/** The departure of values along a path; NaN where there are not at least two. */
export function departure(
  positions: readonly number[],
  values: readonly number[],
): Departure {
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined || values.length < 2) {
    return { above: NaN, below: NaN };
  }
  const gaps = values.map((value, i) =>
    value - (1 - positions[i]!) * first - positions[i]! * last
  );
  return {
    above: Math.max(0, ...gaps),
    below: Math.max(0, ...gaps.map((x) => -x)),
  };
}
