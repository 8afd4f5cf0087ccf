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
  /** Training loss of its batch before the step, in nats. */
  readonly loss: number;
  /** Its learning rate. */
  readonly learningRate: number;
}

/** An epoch was measured; the first such event comes before training. */
export interface EpochEvent {
  /** Tells events apart. */
  readonly type: "epoch";
  /** What the history keeps. */
  readonly record: EpochRecord;
  /** The whole measurement, representations included; only here, for histories stay small. */
  readonly evaluation: Evaluation;
}

/** The run is over. */
export interface EndEvent {
  /** Tells events apart. */
  readonly type: "end";
  /** The record of the run. */
  readonly history: History;
}

/** What a run tells as it goes. */
export type TrainingEvent = StepEvent | EpochEvent | EndEvent;

/**
 * A run that goes on as its events are read: with `for await`, or all at once with
 * {@linkcode TrainingRun.run}. It goes once; leaving the loop ends it, and what was recorded stays in
 * {@linkcode TrainingRun.history}.
 */
export class TrainingRun implements AsyncIterable<TrainingEvent> {
  #events: AsyncGenerator<TrainingEvent, void>;
  #history: History;

  /** Reads `events`; `history` grows as they come. */
  constructor(events: AsyncGenerator<TrainingEvent, void>, history: History) {
    this.#events = events;
    this.#history = history;
  }

  /** The record so far. */
  get history(): History {
    return this.#history;
  }

  /** The events that are still to come. */
  [Symbol.asyncIterator](): AsyncGenerator<TrainingEvent, void> {
    return this.#events;
  }

  /** Runs to the end, or to what stops it, and hands back the record. */
  async run(onEvent?: (event: TrainingEvent) => void): Promise<History> {
    for await (const event of this.#events) onEvent?.(event);
    return this.#history;
  }
}
