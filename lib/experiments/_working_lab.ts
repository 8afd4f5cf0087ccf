import * as tf from "@tensorflow/tfjs";
import type { DataSet } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";
import type { DataRecord, EpochRecord, History } from "../training/history.ts";
import type { TrainingEvent, TrainingRun } from "../training/run.ts";
import type { SupervisedOptions } from "../training/train_supervised.ts";
import type { CheckpointOptions } from "../training/training_options.ts";
import type {
  ExperimentEvent,
  RowEvent,
  StageEvent,
  WorkEvent,
} from "./event.ts";
import type { ExperimentDefinition } from "./experiment.ts";
import type { Lab, Trained } from "./lab.ts";
import type { Journal, JournalRow, StageRecord } from "./_journal.ts";
import { flatNumbers } from "./_numbers.ts";
import {
  assignWeights,
  type KeptWeights,
  type Weights,
  weightsChecksum,
  weightsOf,
} from "./_weights.ts";
import type { ExperimentShape, KeptEvaluation, Row } from "./result.ts";

/** Parts of a measurement that cannot be computed anew from weights and data alone. */
const OF_THE_RUN = [
  "epoch",
  "step",
  "learningRate",
  "trainLoss",
  "parts",
  "reference",
  "ema",
];

/** The numbers of a measurement that {@linkcode verify} can compute anew. */
export function verifiableNumbers(record: object): Record<string, number> {
  return flatNumbers(record, [...OF_THE_RUN, "mirCalibrated"]);
}

/** The measurements that an event brings: all of those before where a run goes on. */
function recordsOf(event: TrainingEvent): readonly EpochRecord[] {
  if (event.type === "epoch") return [event.record];
  return event.type === "resume" ? event.history.epochs : [];
}

/** The measurement of the weights that a model ends with, which an early stop may have put back. */
function trainedOf({ epochs, best, options }: History): Trained {
  const { earlyStop, evaluation, temperature } = options as SupervisedOptions;
  const restored = best !== undefined && earlyStop?.restore !== false;
  const record = restored
    ? epochs.find(({ step }) => step === best.step)
    : epochs.at(-1);
  if (record === undefined) {
    throw new Error(
      "Cannot finish the stage: expected a measurement of the model, received none",
    );
  }
  const { every: _, ...mode } = evaluation ?? {};
  return {
    record,
    options: { ...mode, ...(temperature === undefined ? {} : { temperature }) },
  };
}

/** A stage under way. */
interface OpenStage {
  readonly name: string;
  readonly started: number;
  readonly rows: JournalRow[];
  readonly evaluations: KeptEvaluation[];
  readonly weights: Map<string, Weights>;
}

/** What a lab is set up with. */
export interface LabSetUp<S extends ExperimentShape> {
  readonly definition: ExperimentDefinition<S>;
  readonly config: S["config"];
  readonly seed: number;
  readonly data: Readonly<Record<S["data"], DataSet>>;
  readonly records: Readonly<Record<S["data"], DataRecord>>;
  readonly signal: AbortSignal;
  /** Where its tensors are computed. */
  readonly backend: string;
  /** Where finished stages are kept, if anywhere. */
  readonly journal: Journal | undefined;
}

function now(): number {
  // deno-lint-ignore house/no-clock -- how long a run took is about real time
  return performance.now();
}

/** The lab of one run. */
export class WorkingLab<S extends ExperimentShape> implements Lab<S> {
  readonly config: S["config"];
  readonly seed: number;
  readonly data: Readonly<Record<S["data"], DataSet>>;
  readonly records: Readonly<Record<S["data"], DataRecord>>;
  readonly signal: AbortSignal;
  readonly backend: string;
  readonly evaluations: KeptEvaluation[] = [];
  readonly #definition: ExperimentDefinition<S>;
  readonly #journal: Journal | undefined;
  readonly #stages: readonly string[];
  readonly #tables = new Map<string, JournalRow["row"][]>();
  readonly #weights = new Map<string, Weights>();
  readonly #started = now();
  #restoredSeconds = 0;
  #finished = 0;
  #open: OpenStage | undefined;

  constructor(setUp: LabSetUp<S>) {
    this.config = setUp.config;
    this.seed = setUp.seed;
    this.data = setUp.data;
    this.records = setUp.records;
    this.signal = setUp.signal;
    this.backend = setUp.backend;
    this.#definition = setUp.definition;
    this.#journal = setUp.journal;
    this.#stages = setUp.definition.stages(setUp.config);
  }

  /** The weights kept so far. */
  get weights(): KeptWeights {
    return this.#weights;
  }

  /** Wall-clock time of the run, that of restored stages included. */
  get seconds(): number {
    return this.#restoredSeconds + (now() - this.#started) / 1000;
  }

  /**
   * Makes sure that what was computed so far was computed on one backend. tfjs has one at a time for the whole
   * process: another experiment, or a call of `useBackend`, may have chosen another.
   */
  requireBackend(): void {
    const received = tf.getBackend();
    if (received === this.backend) return;
    const { name } = this.#definition;
    throw new Error(
      `Cannot run ${name}: expected the ${this.backend} backend to the end, received ${received} (one at a time for all)`,
    );
  }

