import { augment } from "../data/augment.ts";
import type { DataSet } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";
import type { TrainingRun } from "../training/run.ts";
import {
  type SupervisedOptions,
  trainSupervised,
} from "../training/train_supervised.ts";
import type { Lab } from "./lab.ts";
import type { ExperimentShape } from "./result.ts";
import type { TrainingConfig } from "./training_config.ts";

/** A lab whose configuration says how to train, and whose data say on what. */
type TrainingLab =
  & Pick<Lab<ExperimentShape>, "seed" | "signal" | "checkpoint">
  & {
    readonly config: { readonly training: TrainingConfig };
    readonly data: { readonly train: DataSet; readonly test: DataSet };
  };

/**
 * A run of `trainSupervised` as the lab's configuration has it, with the lab's seed, signal and checkpoint.
 * `changes` replace what the configuration says.
 */
export function supervisedRun(
  lab: TrainingLab,
  model: Classifier,
  changes: SupervisedOptions = {},
): TrainingRun {
  const { config: { training }, data, seed, signal } = lab;
  const { augment: views, ...options } = training;
  const { evaluation, ...others } = changes;
  return trainSupervised(model, data, {
    ...options,
    ...lab.checkpoint(),
    ...(views === false ? {} : {
      augment: (_inputs, indices, epoch) =>
        augment(data.train, indices, { ...views, seed, epoch }),
    }),
    seed,
    signal,
    ...others,
    evaluation: { ...options.evaluation, ...evaluation },
  });
}
