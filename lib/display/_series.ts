/**
 * Series with gaps: reading, rounding and decimating them.
 *
 * @module
 */

import type { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { VectorLike } from "../core/matrix.ts";
import type { Coordinate } from "./plotly_json.ts";

/** Points of all series of a figure together: the most that fit 50 KB are drawn. */
export const POINT_BUDGETS: readonly number[] = [
  1600,
  1200,
  1000,
  800,
  650,
  500,
  400,
  300,
  200,
];

/** Two coordinates of equal length; NaN is a gap. */
export interface Points {
  /** Horizontal. */
  readonly x: Float64Array;
  /** Vertical. */
  readonly y: Float64Array;
}

type Entries = ArrayLike<number | null | undefined> | VectorLike;

function entriesOf(value: unknown): ArrayLike<unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if ("dataSync" in value && typeof value.dataSync === "function") {
    return value.dataSync();
  }
  if ("data" in value) return entriesOf(value.data);
  return "length" in value && typeof value.length === "number"
    ? value as ArrayLike<unknown>
    : undefined;
}

/**
 * A vector in which NaN, infinite, `null` and `undefined` entries are gaps (NaN). A chart of a run that
 * diverged must still be drawn, so unlike everywhere else these are no errors here.
 */
export function readSeries(
  check: Check,
  value: Entries,
  name: string,
): Float64Array {
  const entries = entriesOf(value);
  if (entries === undefined) {
    check.fail(ShapeError, `an array of numbers as \`${name}\``, typeof value);
  }
  if (entries.length === 0) {
    check.fail(ShapeError, `at least 1 value in \`${name}\``, 0);
  }
  return Float64Array.from({ length: entries.length }, (_, i) => {
    const entry = entries[i] ?? NaN;
    if (typeof entry !== "number") {
      const received = `${typeof entry} at ${i}`;
      check.fail(ShapeError, `numbers in \`${name}\``, received);
    }
    return Number.isFinite(entry) ? entry : NaN;
  });
}

/** `start`, `start + 1`, … */
export function countFrom(start: number, length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => start + i);
}

/** Smallest and largest finite value, or `undefined` if there is none. */
export function extent(
  values: Iterable<number>,
): readonly [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/**
 * Numbers for JSON: gaps become `null`, integers stay, the rest keeps five digits of the *spread* of the
 * values (five significant digits alone would flatten a curve between 1000.001 and 1000.002).
 */
export function rounded(values: ArrayLike<number>): Coordinate[] {
  const list = Array.from(values);
  const [low, high] = extent(list) ?? [0, 1];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const extra = high > low
    ? Math.max(0, Math.round(Math.log10(largest / (high - low))))
    : 0;
  const digits = Math.min(15, 5 + extra);
  return list.map((x) =>
    !Number.isFinite(x)
      ? null
      : Number.isInteger(x)
      ? x
      : Number(x.toPrecision(digits))
  );
}

/** Numbers for JSON to five digits of their spread, or of that of `range`: for points in a plane. */
export function quantized(
  values: Iterable<number>,
  range: readonly [number, number] = extent(values) ?? [0, 1],
): number[] {
  const [low, high] = range;
  const size = high > low ? high - low : Math.abs(low) || 1;
  const digits = Math.max(0, Math.min(100, 5 - Math.ceil(Math.log10(size))));
  return Array.from(values, (x) => Number(x.toFixed(digits)));
}

/** The indices to keep of one bucket: its extremes in order, and a gap if it has one. */
function bucketIndices(y: Float64Array, from: number, to: number): number[] {
  let [low, high, gap] = [-1, -1, -1];
  for (let i = from; i < to; i++) {
    const value = y[i] ?? NaN;
    if (!Number.isFinite(value)) gap = i;
    else {
      if (low < 0 || value < (y[low] ?? 0)) low = i;
      if (high < 0 || value > (y[high] ?? 0)) high = i;
    }
  }
  const kept = new Set([low, high, gap]);
  kept.delete(-1);
  return [...kept].sort((a, b) => a - b);
}

/**
 * At most `limit` indices of a series: the series is cut into equal buckets by index, and of each the
 * smallest and the largest value are kept (and one gap, if it has any: what is not finite), so spikes
 * survive. First and last point are always kept.
 */
export function decimate(y: Float64Array, limit: number): number[] {
  const n = y.length;
  if (n <= limit) return Array.from(y.keys());
  const each = y.every(Number.isFinite) ? 2 : 3;
  const buckets = Math.max(1, Math.floor((limit - 2) / each));
  const kept = new Set([0]);
  for (let b = 0; b < buckets; b++) {
    const from = Math.floor(b * n / buckets);
    const to = Math.floor((b + 1) * n / buckets);
    for (const i of bucketIndices(y, from, to)) kept.add(i);
  }
  kept.add(n - 1);
  return [...kept].sort((a, b) => a - b);
}
