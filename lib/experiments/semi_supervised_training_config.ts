import { z } from "zod";
import type { AugmentOptions } from "../data/augment.ts";
import {
  methodDefaults,
  semiSupervisedDefaults,
  semiSupervisedFields,
  type SemiSupervisedOptions,
} from "../training/train_semi_supervised.ts";
import {
  type EvaluationPlan,
  trainingFields,
  trainingSchema,
} from "../training/training_options.ts";
import { plainFields, undecided, viewFields } from "./_training_fields.ts";
import type { ConfigSchema } from "./schema.ts";

/** How much the views of one kind change; each step has views of its own. */
export type ViewConfig = Omit<AugmentOptions, "view" | "seed" | "epoch">;

/** How often a run is measured: in steps, which are the same for every method. */
export type StepwiseEvaluation =
  & {
    /** How often, beside before the first step and after the last. */
    readonly every: {
      /** Every so many steps. */
      readonly steps: number;
    };
  }
  & Omit<EvaluationPlan, "mode" | "size" | "every">;

/**
 * How a network of an experiment is trained on a few labels: the options of `trainSemiSupervised` that are plain
 * data, those of all methods side by side, but for those that an experiment decides itself.
 */
export type SemiSupervisedTrainingConfig =
  & {
    /** Length of the run; 2^20 if left out. */
    readonly steps: number;
    /** The largest. */
    readonly learningRate: number;
    /** Labelled samples a step. */
    readonly batchSize: number;
    /** Unlabelled samples for each labelled one. */
    readonly ratio: number;
    /** Of "pseudoLabel" and "fixMatch": probability from which on a pseudo-label is believed. */
    readonly threshold: number;
    /** Of "freeMatch": decay of the averages behind its thresholds. */
    readonly thresholdDecay: number;
    /** Of "freeMatch": weight of self-adaptive fairness. */
    readonly fairnessWeight: number;
    /** The views that are made of the samples. */
    readonly views: {
      /** Of labelled samples, and of unlabelled ones to make pseudo-labels of. */
      readonly weak: ViewConfig;
      /** Of unlabelled samples, to learn their pseudo-labels on. */
      readonly strong: ViewConfig;
    };
    /** How often to measure, and how; over what, the experiment decides. */
    readonly evaluation: StepwiseEvaluation;
  }
  & Omit<
    SemiSupervisedOptions,
    | "seed"
    | "signal"
    | "checkpoint"
    | "reference"
    | "earlyStop"
    | "afterStep"
    | "method"
    | "terms"
    | "epochs"
    | "steps"
    | "learningRate"
    | "batchSize"
    | "ratio"
    | "threshold"
    | "thresholdDecay"
    | "fairnessWeight"
    | "views"
    | "evaluation"
  >;

const { fixMatch, freeMatch } = methodDefaults;
const view = z.strictObject(viewFields).prefault({});
const { evaluation } = trainingFields;
const every = z.strictObject({ steps: z.int().positive() });

const options = trainingSchema({
  ...semiSupervisedFields,
  threshold: semiSupervisedFields.threshold.default(fixMatch.threshold),
  thresholdDecay: semiSupervisedFields.thresholdDecay.default(
    freeMatch.thresholdDecay,
  ),
  fairnessWeight: semiSupervisedFields.fairnessWeight.default(
    freeMatch.fairnessWeight,
  ),
  steps: z.int().positive().default(2 ** 20),
  views: z.strictObject({ weak: view, strong: view }).prefault({}),
  evaluation: evaluation.unwrap().extend({
    every: every.default({ steps: 5000 }),
  }).prefault({}),
}, semiSupervisedDefaults);

/**
 * Checks and completes a {@linkcode SemiSupervisedTrainingConfig}; part of the schema of an experiment. What is
 * left out is as in `trainSemiSupervised`, but for the length of the run: passes over the samples are not the
 * same with and without unlabelled ones, so it is given in steps.
 *
 * @example
 * ```ts
 * import { semiSupervisedTrainingConfig } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const { steps, ratio, schedule, threshold } = semiSupervisedTrainingConfig.parse({ steps: 400 });
 * assertEquals([steps, ratio, schedule, threshold], [400, 7, "fixMatch", 0.95]);
 * ```
 */
export const semiSupervisedTrainingConfig: ConfigSchema<
  SemiSupervisedTrainingConfig
> = undecided.pipe(options)
  .transform((read) => plainFields(read) as SemiSupervisedTrainingConfig);
