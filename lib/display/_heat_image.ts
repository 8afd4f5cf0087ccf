/**
 * A matrix as a small picture: one pixel a cell, made large by the page.
 *
 * @module
 */

import type { DenseMatrix } from "../core/matrix.ts";
import { bounds } from "./_cells.ts";
import { colorAt, DIVERGING, type Rgb, SEQUENTIAL } from "./_color.ts";
import { pngUrl } from "./_png.ts";
import type { ColorStops } from "./plotly_json.ts";

/** Colours besides the clear one of a cell without a number. */
const SHADES = 63;

/** How values become colours. */
export interface HeatScale {
  /** The colours. */
  readonly colors: ColorStops;
  /** Value of the first. */
  readonly low: number;
  /** Value of the last. */
  readonly high: number;
}

/** Colours from the smallest to the largest value, symmetric about 0 where both signs matter. */
export function heatScale(values: DenseMatrix): HeatScale {
  const [low, high] = bounds(values);
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (low < -0.02 * size && high > 0.02 * size) {
    return { colors: DIVERGING, low: -size, high: size };
  }
  return { colors: SEQUENTIAL, low, high: high > low ? high : low + 1 };
}

/** The data URL of a PNG. */
export function heatImage(values: DenseMatrix): string {
  const { colors, low, high } = heatScale(values);
  const palette: Rgb[] = [
    [0, 0, 0],
    ...Array.from(
      { length: SHADES },
      (_, i) => colorAt(colors, i / (SHADES - 1)),
    ),
  ];
  const pixels = Uint8Array.from(
    values.data,
    (x) =>
      Number.isNaN(x)
        ? 0
        : 1 + Math.round((SHADES - 1) * (x - low) / (high - low || 1)),
  );
  const { columns: width, rows: height } = values;
  return pngUrl({ width, height, pixels, palette, clearFirst: true });
}
