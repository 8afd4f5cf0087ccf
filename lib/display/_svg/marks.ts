/**
 * Traces as SVG marks.
 *
 * @module
 */

import { escapeHtml } from "../../core/table.ts";
import { colorAt, luminance, NEUTRAL, type Rgb } from "../_color.ts";
import { pngUrl } from "../_png.ts";
import { plainLines } from "../_text.ts";
import type {
  ColorStops,
  Coordinate,
  HeatmapTrace,
  LayoutImage,
  LineStyle,
  MarkerStyle,
  ScatterTrace,
} from "../plotly_json.ts";
import type { Scale } from "./scale.ts";

/** A pixel coordinate, to a tenth. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const DASHES: Readonly<Record<string, readonly number[]>> = {
  dot: [2, 3],
  dash: [6, 4],
  dashdot: [8, 3, 2, 3],
};

/**
 * Paths of traces are written in whole quarters of a pixel and scaled back: as precise as the eye needs,
 * in two thirds of the bytes of decimals.
 */
const UNIT = 4;

/** The stroke attributes of a line, in units of a pixel divided by `unit`. */
export function stroke(line: LineStyle, unit = 1): string {
  const dash = DASHES[line.dash ?? "solid"]?.map((length) => length * unit);
  return `stroke="${line.color ?? NEUTRAL}" stroke-width="${
    (line.width ?? 2) * unit
  }"${dash === undefined ? "" : ` stroke-dasharray="${dash.join(" ")}"`}`;
}

/** A place in units; `undefined` is a gap. */
type Place = readonly [x: number, y: number] | undefined;

/** The horizontal coordinate of point `i`. */
function abscissa(trace: ScatterTrace, i: number): number {
  if (trace.x !== undefined) return trace.x[i] ?? NaN;
  return (trace.x0 ?? 0) + i * (trace.dx ?? 1);
}

/** Where the points of a trace stand, in units. */
function placesOf(trace: ScatterTrace, x: Scale, y: Scale): Place[] {
  return trace.y.map((value, i): Place => {
    const left = x.pixel(abscissa(trace, i));
    const top = value === null ? NaN : y.pixel(value);
    return Number.isFinite(left) && Number.isFinite(top)
      ? [Math.round(left * UNIT), Math.round(top * UNIT)]
      : undefined;
  });
}

/** Two numbers in as few characters as they can be told apart in. */
function pair(x: number, y: number): string {
  return y < 0 ? `${x}${y}` : `${x} ${y}`;
}

/** A path in steps from point to point, which are shorter to write than places. */
function pathOf(places: readonly Place[], close: boolean): string {
  let path = "";
  let [x, y, down] = [0, 0, false];
  const lift = () => {
    if (down && close) path += "Z";
    down = false;
  };
  for (const place of places) {
    if (place === undefined) {
      lift();
      continue;
    }
    path += down
      ? `l${pair(place[0] - x, place[1] - y)}`
      : `M${pair(place[0], place[1])}`;
    [x, y, down] = [...place, true];
  }
  lift();
  return path;
}

/** Points between gaps have no line; a dot of the line's width keeps them visible. */
function lonePlaces(places: readonly Place[]): Place[] {
  return places.filter((place, i) =>
    place !== undefined && places[i - 1] === undefined &&
    places[i + 1] === undefined
  );
}

/** Outlines about the origin, which they come back to. */
const OUTLINES: Readonly<Record<string, (r: number) => string>> = {
  diamond: (r) => `m0-${r}l${r} ${r}l-${r} ${r}l-${r}-${r}zm0 ${r}`,
  "triangle-up": (r) => `m0-${r}l${r} ${2 * r}h-${2 * r}zm0 ${r}`,
};

/**
 * Markers of one colour as one path, from left to right so that the steps are short. Circles and
 * squares are the caps of lines without length.
 */
function markersOf(places: readonly Place[], marker: MarkerStyle): string {
  const size = marker.size * UNIT;
  const shape = OUTLINES[marker.symbol ?? "circle"];
  const outline = shape?.(Math.round(0.55 * size)) ?? "h0";
  let path = "";
  let [x, y] = [0, 0];
  const seen = places.filter((place) => place !== undefined);
  for (const place of seen.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    path += `m${pair(place[0] - x, place[1] - y)}${outline}`;
    [x, y] = place;
  }
  const paint = shape === undefined
    ? `stroke-linecap="${
      marker.symbol === "square" ? "square" : "round"
    }" stroke="${marker.color}" stroke-width="${size}"`
    : `fill="${marker.color}"`;
  const opacity = marker.opacity === undefined
    ? ""
    : ` opacity="${marker.opacity}"`;
  return `<path d="${path}" ${paint}${opacity}/>`;
}

/** Texts over points. */
function textsOf(trace: ScatterTrace, places: readonly Place[]): string {
  const texts = places.map((place, i) =>
    place === undefined
      ? ""
      : `<text x="${px(place[0] / UNIT)}" y="${px(place[1] / UNIT - 3)}">${
        escapeHtml(plainLines(trace.text?.[i] ?? "").join(" "))
      }</text>`
  );
  const size = trace.textfont?.size ?? 12;
  return `<g font-size="${size}" text-anchor="middle">${texts.join("")}</g>`;
}

function lineMarks(trace: ScatterTrace, places: readonly Place[]): string {
  const line = trace.line ?? {};
  const path = `<path d="${pathOf(places, false)}" ${stroke(line, UNIT)}/>`;
  const lone = trace.mode === "lines" ? lonePlaces(places) : [];
  const dot = { color: line.color ?? NEUTRAL, size: 4 };
  return lone.length === 0 ? path : path + markersOf(lone, dot);
}

