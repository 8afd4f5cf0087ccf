/**
 * The data of an experiment with few labels, and the runs on them.
 *
 * @module
 */

import { augment } from "../data/augment.ts";
import type { DataSet, Samples } from "../data/data_set.ts";
import { fewShot } from "../data/few_shot.ts";
import type { Split } from "../data/split.ts";
import { standardize } from "../data/standardize.ts";
import { standardizer } from "../data/standardizer.ts";
import { subset } from "../data/subset.ts";
import type { Classifier } from "../models/classifier.ts";
import type { TrainingRun } from "../training/run.ts";
import {
  type SemiSupervisedOptions,
  trainSemiSupervised,
  type ViewFunction,
} from "../training/train_semi_supervised.ts";
import { trainSupervised } from "../training/train_supervised.ts";
import type { ReferencePlan } from "../training/training_options.ts";
import { buildData, type DataConfig } from "./data_config.ts";
import type { Lab } from "./lab.ts";
import type { ExperimentShape } from "./result.ts";
import type { SemiSupervisedTrainingConfig } from "./semi_supervised_training_config.ts";

/** How unlabelled samples are learned from. */
export type Method = NonNullable<SemiSupervisedOptions["method"]>;

/** A lab whose configuration says how to train on how many labels, and whose data say on what. */
type FewLabelsLab =
  & Pick<Lab<ExperimentShape>, "signal" | "checkpoint">
  & {
    readonly config: {
      readonly data: DataConfig;
      readonly training: SemiSupervisedTrainingConfig;
      readonly labels: number;
    };
    readonly data: { readonly train: DataSet; readonly test: DataSet };
  };

/** What tells runs apart. */
interface Arm {
  /** Fixes which samples are labelled, their order and their views. */
  readonly seed: number;
  /** "supervised" learns from the labels alone. */
  readonly method: Method | "supervised";
  readonly terms?: NonNullable<SemiSupervisedOptions["terms"]>;
  readonly reference: ReferencePlan;
}

function isImages({ shape }: Samples): boolean {
  return shape.length === 4;
}

/**
 * The data of a configuration, the training set as views are made of it: strong views of images have their
 * meaning in `[0, 1]`, so those are standardized after their views, and vectors before.
 */
export async function fewLabelsData(config: DataConfig): Promise<Split> {
  const plain = await buildData({ ...config, standardize: false });
  if (!config.standardize) return plain;
  const { train, test } = plain;
  return {
    train: isImages(train) ? train : standardize(train),
    test: standardize(test, { like: train }),
  };
}

/** The views of a configuration, with a seed; each step has its own. */
export function viewsOf(
  { config: { data, training }, data: { train } }: FewLabelsLab,
  seed: number,
): Record<"weak" | "strong", ViewFunction> {
  const finished = data.standardize && isImages(train)
    ? standardizer(train)
    : (views: Float32Array) => views;
  const make =
    (view: "weak" | "strong"): ViewFunction => (samples, indices, epoch) =>
      finished(
        augment(samples, indices, {
          ...training.views[view],
          view,
          seed,
          epoch,
        }),
      );
  return { weak: make("weak"), strong: make("strong") };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The samples so many times over that batches of `size` come out even, as those beside unlabelled ones do. */
function inWholeBatches(data: DataSet, size: number): DataSet {
  const rows = data.labels.length;
  const times = size / greatestCommonDivisor(rows, size);
  return subset(
    data,
    Uint32Array.from({ length: rows * times }, (_, i) => i % rows),
  );
}

/** The options that the method has. */
function methodOptions(
  method: Method,
  { threshold, thresholdDecay, fairnessWeight, views: _, ...rest }:
    SemiSupervisedTrainingConfig,
): SemiSupervisedOptions {
  return method === "freeMatch"
    ? { ...rest, method, thresholdDecay, fairnessWeight }
    : { ...rest, method, threshold };
}

/** The options that learning from labels alone has. */
function supervisedOptions({
  ratio: _ratio,
  threshold: _threshold,
  thresholdDecay: _thresholdDecay,
  fairnessWeight: _fairnessWeight,
  unlabelledWeight: _unlabelledWeight,
  rampUp: _rampUp,
  views: _views,
  ...rest
}: SemiSupervisedTrainingConfig) {
  return rest;
}

/** Kept as often as measured: a pass over a few labels, after which trainers keep, is a few steps. */
function checkpointOf(lab: FewLabelsLab) {
  const kept = lab.checkpoint().checkpoint;
  const { every } = lab.config.training.evaluation;
  return kept === undefined ? {} : { checkpoint: { ...kept, every } };
}

/**
 * A run on `labels` samples of each class, which the seed draws: of a method that learns from all samples
 * beside, the labelled ones once more among them, or from the labels alone, in as many steps of as many
 * labelled samples, on views of the same kind.
 */
export function fewLabelsRun(
  lab: FewLabelsLab,
  model: Classifier,
  { seed, method, terms, reference }: Arm,
): TrainingRun {
  const { config: { training, labels: shots }, data, signal } = lab;
  const { labelled } = fewShot(data.train, { shots, seed });
  const views = viewsOf(lab, seed);
  const common = { seed, signal, reference, ...checkpointOf(lab) };
  if (method !== "supervised") {
    const sides = { labelled, unlabelled: data.train, test: data.test };
    const options = methodOptions(method, training);
    const more = terms === undefined ? {} : { terms };
    return trainSemiSupervised(model, sides, {
      ...options,
      ...common,
      ...more,
      views,
    });
  }
  const train = inWholeBatches(labelled, training.batchSize);
  return trainSupervised(model, { train, test: data.test }, {
    ...supervisedOptions(training),
    ...common,
    augment: (_inputs, indices, epoch) => views.weak(train, indices, epoch),
  });
}
