import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import type { DataSet, Samples } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";
import { checkFit, checkSamples } from "./_fit.ts";
import {
  type InformationWeights,
  informationWeights,
} from "./_information_term.ts";
import { runOf } from "./_loop.ts";
import { SemiSupervisedObjective } from "./_semi_supervised_objective.ts";
import type { StepEvent, TrainingRun } from "./run.ts";
import {
  hook,
  type KindDefaults,
  stepsOf,
  type TrainingOptions,
  trainingSchema,
} from "./training_options.ts";

/** What to learn from and what to measure on. */
export interface SemiSupervisedData {
  /** A few samples whose labels are learned. */
  readonly labelled: DataSet;
  /** Many samples; their labels, if they have any, judge pseudo-labels and are never learned. */
  readonly unlabelled: Samples | DataSet;
  /** Samples every measurement is made on, whole. */
  readonly test: DataSet;
}

/** Makes views of samples: `[n · values of a sample]`, of these rows of the data, for this step. */
export type ViewFunction = (
  data: Samples,
  indices: Uint32Array,
  step: number,
) => Float32Array;

/** Options of {@linkcode trainSemiSupervised}. */
export interface SemiSupervisedOptions extends TrainingOptions {
  /** How unlabelled samples are learned from; "freeMatch" if left out. */
  readonly method?: "pseudoLabel" | "fixMatch" | "freeMatch";
  /** Labelled samples a step; 64 if left out. */
  readonly batchSize?: number;
  /** Unlabelled samples for each labelled one; 7 if left out. */
  readonly ratio?: number;
  /** Of "pseudoLabel" and "fixMatch": probability from which on a pseudo-label is believed; 0.95 if left out. */
  readonly threshold?: number;
  /** Of "freeMatch": `m`, decay of the averages behind its thresholds; 0.999 if left out. */
  readonly thresholdDecay?: number;
  /** Of "freeMatch": weight of self-adaptive fairness; 0.01 if left out, as in TorchSSL (0.001 in USB). */
  readonly fairnessWeight?: number;
  /** Weight of the loss on unlabelled samples; 1 if left out. */
  readonly unlabelledWeight?: number;
  /** Share of the run in which that weight rises from 0; 0.4 for "pseudoLabel" and 0 for the others if left out. */
  readonly rampUp?: number;
  /**
   * Information terms by their weights, as `trainSupervised` has them: of the views that are learned with a
   * believed pseudo-label, against the head row of that label. 0 where fewer than two are believed.
   */
  readonly terms?: InformationWeights;
  /** Views; those of `augment` with the seed of the run if left out. */
  readonly views?: {
    /** Of labelled samples, and of unlabelled ones to make pseudo-labels of. */
    readonly weak?: ViewFunction;
    /** Of unlabelled samples, to learn their pseudo-labels on. */
    readonly strong?: ViewFunction;
  };
}

/** What became of the unlabelled samples of a step. */
export interface PseudoLabelReport {
  /** Share of them whose pseudo-label is believed. */
  readonly maskRate: number;
  /** Share of the believed ones that are right; NaN where there are none, or no labels to judge by. */
  readonly accuracy: number;
  /** Believed ones of each class, `[C]`. */
  readonly counts: readonly number[];
  /** Probability from which on each class is believed, `[C]`. */
  readonly thresholds: readonly number[];
}

/** A step was taken. */
export interface SemiSupervisedStep extends StepEvent {
  /** What became of its unlabelled samples. */
  readonly pseudoLabels: PseudoLabelReport;
}

const view = hook<ViewFunction>();

/** The numbers among the options of every method, for a schema whose other fields stand beside them. */
export const semiSupervisedFields = {
  batchSize: z.int().positive().default(64),
  ratio: z.int().positive().default(7),
  threshold: z.number().min(0).max(1).optional(),
  thresholdDecay: z.number().min(0).lt(1).optional(),
  fairnessWeight: z.number().nonnegative().optional(),
  unlabelledWeight: z.number().nonnegative().default(1),
  rampUp: z.number().min(0).max(1).optional(),
};

/** What semi-supervised training has where nothing is said. */
export const semiSupervisedDefaults: Partial<KindDefaults> = {
  schedule: "fixMatch",
  nesterov: true,
  ema: { decay: 0.999, evaluate: "instead" },
};

const semiSupervisedOptions = trainingSchema({
  ...semiSupervisedFields,
  method: z.enum(["pseudoLabel", "fixMatch", "freeMatch"]).default("freeMatch"),
  terms: informationWeights.optional(),
  views: z.strictObject({ weak: view.optional(), strong: view.optional() })
    .default({}),
}, semiSupervisedDefaults);

type Given = z.output<typeof semiSupervisedOptions>;

/** Options of semi-supervised training, complete; a number that the method does not have is NaN. */
export type CompleteSemiSupervisedOptions = Given & {
  readonly threshold: number;
  readonly thresholdDecay: number;
  readonly fairnessWeight: number;
  readonly rampUp: number;
};

/** What a method has where nothing is said; what is not here it does not have. */
export const methodDefaults = {
  pseudoLabel: { threshold: 0.95, rampUp: 0.4 },
  fixMatch: { threshold: 0.95, rampUp: 0 },
  freeMatch: { thresholdDecay: 0.999, fairnessWeight: 0.01, rampUp: 0 },
};

const methodKeys = ["threshold", "thresholdDecay", "fairnessWeight"] as const;

