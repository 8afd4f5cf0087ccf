import { z } from "zod";
import { type DataSet, sampleSize } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";
import { mlp } from "../models/mlp.ts";
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

/** Which network an experiment works with; its inputs and classes are those of the data. */
export type ModelConfig = MlpConfig;

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
      hidden: z.array(z.int().positive()).min(1).default([128, 64]),
      activation: z.enum(["relu", "elu", "tanh", "linear"]).default("relu"),
    }),
  ],
);

/**
 * Builds the network that a configuration describes, for samples and classes like those of `data`.
 *
 * @param config Which network.
 * @param data Samples it is to take.
 * @param seed Fixes its initial weights.
 * @returns The classifier; dispose it when done.
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
  const { hidden, activation } = config;
  const { classes } = data;
  const inputDimension = sampleSize(data);
  return mlp({ inputDimension, hidden, classes, activation, seed });
}
