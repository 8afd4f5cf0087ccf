import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { gaussianClasses } from "../data/gaussian_classes.ts";
import { loadMnist } from "../data/load_mnist.ts";
import { type DataSet, showable } from "../data/data_set.ts";
import { type Split, split } from "../data/split.ts";
import { syntheticDigits } from "../data/synthetic_digits.ts";
import type { ConfigSchema } from "./schema.ts";

/** How many samples to learn from and to measure on, and which. */
export interface SplitSizes {
  /** Samples to learn from. */
  readonly train: number;
  /** Samples to measure on. */
  readonly test: number;
  /** Fixes which samples, or how they are drawn. */
  readonly seed: number;
}

/** MNIST's 10,000 test images where `INTERPLAY_DATA_DIR` holds them, drawn digits elsewhere; no download. */
export interface MnistOrDrawnData extends SplitSizes {
  /** Tells configurations apart. */
  readonly kind: "mnistOrDrawn";
}

/** Digits drawn stroke by stroke. */
export interface SyntheticDigitsData extends SplitSizes {
  /** Tells configurations apart. */
  readonly kind: "syntheticDigits";
  /** Standard deviation of the pixel noise. */
  readonly noise: number;
  /** Scales every distortion of the shape. */
  readonly distortion: number;
}

/** Gaussian clouds, one a class; brought into the shape of images if one is given. */
export interface GaussianData extends SplitSizes {
  /** Tells configurations apart. */
  readonly kind: "gaussian";
  /** Number of classes. */
  readonly classes: number;
  /** Shape of a sample: `[5]` for vectors, `[32, 32, 3]` for the shape of CIFAR. */
  readonly shape: readonly number[];
  /** Length of each class mean; the clouds have standard deviation 1. */
  readonly separation: number;
}

/** Which data an experiment learns from and measures on. */
export type DataConfig =
  | MnistOrDrawnData
  | SyntheticDigitsData
  | GaussianData;

const sizes = (train: number, test: number) => ({
  train: z.int().positive().default(train),
  test: z.int().positive().default(test),
  seed: z.int().default(0),
});

const kinds = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("mnistOrDrawn"), ...sizes(8000, 2000) }),
  z.strictObject({
    kind: z.literal("syntheticDigits"),
    ...sizes(8000, 2000),
    noise: z.number().nonnegative().default(0.05),
    distortion: z.number().nonnegative().default(1),
  }),
  z.strictObject({
    kind: z.literal("gaussian"),
    ...sizes(240, 120),
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
 * const config = dataConfig.parse({ kind: "mnistOrDrawn", train: 1000 });
 * assertEquals(config, { kind: "mnistOrDrawn", train: 1000, test: 2000, seed: 0 });
 * ```
 */
export const dataConfig: ConfigSchema<DataConfig> = kinds;

/** As many samples to learn from and to measure on as are asked for, each class in its proportion. */
function sized(data: DataSet, { train, test, seed }: SplitSizes): Split {
  const check = new Check("build the data");
  const rows = data.labels.length;
  if (rows < train + test) {
    const expected = `${train} + ${test} samples in ${data.name}`;
    check.fail(ShapeError, expected, rows);
  }
  const parts = split(data, { test, seed });
  if (rows === train + test) return parts;
  const rest = split(parts.train, { test: train, seed });
  const name = `${parts.train.name}, ${train} of them`;
  return { train: showable({ ...rest.test, name }), test: parts.test };
}

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

function drawnDigits(config: SyntheticDigitsData): DataSet {
  const { train, test, seed, noise, distortion } = config;
  return syntheticDigits({ samples: train + test, seed, noise, distortion });
}

function gaussian(config: GaussianData): DataSet {
  const { train, test, seed, classes, shape, separation } = config;
  const samplesPerClass = Math.ceil((train + test) / classes);
  const dimension = shape.reduce((a, b) => a * b, 1);
  const data = gaussianClasses({
    classes,
    samplesPerClass,
    dimension,
    separation,
    seed,
  });
  return showable({ ...data, shape: [data.labels.length, ...shape] });
}

async function whole(config: DataConfig): Promise<DataSet> {
  switch (config.kind) {
    case "mnistOrDrawn": {
      const drawn = { noise: 0.05, distortion: 1 };
      return await localMnist() ??
        drawnDigits({ ...config, ...drawn, kind: "syntheticDigits" });
    }
    case "syntheticDigits":
      return drawnDigits(config);
    case "gaussian":
      return gaussian(config);
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
 *
 * @example
 * ```ts
 * import { buildData } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const { train, test } = await buildData({
 *   kind: "gaussian",
 *   train: 24,
 *   test: 6,
 *   seed: 0,
 *   classes: 3,
 *   shape: [2, 2, 1],
 *   separation: 4,
 * });
 * assertEquals([train.shape, test.shape], [[24, 2, 2, 1], [6, 2, 2, 1]]);
 * ```
 */
export async function buildData(config: DataConfig): Promise<Split> {
  return sized(await whole(config), config);
}
