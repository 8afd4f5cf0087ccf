/**
 * Reading histories: arrays of records in which each number has a path.
 *
 * @module
 */

import type { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";

/** The value at a path of a record: "entropy.head". */
function valueAt(record: unknown, path: string): unknown {
  let value = record;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** Fails unless there is a record to draw. */
export function checkHistory(
  check: Check,
  history: readonly unknown[],
): void {
  if (!Array.isArray(history)) {
    check.fail(ShapeError, "an array of records as `history`", typeof history);
  }
  if (history.length === 0) {
    check.fail(ShapeError, "at least 1 record in `history`", 0);
  }
}

/** One number of every record; NaN where a record leaves it out or it is not finite. */
export function optionalColumn(
  check: Check,
  history: readonly unknown[],
  path: string,
): Float64Array {
  return Float64Array.from(history, (record, i) => {
    const value = valueAt(record, path) ?? NaN;
    if (typeof value !== "number") {
      const name = `\`history[${i}].${path}\``;
      check.fail(ShapeError, `a number in ${name}`, typeof value);
    }
    return Number.isFinite(value) ? value : NaN;
  });
}

/** One number of every record; a record without it is an error. */
export function column(
  check: Check,
  history: readonly unknown[],
  path: string,
): Float64Array {
  history.forEach((record, i) => {
    if (valueAt(record, path) === undefined) {
      const name = `\`history[${i}].${path}\``;
      check.fail(ShapeError, `a number in ${name}`, "nothing");
    }
  });
  return optionalColumn(check, history, path);
}

/** Whether any record has a number there. */
export function hasAny(values: Float64Array): boolean {
  return values.some((v) => !Number.isNaN(v));
}

/** The last number that is not a gap, or `undefined`. */
export function lastOf(values: Float64Array): number | undefined {
  return values.findLast((v) => !Number.isNaN(v));
}