  async *stage(
    name: string,
    work: () => AsyncGenerator<ExperimentEvent, void>,
  ): AsyncGenerator<ExperimentEvent, void> {
    const event = this.#eventsOf(name);
    const before = await this.#journal?.finished(name);
    if (before !== undefined) {
      await this.#restore(before);
      this.#finished++;
      yield event("restored");
      return;
    }
    this.#open = {
      name,
      started: now(),
      rows: [],
      evaluations: [],
      weights: new Map(),
    };
    yield event("begun");
    yield* work();
    this.requireBackend();
    await this.#close(this.#open);
    this.#finished++;
    yield event("finished");
  }

  model(seed: number = this.seed): Classifier {
    return this.#definition.model(this.config, this.data, seed);
  }

  row<T extends keyof S["series"] & string>(
    table: T,
    row: Row<S["series"][T]>,
  ): RowEvent {
    const entry = { table, row: row as JournalRow["row"] };
    this.#add(entry);
    this.#open?.rows.push(entry);
    return { type: "row", ...entry };
  }

  rows<T extends keyof S["series"] & string>(
    table: T,
  ): readonly Row<S["series"][T]>[] {
    return (this.#tables.get(table) ?? []) as Row<S["series"][T]>[];
  }

  step(
    { step, steps, loss = NaN }: { step: number; steps: number; loss?: number },
  ): WorkEvent {
    const { name: stage } = this.#stageUnderWay("tell of a step");
    return {
      type: "step",
      stage,
      step: this.#finished * steps + step,
      steps: this.#stages.length * steps,
      loss,
    };
  }

  checkpoint(name?: string): { readonly checkpoint?: CheckpointOptions } {
    const stage = this.#stageUnderWay("keep a checkpoint");
    if (this.#journal === undefined) return {};
    const path = this.#journal.trainerFile(stage.name, name);
    return { checkpoint: { path } };
  }

  async *follow(
    run: TrainingRun,
    rowsOf: (record: EpochRecord) => readonly RowEvent[] = () => [],
  ): AsyncGenerator<ExperimentEvent, Trained> {
    const { name: stage } = this.#stageUnderWay("follow a training run");
    for await (const event of run) {
      if (event.type === "step") yield this.step(event);
      for (const record of recordsOf(event)) {
        const rows = rowsOf(record); // in the tables before a reader may stop the run
        yield { type: "epoch", stage, record };
        yield* rows;
      }
    }
    // Half a training is no end of a stage, and nothing that follows has a use for it.
    if (run.history.outcome === "stopped") this.signal.throwIfAborted();
    return trainedOf(run.history);
  }

  async keep(
    name: string,
    model: Classifier,
    { record, options }: Trained,
    { data = "test" as S["data"] }: { readonly data?: S["data"] } = {},
  ): Promise<void> {
    const { evaluations, weights } = this.#stageUnderWay("keep weights");
    const kept = await weightsOf(model);
    const evaluation: KeptEvaluation = {
      name,
      data,
      options,
      weights: weightsChecksum(kept),
      numbers: verifiableNumbers(record),
    };
    weights.set(name, kept);
    evaluations.push(evaluation);
    this.#weights.set(name, kept);
    this.evaluations.push(evaluation);
  }

  restore(name: string, model: Classifier): void {
    const weights = this.#weights.get(name);
    if (weights === undefined) {
      const known = [...this.#weights.keys()].join(", ") || "nothing";
      throw new Error(
        `Cannot restore weights: expected one of those kept (${known}), received ${name}`,
      );
    }
    assignWeights(model, weights);
  }

  #stageUnderWay(action: string): OpenStage {
    if (this.#open !== undefined) return this.#open;
    throw new Error(
      `Cannot ${action}: expected a stage under way, received none`,
    );
  }

  #add({ table, row }: JournalRow): void {
    const rows = this.#tables.get(table) ?? [];
    rows.push(row);
    this.#tables.set(table, rows);
  }

  #eventsOf(stage: string): (state: StageEvent["state"]) => StageEvent {
    const index = this.#stages.indexOf(stage) + 1;
    if (index === 0) {
      const known = this.#stages.join(", ");
      throw new Error(
        `Cannot begin a stage: expected one of ${known}, received ${stage}`,
      );
    }
    const stages = this.#stages.length;
    return (state) => ({ type: "stage", stage, index, stages, state });
  }

  async #restore(record: StageRecord): Promise<void> {
    record.rows.forEach((entry) => this.#add(entry));
    this.#restoredSeconds += record.seconds;
    this.evaluations.push(...record.evaluations);
    if (record.evaluations.length === 0) return;
    const kept = await this.#journal!.weights(record.name);
    for (const [name, weights] of kept) this.#weights.set(name, weights);
  }

  async #close({ name, started, rows, evaluations, weights }: OpenStage) {
    this.#open = undefined;
    const seconds = (now() - started) / 1000;
    const record = { name, seconds, rows, evaluations };
    await this.#journal?.finish(record, weights);
  }
}