function completeOptions(
  check: Check,
  given: Given,
): CompleteSemiSupervisedOptions {
  const own: Record<string, number> = methodDefaults[given.method];
  const stray = methodKeys.find((key) =>
    given[key] !== undefined && !(key in own)
  );
  if (stray) {
    const expected = `no \`${stray}\` with method "${given.method}"`;
    check.fail(OptionsError, expected, given[stray]!);
  }
  return { ...own, ...given } as CompleteSemiSupervisedOptions;
}

/**
 * Trains a classifier on a few labelled and many unlabelled samples, and measures it on the whole test set:
 * loss, accuracy, entropies, MIR, HDR and neural collapse. What runs and checkpoints are is as with
 * `trainSupervised`.
 *
 * A step takes `batchSize` labelled samples and `ratio` times as many unlabelled ones. Of a weak view of each of
 * the latter comes a pseudo-label, the most probable class, without gradient; it is believed if its
 * probability reaches a threshold. The loss is the cross-entropy of weak views of the labelled samples, and
 * `unlabelledWeight` times that of the believed pseudo-labels, as a mean over all unlabelled samples, on
 *
 * - "pseudoLabel": the weak views themselves, threshold fixed, its weight rising in the first part of the run;
 * - "fixMatch": strong views, threshold fixed;
 * - "freeMatch": strong views, a threshold for each class that follows the confidence of the model
 *   (`τ(c) = τ·p̃(c)/max p̃`), and `fairnessWeight` times self-adaptive fairness, which spreads predictions.
 *
 * Information terms are those of the believed views against the head rows of their pseudo-labels. Weights are
 * averaged over the steps (0.999), and the average is measured: of a run of a few hundred steps a smaller
 * `ema.decay` is the better one. `epochs` are passes over the unlabelled samples.
 *
 * Among the `parts` of a step event, and as means among those of a record, are `maskRate`,
 * `pseudoLabelAccuracy` and, for each class `c`, `believed.c`: its believed samples a step.
 *
 * Cost: a step is a forward pass of `ratio · batchSize` samples and a training step of
 * `(1 + ratio) · batchSize`.
 *
 * @param model Any classifier; it ends with the averaged weights.
 * @param data Labelled and unlabelled samples, as `fewShot` makes them, and a test set.
 * @param options Method, thresholds, views, terms, and what every kind of training has.
 * @returns The run, to be read; its step events say what became of the pseudo-labels.
 * @throws {ShapeError} The samples do not fit the model, or a view does not fit its samples (when run).
 * @throws {LabelError} The classes do not fit the model, or the test set lacks one (when run).
 * @throws {NotFiniteError} Loss or gradient is not finite (when run); the weights are those before that step.
 * @throws {ResourceError} Memory ran out (when run).
 * @throws {FormatError} The checkpoint is damaged (when run).
 * @throws {OptionsError} An option is unknown, out of range or not one of the method, or the checkpoint is that
 * of another run (when run).
 *
 * @example
 * ```ts
 * import { fewShot, gaussianClasses, split } from "interplay/data";
 * import { mlp, useBackend } from "interplay/models";
 * import { trainSemiSupervised } from "interplay/training";
 * import { assert } from "@std/assert";
 *
 * await useBackend("auto");
 * const { train, test } = split(gaussianClasses({ classes: 3, dimension: 8, separation: 8 }));
 * const data = { ...fewShot(train, { shots: 2 }), test };
 * const model = mlp({ inputDimension: 8, hidden: [16], classes: 3 });
 * const run = trainSemiSupervised(model, data, { steps: 40, batchSize: 6, ema: { decay: 0.9 } });
 * const rates: number[] = [];
 * const { epochs } = await run.run((event) => {
 *   if (event.type === "step") rates.push(event.pseudoLabels.maskRate);
 * });
 * assert(epochs.at(-1)!.accuracy > epochs[0]!.accuracy);
 * assert(rates.every((rate) => rate >= 0 && rate <= 1));
 * model.dispose();
 * ```
 *
 * @see Lee, "Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural
 * Networks", ICML 2013 workshop.
 * @see Sohn et al., "FixMatch: Simplifying Semi-Supervised Learning with Consistency and Confidence",
 * NeurIPS 2020.
 * @see Wang et al., "FreeMatch: Self-adaptive Thresholding for Semi-supervised Learning", ICLR 2023, eqs. 5 to
 * 11.
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, for the terms.
 */
export function trainSemiSupervised(
  model: Classifier,
  data: SemiSupervisedData,
  options: SemiSupervisedOptions = {},
): TrainingRun<SemiSupervisedStep> {
  const check = new Check("train the model");
  const given = check.options(semiSupervisedOptions, options);
  const parsed = completeOptions(check, given);
  const { labelled, unlabelled, test } = data;
  checkFit(check, model, labelled);
  checkSamples(check, model, unlabelled);
  checkFit(check, model, test);
  const perStep = parsed.batchSize * parsed.ratio;
  const stepsPerEpoch = Math.ceil(unlabelled.shape[0]! / perStep);
  const steps = stepsOf(parsed, stepsPerEpoch);
  return runOf({
    kind: "semiSupervised",
    check,
    model,
    data: { labelled, unlabelled, test },
    options: parsed,
    stepsPerEpoch,
    objective: new SemiSupervisedObjective(check, model, {
      data,
      options: parsed,
      steps,
    }),
  });
}
