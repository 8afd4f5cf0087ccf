import { setImmediate } from "node:timers";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { NotFiniteError } from "../core/errors.ts";
import { interruptible } from "../core/interrupt.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import { batches } from "../data/batches.ts";
import type { DataSet } from "../data/data_set.ts";
import { gatherInputs } from "../data/subset.ts";
import { referenceEffort } from "../metrics/reference.ts";
import type { Classifier } from "../models/classifier.ts";
import { checkFit } from "./_fit.ts";
import { Sgd } from "./_sgd.ts";
import { evaluate } from "./evaluate.ts";
import {
  type EpochRecord,
  type History,
  type Outcome,
  showableHistory,
} from "./history.ts";
import { type EpochEvent, type TrainingEvent, TrainingRun } from "./run.ts";
import { learningRateAt, type Schedule } from "./schedule.ts";

/** What to learn from and what to measure on. */
export interface SupervisedData {
  /** Samples the gradients come from. */
  readonly train: DataSet;
  /** Samples every epoch is measured on, whole. */
  readonly test: DataSet;
}

/** Options of {@linkcode trainSupervised}. */
export interface SupervisedOptions {
  /** Passes over the training set; 10 if left out. */
  readonly epochs?: number;
  /** Samples a step; 64 if left out. */
  readonly batchSize?: number;
  /** At the first step; 0.03 if left out. */
  readonly learningRate?: number;
  /** Its course over the run; "cosine" if left out. */
  readonly schedule?: Schedule;
  /** Of the gradient; 0.9 if left out. */
  readonly momentum?: number;
  /** On matrices and kernels, not on biases; 5e-4 if left out. */
  readonly weightDecay?: number;
  /** Fixes the order of the samples; 0 if left out. */
  readonly seed?: number;
  /**
   * When to compute the yardsticks of MIR, which cost several eigen-decompositions: "last" epoch (if
   * left out), "every" epoch, or never; as an object with their effort.
   */
  readonly reference?:
    | false
    | "last"
    | "every"
    | {
      /** "last" if left out. */
      readonly when?: "last" | "every";
      /** Repetitions; 5 if left out. */
      readonly permutations?: number;
      /** Of the permutations; 0 if left out. */
      readonly seed?: number;
    };
  /** Stops the run before its next step; what was recorded stays. */
  readonly signal?: AbortSignal;
}

const yardsticks = z.union([
  z.literal(false),
  z.enum(["last", "every"]).transform((when) => ({
    when,
    permutations: 5,
    seed: 0,
  })),
  referenceEffort.extend({ when: z.enum(["last", "every"]).default("last") }),
]);

const supervisedOptions = z.strictObject({
  epochs: z.int().positive().default(10),
  batchSize: z.int().positive().default(64),
  learningRate: z.number().positive().default(0.03),
  schedule: z.enum(["constant", "cosine"]).default("cosine"),
  momentum: z.number().min(0).lt(1).default(0.9),
  weightDecay: z.number().nonnegative().default(5e-4),
  seed: z.int().default(0),
  reference: yardsticks.prefault("last"),
  signal: z.custom<AbortSignal>((x) => x instanceof AbortSignal).optional(),
});

type Options = z.output<typeof supervisedOptions>;

/** A history that can still be written to. */
type GrowingHistory = Omit<History, "epochs" | "stepLosses" | "outcome"> & {
  readonly epochs: EpochRecord[];
  readonly stepLosses: number[];
  outcome: Outcome;
};

/** A run in the making: what it works on, and what it has recorded. */
interface Work {
  readonly check: Check;
  readonly model: Classifier;
  readonly data: SupervisedData;
  readonly options: Options;
  /** Steps of the whole run. */
  readonly steps: number;
  readonly history: GrowingHistory;
}

/**
 * Lets timers, messages and displays have their turn; a notebook stays alive. A zero timer would do as
 * well but takes as long as a step of a small network.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Loss of a batch and its gradients, by name of the variable. */
function differentiate(
  { model, data: { train } }: Work,
  batch: Uint32Array,
  variables: tf.Variable[],
): { value: tf.Scalar; grads: tf.NamedTensorMap } {
  return tf.tidy(() => {
    const inputs = tf.tensor(gatherInputs(train, batch), [
      batch.length,
      ...model.inputShape,
    ]);
    const labels = Int32Array.from(batch, (i) => train.labels[i]!);
    const targets = tf.oneHot(tf.tensor1d(labels, "int32"), model.classes);
    return tf.variableGrads(() => {
      const { logits } = model.forward(inputs, { training: true });
      return tf.losses.softmaxCrossEntropy(targets, logits);
    }, variables);
  });
}

/** Takes one step and returns the loss before it; a loss that is not finite changes no weight. */
async function takeStep(
  work: Work,
  batch: Uint32Array,
  { variables, optimizer, learningRate }: {
    variables: tf.Variable[];
    optimizer: Sgd;
    learningRate: number;
  },
): Promise<number> {
  using scope = new TensorScope();
  const { value, grads } = differentiate(work, batch, variables);
  scope.own(value);
  for (const gradient of Object.values(grads)) scope.own(gradient);
  const loss = (await value.data())[0]!;
  if (!Number.isFinite(loss)) {
    const step = work.history.stepLosses.length + 1;
    work.check.fail(
      NotFiniteError,
      "a finite loss",
      `${loss} at step ${step} (try a learning rate below ${work.options.learningRate})`,
    );
  }
  optimizer.step(grads, learningRate);
  return loss;
}

