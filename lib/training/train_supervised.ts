import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { TensorScope } from "../core/tensor_scope.ts";
import type { Scalar, Tensor2D } from "../core/tfjs_types.ts";
import { batches } from "../data/batches.ts";
import { type DataSet, sampleSize } from "../data/data_set.ts";
import { gatherInputs } from "../data/subset.ts";
import type { Classifier, Forward } from "../models/classifier.ts";
import { accuracyOf, crossEntropy, targetsOf } from "./_cross_entropy.ts";
import { checkFit } from "./_fit.ts";
import { inputTensor, trainingAt } from "./_forward_all.ts";
import {
  InformationTerm,
  type InformationWeights,
  informationWeights,
} from "./_information_term.ts";
import { runOf } from "./_loop.ts";
import type { ComposedLoss, Objective, StepLoss } from "./_objective.ts";
import type { TrainingRun } from "./run.ts";
import {
  hook,
  type TrainingOptions,
  trainingSchema,
} from "./training_options.ts";

/** What to learn from and what to measure on. */
export interface SupervisedData {
  /** Samples the gradients come from. */
  readonly train: DataSet;
  /** Samples every measurement is made on, whole. */
  readonly test: DataSet;
}

/** A batch as a loss of your own sees it. Nothing of it is yours to dispose. */
export interface LossBatch {
  /** `[n, C]`, before any softmax. */
  readonly logits: Tensor2D;
  /** `[n, d]`. */
  readonly representations: Tensor2D;
  /** `[n, C]`, one row a sample: 1 at its label, smoothed if asked for. */
  readonly targets: Tensor2D;
  /** `[n]`, rows of the training set. */
  readonly indices: Uint32Array;
  /** Steps taken before. */
  readonly step: number;
}

/** Options of {@linkcode trainSupervised}. */
export interface SupervisedOptions extends TrainingOptions {
  /** Samples a step; 64 if left out. */
  readonly batchSize?: number;
  /** `ε` in the targets `(1 − ε)·y + ε/C`; 0 if left out. */
  readonly labelSmoothing?: number;
  /** By which logits are divided, in training and for the loss on the test set; 1 if left out. */
  readonly temperature?: number;
  /**
   * Information terms, by what their losses are multiplied with before they are added to the cross-entropy:
   * `{ mutualInformation: 0.1 }` adds `−0.1·MI`. Of the representations of each batch against the head row of
   * each sample's label; gradients flow to both.
   */
  readonly terms?: InformationWeights;
  /** Changes the inputs of a batch: `[n · values of a sample]`, of these rows of the training set, in this epoch. */
  readonly augment?: (
    inputs: Float32Array,
    indices: Uint32Array,
    epoch: number,
  ) => Float32Array;
  /** A loss of your own in place of cross-entropy; built of tfjs operations, a scalar. */
  readonly loss?: (batch: LossBatch) => Scalar;
}

const supervisedOptions = trainingSchema({
  batchSize: z.int().positive().default(64),
  labelSmoothing: z.number().min(0).lt(1).default(0),
  temperature: z.number().positive().default(1),
  terms: informationWeights.optional(),
  augment: hook<NonNullable<SupervisedOptions["augment"]>>().optional(),
  loss: hook<NonNullable<SupervisedOptions["loss"]>>().optional(),
});

type Options = z.output<typeof supervisedOptions>;

/** The rows of one step. */
interface Batch {
  readonly indices: Uint32Array;
  /** From 1 on. */
  readonly epoch: number;
  readonly step: number;
}

/** Cross-entropy of batches of labelled samples, and information terms. */
class SupervisedObjective implements Objective<object> {
  readonly #check: Check;
  readonly #model: Classifier;
  readonly #train: DataSet;
  readonly #options: Options;
  #epoch = 0;
  #order: Uint32Array[] = [];
  #terms: Promise<InformationTerm | undefined> | undefined;

  constructor(
    check: Check,
    model: Classifier,
    { train, options }: { train: DataSet; options: Options },
  ) {
    this.#check = check;
    this.#model = model;
    this.#train = train;
    this.#options = options;
  }

  async prepare(step: number, scope: TensorScope): Promise<StepLoss<object>> {
    const batch = this.#batch(step);
    const inputs = scope.own(this.#inputs(batch));
    const forward = () => this.#forward(inputs, step);
    const { targets, oneHot } = this.#targets(batch, scope);
    const information = await this.#information();
    const term = await information?.prepare(
      oneHot,
      () => forward().representations,
    );
    const compute = () => {
      const out = forward();
      const loss = this.#loss(out, targets, batch);
      const parts = { accuracy: accuracyOf(targets, out.logits) };
      return term
        ? this.#withTerm(loss, term(out.representations), parts)
        : { loss, parts };
    };
    return { compute, extra: {} };
  }

  #information(): Promise<InformationTerm | undefined> {
    const { terms: weights } = this.#options;
    this.#terms ??= InformationTerm.of(this.#check, this.#model, { weights });
    return this.#terms;
  }

