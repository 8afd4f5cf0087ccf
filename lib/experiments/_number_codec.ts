/**
 * Numbers that JSON cannot hold: in files NaN is `null` and an infinite number its name.
 *
 * @module
 */

import { z } from "zod";
import type { SeriesValue } from "../core/chart.ts";

function encode(_key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? null : String(value);
}

/** JSON with every number in it, the non-finite ones encoded. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, encode);
}

const infinite = z.enum(["Infinity", "-Infinity"]);

/** A number of such JSON. */
export const jsonNumber: z.ZodType<number> = z.union([
  z.number(),
  z.null().transform(() => NaN),
  infinite.transform(Number),
]);

/** A value of a column of this unit; "text" holds words, everything else numbers. */
export function jsonValue(unit: string): z.ZodType<SeriesValue> {
  return unit === "text" ? z.string() : jsonNumber;
}
