import type { SeriesTable } from "../core/chart.ts";
import type { DataSet } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";
import type { EvaluateOptions } from "../training/evaluate.ts";
import type { EpochRecord } from "../training/history.ts";
import type { TrainingRun } from "../training/run.ts";
import type { CheckpointOptions } from "../training/training_options.ts";
import type { ExperimentEvent, RowEvent, WorkEvent } from "./event.ts";
import type { ExperimentShape, Row } from "./result.ts";

/** What became of a training run. */
export interface Trained {
  /** The measurement of the weights that the model has. */
  readonly record: EpochRecord;
  /** How it was measured. */
  readonly options: EvaluateOptions;
}

/**
 * Where an experiment works: its configuration and data, and the tables that take what it finds. The lab
 * keeps the tables, the weights and the finished stages, and so makes the experiment resumable.
 */
export interface Lab<S extends ExperimentShape> {
  /** The configuration, complete. */
  readonly config: S["config"];
  /** Fixes initial weights and the order of the samples. */
  readonly seed: number;
  /** The data sets, by role. */
  readonly data: Readonly<Record<S["data"], DataSet>>;
  /** To be handed to trainers: aborted when the run is to stop. */
  readonly signal: AbortSignal;
  /**
   * A piece of work that is done once, even if the run is resumed: a stage that was finished before gives
   * back its rows and weights and is not worked on again.
   */
  stage(
    name: string,
    work: () => AsyncGenerator<ExperimentEvent, void>,
  ): AsyncGenerator<ExperimentEvent, void>;
  /** A new model, of the seed of the run if none is given; yours to dispose. */
  model(seed?: number): Classifier;
  /** Adds a row to a table. Yield what it returns, so that readers see it come. */
  row<T extends keyof S["series"] & string>(
    table: T,
    row: Row<S["series"][T]>,
  ): RowEvent;
  /** The rows of a table so far. */
  rows<T extends keyof S["series"] & string>(
    table: T,
  ): readonly Row<S["series"][T] & SeriesTable>[];
  /** Step `step` of `steps` of the stage is done. Yield what it returns; `follow` does so for trainers. */
  step(
    done: {
      readonly step: number;
      readonly steps: number;
      readonly loss?: number;
    },
  ): WorkEvent;
  /**
   * Where a trainer of this stage keeps what it needs to go on; to be spread into its options. Empty where
   * the run has no checkpoint. `name` tells two trainers of one stage apart.
   */
  checkpoint(name?: string): { readonly checkpoint?: CheckpointOptions };
  /**
   * Reads a training run to its end and passes its news on; `rowsOf` makes rows of each measurement. A run
   * that goes on from its checkpoint gives the rows of what was measured before as well. Returns the
   * measurement of the weights that the model ends with; throws the reason of `signal` where that has stopped
   * the training.
   */
  follow(
    run: TrainingRun,
    rowsOf?: (record: EpochRecord) => readonly RowEvent[],
  ): AsyncGenerator<ExperimentEvent, Trained>;
  /** Keeps the weights a model has now, with what was measured of them on a data set ("test" if left out). */
  keep(
    name: string,
    model: Classifier,
    trained: Trained,
    options?: { readonly data?: S["data"] },
  ): Promise<void>;
  /** Gives a model the weights kept under a name. */
  restore(name: string, model: Classifier): void;
}
