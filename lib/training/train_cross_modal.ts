import { z } from "zod";
import { Check } from "../core/check.ts";
import type { DataSet } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";
import { AlignmentObjective } from "./_alignment_objective.ts";
import { checkFit } from "./_fit.ts";
import { runOf } from "./_loop.ts";
import type { TrainingRun } from "./run.ts";
import { type TrainingOptions, trainingSchema } from "./training_options.ts";

/** Image features to learn from and to measure on. */
export interface CrossModalData {
  /** Features `[N, d]` of labelled images: a few shots of each class. */
  readonly train: DataSet;
  /** Features of the images every measurement is made on, whole. */
  readonly test: DataSet;
}

/** Options of {@linkcode trainCrossModal}. */
export interface CrossModalOptions extends TrainingOptions {
  /** Image features a step; 32 if left out. */
  readonly batchSize?: number;
  /** The cross-modal alignment (CMA) loss and its share `λ` of the whole; without it if left out. */
  readonly alignment?: {
    /** `λ`, in `[0, 1]`: the loss is `(1 − λ)·L_ce + λ·L_cma`. */
    readonly weight: number;
    /** Over what entropies are taken, as `crossModalAlignmentLoss` says; "classwise" if left out. */
    readonly variant?: "classwise" | "modal" | "all";
  };
  /** `α` of VNE: the loss has `−α·H` of the text features of all classes; 0 if left out. */
  readonly vonNeumannEntropy?: number;
}

const crossModalOptions = trainingSchema({
  batchSize: z.int().positive().default(32),
  alignment: z.strictObject({
    weight: z.number().min(0).max(1),
    variant: z.enum(["classwise", "modal", "all"]).default("classwise"),
  }).default({ weight: 0, variant: "classwise" }),
  vonNeumannEntropy: z.number().nonnegative().default(0),
}, { epochs: 50, learningRate: 0.002 });

/** Options of cross-modal training, complete. */
export type CompleteCrossModalOptions = z.output<typeof crossModalOptions>;

/**
 * Trains the text side of a classifier of frozen image features, by cross-entropy and cross-modal alignment
 * (CMA), and measures it on the whole test set: loss, accuracy, entropies, MIR, HDR and neural collapse. What
 * runs and checkpoints are is as with `trainSupervised`.
 *
 * The loss is `(1 − λ)·L_ce + λ·L_cma − α·H(T)`. `L_ce` is the cross-entropy of the logits of the model; `L_cma`
 * takes the images of a batch, as constants, with the text feature of each class; `H(T)` is the entropy of the
 * text features of all classes. The text side is that of a `textClassifier`, or the rows of the head of any
 * other classifier, such as `linearHead`.
 *
 * @param model A `textClassifier`, or any classifier; it keeps the weights it ends with.
 * @param data Image features, training and test set.
 * @param options Terms, and what every kind of training has.
 * @returns The run, to be read.
 * @throws {ShapeError} The features do not fit the model.
 * @throws {LabelError} The classes do not fit the model, or the test set lacks one (when run).
 * @throws {NotFiniteError} Loss or gradient is not finite, or a feature is zero (when run).
 * @throws {ResourceError} Memory ran out (when run).
 * @throws {FormatError} The checkpoint is damaged (when run).
 * @throws {OptionsError} An option is unknown or out of range, or the checkpoint is that of another run
 * (when run).
 *
 * @example
 * ```ts
 * import { fewShot, syntheticModalities } from "interplay/data";
 * import { useBackend } from "interplay/models";
 * import { textClassifier, trainCrossModal } from "interplay/training";
 * import { assert } from "@std/assert";
 *
 * await useBackend("auto");
 * const { image, classText } = syntheticModalities({ agreement: 0.3, spread: 1 });
 * const { labelled: train, unlabelled: test } = fewShot(image, { shots: 8 });
 * const model = textClassifier(classText);
 * const { epochs } = await trainCrossModal(model, { train, test }, {
 *   epochs: 20,
 *   alignment: { weight: 0.5 },
 * }).run();
 * assert(epochs.at(-1)!.accuracy > epochs[0]!.accuracy); // epoch 0 is zero-shot
 * model.dispose();
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, cross-modal alignment.
 * @see Kim, Kang, Hwang, Shin and Rhee, "VNE", CVPR 2023.
 */
export function trainCrossModal(
  model: Classifier,
  data: CrossModalData,
  options: CrossModalOptions = {},
): TrainingRun {
  const check = new Check("train the text side");
  const parsed = check.options(crossModalOptions, options);
  const { train, test } = data;
  checkFit(check, model, train);
  checkFit(check, model, test);
  return runOf({
    kind: "crossModal",
    check,
    model,
    data: { train, test },
    options: parsed,
    stepsPerEpoch: Math.ceil(train.labels.length / parsed.batchSize),
    objective: new AlignmentObjective(check, model, {
      train,
      options: parsed,
    }),
  });
}
