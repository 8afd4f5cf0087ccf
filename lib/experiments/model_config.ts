import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { type DataSet, sampleSize } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";
import { convNet } from "../models/conv_net.ts";
import { linearHead } from "../models/linear_head.ts";
import { mlp } from "../models/mlp.ts";
import { wideResNet } from "../models/wide_res_net.ts";
import type { ConfigSchema } from "./schema.ts";

/** A multi-layer perceptron. */
export interface MlpConfig {
  /** Tells configurations apart. */
  readonly kind: "mlp";
  /** Widths of the hidden layers, the last of which makes the representations. */
  readonly hidden: readonly number[];
  /** Of the hidden layers. */
  readonly activation: "relu" | "elu" | "tanh" | "linear";
}

/** A small convolutional network. */
export interface ConvNetConfig {
  /** Tells configurations apart. */
  readonly kind: "convNet";
  /** Channels of each block. */
  readonly filters: readonly number[];
  /** Width of the representations. */
  readonly dimension: number;
  /** Share of the representation's units dropped at a training step. */
  readonly dropout: number;
}

/** A wide residual network: WRN-depth-widen. */
export interface WideResNetConfig {
  /** Tells configurations apart. */
  readonly kind: "wideResNet";
  /** Layers with weights, `6n + 4`. */
  readonly depth: number;
  /** Factor of the channels. */
  readonly widen: number;
  /** Weight of a batch in the running statistics. */
  readonly statisticsMomentum: number;
}

/** A linear head on the samples as they are. */
export interface LinearHeadConfig {
  /** Tells configurations apart. */
  readonly kind: "linearHead";
}

/** Which network an experiment works with; its inputs and classes are those of the data. */
export type ModelConfig =
  | MlpConfig
  | ConvNetConfig
  | WideResNetConfig
  | LinearHeadConfig;

const size = z.int().positive();

/**
 * Checks and completes a {@linkcode ModelConfig}; part of the schema of an experiment.
 *
 * @example
 * ```ts
 * import { modelConfig } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const config = modelConfig.parse({ kind: "mlp" });
 * assertEquals(config, { kind: "mlp", hidden: [128, 64], activation: "relu" });
 * ```
 */
export const modelConfig: ConfigSchema<ModelConfig> = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("mlp"),
      hidden: z.array(size).min(1).default([128, 64]),
      activation: z.enum(["relu", "elu", "tanh", "linear"]).default("relu"),
    }),
    z.strictObject({
      kind: z.literal("convNet"),
      filters: z.array(size).min(1).default([16, 32]),
      dimension: size.default(64),
      dropout: z.number().min(0).lt(1).default(0),
    }),
    z.strictObject({
      kind: z.literal("wideResNet"),
      depth: size.default(28),
      widen: size.default(2),
      statisticsMomentum: z.number().gt(0).max(1).default(0.1),
    }),
    z.strictObject({ kind: z.literal("linearHead") }),
  ],
);

/** Height, width and channels of the images of a data set. */
function imageShape({ name, shape }: DataSet): [number, number, number] {
  const [, height, width, channels] = shape;
  if (shape.length === 4) return [height!, width!, channels!];
  return new Check("build the model").fail(
    ShapeError,
    "images [N, h, w, c] for a convolutional network",
    `[${shape.join(", ")}] in ${name}`,
  );
}

/**
 * Builds the network that a configuration describes, for samples and classes like those of `data`.
 *
 * @param config Which network.
 * @param data Samples it is to take.
 * @param seed Fixes its initial weights.
 * @returns The classifier; dispose it when done.
 * @throws {ShapeError} A convolutional network is to take what are no images.
 *
 * @example
 * ```ts
 * import { gaussianClasses } from "interplay/data";
 * import { buildModel } from "interplay/experiments";
 * import { useBackend } from "interplay/models";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const data = gaussianClasses({ classes: 4, dimension: 5 });
 * const model = buildModel({ kind: "mlp", hidden: [8], activation: "relu" }, data, 1);
 * assertEquals([model.dimension, model.classes], [8, 4]);
 * model.dispose();
 * ```
 */
export function buildModel(
  config: ModelConfig,
  data: DataSet,
  seed: number,
): Classifier {
  const { classes } = data;
  switch (config.kind) {
    case "mlp": {
      const { hidden, activation } = config;
      const inputDimension = sampleSize(data);
      return mlp({ inputDimension, hidden, classes, activation, seed });
    }
    case "convNet": {
      const { kind: _, ...options } = config;
      const inputShape = imageShape(data);
      return convNet({ ...options, inputShape, classes, seed });
    }
    case "wideResNet": {
      const { kind: _, ...options } = config;
      const inputShape = imageShape(data);
      return wideResNet({ ...options, inputShape, classes, seed });
    }
    case "linearHead":
      return linearHead({ inputDimension: sampleSize(data), classes, seed });
  }
}
