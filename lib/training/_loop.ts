/**
 * The loop that every kind of training shares: steps along gradients with a schedule, clipping and weight
 * averages; measurements, early stop, checkpoints, aborts. What a kind of training adds is an objective: what
 * step `k` minimises.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { Check } from "../core/check.ts";
import { NotFiniteError, ResourceError } from "../core/errors.ts";
import { interruptible } from "../core/interrupt.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import type { DataSet, Samples } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";
import { pathOf } from "./_checkpoint_file.ts";
import { watchRecords } from "./_early_stop.ts";
import { clipped, differentiate, type Gradient } from "./_gradient.ts";
import { Learner } from "./_learner.ts";
import { nextTurn } from "./_next_turn.ts";
import type { Objective } from "./_objective.ts";
import { isOutOfMemory } from "./_out_of_memory.ts";
import { loadRun, saveRun } from "./_saved_run.ts";
import { Tally } from "./_tally.ts";
import {
  type EvaluateOptions,
  type Evaluation,
  measureModel,
  withReference,
} from "./evaluate.ts";
import {
  emptyHistory,
  type EpochRecord,
  type GrowingHistory,
  measuredWeights,
  type Outcome,
} from "./history.ts";
import {
  type CheckpointEvent,
  type EpochEvent,
  type ResumeEvent,
  type StepEvent,
  type TrainingEvent,
  TrainingRun,
} from "./run.ts";
import { learningRateAt } from "./schedule.ts";
import {
  type CompleteOptions,
  inSteps,
  recordedOptions,
  stepsOf,
} from "./training_options.ts";

/** A run as a kind of training asks for it. */
export interface Plan<Extra extends object> {
  /** The kind of training, as its history names it. */
  readonly kind: string;
  readonly check: Check;
  readonly model: Classifier;
  /** By role, as the history records them; `test` is measured, whole. */
  readonly data: Readonly<Record<string, Samples>> & { readonly test: DataSet };
  readonly options: CompleteOptions;
  /** Steps of one pass over the training set. */
  readonly stepsPerEpoch: number;
  /** Of the softmax behind the loss on the test set; 1 if left out. */
  readonly temperature?: number;
  readonly objective: Objective<Extra>;
}

/** A run in the making: what it works on, and what it does. */
interface Course<Extra extends object> extends Plan<Extra> {
  readonly history: GrowingHistory;
}

/** One measurement: of the weights, and of their averages if both are measured. */
interface Measured {
  readonly own: Evaluation;
  readonly ema: Evaluation | undefined;
}

/** One run of a course, from its first event to its last. */
class Loop<Extra extends object> implements Disposable {
  readonly #course: Course<Extra>;
  readonly #learner: Learner;
  readonly #steps: number;
  readonly #every: { measure: number; checkpoint: number };
  #tally = new Tally();
  #savedStep: number | undefined;

