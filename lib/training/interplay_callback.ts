import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import { InterruptListener } from "../core/interrupt.ts";
import type { DataSet } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";
import {
  fromLayersModel,
  type LayersModelOptions,
} from "../models/from_layers_model.ts";
import { checkFit } from "./_fit.ts";
import { Tally } from "./_tally.ts";
import {
  type EvaluateOptions,
  type Evaluation,
  evaluationFields,
  type EvaluationMode,
  measureModel,
  withReference,
} from "./evaluate.ts";
import {
  emptyHistory,
  type EpochRecord,
  type GrowingHistory,
  type History,
  measuredWeights,
} from "./history.ts";
import type { EpochEvent } from "./run.ts";
import { TfjsCallback } from "./tfjs_callback.ts";
import {
  hook,
  recordedOptions,
  type ReferencePlan,
  referencePlan,
} from "./training_options.ts";

/** Options of {@linkcode InterplayCallback}. */
export interface InterplayCallbackOptions extends EvaluationMode {
  /** Name of the layer whose output is the representation; what the head sees if left out. */
  readonly representationLayer?: string;
  /** Name of the dense layer that makes the logits; the last one if left out. */
  readonly headLayer?: string;
  /** What the model is called in the history; as tfjs calls it if left out. */
  readonly name?: string;
  /** The model as a classifier, where it cannot be seen as one by its layers. */
  readonly classifier?: Classifier;
  /** Epochs from one measurement to the next; 1 if left out. */
  readonly every?: number;
  /** When to compute the yardsticks of MIR, as `trainSupervised` has it; "last" if left out. */
  readonly reference?: ReferencePlan;
  /** Called after each measurement, and awaited: to draw, say. */
  readonly onEpoch?: (event: EpochEvent) => void | Promise<void>;
  /** Ends the fit after the batch under way; what was recorded stays. */
  readonly signal?: AbortSignal;
}

const callbackOptions = z.strictObject({
  ...evaluationFields,
  representationLayer: z.string().optional(),
  headLayer: z.string().optional(),
  name: z.string().optional(),
  classifier: z.custom<Classifier>((x) =>
    typeof x === "object" && x !== null && "forward" in x
  ).optional(),
  every: z.int().positive().default(1),
  reference: referencePlan.prefault("last"),
  onEpoch: hook<NonNullable<InterplayCallbackOptions["onEpoch"]>>().optional(),
  signal: z.custom<AbortSignal>((x) => x instanceof AbortSignal).optional(),
});

type Options = z.output<typeof callbackOptions>;

/** A number of the logs of tfjs, which may still be a tensor. */
async function numberOf(value: unknown): Promise<number> {
  if (typeof value === "number") return value;
  return value instanceof tf.Tensor ? (await value.data())[0]! : NaN;
}

/** One fit: what is measured, and what was recorded. */
interface Fit {
  readonly classifier: Classifier;
  readonly history: GrowingHistory;
  readonly listener: InterruptListener;
}

/**
 * Measures a tfjs model while `model.fit` trains it: loss, accuracy, entropies, MIR, HDR and neural collapse on a
 * whole data set, before training and after epochs. For a model of your own with a training of your own; the
 * callback changes nothing of either.
 *
 * It finds representation and head as `fromLayersModel` does. Each fit begins a new {@linkcode
 * InterplayCallback.history}, which displays take like that of any run. An interrupt of the kernel, or the
 * signal, ends the fit after the batch under way.
 *
 * `fit` shuffles without a seed: a run of it cannot be repeated, unless `shuffle` is false.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { gaussianClasses, split } from "interplay/data";
 * import { useBackend } from "interplay/models";
 * import { InterplayCallback } from "interplay/training";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const { train, test } = split(gaussianClasses({ classes: 3, dimension: 8 }));
 * const model = tf.sequential({
 *   layers: [
 *     tf.layers.dense({ units: 16, inputShape: [8], activation: "relu" }),
 *     tf.layers.dense({ units: 3, activation: "softmax" }),
 *   ],
 * });
 * model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
 * const callback = new InterplayCallback(test);
 * const [x, y] = [tf.tensor2d(train.inputs, [240, 8]), tf.tensor1d([...train.labels], "float32")];
 * await model.fit(x, y, { epochs: 2, verbose: 0, callbacks: [callback] });
 * assertEquals(callback.history.epochs.map(({ epoch }) => epoch), [0, 1, 2]);
 * console.log(callback.history.epochs.map(({ mir }) => mir));
 * ```
 */
export class InterplayCallback extends TfjsCallback {
  readonly #check = new Check("measure the fit");
  readonly #data: DataSet;
  readonly #options: Options;
  readonly #tally = new Tally();
  #fit: Fit | undefined;
  #last: Evaluation | undefined;

