import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { NotFiniteError } from "../core/errors.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import { batches } from "../data/batches.ts";
import type { DataSet } from "../data/data_set.ts";
import { gatherInputs } from "../data/subset.ts";
import {
  interplay,
  type InterplayOptions,
  type InterplayRecord,
} from "../metrics/interplay.ts";
import {
  type NeuralCollapse,
  neuralCollapse,
} from "../metrics/neural_collapse.ts";
import { referenceEffort } from "../metrics/reference.ts";
import type { Classifier, ClassifierHead } from "../models/classifier.ts";
import { checkFit } from "./_fit.ts";

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
  /** Samples behind entropies, MIR and HDR: those whose representation is not zero. */
  readonly samples: number;
  /** Number of classes. */
  readonly classes: number;
  /** The yardsticks, where they were asked for. */
  readonly reference?: NonNullable<InterplayRecord["reference"]>;
  /** The place of MIR between shuffled labels (0) and collapse (1), where there is a reference. */
  readonly mirCalibrated?: number;
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

/** Options of {@linkcode evaluate}. */
export interface EvaluateOptions {
  /** Samples a forward pass; changes memory and speed, not the result. 512 if left out. */
  readonly batchSize?: number;
  /** `false` for none (if left out), or the effort of the yardsticks as `interplay` takes it. */
  readonly reference?: NonNullable<InterplayOptions["reference"]>;
}

const evaluateOptions = z.strictObject({
  batchSize: z.int().positive().default(512),
  reference: z.union([z.literal(false), referenceEffort]).default(false),
});

/** Representations and logits of all samples, brought to the host batch by batch. */
async function forwardAll(
  model: Classifier,
  data: DataSet,
  batchSize: number,
): Promise<{ representations: HostMatrix; logits: HostMatrix }> {
  const rows = data.labels.length;
  const representations = new Float32Array(rows * model.dimension);
  const logits = new Float32Array(rows * model.classes);
  let at = 0;
  for (const batch of batches(data, { size: batchSize, shuffle: false })) {
    using scope = new TensorScope();
    const inputs = scope.own(
      tf.tensor(gatherInputs(data, batch), [
        batch.length,
        ...model.inputShape,
      ]),
    );
    const out = model.forward(inputs);
    scope.own(out.representations);
    scope.own(out.logits);
    representations.set(
      await out.representations.data(),
      at * model.dimension,
    );
    logits.set(await out.logits.data(), at * model.classes);
    at += batch.length;
  }
  return {
    representations: { data: representations, shape: [rows, model.dimension] },
    logits: { data: logits, shape: [rows, model.classes] },
  };
}

/** Cross-entropy of one row of logits, by a log-sum-exp in float64, and its largest class. */
function score(
  row: Float32Array,
  label: number,
): { loss: number; prediction: number } {
  let prediction = 0;
  row.forEach((x, c) => {
    if (x > row[prediction]!) prediction = c;
  });
  const largest = row[prediction]!;
  const sum = row.reduce((total, x) => total + Math.exp(x - largest), 0);
  return { loss: largest + Math.log(sum) - row[label]!, prediction };
}

function scoreAll(
  { data, shape: [rows, classes] }: HostMatrix,
  labels: Int32Array,
): { loss: number; accuracy: number; predictions: Int32Array } {
  const predictions = new Int32Array(rows);
  let loss = 0;
  let right = 0;
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * classes, (i + 1) * classes);
    const scored = score(row, labels[i]!);
    loss += scored.loss;
    right += scored.prediction === labels[i] ? 1 : 0;
    predictions[i] = scored.prediction;
  }
  return { loss: loss / rows, accuracy: right / rows, predictions };
}

/**
 * The samples that have a direction. Rectified units can all be off for a sample; a zero vector has no
 * cosine with anything, and one of them should not end a run of hours.
 */
function directed(
  { data, shape: [rows, columns] }: HostMatrix,
  labels: Int32Array,
): { Z: HostMatrix; labels: Int32Array } {
  const row = (i: number) => data.subarray(i * columns, (i + 1) * columns);
  const kept = Uint32Array.from({ length: rows }, (_, i) => i)
    .filter((i) => row(i).some((x) => x !== 0));
  if (kept.length === rows) {
    return { Z: { data, shape: [rows, columns] }, labels };
  }
  if (kept.length === 0) {
    new Check("evaluate the model").fail(
      NotFiniteError,
      "a representation that is not zero",
      `${rows} zero rows: every unit is off (try a smaller learning rate)`,
    );
  }
  const Z = gatherInputs({ inputs: data, shape: [rows, columns] }, kept);
  return {
    Z: { data: Z, shape: [kept.length, columns] },
    labels: Int32Array.from(kept, (i) => labels[i]!),
  };
}

/** Everything `interplay` and `neuralCollapse` say, as plain fields. */
function measure(
  representations: HostMatrix,
  { labels, head, reference }: {
    labels: Int32Array;
    head: ClassifierHead;
    reference: NonNullable<InterplayOptions["reference"]>;
  },
): InterplayMeasures {
  const sides = directed(representations, labels);
  const information = interplay(sides.Z, sides.labels, head, { reference });
  const collapse = neuralCollapse(representations, labels, head);
  return { ...information, ...collapse };
}

/**
 * Measures a classifier on a whole data set: loss, accuracy, entropies, MIR, HDR and neural collapse.
 * Exact over all samples, never a mean over batches.
 *
 * A sample whose representation is zero has no direction: entropies, MIR and HDR leave it out, and
 * `samples` says how many took part. Neural collapse and accuracy count it.
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
  const check = new Check("evaluate the model");
  const { batchSize, reference } = check.options(evaluateOptions, options);
  checkFit(check, model, data);
  const { representations, logits } = await forwardAll(model, data, batchSize);
  const head = await model.head();
  const { labels } = data;
  return {
    ...scoreAll(logits, labels),
    measures: measure(representations, { labels, head, reference }),
    representations,
    logits,
    labels,
    head,
  };
}
