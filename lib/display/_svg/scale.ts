/**
 * From data to pixels, and where the ticks stand.
 *
 * @module
 */

import { farFromOne } from "../_axes.ts";
import type { Axis } from "../plotly_json.ts";

/** A tick: its place in data units and its label. */
export interface Tick {
  /** Data units, also on a log axis. */
  readonly value: number;
  /** Text beside it. */
  readonly label: string;
}

/** The part of an axis that a scale needs; the rest says how it is drawn. */
export type ScaleAxis = Pick<Axis, "type" | "range"> & Partial<Axis>;

/** One axis laid over pixels. */
export class Scale {
  /** The axis as plotly has it. */
  readonly axis: ScaleAxis;
  /** Pixel of the start of the range. */
  readonly start: number;
  /** Pixel of the end of the range. */
  readonly end: number;

  /** Lays `axis` from pixel `start` to pixel `end`. */
  constructor(axis: ScaleAxis, start: number, end: number) {
    this.axis = axis;
    this.start = start;
    this.end = end;
  }

  /** The pixel of a value that is already in the axis' own units (log10 on a log axis). */
  place(position: number): number {
    const [low, high] = this.axis.range;
    return this.start +
      (position - low) / (high - low) * (this.end - this.start);
  }

  /** The pixel of a value; NaN where a log axis has no place for it. */
  pixel(value: number): number {
    if (this.axis.type === "linear") return this.place(value);
    return value > 0 ? this.place(Math.log10(value)) : NaN;
  }

  /** Ticks inside the range, about one every `spacing` pixels. */
  ticks(spacing: number): Tick[] {
    const { tickvals, ticktext, type, range, dtick } = this.axis;
    if (tickvals !== undefined) {
      return tickvals.map((value, i) => ({
        value,
        label: ticktext?.[i] ?? String(value),
      }));
    }
    const low = Math.min(...range);
    const high = Math.max(...range);
    const count = Math.max(2, Math.abs(this.end - this.start) / spacing);
    if (type === "log") return logTicks(low, high, count);
    const rough = (high - low) / count;
    const least = typeof dtick === "number" ? dtick : 0;
    return linearTicks(low, high, Math.max(least, niceStep(rough)));
  }
}

/** The step 1, 2 or 5 times a power of ten that is about `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].find((f) => f * power >= rough * 0.75) ?? 10;
  return factor * power;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** 10⁻³ for −3. */
function powerOfTen(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((d) =>
    SUPERSCRIPTS[Number(d)]
  );
  return `10${exponent < 0 ? "⁻" : ""}${digits.join("")}`;
}

function linearLabel(value: number, step: number): string {
  const largest = Math.abs(value);
  if (largest !== 0 && (largest >= 1e6 || step < 1e-5)) {
    const [mantissa = "", exponent = "0"] = Number(value.toPrecision(6))
      .toExponential().split("e");
    const power = powerOfTen(Number(exponent));
    return mantissa === "1" ? power : `${mantissa}·${power}`.replace("-", "−");
  }
  const digits = Math.max(
    0,
    Math.min(20, -Math.floor(Math.log10(step) + 1e-9)),
  );
  return value.toFixed(digits).replace(/^-(?=0\.?0*$)/, "").replace("-", "−");
}

function linearTicks(low: number, high: number, step: number): Tick[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const value = (first + i) * step;
    return { value, label: linearLabel(value, step) };
  });
}

/** Round numbers on a log axis too short for 1, 2 and 5. */
function spreadTicks(low: number, high: number, count: number): Tick[] {
  return linearTicks(low, high, niceStep((high - low) / count));
}

/** Whole decades, thinned if there are many; within few decades 2 and 5 as well. */
function logTicks(low: number, high: number, count: number): Tick[] {
  const first = Math.ceil(low - 1e-9);
  const last = Math.floor(high + 1e-9);
  if (high - low >= 2) {
    const every = Math.max(1, Math.ceil((last - first + 1) / count));
    const start = Math.ceil(first / every) * every;
    return Array.from(
      { length: Math.floor((last - start) / every) + 1 },
      (_, i) => logTick(1, start + i * every, farFromOne([low, high])),
    );
  }
  const within = (t: Tick) => {
    const at = Math.log10(t.value);
    return at >= low - 1e-9 && at <= high + 1e-9;
  };
  const decades = [first - 1, first, first + 1, first + 2];
  const ticks = decades.flatMap((e) =>
    [1, 2, 5].map((m) => logTick(m, e, false))
  )
    .filter(within);
  return ticks.length >= 2 ? ticks : spreadTicks(10 ** low, 10 ** high, count);
}

function logTick(mantissa: number, exponent: number, power: boolean): Tick {
  const value = Number(`${mantissa}e${exponent}`);
  const small = exponent === 0 || exponent === 1;
  const label = power && !small ? powerOfTen(exponent) : String(value);
  return { value, label };
}
