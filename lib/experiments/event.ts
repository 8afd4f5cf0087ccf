import type { EpochRecord } from "../training/history.ts";
import type { SeriesValue } from "../core/chart.ts";
import type { ExperimentShape, Result } from "./result.ts";

/** A stage begins, has ended, or was found finished in the checkpoint. */
export interface StageEvent {
  /** Tells events apart. */
  readonly type: "stage";
  /** Its name: "temperature 0.5". */
  readonly stage: string;
  /** From 1 on. */
  readonly index: number;
  /** Number of stages. */
  readonly stages: number;
  /** What happens to it. */
  readonly state: "begun" | "finished" | "restored";
}

/** A step was done: of training, or of anything else that takes many. */
export interface WorkEvent {
  /** Tells events apart. */
  readonly type: "step";
  /** The stage under way. */
  readonly stage: string;
  /** Steps of the whole run so far, where every stage counts as many as the one under way. */
  readonly step: number;
  /** Steps of the whole run, counted in the same way: `step / steps` is the share that is done. */
  readonly steps: number;
  /** Training loss before the step, in nats; NaN where nothing is trained. */
  readonly loss: number;
}

/** A model was measured. */
export interface MeasuredEvent {
  /** Tells events apart. */
  readonly type: "epoch";
  /** The stage under way. */
  readonly stage: string;
  /** What was measured, as the trainer records it. */
  readonly record: EpochRecord;
}

/** A table has grown by a row. */
export interface RowEvent {
  /** Tells events apart. */
  readonly type: "row";
  /** Which table. */
  readonly table: string;
  /** The row. */
  readonly row: Readonly<Record<string, SeriesValue>>;
}

/** The run is over. */
export interface ResultEvent<S extends ExperimentShape = ExperimentShape> {
  /** Tells events apart. */
  readonly type: "result";
  /** What it found. */
  readonly result: Result<S>;
}

/** What a run tells as it goes. */
export type ExperimentEvent<S extends ExperimentShape = ExperimentShape> =
  | StageEvent
  | WorkEvent
  | MeasuredEvent
  | RowEvent
  | ResultEvent<S>;
