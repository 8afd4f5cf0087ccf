import { z } from "zod";
import { Check } from "../core/check.ts";
import { InterruptListener } from "../core/interrupt.ts";
import type { DataSet } from "../data/data_set.ts";
import type { BatchInterplay } from "../metrics/batch_interplay.ts";
import type {
  EstimateOptions,
  InterplayEstimates,
} from "../metrics/estimate.ts";
import type {
  InterplayOptions,
  InterplayRecord,
} from "../metrics/interplay.ts";
import type { NeuralCollapse } from "../metrics/neural_collapse.ts";
import { referenceEffort } from "../metrics/reference.ts";
import type { Classifier, ClassifierHead } from "../models/classifier.ts";
import { checkFit } from "./_fit.ts";
import { forwardAll } from "./_forward_all.ts";
import { measureSides } from "./_measures.ts";
import { scoreAll } from "./_scores.ts";

const ACTION = "evaluate the model";

/** A matrix on the host. */
export interface HostMatrix {
  /** The values in row-major order. */
  readonly data: Float32Array;
  /** `[rows, columns]`. */
  readonly shape: readonly [rows: number, columns: number];
}

/** The information and collapse metrics of one evaluation. */
export interface InterplayMeasures {
  /** Matrix entropies in nats. */
  readonly entropy: InterplayRecord["entropy"];
  /** In nats. */
  readonly mutualInformation: number;
  /** In `[0, 1]`; NaN where an entropy is 0. */
  readonly mir: number;
  /** In `[0, 1]`; NaN where both entropies are 0. */
  readonly hdr: number;
  /** Samples behind entropies, MIR and HDR: those whose representation is not zero, in full batches if so. */
  readonly samples: number;
  /** Number of classes. */
  readonly classes: number;
  /** The yardsticks, where they were asked for. */
  readonly reference?: NonNullable<InterplayRecord["reference"]>;
  /** The place of MIR between shuffled labels (0) and collapse (1), where there is a reference. */
  readonly mirCalibrated?: number;
  /** The errors, if the joint entropy was estimated. */
  readonly estimate?: InterplayEstimates;
  /** Means over batches with their spread and their value at collapse, where they were asked for. */
  readonly batches?: BatchInterplay;
  /** Variability collapse. */
  readonly nc1: NeuralCollapse["nc1"];
  /** Simplex frame. */
  readonly nc2: NeuralCollapse["nc2"];
  /** Self-duality. */
  readonly nc3: NeuralCollapse["nc3"];
  /** Nearest class mean. */
  readonly nc4: NeuralCollapse["nc4"];
}

/** A model measured on a whole data set. */
export interface Evaluation {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Share of samples whose largest logit is that of their class. */
  readonly accuracy: number;
  /** Entropies, MIR, HDR and neural collapse. */
  readonly measures: InterplayMeasures;
  /** `[N, d]`. */
  readonly representations: HostMatrix;
  /** `[N, C]`. */
  readonly logits: HostMatrix;
  /** `[N]`, the class of the largest logit. */
  readonly predictions: Int32Array;
  /** `[N]`, as in the data. */
  readonly labels: Int32Array;
  /** The head at that moment. */
  readonly head: ClassifierHead;
}

/** What an evaluation computes, and how. */
export interface EvaluationMode {
  /**
   * "whole" (if left out): exact over all samples. "batches": entropies, MIR and HDR are means over batches,
   * the way of the paper's figures, for comparison with those. "both": the whole, and beside it `batches`.
   */
  readonly mode?: "whole" | "batches" | "both";
  /** Samples a batch of those means; 64 if left out. Changes the result. */
  readonly size?: number;
  /**
   * Estimates the joint entropy of the whole where its matrix is too large to decompose, as `interplay` does
   * with `estimate: "slq"`; false if left out.
   */
  readonly estimate?: false | Omit<EstimateOptions, "estimate">;
  /** Samples a forward pass; changes memory and speed, not the result. 512 if left out. */
  readonly batchSize?: number;
}