  /** What step `step` sees: the order depends on seed and epoch alone. */
  #batch(step: number): Batch {
    const { batchSize: size, seed } = this.#options;
    const perEpoch = stepsPerEpoch(this.#train, size);
    const epoch = Math.floor(step / perEpoch) + 1;
    if (epoch !== this.#epoch) {
      this.#order = batches(this.#train, { size, seed, epoch });
      this.#epoch = epoch;
    }
    return { indices: this.#order[step % perEpoch]!, epoch, step };
  }

  #inputs({ indices, epoch }: Batch): tf.Tensor {
    const { augment } = this.#options;
    const plain = gatherInputs(this.#train, indices);
    const inputs = augment ? augment(plain, indices, epoch) : plain;
    const size = indices.length * sampleSize(this.#train);
    if (inputs.length !== size) {
      this.#check.fail(
        ShapeError,
        `${size} values from \`augment\``,
        inputs.length,
      );
    }
    return inputTensor(this.#model, inputs, indices.length);
  }

  #targets({ indices }: Batch, scope: TensorScope) {
    const labels = Int32Array.from(indices, (i) => this.#train.labels[i]!);
    const { classes } = this.#model;
    const { labelSmoothing: smoothing } = this.#options;
    return {
      targets: scope.own(targetsOf(labels, { classes, smoothing })),
      oneHot: scope.own(targetsOf(labels, { classes })),
    };
  }

  #forward(inputs: tf.Tensor, step: number): Forward {
    return this.#model.forward(inputs, trainingAt(step));
  }

  #loss(
    { logits, representations }: Forward,
    targets: tf.Tensor2D,
    { indices, step }: Batch,
  ): tf.Scalar {
    const { loss, temperature } = this.#options;
    return loss
      ? loss({ logits, representations, targets, indices, step })
      : crossEntropy(targets, logits, temperature);
  }

  #withTerm(
    loss: tf.Scalar,
    information: tf.Scalar,
    parts: ComposedLoss["parts"],
  ): ComposedLoss {
    const name = this.#options.loss ? "ownLoss" : "crossEntropy";
    return {
      loss: tf.add(loss, information),
      parts: { ...parts, [name]: loss, information },
    };
  }
}

function stepsPerEpoch(train: DataSet, batchSize: number): number {
  return Math.ceil(train.labels.length / batchSize);
}

/**
 * Trains a classifier by cross-entropy and gradient descent, and measures it on the whole test set before
 * training and after every epoch: loss, accuracy, entropies, MIR, HDR and neural collapse.
 *
 * Nothing happens until events are read, with `for await` or `.run()`. The model learns in place. An
 * abort, or an interrupt of the kernel, takes effect before the next step and is no error: the history
 * stays, with the outcome "stopped". The same seed gives bitwise the same history on the same backend.
 *
 * With a `checkpoint` the run is kept in a file, written whole or not at all, and goes on from it when the
 * same call is made again: after a stop, after an error, after a power cut, with bitwise the same numbers as a
 * run that was never broken off. A finished run comes back with its history and weights at once.
 *
 * @param model Any classifier; it keeps the weights it ends with.
 * @param data Training and test set, as `split` makes them.
 * @param options Length, optimizer, loss, measurements, early stop, checkpoint and signal.
 * @returns The run, to be read.
 * @throws {ShapeError} The samples do not fit the model.
 * @throws {LabelError} The classes do not fit the model, or the test set lacks one (when run).
 * @throws {NotFiniteError} Loss or gradient is not finite (when run); the weights are those before that step.
 * @throws {ResourceError} Memory ran out (when run).
 * @throws {FormatError} The checkpoint is damaged (when run).
 * @throws {OptionsError} An option is unknown or out of range, or the checkpoint is that of another run
 * (when run).
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
 * const { epochs } = await trainSupervised(model, data, {
 *   epochs: 2,
 *   terms: { mutualInformation: 0.1 },
 * }).run((event) => {
 *   if (event.type === "epoch") console.log(event.record.accuracy, event.record.mir);
 * });
 * assertEquals(epochs.map((e) => e.epoch), [0, 1, 2]);
 * assert(epochs[2]!.loss < epochs[0]!.loss);
 * model.dispose();
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, for the terms.
 */
export function trainSupervised(
  model: Classifier,
  data: SupervisedData,
  options: SupervisedOptions = {},
): TrainingRun {
  const check = new Check("train the model");
  const parsed = check.options(supervisedOptions, options);
  const { train, test } = data;
  checkFit(check, model, train);
  checkFit(check, model, test);
  return runOf({
    kind: "supervised",
    check,
    model,
    data: { train, test },
    options: parsed,
    stepsPerEpoch: stepsPerEpoch(train, parsed.batchSize),
    temperature: parsed.temperature,
    objective: new SupervisedObjective(check, model, {
      train,
      options: parsed,
    }),
  });
}