/** Learning rate of the step after `step` others. */
function rateAfter({ options, steps }: Work, step: number): number {
  const { schedule, learningRate: base } = options;
  return learningRateAt(schedule, { base, step, steps });
}

/** Measures the model on the whole test set and records it. */
async function measureEpoch(
  work: Work,
  epoch: number,
  losses: readonly number[],
): Promise<EpochEvent> {
  const { reference, epochs } = work.options;
  const wanted = reference &&
    (reference.when === "every" || epoch === epochs);
  const evaluation = await evaluate(work.model, work.data.test, {
    reference: wanted
      ? { permutations: reference.permutations, seed: reference.seed }
      : false,
  });
  const step = work.history.stepLosses.length;
  const record: EpochRecord = {
    epoch,
    step,
    learningRate: rateAfter(work, Math.max(step - 1, 0)),
    trainLoss: losses.reduce((a, b) => a + b, 0) / losses.length,
    loss: evaluation.loss,
    accuracy: evaluation.accuracy,
    ...evaluation.measures,
  };
  work.history.epochs.push(record);
  return { type: "epoch", record, evaluation };
}

/** All events up to the last epoch, or to an abort. */
async function* train(work: Work): AsyncGenerator<TrainingEvent, Outcome> {
  const { model, data, options, steps, history: { stepLosses } } = work;
  const variables = model.weights
    .filter(({ trainable }) => trainable)
    .map(({ variable }) => variable);
  using optimizer = new Sgd(variables, options);
  yield await measureEpoch(work, 0, []);
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const first = stepLosses.length;
    const order = { size: options.batchSize, seed: options.seed, epoch };
    for (const batch of batches(data.train, order)) {
      await nextTurn();
      if (options.signal?.aborted) return "stopped";
      const learningRate = rateAfter(work, stepLosses.length);
      const how = { variables, optimizer, learningRate };
      const loss = await takeStep(work, batch, how);
      const step = stepLosses.push(loss);
      yield { type: "step", epoch, step, steps, loss, learningRate };
    }
    yield await measureEpoch(work, epoch, stepLosses.slice(first));
  }
  return "completed";
}

/** A record that says how the run is made, and waits for its epochs. */
function emptyHistory(
  model: Classifier,
  data: SupervisedData,
  { signal: _, ...options }: Options,
): GrowingHistory {
  return showableHistory({
    epochs: [],
    stepLosses: [],
    outcome: "running",
    model: model.name,
    data: { train: data.train.name, test: data.test.name },
    backend: tf.getBackend(),
    options,
  });
}

/** All events, and how it ended in the history; leaving early counts as a stop. */
async function* supervise(work: Work): AsyncGenerator<TrainingEvent, void> {
  const { history } = work;
  try {
    history.outcome = yield* train(work);
  } catch (error) {
    history.outcome = "failed";
    throw error;
  } finally {
    if (history.outcome === "running") history.outcome = "stopped";
  }
  yield { type: "end", history };
}

/**
 * Trains a classifier by cross-entropy and stochastic gradient descent, and measures it on the whole test
 * set before training and after every epoch: loss, accuracy, entropies, MIR, HDR and neural collapse.
 *
 * Nothing happens until events are read, with `for await` or `.run()`. The model learns in place. An
 * abort, or an interrupt of the kernel, takes effect before the next step and is no error: the history
 * stays, with the outcome "stopped". The same seed gives bitwise the same history on the same backend.
 *
 * @param model Any classifier; it keeps the weights it ends with.
 * @param data Training and test set, as `split` makes them.
 * @param options Length, step size, order, yardsticks and signal.
 * @returns The run, to be read.
 * @throws {ShapeError} The samples do not fit the model.
 * @throws {LabelError} The classes do not fit the model, or the test set lacks one (when run).
 * @throws {NotFiniteError} The loss is not finite (when run); the weights are those before that step.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { split, syntheticDigits } from "interplay/data";
 * import { mlp, useBackend } from "interplay/models";
 * import { trainSupervised } from "interplay/training";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const data = split(syntheticDigits({ samples: 600 }));
 * const model = mlp({ inputDimension: 784, hidden: [32, 16], classes: 10 });
 * const { epochs } = await trainSupervised(model, data, { epochs: 2 }).run((event) => {
 *   if (event.type === "epoch") console.log(event.record.accuracy, event.record.mir);
 * });
 * assertEquals(epochs.map((e) => e.epoch), [0, 1, 2]);
 * assert(epochs[2]!.loss < epochs[0]!.loss);
 * model.dispose();
 * ```
 */
export function trainSupervised(
  model: Classifier,
  data: SupervisedData,
  options: SupervisedOptions = {},
): TrainingRun {
  const check = new Check("train the model");
  const parsed = check.options(supervisedOptions, options);
  checkFit(check, model, data.train);
  checkFit(check, model, data.test);
  const perEpoch = Math.ceil(data.train.labels.length / parsed.batchSize);
  const steps = perEpoch * parsed.epochs;
  const history = emptyHistory(model, data, parsed);
  const work = { check, model, data, options: parsed, steps, history };
  const events = interruptible(
    (signal) => supervise({ ...work, options: { ...parsed, signal } }),
    parsed.signal,
  );
  return new TrainingRun(events, history);
}
