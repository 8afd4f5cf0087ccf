import { z } from "zod";
import type { AugmentOptions } from "../data/augment.ts";
import type { SupervisedOptions } from "../training/train_supervised.ts";
import {
  type EvaluationPlan,
  trainingSchema,
} from "../training/training_options.ts";
import type { ConfigSchema } from "./schema.ts";

/** What an experiment decides itself, or what is no part of a configuration. */
const OWN = [
  "seed",
  "signal",
  "checkpoint",
  "reference",
  "earlyStop",
  "afterStep",
] as const;

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

const share = z.number().min(0).max(1);

const augment = z.strictObject({
  view: z.enum(["weak", "strong"]).default("weak"),
  shift: share.optional(),
  flip: z.boolean().optional(),
  operations: z.int().nonnegative().optional(),
  magnitude: share.optional(),
  cutout: share.optional(),
  fill: share.optional(),
  noise: z.number().nonnegative().optional(),
  dropout: z.number().min(0).lt(1).optional(),
});

const options = trainingSchema({
  augment: z.union([z.literal(false), augment]).default(false),
  batchSize: z.int().positive().default(64),
  labelSmoothing: z.number().min(0).lt(1).default(0),
  temperature: z.number().positive().default(1),
});

/** The same within `evaluation`. */
const OWN_EVALUATION = ["mode", "size"] as const;

const decided = (own: readonly string[]) =>
  z.record(z.string(), z.unknown()).superRefine((value, context) => {
    for (const key of own) {
      if (!(key in value)) continue;
      const message = "expected nothing: the experiment decides";
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

const fields = decided(OWN).and(
  z.looseObject({ evaluation: decided(OWN_EVALUATION).optional() }),
);

/** Without what the experiment decides, and without what has no value: JSON has no `undefined`. */
function plain(read: z.output<typeof options>): TrainingConfig {
  const entries = Object.entries(read).filter(([key, value]) =>
    value !== undefined && !OWN.some((own) => own === key)
  );
  const { mode: _, size: __, ...evaluation } = read.evaluation;
  return { ...Object.fromEntries(entries), evaluation } as TrainingConfig;
}

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
export const trainingConfig: ConfigSchema<TrainingConfig> = fields
  .pipe(options).transform(plain);