  /**
   * Measures on `data`, every class of which has a sample.
   *
   * Throws an `OptionsError` if an option is unknown, out of range, or does not go with another.
   */
  constructor(data: DataSet, options: InterplayCallbackOptions = {}) {
    super();
    this.#data = data;
    this.#options = this.#check.options(callbackOptions, options);
    const names = Object.keys(this.#names());
    if (this.#options.classifier && names.length > 0) {
      this.#check.fail(
        OptionsError,
        "a classifier or names",
        `both (${names.join(", ")})`,
      );
    }
  }

  /** The record of the last fit, or of the one under way; throws an `OptionsError` before the first. */
  get history(): History {
    return this.#fit?.history ??
      this.#check.fail(OptionsError, "a fit with this callback", "none yet");
  }

  /** Called by tfjs. */
  override async onTrainBegin(): Promise<void> {
    this.#fit?.listener[Symbol.dispose]();
    this.#tally.clear();
    this.#last = undefined;
    const classifier = this.#options.classifier ??
      fromLayersModel(this.model!, this.#names());
    checkFit(this.#check, classifier, this.#data);
    this.#fit = {
      classifier,
      history: this.#emptyHistory(classifier),
      listener: new InterruptListener(this.#options.signal),
    };
    await this.#measure(0);
  }

  /** Called by tfjs. */
  override async onBatchEnd(
    _batch: number,
    logs: Record<string, unknown> = {},
  ): Promise<void> {
    const { history, listener } = this.#fit!;
    const loss = await numberOf(logs["loss"]);
    history.stepLosses.push(loss);
    this.#tally.add({ loss });
    if (listener.signal.aborted) {
      history.outcome = "stopped";
      this.model!.stopTraining = true;
    }
  }

  /** Called by tfjs. */
  override async onEpochEnd(epoch: number): Promise<void> {
    const { every } = this.#options;
    const { history } = this.#fit!;
    const isLast = epoch + 1 === this.params["epochs"] ||
      history.outcome === "stopped";
    if ((epoch + 1) % every === 0 || isLast) await this.#measure(epoch + 1);
  }

  /** Called by tfjs. */
  override onTrainEnd(): Promise<void> {
    const { history, listener } = this.#fit!;
    listener[Symbol.dispose]();
    this.#completeReference();
    if (history.outcome === "running") history.outcome = "completed";
    return Promise.resolve();
  }

  /** Names that were given, as `fromLayersModel` takes them. */
  #names(): LayersModelOptions {
    const { name, representationLayer, headLayer } = this.#options;
    const given = Object.entries({ name, representationLayer, headLayer })
      .filter(([, x]) => x !== undefined);
    return Object.fromEntries(given);
  }

  #emptyHistory(classifier: Classifier): GrowingHistory {
    const { classifier: _, onEpoch: __, ...options } = this.#options;
    const { verbose: ___, ...params } = this.params;
    return emptyHistory({
      kind: "fit",
      model: classifier,
      data: { test: this.#data },
      options: {
        ...recordedOptions(options),
        fit: { ...params, optimizer: this.model?.optimizer?.getConfig() },
      },
    });
  }

  async #measure(epoch: number): Promise<void> {
    const { history, classifier, listener } = this.#fit!;
    try {
      this.#last = await measureModel(
        classifier,
        this.#data,
        this.#how(
          this.#options.reference && this.#options.reference.when === "every",
        ),
      );
      const record = this.#record(epoch, this.#last);
      history.epochs.push(record);
      this.#tally.clear();
      await this.#options.onEpoch?.({
        type: "epoch",
        record,
        evaluation: this.#last,
      });
    } catch (error) {
      history.outcome = "failed";
      listener[Symbol.dispose]();
      throw error;
    }
  }

  #record(epoch: number, evaluation: Evaluation): EpochRecord {
    const { loss = NaN, ...parts } = this.#tally.means();
    const { learningRate } = this.model?.optimizer?.getConfig() ?? {};
    return {
      epoch,
      step: this.#fit!.history.stepLosses.length,
      learningRate: typeof learningRate === "number" ? learningRate : NaN,
      trainLoss: loss,
      parts,
      ...measuredWeights(evaluation),
    };
  }

  #how(isReferenced: boolean): EvaluateOptions {
    const { mode, size, estimate, batchSize, reference } = this.#options;
    const effort = isReferenced && reference
      ? { permutations: reference.permutations, seed: reference.seed }
      : false;
    return { mode, size, estimate, batchSize, reference: effort };
  }

  /** Nobody knows which measurement is the last one until the fit is over. */
  #completeReference(): void {
    const { reference } = this.#options;
    const { history: { epochs } } = this.#fit!;
    const record = epochs.at(-1);
    if (!reference || reference.when !== "last" || !record || !this.#last) {
      return;
    }
    const completed = withReference(this.#last, this.#how(true));
    epochs[epochs.length - 1] = { ...record, ...measuredWeights(completed) };
  }
}
