/**
 * Images side by side.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError, ShapeError } from "../core/errors.ts";
import type { MatrixLike } from "../core/matrix.ts";
import { makeAxis } from "./_axes.ts";
import { type Images, type PackedImages, packImages } from "./_images.ts";
import { makeFrame } from "./_frame.ts";
import { plotlyText, shorten } from "./_text.ts";
import { Figure, firstThatFits } from "./figure.ts";
import type { ScatterTrace } from "./plotly_json.ts";

/** Images with their axes: `[N, height, width]` or `[N, height, width, channels]`. */
export type ImageBatch =
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> }
  | { readonly shape: readonly number[]; dataSync(): ArrayLike<number> };

/** Options of {@linkcode imageGrid}. */
export interface ImageGridOptions {
  /** Pixels a row of one image; needed for `[N, pixels]` unless images are square. */
  readonly width?: number;
  /** Rows of one image. */
  readonly height?: number;
  /** Images a row, at most 10 if nothing is said. */
  readonly columns?: number;
  /** A word or a number over each image, `[N]`. */
  readonly labels?: ArrayLike<string | number>;
  /** The values of black and white; [0, 1] or [0, 255] if the data fit, else their extremes. */
  readonly range?: readonly [number, number];
  /** The heading. */
  readonly title?: string;
  /** Smaller lines under it. */
  readonly subtitle?: string;
  /** For who does not see the picture. */
  readonly description?: string;
}

const size = z.number().int().min(1);

const optionsSchema = z.strictObject({
  width: size.optional(),
  height: size.optional(),
  columns: size.max(40).optional(),
  labels: z.custom<ArrayLike<string | number>>().optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
  title: z.string().default("Images"),
  subtitle: z.string().optional(),
  description: z.string().optional(),
});

type Settings = z.output<typeof optionsSchema>;

/** Bytes of the PNG, which stands in a bundle four times: the most that fit 50 KB. */
const BYTES: readonly number[] = [7500, 6500, 5500, 4500, 3500, 2500];

/** Images that one figure shows at most. */
const LIMIT = 100;

function isBatch(value: MatrixLike | ImageBatch): value is ImageBatch {
  return "shape" in value && value.shape.length > 2;
}

/** Width and height of `[N, pixels]`. */
function sidesOf(
  check: Check,
  pixels: number,
  settings: Settings,
): [width: number, height: number] {
  const { width, height } = settings;
  const side = Math.round(Math.sqrt(pixels));
  const w = width ?? (height === undefined ? side : pixels / height);
  const h = height ?? pixels / w;
  if (w * h !== pixels || !Number.isInteger(w) || !Number.isInteger(h)) {
    const expected = width === undefined && height === undefined
      ? "`width` and `height` for images that are not square"
      : `\`width\` × \`height\` to be ${pixels}`;
    check.fail(OptionsError, expected, `${width ?? "–"} × ${height ?? "–"}`);
  }
  return [w, h];
}

function readBatch(check: Check, value: ImageBatch): Images {
  const [count = 0, height = 0, width = 0, channels = 1] = value.shape;
  if (value.shape.length > 4 || (channels !== 1 && channels !== 3)) {
    const shape = `[${value.shape.join(", ")}]`;
    check.fail(
      ShapeError,
      "[N, height, width] or [N, height, width, 1 or 3]",
      shape,
    );
  }
  if (count === 0) check.fail(ShapeError, "at least 1 image", 0);
  const data = "dataSync" in value ? value.dataSync() : value.data;
  const flat = { data, shape: [count, height * width * channels] };
  return { values: check.matrix(flat, "images"), width, height, channels };
}

function readImages(
  check: Check,
  value: MatrixLike | ImageBatch,
  settings: Settings,
): Images {
  if (isBatch(value)) return readBatch(check, value);
  const values = check.matrix(value, "images");
  const [width, height] = sidesOf(check, values.columns, settings);
  return { values, width, height, channels: 1 };
}

function readLabels(check: Check, settings: Settings, count: number): string[] {
  const { labels } = settings;
  if (labels === undefined) return [];
  if (labels.length !== count) {
    check.fail(ShapeError, `${count} labels in \`labels\``, labels.length);
  }
  return Array.from(labels, (label) => shorten(String(label), 12));
}