/** Options of {@linkcode evaluate}. */
export interface EvaluateOptions extends EvaluationMode {
  /** `false` for none (if left out), or the effort of the yardsticks as `interplay` takes it. */
  readonly reference?: NonNullable<InterplayOptions["reference"]>;
  /** Of the softmax behind the loss; 1 if left out. */
  readonly temperature?: number;
  /** Stops it between two forward passes. */
  readonly signal?: AbortSignal;
}

/** The fields of {@linkcode EvaluationMode} for a schema whose other fields stand beside them. */
export const evaluationFields = {
  mode: z.enum(["whole", "batches", "both"]).default("whole"),
  size: z.int().min(2).default(64),
  estimate: z.union([
    z.literal(false),
    z.strictObject({
      standardError: z.number().positive().default(0.01),
      maxProbes: z.int().min(4).default(256),
      seed: z.int().default(0),
    }),
  ]).default(false),
  batchSize: z.int().positive().default(512),
};

const evaluateOptions = z.strictObject({
  ...evaluationFields,
  reference: z.union([z.literal(false), referenceEffort]).default(false),
  temperature: z.number().positive().default(1),
  signal: z.custom<AbortSignal>((x) => x instanceof AbortSignal).optional(),
});

/** Options of an evaluation, complete. */
export type CompleteEvaluateOptions = z.output<typeof evaluateOptions>;

/**
 * Measures a classifier on a whole data set: loss, accuracy, entropies, MIR, HDR and neural collapse.
 * Exact over all samples, never a mean over batches, unless `mode` asks for those.
 *
 * A sample whose representation is zero has no direction: entropies, MIR and HDR leave it out, and
 * `samples` says how many took part. Neural collapse and accuracy count it.
 *
 * Hears Interrupt, as a run does, and stops between two forward passes or before the metrics, which are computed
 * in one go.
 *
 * Cost: one forward pass over the data and the cost of `interplay` and `neuralCollapse`.
 *
 * @param model Any classifier.
 * @param data Samples that fit it; every class at least once.
 * @param options Size of the forward pass, and the effort of the yardsticks.
 * @returns Numbers, representations `[N, d]`, logits `[N, C]`, predictions and head, all on the host.
 * @throws {ShapeError} The data do not fit the model.
 * @throws {LabelError} A class has no sample.
 * @throws {NotFiniteError} A representation is not finite, or all are zero.
 * @throws {DOMException} An AbortError at an interrupt; at an abort of `signal` its reason.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { syntheticDigits } from "interplay/data";
 * import { mlp, useBackend } from "interplay/models";
 * import { evaluate } from "interplay/training";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const model = mlp({ inputDimension: 784, hidden: [32, 16], classes: 10 });
 * const { accuracy, measures, representations } = await evaluate(
 *   model,
 *   syntheticDigits({ samples: 200 }),
 * );
 * assert(accuracy < 0.4 && measures.mir > 0);
 * assertEquals(representations.shape, [200, 16]);
 * model.dispose();
 * ```
 */
export async function evaluate(
  model: Classifier,
  data: DataSet,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  using listener = new InterruptListener(options.signal, ACTION);
  const { signal } = listener;
  return await listener.unlessForced(
    measureModel(model, data, { ...options, signal }),
  );
}

/** The same for work that hears interrupts itself, and stops when its measurement is there. */
export async function measureModel(
  model: Classifier,
  data: DataSet,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const check = new Check(ACTION);
  const how = check.options(evaluateOptions, options);
  checkFit(check, model, data);
  const { representations, logits } = await forwardAll(model, data, how);
  const { labels } = data;
  const sides = { representations, labels, head: await model.head() };
  how.signal?.throwIfAborted();
  return {
    ...scoreAll(logits, labels, how.temperature),
    measures: measureSides(sides, how),
    logits,
    ...sides,
  };
}

/** The same evaluation with yardsticks, which need no other pass over the data. */
export function withReference(
  evaluation: Evaluation,
  options: EvaluateOptions,
): Evaluation {
  const how = new Check(ACTION).options(evaluateOptions, options);
  return { ...evaluation, measures: measureSides(evaluation, how) };
}
