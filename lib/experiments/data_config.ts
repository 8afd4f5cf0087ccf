import { z } from "zod";
import { type DataSet, showable } from "../data/data_set.ts";
import { gaussianClasses } from "../data/gaussian_classes.ts";
import { loadCifar10 } from "../data/load_cifar10.ts";
import { loadCifar100 } from "../data/load_cifar100.ts";
import { loadFashionMnist } from "../data/load_fashion_mnist.ts";
import { loadMnist } from "../data/load_mnist.ts";
import {
  loadMultipleFeatures,
  type MultipleFeatures,
} from "../data/load_multiple_features.ts";
import { loadStl10 } from "../data/load_stl10.ts";
import type { Split } from "../data/split.ts";
import { standardize } from "../data/standardize.ts";
import { syntheticDigits } from "../data/synthetic_digits.ts";
import { limited, parted } from "./_parted.ts";
import { VIEWS } from "./_views.ts";
import type { ConfigSchema } from "./schema.ts";

/** How many samples to learn from and to measure on, which, and how they are scaled. */
export interface SampleChoice {
  /** Samples to learn from. */
  readonly train: number;
  /** Samples to measure on. */
  readonly test: number;
  /** Fixes which samples, or how they are drawn. */
  readonly seed: number;
  /** Whether each channel, or each feature, is brought to mean 0 and deviation 1 of the training set. */
  readonly standardize: boolean;
}

/** MNIST's 10,000 test images where `INTERPLAY_DATA_DIR` holds them, drawn digits elsewhere; no download. */
export interface MnistOrDrawnData extends SampleChoice {
  /** Tells configurations apart. */
  readonly kind: "mnistOrDrawn";
}

/** A published set with its own training and test split. */
export interface PublishedData extends SampleChoice {
  /** Tells configurations apart. */
  readonly kind: "mnist" | "fashionMnist" | "cifar10" | "cifar100" | "stl10";
}

/** One of the six descriptions of handwritten digits of `loadMultipleFeatures`. */
export interface MultipleFeaturesData extends SampleChoice {
  /** Tells configurations apart. */
  readonly kind: "multipleFeatures";
  /** Which description. */
  readonly view: keyof MultipleFeatures;
}

/** Digits drawn stroke by stroke. */
export interface SyntheticDigitsData extends SampleChoice {
  /** Tells configurations apart. */
  readonly kind: "syntheticDigits";
  /** Standard deviation of the pixel noise. */
  readonly noise: number;
  /** Scales every distortion of the shape. */
  readonly distortion: number;
}

/** Gaussian clouds, one a class; brought into the shape of images, and to `[0, 1]`, if that of one is given. */
export interface GaussianData extends SampleChoice {
  /** Tells configurations apart. */
  readonly kind: "gaussian";
  /** Number of classes. */
  readonly classes: number;
  /** Shape of a sample: `[5]` for vectors, `[32, 32, 3]` for the shape of CIFAR. */
  readonly shape: readonly number[];
  /** Length of each class mean; the clouds have standard deviation 1, before those of images are scaled. */
  readonly separation: number;
}

/** Which data an experiment learns from and measures on. */
export type DataConfig =
  | MnistOrDrawnData
  | PublishedData
  | MultipleFeaturesData
  | SyntheticDigitsData
  | GaussianData;

function choice(train: number, test: number, standardize = false) {
  return {
    train: z.int().positive().default(train),
    test: z.int().positive().default(test),
    seed: z.int().default(0),
    standardize: z.boolean().default(standardize),
  };
}

const kinds = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("mnistOrDrawn"), ...choice(8000, 2000) }),
  z.strictObject({ kind: z.literal("mnist"), ...choice(60_000, 10_000) }),
  z.strictObject({
    kind: z.literal("fashionMnist"),
    ...choice(60_000, 10_000),
  }),
  z.strictObject({
    kind: z.literal("cifar10"),
    ...choice(50_000, 10_000, true),
  }),
  z.strictObject({
    kind: z.literal("cifar100"),
    ...choice(50_000, 10_000, true),
  }),
  z.strictObject({ kind: z.literal("stl10"), ...choice(5000, 8000, true) }),
  z.strictObject({
    kind: z.literal("multipleFeatures"),
    ...choice(1500, 500, true),
    view: z.enum(VIEWS).default("factors"),
  }),
  z.strictObject({
    kind: z.literal("syntheticDigits"),
    ...choice(8000, 2000),
    noise: z.number().nonnegative().default(0.05),
    distortion: z.number().nonnegative().default(1),
  }),
  z.strictObject({
    kind: z.literal("gaussian"),
    ...choice(240, 120),
    classes: z.int().positive().default(3),
    shape: z.array(z.int().positive()).min(1).default([5]),
    separation: z.number().nonnegative().default(8),
  }),
]);

