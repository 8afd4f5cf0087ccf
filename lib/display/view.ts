/**
 * A look at values of other libraries: tensors, matrices, models, histories.
 *
 * @module
 */

import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError, ShapeError } from "../core/errors.ts";
import {
  type Displayable,
  jupyterDisplay,
  type MimeBundle,
} from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import {
  anyArraySource,
  type ArraySource,
  arraySource,
  isTensor,
  sizeOf,
} from "./_array_source.ts";
import { arrayBundle, arrayRow } from "./_array_view.ts";
import { matrixHeatmap } from "./_matrix_heatmap.ts";
import {
  classifierBundle,
  fitFigure,
  isClassifier,
  isFitHistory,
  isModel,
  modelBundle,
} from "./_model_view.ts";
import type { Figure } from "./figure.ts";
import { imageGrid, type ImageGridOptions } from "./image_grid.ts";

/** Options of {@linkcode view}. */
export interface ViewOptions {
  /** As numbers with their range (if left out), as a heatmap, or as images. */
  readonly as?: "numbers" | "heatmap" | "images";
  /** The heading of a heatmap. */
  readonly title?: string;
  /** How images are laid out and labelled; the labels are those of the first images. */
  readonly images?: ImageGridOptions;
}

const optionsSchema = z.strictObject({
  as: z.enum(["numbers", "heatmap", "images"]).default("numbers"),
  title: z.string().default("Matrix"),
  images: z.custom<ImageGridOptions>().default({}),
});

type Settings = z.output<typeof optionsSchema>;

/** Images of one grid, and entries that they may have together: what comes from a device for a picture. */
const IMAGES = 100;
const IMAGE_ENTRIES = 2 ** 20;

/** A look that is taken when it is shown, and again each time. */
class View implements Displayable {
  readonly #take: () => Promise<MimeBundle> | MimeBundle;

  constructor(take: () => Promise<MimeBundle> | MimeBundle) {
    this.#take = take;
  }

  [jupyterDisplay](): Promise<MimeBundle> | MimeBundle {
    return this.#take();
  }
}

async function shown(figure: Figure | Promise<Figure>): Promise<MimeBundle> {
  return await (await figure)[jupyterDisplay]();
}

/** The labels of as many images as are drawn. */
function cut(
  labels: ImageGridOptions["labels"],
  count: number,
): { labels?: (string | number)[] } {
  return labels === undefined
    ? {}
    : { labels: Array.from(labels).slice(0, count) };
}

/** The first images of a batch; nothing else of it is read. */
async function imagesOf(
  source: ArraySource,
  options: ImageGridOptions,
): Promise<Figure> {
  const [total = 0, ...sample] = source.shape;
  const pixels = sizeOf(sample);
  const fit = Math.max(1, Math.floor(IMAGE_ENTRIES / pixels));
  const count = Math.min(total, IMAGES, fit);
  const data = Float64Array.from(await source.first(count * pixels), Number);
  const left = count < total ? `The first ${count} of ${total}.` : undefined;
  return imageGrid({ data, shape: [count, ...sample] }, {
    ...(left === undefined ? {} : { subtitle: left }),
    ...options,
    ...cut(options.labels, count),
  });
}

function arrayView(source: ArraySource, settings: Settings): Displayable {
  switch (settings.as) {
    case "numbers":
      return new View(() => arrayBundle(source));
    case "heatmap":
      return new View(() => shown(matrixHeatmap(source, settings.title)));
    case "images":
      return new View(() => shown(imagesOf(source, settings.images)));
  }
}

function isTensorList(value: unknown): value is object[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTensor);
}

/** The kinds, shapes and memory of tensors; nothing of them is read. */
function listBundle(tensors: readonly object[]): MimeBundle {
  const sources = tensors.map((each) => arraySource(each))
    .filter((source) => source !== undefined);
  return renderTable({
    caption: `${tensors.length} tensors`,
    columns: ["index", "kind", "dtype", "shape", "memory"],
    rows: sources.map((source, i) => [i, ...arrayRow(source)]),
  });
}

/** How a value that is no array shows itself, if it is one that is known. */
function otherView(value: object): Displayable | undefined {
  if (isClassifier(value)) return new View(() => classifierBundle(value));
  if (isModel(value)) return new View(() => modelBundle(value));
  if (isFitHistory(value)) return new View(() => shown(fitFigure(value)));
  return isTensorList(value) ? new View(() => listBundle(value)) : undefined;
}

/**
 * How a value of another library is shown where nobody asked for more: tensors, matrices, typed data with a
 * shape, models, fits and lists of tensors. `undefined` for every other value, one with a display of its
 * own included.
 */
export function knownView(value: unknown): Displayable | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    if (typeof Reflect.get(value, jupyterDisplay) === "function") {
      return undefined;
    }
    const source = arraySource(value);
    return source === undefined
      ? otherView(value)
      : new View(() => arrayBundle(source));
  } catch {
    return undefined; // a getter or a proxy that answers no questions
  }
}

/**
 * A look at a value that has no display of its own: a tfjs tensor or variable, an ml-matrix `Matrix`, data
 * with a shape, a typed array, rows of numbers; a `tf.LayersModel`, a `Classifier`, what `fit` returns, or
 * an array of tensors.
 *
 * An array is shown by dtype, shape, memory, range, head and tail, a matrix with a small picture too. Up to a
 * megabyte of a tensor is read, and awaited, so that it works on WebGPU; of a larger one the entries at its
 * corners and some thousand evenly spaced ones, of which the range then is. What is read is read when it is
 * shown. `as: "heatmap"` draws a matrix as a figure, `as: "images"` the first hundred samples as images.
 *
 * With `interplay/kernel` a notebook shows these values so without being told.
 *
 * @param value what to look at; a tensor stays yours and is not disposed.
 * @param options `as`, a `title` for a heatmap, options of {@linkcode imageGrid} for images.
 * @returns a value that shows itself as the last expression of a cell, or by `display(view(value))`.
 * @throws ShapeError for a value of another kind, or (when shown) one that has no such picture;
 * OptionsError.
 *
 * @example
 * ```ts
 * import { display, MemoryHost, useHost, view } from "interplay/display";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const host = new MemoryHost();
 * const restore = useHost(host);
 * await display(view({ data: Float32Array.of(1, 2, 3, 6), shape: [2, 2] }));
 * restore();
 * const [event] = host.events;
 * const text = event?.type === "display" ? String(event.bundle["text/plain"]) : "";
 * assertStringIncludes(text, "Float32Array float32 [2, 2], 16 B");
 * assertStringIncludes(text, "range [1, 6], mean 3");
 * ```
 */
export function view(value: unknown, options: ViewOptions = {}): Displayable {
  const check = new Check("view the value");
  const settings = check.options(optionsSchema, options);
  const isObject = typeof value === "object" && value !== null;
  const source = isObject ? anyArraySource(value) : undefined;
  if (source !== undefined) return arrayView(source, settings);
  const other = isObject ? otherView(value) : undefined;
  if (other === undefined) {
    const kinds = "a tensor, a matrix, data with a shape, a model or a fit";
    return check.fail(ShapeError, kinds, kindOf(value));
  }
  if (settings.as !== "numbers") {
    check.fail(OptionsError, `an array for \`as: "${settings.as}"\``, "none");
  }
  return other;
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return value.constructor?.name ?? "an object";
}