/** One text over each image, at the middle of its top edge. */
function labelTrace(
  labels: readonly string[],
  packed: PackedImages,
): ScatterTrace {
  const { columns, cell, gap } = packed;
  return {
    type: "scatter",
    mode: "text",
    name: "labels",
    x: labels.map((_, i) =>
      (i % columns) * (cell.width + gap.across) + cell.width / 2
    ),
    y: labels.map((_, i) =>
      Math.floor(i / columns) * (cell.height + gap.down) + gap.down
    ),
    text: labels.map((label) => plotlyText(label)),
    textfont: { size: 11 },
    textposition: "top center",
    hoverinfo: "text",
    showlegend: false,
  };
}

/**
 * Up to 100 images side by side, each with a label over it if labels are given.
 *
 * To keep a figure under 50 KB the images become one PNG of at most 7.5 KB: first with fewer shades (64,
 * 16, 8; in colour 216, 64), then in fewer pixels, each the mean over its area. What was done stands in
 * the figure's `notes`.
 *
 * @param images `[N, pixels]`, or `[N, height, width]` with an optional last axis of 1 or 3 channels.
 * @param options sides, `columns`, `labels`, the `range` from black to white, titles.
 * @returns a figure.
 * @throws ShapeError for no image or a shape that is none; NotFiniteError; OptionsError for sides that
 * do not fit.
 *
 * @example
 * ```ts
 * import { imageGrid } from "interplay/display";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = imageGrid([[0, 1, 1, 0], [1, 0, 0, 1]], { labels: ["a", "b"] });
 * assertEquals(figure.toJSON().layout.images?.length, 1);
 * ```
 */
export function imageGrid(
  images: MatrixLike | ImageBatch,
  options: ImageGridOptions = {},
): Figure {
  const check = new Check("draw images");
  const settings = check.options(optionsSchema, options);
  const all = readImages(check, images, settings);
  const labels = readLabels(check, settings, all.values.rows);
  const count = Math.min(LIMIT, all.values.rows);
  const columns = settings.columns ?? Math.min(10, Math.ceil(Math.sqrt(count)));
  const words =
    `${all.values.rows} images of ${all.width} × ${all.height} pixels`;
  const first = count < all.values.rows
    ? [`The first ${count} of ${all.values.rows} images.`]
    : [];
  return firstThatFits(BYTES, (bytes) => {
    const packed = packImages(all, {
      count,
      columns: Math.min(columns, count),
      labelled: labels.length > 0,
      range: settings.range,
      bytes,
    });
    const data = labels.length === 0
      ? []
      : [labelTrace(labels.slice(0, count), packed)];
    const notes = [...first, ...packed.notes];
    return gridFigure(settings, { packed, words, data, notes });
  });
}

interface GridParts {
  readonly packed: PackedImages;
  readonly words: string;
  readonly data: readonly ScatterTrace[];
  readonly notes: readonly string[];
}

function gridFigure(settings: Settings, parts: GridParts): Figure {
  const { packed, words, data, notes } = parts;
  const scale = Math.min(600 / packed.width, 96 / packed.cell.width);
  const across = Math.round(packed.width * scale);
  const more = {
    visible: false,
    constrain: "domain",
  } as const;
  const shown = data[0]?.text?.slice(0, 20).join(", ");
  return new Figure({
    title: settings.title,
    description: settings.description ??
      `Grid of images: ${settings.title}. ${words}${
        shown === undefined ? "" : `, labelled ${shown}`
      }.`,
    summary: [words, ...(shown === undefined ? [] : [`labels: ${shown}`])],
    data,
    layout: {
      ...makeFrame({
        title: settings.title,
        subtitle: settings.subtitle ?? "",
        notes,
        plotHeight: Math.max(60, Math.round(packed.height * scale)),
        sides: { left: 8, right: 8 },
        axisTitle: false,
        ticks: 4,
        fit: {
          width: across + 16,
          shrink: Number((packed.height / packed.width).toPrecision(5)),
        },
        data,
        legend: false,
        hovermode: "closest",
      }),
      xaxis: makeAxis({
        range: [0, packed.width],
        more: { ...more, anchor: "y" },
      }),
      yaxis: makeAxis({
        range: [packed.height, 0],
        more: { ...more, anchor: "x", scaleanchor: "x" },
      }),
      images: [{
        source: packed.url,
        xref: "x",
        yref: "y",
        x: 0,
        y: 0,
        sizex: packed.width,
        sizey: packed.height,
        sizing: "stretch",
        layer: "below",
      }],
    },
  });
}
