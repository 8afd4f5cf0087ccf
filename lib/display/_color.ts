/**
 * Colours: one palette for series and two scales for matrices, chosen to be told apart by colour-blind
 * readers and to stand out on white and on near-black alike.
 *
 * @module
 */

import type { ColorStops } from "./plotly_json.ts";

/** Red, green and blue, each in [0, 255]. */
export type Rgb = readonly [number, number, number];

/**
 * Eight colours that start from Okabe and Ito (2008): each has a contrast of 3 : 1 or more against white
 * and against near-black, which rules out their light ones and black, and any two differ by 15 or more
 * in CIELAB also as deuteranopes and protanopes see them.
 */
export const PALETTE: readonly string[] = [
  "#0072b2",
  "#d55e00",
  "#5f9e8c",
  "#9b4dff",
  "#c2255c",
  "#4c92ff",
  "#8a7a3c",
  "#5998b2",
];

/** The grey of reference lines and their labels. */
export const NEUTRAL = "#808080";

/** Colour `i` of the palette; the palette repeats. */
export function paletteColor(i: number): string {
  return PALETTE[i % PALETTE.length] ?? NEUTRAL;
}

/** Dark blue to yellow with even steps of lightness (after Viridis, van der Walt and Smith, 2015). */
export const SEQUENTIAL: ColorStops = [
  [0, "#440154"],
  [0.125, "#472d7b"],
  [0.25, "#3b528b"],
  [0.375, "#2c728e"],
  [0.5, "#21918c"],
  [0.625, "#28ae80"],
  [0.75, "#5ec962"],
  [0.875, "#addc30"],
  [1, "#fde725"],
];

/** Blue for negative, near-white for zero, red for positive (after RdBu of Brewer, 2003). */
export const DIVERGING: ColorStops = [
  [0, "#2166ac"],
  [0.25, "#67a9cf"],
  [0.5, "#f7f7f7"],
  [0.75, "#ef8a62"],
  [1, "#b2182b"],
];

/** The three channels of `#rrggbb`. */
export function rgbOf(hex: string): Rgb {
  const bits = Number.parseInt(hex.slice(1), 16);
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}

/** The colour at `t` in [0, 1], linear between the stops. */
export function colorAt(scale: ColorStops, t: number): Rgb {
  const at = Math.min(1, Math.max(0, t));
  const upper = Math.max(1, scale.findIndex(([stop]) => stop >= at));
  const [x0, c0] = scale[upper - 1] ?? [0, NEUTRAL];
  const [x1, c1] = scale[upper] ?? [1, NEUTRAL];
  const share = (at - x0) / (x1 - x0);
  const [low, high] = [rgbOf(c0), rgbOf(c1)];
  const mix = (i: 0 | 1 | 2) => Math.round(low[i] + share * (high[i] - low[i]));
  return [mix(0), mix(1), mix(2)];
}

/** Relative luminance in [0, 1] (WCAG 2.2). */
export function luminance(rgb: Rgb): number {
  const linear = (channel: number) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) +
    0.0722 * linear(rgb[2]);
}