/** Bands, lines and markers of several traces, in drawing order. */
export function scatterMarks(
  traces: readonly ScatterTrace[],
  x: Scale,
  y: Scale,
): string {
  const marks = traces.flatMap((trace) => {
    const places = placesOf(trace, x, y);
    const { marker, mode, fillcolor = NEUTRAL } = trace;
    return [
      ...(trace.fill === "toself"
        ? [`<path d="${pathOf(places, true)}" fill="${fillcolor}"/>`]
        : []),
      ...(mode.includes("lines") ? [lineMarks(trace, places)] : []),
      ...(mode.includes("markers") && marker !== undefined
        ? [markersOf(places, marker)]
        : []),
    ];
  });
  if (marks.length === 0) return "";
  return `<g transform="scale(${
    1 / UNIT
  })" fill="none" stroke-linejoin="round">${marks.join("")}</g>`;
}

/** The texts of several traces. */
export function scatterTexts(
  traces: readonly ScatterTrace[],
  x: Scale,
  y: Scale,
): string {
  return traces.filter((trace) => trace.mode === "text")
    .map((trace) => textsOf(trace, placesOf(trace, x, y))).join("");
}

/** Levels of colour in a static heatmap: enough to look smooth, few enough to pack well. */
const LEVELS = 48;

function palette(scale: ColorStops): Rgb[] {
  const levels = Array.from(
    { length: LEVELS },
    (_, i) => colorAt(scale, i / (LEVELS - 1)),
  );
  return [[0, 0, 0], ...levels];
}

function cellLevel(trace: HeatmapTrace, value: Coordinate | undefined): number {
  if (value === null || value === undefined) return 0;
  const share = (value - trace.zmin) / (trace.zmax - trace.zmin);
  return 1 + Math.round(Math.min(1, Math.max(0, share)) * (LEVELS - 1));
}

/** The index of the cell that holds `at`, by its edges. */
function cellIndex(edges: readonly number[], at: number): number {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Cells of unequal width (a last, smaller block) need a picture of equal pixels. */
function pixelsOf(trace: HeatmapTrace): { across: number[]; down: number[] } {
  const spread = (edges: readonly number[]) => {
    const count = edges.length - 1;
    const [first, last] = [edges[0] ?? 0, edges[count] ?? 1];
    const least = Math.min(
      ...edges.slice(1).map((e, i) => e - (edges[i] ?? 0)),
    );
    const equal = Math.abs(least * count - (last - first)) < 1e-6 * least;
    const size = equal
      ? count
      : Math.min(4 * count, Math.round((last - first) / least));
    return Array.from(
      { length: size },
      (_, i) => cellIndex(edges, first + (i + 0.5) / size * (last - first)),
    );
  };
  return { across: spread(trace.x), down: spread(trace.y) };
}

function picture(url: string, box: readonly [number, number, number, number]) {
  const [left, top, width, height] = box.map(px);
  return `<image x="${left}" y="${top}" width="${width}" height="${height}" preserveAspectRatio="none" style="image-rendering:pixelated" href="${url}"/>`;
}

function cellTexts(trace: HeatmapTrace, x: Scale, y: Scale): string {
  const middle = (edges: readonly number[], i: number) =>
    ((edges[i] ?? 0) + (edges[i + 1] ?? 0)) / 2;
  return (trace.text ?? []).map((row, i) =>
    row.map((text, j) => {
      const share = ((trace.z[i]?.[j] ?? trace.zmin) - trace.zmin) /
        (trace.zmax - trace.zmin);
      const bright = luminance(colorAt(trace.colorscale, share)) > 0.3;
      return `<text x="${px(x.pixel(middle(trace.x, j)))}" y="${
        px(y.pixel(middle(trace.y, i)) + 4)
      }" style="fill:${bright ? "#111" : "#fff"}" text-anchor="middle">${
        escapeHtml(text)
      }</text>`;
    }).join("")
  ).join("");
}

/** A heatmap: one picture of its cells, and their texts. */
export function heatmapMarks(trace: HeatmapTrace, x: Scale, y: Scale): string {
  const { across, down } = pixelsOf(trace);
  const pixels = down.flatMap((i) =>
    across.map((j) => cellLevel(trace, trace.z[i]?.[j]))
  );
  const url = pngUrl({
    width: across.length,
    height: down.length,
    pixels: Uint8Array.from(pixels),
    palette: palette(trace.colorscale),
    clearFirst: true,
  });
  const left = x.pixel(trace.x[0] ?? 0);
  const top = y.pixel(trace.y[0] ?? 0);
  const right = x.pixel(trace.x.at(-1) ?? 1);
  const bottom = y.pixel(trace.y.at(-1) ?? 1);
  const cells = picture(url, [left, top, right - left, bottom - top]);
  return trace.texttemplate === undefined
    ? cells
    : `${cells}<g text-anchor="middle">${cellTexts(trace, x, y)}</g>`;
}

/** A picture of the layout. */
export function imageMarks(image: LayoutImage, x: Scale, y: Scale): string {
  const left = x.pixel(image.x);
  const top = y.pixel(image.y);
  const width = Math.abs(x.pixel(image.x + image.sizex) - left);
  const height = Math.abs(y.pixel(image.y + image.sizey) - top);
  return picture(image.source, [left, top, width, height]);
}
