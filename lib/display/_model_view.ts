/**
 * Models of tfjs-layers, what `fit` returns, and classifiers around a model: recognised by what they can do.
 *
 * @module
 */

import type { MimeBundle } from "../core/rich.ts";
import {
  formatBytes,
  renderTable,
  type TableCell,
  type TableData,
} from "../core/table.ts";
import { isTensor } from "./_array_source.ts";
import { curves } from "./curves.ts";
import type { Figure } from "./figure.ts";

/** What is used of a layer. Reading a shape or counting may throw while a layer is not built. */
interface LayerLike {
  readonly name: string;
  readonly outputShape: unknown;
  readonly trainable?: unknown;
  getClassName(): string;
  countParams(): number;
}

/** What is used of a model. */
interface ModelLike {
  readonly name: string;
  readonly layers: readonly LayerLike[];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isMethod(value: unknown): boolean {
  return typeof value === "function";
}

function isLayer(value: unknown): value is LayerLike {
  return isObject(value) && typeof value["name"] === "string" &&
    isMethod(value["getClassName"]) && isMethod(value["countParams"]);
}

/** Whether `value` is a tfjs model of layers. */
export function isModel(value: unknown): value is ModelLike {
  return isObject(value) && isMethod(value["predict"]) &&
    isMethod(value["getLayer"]) && Array.isArray(value["layers"]) &&
    value["layers"].every(isLayer);
}

/** What is used of a weight of a classifier. */
interface WeightLike {
  readonly name: string;
  readonly variable: { readonly shape: readonly number[] };
  readonly trainable: boolean;
}

/** A network with a head, as this library takes networks apart. */
interface ClassifierLike {
  readonly name: string;
  readonly dimension: number;
  readonly classes: number;
  readonly weights: readonly WeightLike[];
}

/** Whether `value` is a classifier of this library, or made like one. */
export function isClassifier(value: unknown): value is ClassifierLike {
  return isObject(value) && isMethod(value["representations"]) &&
    isMethod(value["head"]) && Array.isArray(value["weights"]) &&
    typeof value["dimension"] === "number";
}

/** What `fit` returns: numbers, or tensors that were not read yet, for each epoch. */
interface FitHistory {
  readonly epoch: readonly number[];
  readonly history: Readonly<Record<string, readonly unknown[]>>;
}

/** Whether `value` is what tfjs's `fit` returns. */
export function isFitHistory(value: unknown): value is FitHistory {
  return isObject(value) && Array.isArray(value["epoch"]) &&
    isMethod(value["syncData"]) && isObject(value["history"]) &&
    Object.values(value["history"]).every(Array.isArray);
}

/** What `read` brings, or `undefined` where it throws: the layer has no one answer. */
function ifKnown<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function shapeText(shape: unknown): string {
  if (!Array.isArray(shape)) return "varies";
  if (shape.some(Array.isArray)) return shape.map(shapeText).join(" ");
  return `[${shape.map((n) => n ?? "·").join(", ")}]`;
}

function layerRow(layer: LayerLike): TableCell[] {
  const parameters = ifKnown(() => layer.countParams()) ?? "not built";
  const frozen = layer.trainable === false && parameters !== 0;
  return [
    layer.name,
    layer.getClassName(),
    shapeText(ifKnown(() => layer.outputShape)),
    parameters,
    frozen ? "frozen" : "",
  ];
}

/** A table with its total in the caption, without the last column where nothing stands in it. */
function parameterTable(
  title: string,
  { columns, rows, total }: {
    columns: readonly string[];
    rows: readonly TableCell[][];
    total: number;
  },
): TableData {
  const anything = rows.some((row) => row.at(-1) !== "");
  const width = anything ? columns.length : columns.length - 1;
  return {
    caption: `${title}: ${total.toLocaleString("en")} parameters, ${
      formatBytes(4 * total)
    }`,
    columns: columns.slice(0, width),
    rows: rows.map((row) => row.slice(0, width)),
  };
}

/** The layers of a model; "·" in a shape is the batch. */
export function modelBundle({ name, layers }: ModelLike): MimeBundle {
  return renderTable(parameterTable(name, {
    columns: ["layer", "type", "output", "parameters", "training"],
    rows: layers.map(layerRow),
    total: layers.reduce(
      (sum, layer) => sum + (ifKnown(() => layer.countParams()) ?? 0),
      0,
    ),
  }));
}

function sizeOf({ variable: { shape } }: WeightLike): number {
  return shape.reduce((size, n) => size * n, 1);
}

/** The weights of a classifier, with what it measures. */
export function classifierBundle(classifier: ClassifierLike): MimeBundle {
  const { name, dimension, classes, weights } = classifier;
  const title = `${name}, representations of ${dimension}, ${classes} classes`;
  return renderTable(parameterTable(title, {
    columns: ["weight", "shape", "parameters", "training"],
    rows: weights.map((weight) => [
      weight.name,
      shapeText(weight.variable.shape),
      sizeOf(weight),
      weight.trainable ? "" : "no gradient",
    ]),
    total: weights.reduce((sum, weight) => sum + sizeOf(weight), 0),
  }));
}

async function numberOf(value: unknown): Promise<number> {
  if (!isTensor(value)) return typeof value === "number" ? value : NaN;
  return value.isDisposed ? NaN : Number((await value.data())[0]);
}

/** The curves of a fit, one for each metric. */
export async function fitFigure(fit: FitHistory): Promise<Figure> {
  const entries = await Promise.all(
    Object.entries(fit.history).map(async ([name, values]) =>
      [name, await Promise.all(values.map(numberOf))] as const
    ),
  );
  const x = fit.epoch.map((epoch) => epoch + 1);
  const series = entries.filter(([, y]) =>
    y.length === x.length && y.length > 0
  )
    .map(([name, y]) => [name, { x, y }]);
  return curves(Object.fromEntries(series), { title: "Fit" });
}
