import type { Evaluation } from "./evaluate.ts";
import type { EpochRecord, History } from "./history.ts";

/** A step was taken. */
export interface StepEvent {
  /** Tells events apart. */
  readonly type: "step";
  /** The epoch it belongs to, from 1 on. */
  readonly epoch: number;
  /** Steps so far, this one included. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly steps: number;
  /** Training loss of its batch before the step, all terms together, in nats. */
  readonly loss: number;
  /** Its learning rate. */
  readonly learningRate: number;
  /** Length of the gradient, all weights taken together, before it is clipped. */
  readonly gradientNorm: number;
  /** What else is known of the batch before the step: terms of the loss, accuracy. */
  readonly parts: Readonly<Record<string, number>>;
}

/** The model was measured; the first such event comes before training. */
export interface EpochEvent {
  /** Tells events apart. */
  readonly type: "epoch";
  /** What the history keeps. */
  readonly record: EpochRecord;
  /** The whole measurement, representations included; only here, for histories stay small. */
  readonly evaluation: Evaluation;
}

/** The run is safe on disk up to here. */
export interface CheckpointEvent {
  /** Tells events apart. */
  readonly type: "checkpoint";
  /** Steps so far. */
  readonly step: number;
  /** The file. */
  readonly path: string;
}

/** The run goes on from a checkpoint; the first event, if it comes. */
export interface ResumeEvent {
  /** Tells events apart. */
  readonly type: "resume";
  /** Steps that were taken before. */
  readonly step: number;
  /** The record so far. */
  readonly history: History;
}

/** The run is over. */
export interface EndEvent {
  /** Tells events apart. */
  readonly type: "end";
  /** The record of the run. */
  readonly history: History;
}

/** What a run tells as it goes. */
export type TrainingEvent<Step extends StepEvent = StepEvent> =
  | Step
  | EpochEvent
  | CheckpointEvent
  | ResumeEvent
  | EndEvent;

/**
 * A run that goes on as its events are read: with `for await`, or all at once with
 * {@linkcode TrainingRun.run}. It goes once; leaving the loop ends it, and what was recorded stays in
 * {@linkcode TrainingRun.history}.
 */
export class TrainingRun<Step extends StepEvent = StepEvent>
  implements AsyncIterable<TrainingEvent<Step>> {
  #events: AsyncGenerator<TrainingEvent<Step>, void>;
  #history: History;

  /** Reads `events`; `history` grows as they come. */
  constructor(
    events: AsyncGenerator<TrainingEvent<Step>, void>,
    history: History,
  ) {
    this.#events = events;
    this.#history = history;
  }

  /** The record so far. */
  get history(): History {
    return this.#history;
  }

  /** The events that are still to come. */
  [Symbol.asyncIterator](): AsyncGenerator<TrainingEvent<Step>, void> {
    return this.#events;
  }

  /** Runs to the end, or to what stops it, and hands back the record. */
  async run(
    onEvent?: (event: TrainingEvent<Step>) => void,
  ): Promise<History> {
    for await (const event of this.#events) onEvent?.(event);
    return this.#history;
  }
}
