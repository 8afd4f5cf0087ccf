/**
 * Curves: numbers over epochs, steps or anything else that runs.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError, ShapeError } from "../core/errors.ts";
import type { VectorLike } from "../core/matrix.ts";
import type { PanelSeries } from "./_panel_chart.ts";
import { panelFigure } from "./_panels.ts";
import { countFrom, readSeries } from "./_series.ts";
import type { Figure } from "./figure.ts";

/** The numbers of a curve; NaN, infinite and `null` entries are gaps. */
export type CurveValues = ArrayLike<number | null> | VectorLike;

/** A curve over coordinates of its own, with a band around it if it has one. */
export interface CurvePoints {
  /** Horizontal, `[n]`; 1, 2, 3, … if left out. */
  readonly x?: CurveValues;
  /** Vertical, `[n]`. */
  readonly y: CurveValues;
  /** Lower edge of a band, `[n]`; only together with `high`. */
  readonly low?: CurveValues;
  /** Upper edge of a band, `[n]`. */
  readonly high?: CurveValues;
}

/** A curve with its name. */
export interface NamedCurve extends CurvePoints {
  /** Name in the legend. */
  readonly name: string;
}

/** A horizontal line at a value that is known beforehand. */
export interface ReferenceLine {
  /** Where. */
  readonly value: number;
  /** What it is. The value itself is written behind it. */
  readonly label: string;
}

/** Options of {@linkcode curves}. */
export interface CurvesOptions {
  /** The heading. */
  readonly title?: string;
  /** Smaller lines under it: sample size, setting. */
  readonly subtitle?: string;
  /** For who does not see the picture; made from the numbers if left out. */
  readonly description?: string;
  /** The horizontal axis, titled "epoch" if nothing is said. */
  readonly x?: { readonly title?: string; readonly log?: boolean };
  /** The vertical axis. `range` fixes its window, in data units. */
  readonly y?: {
    readonly title?: string;
    readonly log?: boolean;
    readonly range?: readonly [number, number];
  };
  /** Horizontal reference lines. */
  readonly references?: readonly ReferenceLine[];
}

/** With more, a figure could not stay under 50 KB. */
const MOST = 60;

const optionsSchema = z.strictObject({
  title: z.string().default("Curves"),
  subtitle: z.string().optional(),
  description: z.string().optional(),
  x: z.strictObject({
    title: z.string().default("epoch"),
    log: z.boolean().default(false),
  }).prefault({}),
  y: z.strictObject({
    title: z.string().default("value"),
    log: z.boolean().default(false),
    range: z.tuple([z.number(), z.number()]).optional(),
  }).prefault({}),
  references: z.array(z.strictObject({ value: z.number(), label: z.string() }))
    .default([]),
});

function isPoints(value: CurveValues | CurvePoints): value is CurvePoints {
  return typeof value === "object" && value !== null && "y" in value;
}

function isNamed(value: unknown): value is readonly NamedCurve[] {
  return Array.isArray(value);
}

/** A vector as long as `y`. */
function aligned(
  check: Check,
  value: CurveValues,
  at: { name: string; length: number },
): Float64Array {
  const values = readSeries(check, value, at.name);
  if (values.length !== at.length) {
    check.fail(
      ShapeError,
      `${at.length} values in \`${at.name}\``,
      values.length,
    );
  }
  return values;
}

function readCurve(
  check: Check,
  name: string,
  value: CurveValues | CurvePoints,
): PanelSeries {
  if (!isPoints(value)) {
    const y = readSeries(check, value, name);
    return { name, x: countFrom(1, y.length), y };
  }
  const y = readSeries(check, value.y, `${name}.y`);
  const { length } = y;
  const edge = (edge: CurveValues, key: string) =>
    aligned(check, edge, { name: `${name}.${key}`, length });
  const x = value.x === undefined ? countFrom(1, length) : edge(value.x, "x");
  const { low, high } = value;
  if ((low === undefined) !== (high === undefined)) {
    check.fail(ShapeError, `both edges of the band of \`${name}\``, "one");
  }
  if (low === undefined || high === undefined) return { name, x, y };
  return {
    name,
    x,
    y,
    band: { low: edge(low, "low"), high: edge(high, "high") },
  };
}

/**
 * A line chart of one or more series, each with its own length if need be.
 *
 * NaN, infinite and `null` values are gaps. A figure draws at most 1600 points, fewer where it would
 * not stay under 50 KB: longer series are cut into buckets of which the smallest and the largest value
 * are kept, so spikes survive; the figure's `notes` say so. More than 24 series have no legend.
 *
 * @param series names to values (over 1, 2, 3, …) or to `{ x, y, low?, high? }`; or an array of
 * `{ name, … }`.
 * @param options titles, log scales, reference lines.
 * @returns a figure.
 * @throws ShapeError for no series or more than 60, an empty one, or coordinates of unequal length; OptionsError for
 * an unknown option or a log axis with a fixed window that is not positive.
 *
 * @example
 * ```ts
 * import { curves } from "interplay/display";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const figure = curves(
 *   { train: [0.5, 0.8, 0.9], test: { x: [1, 3], y: [0.4, 0.7] } },
 *   { title: "Accuracy", references: [{ value: 0.1, label: "chance" }] },
 * );
 * assertEquals(figure.toJSON().data.map((trace) => trace.name), ["train", "test"]);
 * assertThrows(() => curves({}), TypeError, "expected at least 1 series, received 0");
 * ```
 */
export function curves(
  series:
    | Readonly<Record<string, CurveValues | CurvePoints>>
    | readonly NamedCurve[],
  options: CurvesOptions = {},
): Figure {
  const check = new Check("draw curves");
  const { x, y, ...rest } = check.options(optionsSchema, options);
  const list = isNamed(series)
    ? series.map((curve) => readCurve(check, curve.name, curve))
    : Object.entries(series).map(([name, value]) =>
      readCurve(check, name, value)
    );
  if (list.length === 0) check.fail(ShapeError, "at least 1 series", 0);
  if (list.length > MOST) {
    const hint = `${list.length} (draw their mean with a band)`;
    check.fail(ShapeError, `at most ${MOST} series`, hint);
  }
  const low = Math.min(...y.range ?? [1]);
  if (y.log && low <= 0) {
    check.fail(OptionsError, "a positive `y.range` for a log axis", low);
  }
  return panelFigure({
    title: rest.title,
    subtitle: rest.subtitle,
    description: rest.description,
    x,
    naming: "legend",
    panels: [{
      title: y.title,
      log: y.log,
      range: y.range,
      series: list,
      references: rest.references,
    }],
  });
}
