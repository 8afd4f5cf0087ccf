/**
 * Many images as one small PNG.
 *
 * @module
 */

import type { DenseMatrix } from "../core/matrix.ts";
import type { Rgb } from "./_color.ts";
import { encodePng } from "./_png.ts";
import { extent } from "./_series.ts";

/** Images of one size. */
export interface Images {
  /** `[N, height · width · channels]`, channels last. */
  readonly values: DenseMatrix;
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 1 (grey) or 3 (red, green, blue). */
  readonly channels: number;
}

/** How images are laid out. */
export interface PackOptions {
  /** How many, from the first. */
  readonly count: number;
  /** Images a row. */
  readonly columns: number;
  /** Whether there is room for a label over each. */
  readonly labelled: boolean;
  /** Values of black and white. */
  readonly range?: readonly [number, number] | undefined;
  /** Bytes of the PNG at most. */
  readonly bytes: number;
}

/** One picture of all images; sizes in pixels of the images themselves. */
export interface PackedImages {
  /** Data URL. */
  readonly url: string;
  /** Width of the whole. */
  readonly width: number;
  /** Height of the whole. */
  readonly height: number;
  /** Images a row. */
  readonly columns: number;
  /** Size of one image. */
  readonly cell: { readonly width: number; readonly height: number };
  /** Room to the right of an image, and above it. */
  readonly gap: { readonly across: number; readonly down: number };
  /** What was done to make it small. */
  readonly notes: readonly string[];
}

/** Shades a channel, best first. */
const SHADES: Readonly<Record<number, readonly number[]>> = {
  1: [64, 16, 8],
  3: [6, 4],
};

function valueRange(
  values: DenseMatrix,
  fixed: readonly [number, number] | undefined,
): readonly [number, number] {
  if (fixed !== undefined) return fixed;
  const [low, high] = extent(values.data) ?? [0, 1];
  if (low >= 0 && high <= 1) return [0, 1];
  if (low >= 0 && high <= 255) return [0, 255];
  return [low, high];
}

/** All colours of `shades` steps a channel, after one that is clear. */
function paletteOf(shades: number, channels: number): Rgb[] {
  const level = (i: number) => Math.round(255 * i / (shades - 1));
  const size = shades ** channels;
  const colors = Array.from({ length: size }, (_, i): Rgb => {
    if (channels === 1) return [level(i), level(i), level(i)];
    const [red, rest] = [Math.floor(i / shades ** 2), i % shades ** 2];
    return [level(red), level(Math.floor(rest / shades)), level(rest % shades)];
  });
  return [[0, 0, 0], ...colors];
}

/**
 * Rows of a matrix that takes `from` values to `to` means over stretches of equal length; a value that
 * lies in two stretches counts in each by its share.
 */
function areaWeights(
  from: number,
  to: number,
): { at: number; weights: number[] }[] {
  const length = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * length, (i + 1) * length];
    const at = Math.floor(start + 1e-9);
    const last = Math.ceil(end - 1e-9);
    const weights = Array.from(
      { length: last - at },
      (_, k) => (Math.min(end, at + k + 1) - Math.max(start, at + k)) / length,
    );
    return { at, weights };
  });
}

interface Quality {
  /** Shades a channel. */
  readonly shades: number;
  /** Size of an image in pixels. */
  readonly width: number;
  readonly height: number;
}

/** One image in `quality`, its values still those of the data. */
function resample(
  images: Images,
  image: Float64Array,
  quality: Quality,
): Float64Array {
  const { channels, width } = images;
  const across = areaWeights(width, quality.width);
  const down = areaWeights(images.height, quality.height);
  const out = new Float64Array(quality.width * quality.height * channels);
  down.forEach((rows, y) => {
    across.forEach((columns, x) => {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        rows.weights.forEach((v, i) =>
          columns.weights.forEach((h, j) => {
            const pixel = (rows.at + i) * width + columns.at + j;
            sum += v * h * image[pixel * channels + channel]!;
          })
        );
        out[(y * quality.width + x) * channels + channel] = sum;
      }
    });
  });
  return out;
}

