import { z } from "zod";
import type { AugmentOptions } from "../data/augment.ts";
import type { SupervisedOptions } from "../training/train_supervised.ts";
import {
  type EvaluationPlan,
  trainingSchema,
} from "../training/training_options.ts";
import { plainFields, undecided, viewFields } from "./_training_fields.ts";
import type { ConfigSchema } from "./schema.ts";

/** Which views of the training samples a network sees; each epoch has its own. */
export type AugmentConfig = Omit<AugmentOptions, "seed" | "epoch">;

/**
 * How a network of an experiment is trained: the options of `trainSupervised` that are plain data, but for
 * those that an experiment decides itself.
 */
export type TrainingConfig =
  & {
    /** Random views of the training samples, or `false` for the samples as they are. */
    readonly augment: false | AugmentConfig;
    /** The largest. */
    readonly learningRate: number;
    /** How often to measure, and how; over what, the experiment decides. */
    readonly evaluation: Omit<EvaluationPlan, "mode" | "size">;
  }
  & Omit<
    SupervisedOptions,
    | "seed"
    | "signal"
    | "checkpoint"
    | "reference"
    | "earlyStop"
    | "afterStep"
    | "terms"
    | "augment"
    | "learningRate"
    | "evaluation"
    | "loss"
  >;

const augment = z.strictObject({
  view: z.enum(["weak", "strong"]).default("weak"),
  ...viewFields,
});

const options = trainingSchema({
  augment: z.union([z.literal(false), augment]).default(false),
  batchSize: z.int().positive().default(64),
  labelSmoothing: z.number().min(0).lt(1).default(0),
  temperature: z.number().positive().default(1),
});

/**
 * Checks and completes a {@linkcode TrainingConfig}; part of the schema of an experiment. What is left out
 * is as in `trainSupervised`.
 *
 * @example
 * ```ts
 * import { trainingConfig } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const { epochs, learningRate, optimizer } = trainingConfig.parse({ epochs: 3 });
 * assertEquals([epochs, learningRate, optimizer], [3, 0.03, "sgd"]);
 * ```
 */
export const trainingConfig: ConfigSchema<TrainingConfig> = undecided
  .pipe(options).transform((read) => plainFields(read) as TrainingConfig);