  constructor(course: Course<Extra>) {
    const { options, stepsPerEpoch, model } = course;
    this.#course = course;
    this.#learner = new Learner(model, options);
    this.#steps = stepsOf(options, stepsPerEpoch);
    const every = options.checkpoint?.every ?? { epochs: 1 };
    this.#every = {
      measure: inSteps(options.evaluation.every, stepsPerEpoch),
      checkpoint: inSteps(every, stepsPerEpoch),
    };
  }

  /** Steps taken. */
  get #step(): number {
    return this.#course.history.stepLosses.length;
  }

  /** All events up to the last step, an early stop or an abort. */
  async *events(
    signal: AbortSignal,
  ): AsyncGenerator<TrainingEvent<StepEvent & Extra>, Outcome> {
    const resumed = await this.#resume();
    if (resumed) yield resumed;
    while (true) {
      if (this.#isMeasureDue()) yield await this.#measure();
      const isOver = this.#isOver();
      if (this.#isSaveDue(isOver)) yield await this.save();
      if (isOver) return "completed";
      await nextTurn();
      if (signal.aborted) {
        if (this.#isSaveDue(true)) yield await this.save();
        return "stopped";
      }
      yield await this.#takeStep();
    }
  }

  /** Gives the model the weights it was measured by, or the best of them. */
  finish(): void {
    const { earlyStop, ema } = this.#course.options;
    if (earlyStop?.restore && this.#learner.applyBest()) return;
    if (ema && ema.evaluate === "instead") this.#learner.applyAverage();
  }

  /** Whether something has happened since the last checkpoint, if there are any to be. */
  get isUnsaved(): boolean {
    return this.#course.options.checkpoint !== undefined &&
      this.#course.history.epochs.length > 0 && this.#savedStep !== this.#step;
  }

  /** Writes the checkpoint. */
  async save(): Promise<CheckpointEvent> {
    const { options, history, objective } = this.#course;
    const { path } = options.checkpoint!;
    const memory = objective.save?.() ?? {};
    await saveRun(path, {
      history,
      learner: this.#learner,
      tally: this.#tally,
      memory,
    });
    this.#savedStep = this.#step;
    return { type: "checkpoint", step: this.#step, path: pathOf(path) };
  }

  [Symbol.dispose](): void {
    this.#learner[Symbol.dispose]();
  }

  async #resume(): Promise<ResumeEvent | undefined> {
    const { check, options: { checkpoint }, history, objective } = this.#course;
    if (!checkpoint?.resume) return undefined;
    const learner = this.#learner;
    const saved = await loadRun(check, checkpoint.path, { history, learner });
    if (saved === undefined) return undefined;
    this.#tally = saved.tally;
    objective.load?.(saved.memory);
    this.#savedStep = this.#step;
    return { type: "resume", step: this.#step, history };
  }

  #isMeasureDue(): boolean {
    const step = this.#step;
    if (this.#course.history.epochs.at(-1)?.step === step) return false;
    return step % this.#every.measure === 0 || step === this.#steps;
  }

  #isSaveDue(isLast: boolean): boolean {
    return this.isUnsaved &&
      (isLast || (this.#step > 0 && this.#step % this.#every.checkpoint === 0));
  }

  #isOver(): boolean {
    if (this.#step >= this.#steps) return true;
    const { check, options: { earlyStop }, history } = this.#course;
    return earlyStop !== undefined &&
      watchRecords(check, history.epochs, earlyStop).isStalled;
  }

  /** Learning rate of the step after `step` others. */
  #rateAfter(step: number): number {
    const { schedule, learningRate: base, warmup } = this.#course.options;
    return learningRateAt(schedule, { base, step, steps: this.#steps, warmup });
  }

  /** Takes one step; a loss or a gradient that is not finite changes no weight. */
  async #takeStep(): Promise<StepEvent & Extra> {
    const { objective, options, model, history } = this.#course;
    const learningRate = this.#rateAfter(this.#step);
    using scope = new TensorScope();
    const prepared = await objective.prepare(this.#step, scope);
    const gradient = await differentiate(
      () => prepared.compute(),
      this.#learner.trainable,
      scope,
    );
    this.#checkFinite(gradient);
    this.#move(gradient, learningRate);
    const step = history.stepLosses.push(gradient.loss);
    options.afterStep?.(model.weights, step);
    this.#learner.average?.update();
    const { loss, norm: gradientNorm } = gradient;
    const parts = { ...gradient.parts, ...prepared.parts };
    this.#tally.add({ ...parts, loss });
    const epoch = Math.ceil(step / this.#course.stepsPerEpoch);
    return {
      ...prepared.extra,
      ...{ type: "step", epoch, step, steps: this.#steps },
      ...{ loss, learningRate, gradientNorm, parts },
    };
  }

  #move({ gradients, norm }: Gradient, learningRate: number): void {
    const { clipNorm } = this.#course.options;
    const how = { learningRate, count: this.#step + 1 };
    tf.tidy(() =>
      this.#learner.optimizer.step(clipped(gradients, norm, clipNorm), how)
    );
  }

  #checkFinite({ loss, norm }: Gradient): void {
    if (Number.isFinite(loss) && Number.isFinite(norm)) return;
    const { check, options: { learningRate } } = this.#course;
    const [expected, received] = Number.isFinite(loss)
      ? ["a finite gradient", `one of length ${norm}`]
      : ["a finite loss", loss];
    const hints = [
      `try a learning rate below ${learningRate}`,
      ...this.#whereItIsSafe(),
    ];
    check.fail(
      NotFiniteError,
      expected,
      `${received} at step ${this.#step + 1} (${hints.join("; ")})`,
    );
  }

  #whereItIsSafe(): string[] {
    const { checkpoint } = this.#course.options;
    if (!checkpoint || this.#savedStep === undefined) return [];
    return [
      `the checkpoint of step ${this.#savedStep} is ${pathOf(checkpoint.path)}`,
    ];
  }

  /** The error as the reader gets it: what ran out of memory says so, and where the run is safe. */
  explained(error: unknown): unknown {
    if (!isOutOfMemory(error)) return error;
    const hints = ["try smaller batches", ...this.#whereItIsSafe()].join("; ");
    const { action } = this.#course.check;
    return new ResourceError(
      `Cannot ${action}: expected memory for step ${this.#step + 1}, ` +
        `received "${error.message}" (${hints})`,
      { cause: error },
    );
  }

  /** Measures the model on the whole test set and records it. */
  async #measure(): Promise<EpochEvent> {
    const { history, options: { reference } } = this.#course;
    const effort = reference
      ? { permutations: reference.permutations, seed: reference.seed }
      : false;
    const isWanted = reference && reference.when === "every" ||
      this.#step >= this.#steps;
    let measured = await this.#evaluateAll({
      reference: isWanted ? effort : false,
    });
    const place = history.epochs.push(this.#record(measured)) - 1;
    this.#watch();
    if (effort && !isWanted && this.#isOver()) {
      measured = this.#completed(measured, { reference: effort });
      history.epochs[place] = this.#record(measured);
    }
    this.#tally.clear();
    const record = history.epochs[place]!;
    return { type: "epoch", record, evaluation: measured.own };
  }

  #record({ own, ema }: Measured): EpochRecord {
    const { stepsPerEpoch } = this.#course;
    const { loss = NaN, ...parts } = this.#tally.means();
    return {
      epoch: this.#step / stepsPerEpoch,
      step: this.#step,
      learningRate: this.#rateAfter(Math.max(this.#step - 1, 0)),
      trainLoss: loss,
      parts,
      ...measuredWeights(own),
      ...(ema ? { ema: measuredWeights(ema) } : {}),
    };
  }

  async #evaluateAll(options: EvaluateOptions): Promise<Measured> {
    const { model, data: { test }, options: { ema } } = this.#course;
    const how = this.#how(options);
    if (!ema) {
      return { own: await measureModel(model, test, how), ema: undefined };
    }
    const own = ema.evaluate === "beside"
      ? await measureModel(model, test, how)
      : undefined;
    using _ = this.#learner.average!.lend();
    const averaged = await measureModel(model, test, how);
    return { own: own ?? averaged, ema: own && averaged };
  }

  #completed({ own, ema }: Measured, options: EvaluateOptions): Measured {
    const how = this.#how(options);
    return {
      own: withReference(own, how),
      ema: ema && withReference(ema, how),
    };
  }

  #how(options: EvaluateOptions): EvaluateOptions {
    const { options: { evaluation }, temperature = 1 } = this.#course;
    const { every: _, ...mode } = evaluation;
    return { ...mode, temperature, ...options };
  }

  /** Keeps the weights of the last record if it is the best. */
  #watch(): void {
    const { check, options: { earlyStop, ema }, history } = this.#course;
    if (earlyStop === undefined) return;
    const { best, isLast } = watchRecords(check, history.epochs, earlyStop);
    if (best === undefined || !isLast) return;
    history.best = best;
    const averaged = ema &&
      (ema.evaluate === "instead" || earlyStop.metric.startsWith("ema."));
    this.#learner.keepBest(averaged ? "average" : "weights");
  }
}

/** All events, and how it ended in the history; leaving early counts as a stop. */
async function* follow<Extra extends object>(
  course: Course<Extra>,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent<StepEvent & Extra>, void> {
  const { history } = course;
  using loop = new Loop(course);
  try {
    history.outcome = yield* loop.events(signal);
  } catch (error) {
    history.outcome = "failed";
    throw loop.explained(error);
  } finally {
    if (history.outcome === "running") history.outcome = "stopped";
    if (history.outcome !== "failed") {
      if (loop.isUnsaved) await loop.save();
      loop.finish();
    }
  }
  yield { type: "end", history };
}

/** The run of a plan; nothing happens until its events are read. */
export function runOf<Extra extends object>(
  plan: Plan<Extra>,
): TrainingRun<StepEvent & Extra> {
  const { kind, model, data, options } = plan;
  const history = emptyHistory({
    kind,
    model,
    data,
    options: recordedOptions(options),
  });
  const events = interruptible(
    (signal) => follow({ ...plan, history }, signal),
    options.signal,
  );
  return new TrainingRun(events, history);
}