/** The palette indices of one image. */
function indices(
  images: Images,
  image: Float64Array,
  how: Quality & { readonly range: readonly [number, number] },
): Uint8Array {
  const { channels } = images;
  const { shades, range: [low, high] } = how;
  const values = resample(images, image, how);
  return Uint8Array.from({ length: values.length / channels }, (_, at) => {
    let index = 0;
    for (let channel = 0; channel < channels; channel++) {
      const value = values[at * channels + channel]!;
      const share = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
      index = index * shades + Math.round(share * (shades - 1));
    }
    return index + 1;
  });
}

interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly across: number;
  readonly down: number;
}

type Drawing = Quality & {
  readonly range: readonly [number, number];
  readonly count: number;
};

/** The whole picture at one quality; gaps shrink with the images. */
function montage(images: Images, grid: Grid, how: Drawing): Uint8Array {
  const across = Math.max(
    1,
    Math.round(grid.across * how.width / images.width),
  );
  const down = Math.max(1, Math.round(grid.down * how.height / images.height));
  const width = grid.columns * (how.width + across);
  const height = grid.rows * (how.height + down);
  const pixels = new Uint8Array(width * height);
  for (let i = 0; i < how.count; i++) {
    const image = indices(images, images.values.row(i), how);
    const left = i % grid.columns * (how.width + across);
    const top = Math.floor(i / grid.columns) * (how.height + down) + down;
    for (let y = 0; y < how.height; y++) {
      const row = image.subarray(y * how.width, (y + 1) * how.width);
      pixels.set(row, (top + y) * width + left);
    }
  }
  const palette = paletteOf(how.shades, images.channels);
  return encodePng({ width, height, pixels, palette, clearFirst: true });
}

/** From the best to the least: fewer shades first, then smaller by a quarter, a half, … */
function* qualities(images: Images): Generator<Quality> {
  const { width, height, channels } = images;
  for (let scale = 1;; scale += scale < 2 ? 0.25 : 1) {
    const size = {
      width: Math.max(1, Math.round(width / scale)),
      height: Math.max(1, Math.round(height / scale)),
    };
    for (const shades of SHADES[channels] ?? [8]) yield { shades, ...size };
    if (size.width === 1 && size.height === 1) return;
  }
}

function qualityNotes(images: Images, quality: Quality): string[] {
  const colors = quality.shades ** images.channels;
  const what = images.channels === 1 ? "shades of grey" : "colours";
  const whole = quality.width === images.width &&
    quality.height === images.height;
  if (whole && quality.shades === SHADES[images.channels]?.[0]) return [];
  const size = `${quality.width} × ${quality.height} pixels`;
  return [`Drawn as ${size} in ${colors} ${what}.`];
}

/** Lays images side by side, in the best quality that fits the budget. */
export function packImages(images: Images, options: PackOptions): PackedImages {
  const { count, columns } = options;
  const range = valueRange(images.values, options.range);
  const across = Math.max(1, Math.round(images.width / 14));
  const down = options.labelled
    ? Math.max(2, Math.round(images.height * 0.45))
    : across;
  const grid = { columns, rows: Math.ceil(count / columns), across, down };
  let [png, notes]: [Uint8Array, string[]] = [new Uint8Array(), []];
  for (const quality of qualities(images)) {
    png = montage(images, grid, { ...quality, range, count });
    notes = qualityNotes(images, quality);
    if (png.length <= options.bytes) break;
  }
  return {
    url: `data:image/png;base64,${png.toBase64()}`,
    width: columns * (images.width + across),
    height: grid.rows * (images.height + down),
    columns,
    cell: { width: images.width, height: images.height },
    gap: { across, down },
    notes,
  };
}