/**
 * Checks and completes a {@linkcode DataConfig}; part of the schema of an experiment.
 *
 * @example
 * ```ts
 * import { dataConfig } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const { train, test, seed } = dataConfig.parse({ kind: "mnistOrDrawn", train: 1000 });
 * assertEquals([train, test, seed], [1000, 2000, 0]);
 * ```
 */
export const dataConfig: ConfigSchema<DataConfig> = kinds;

/** MNIST's test images if they lie in the data folder; nothing is downloaded. */
async function localMnist(): Promise<DataSet | undefined> {
  if (!Deno.env.get("INTERPLAY_DATA_DIR")) return undefined;
  try {
    return await loadMnist({ split: "test", signal: AbortSignal.abort() });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      return undefined;
    }
    throw error;
  }
}

function drawnDigits(
  { train, test, seed, noise = 0.05, distortion = 1 }:
    & SampleChoice
    & Partial<Pick<SyntheticDigitsData, "noise" | "distortion">>,
): DataSet {
  return syntheticDigits({ samples: train + test, seed, noise, distortion });
}

/** The same values from 0 to 1, as images have them. */
function unitRange(inputs: Float32Array): Float32Array {
  const low = inputs.reduce((a, b) => Math.min(a, b));
  const high = inputs.reduce((a, b) => Math.max(a, b));
  return inputs.map((x) => (x - low) / (high - low));
}

function gaussian(config: GaussianData): DataSet {
  const { train, test, seed, classes, shape, separation } = config;
  const data = gaussianClasses({
    classes,
    samplesPerClass: Math.ceil((train + test) / classes),
    dimension: shape.reduce((a, b) => a * b, 1),
    separation,
    seed,
  });
  const inputs = shape.length === 3 ? unitRange(data.inputs) : data.inputs;
  return showable({ ...data, inputs, shape: [data.labels.length, ...shape] });
}

const loaders = {
  mnist: loadMnist,
  fashionMnist: loadFashionMnist,
  cifar10: loadCifar10,
  cifar100: loadCifar100,
  stl10: (options: { split: "train" | "test" }) => loadStl10(options),
};

async function published(config: PublishedData): Promise<Split> {
  const { kind, train, test, seed } = config;
  const load = loaders[kind];
  return {
    train: limited(await load({ split: "train" }), train, seed),
    test: limited(await load({ split: "test" }), test, seed),
  };
}

async function chosen(config: DataConfig): Promise<Split> {
  switch (config.kind) {
    case "mnistOrDrawn":
      return parted(await localMnist() ?? drawnDigits(config), config);
    case "syntheticDigits":
      return parted(drawnDigits(config), config);
    case "gaussian":
      return parted(gaussian(config), config);
    case "multipleFeatures":
      return parted((await loadMultipleFeatures())[config.view], config);
    default:
      return await published(config);
  }
}

/**
 * Loads or makes the data that a configuration describes. The same configuration gives the same data,
 * whatever the seed of the run: runs over several seeds learn from and measure on the same samples.
 *
 * @param config Which data, how many, and which of them.
 * @returns Training and test set, without a common sample.
 * @throws {ShapeError} There are not as many samples.
 * @throws {FormatError} A file is damaged.
 * @throws {Error} A file is nowhere, and no mirror could be reached.
 *
 * @example
 * ```ts
 * import { buildData, dataConfig } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const config = dataConfig.parse({ kind: "gaussian", train: 24, test: 6, shape: [2, 2, 1] });
 * const { train, test } = await buildData(config);
 * assertEquals([train.shape, test.shape], [[24, 2, 2, 1], [6, 2, 2, 1]]);
 * ```
 */
export async function buildData(config: DataConfig): Promise<Split> {
  const { train, test } = await chosen(config);
  if (!config.standardize) return { train, test };
  return {
    train: standardize(train),
    test: standardize(test, { like: train }),
  };
}
