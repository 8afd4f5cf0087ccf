import * as tf from "@tensorflow/tfjs";
import type { Check } from "../core/check.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import { batches } from "../data/batches.ts";
import type { DataSet } from "../data/data_set.ts";
import { gatherInputs } from "../data/subset.ts";
import {
  crossModalAlignmentLoss,
  informationTerm,
  surrogateLoss,
  vonNeumannEntropyLoss,
} from "../losses/mod.ts";
import type { Classifier } from "../models/classifier.ts";
import { accuracyOf, crossEntropy, targetsOf } from "./_cross_entropy.ts";
import { inputTensor, trainingAt } from "./_forward_all.ts";
import { findHead } from "./_head_variable.ts";
import type { ComposedLoss, Objective, StepLoss } from "./_objective.ts";
import type { TextClassifier } from "./text_classifier.ts";
import type { CompleteCrossModalOptions } from "./train_cross_modal.ts";

/** The text feature of each class, `[C, d]`, through the variables it is made of. */
type TextSide = () => tf.Tensor2D;

/** A term by image and text features, `[n, d]` and `[C, d]`; differentiable. */
type Term = (images: tf.Tensor2D, texts: tf.Tensor2D) => tf.Scalar;

/** How a term is computed: while gradients are recorded, or beforehand where nothing can be read then. */
interface TermPlan {
  readonly now: Term;
  readonly beforehand: (
    images: tf.Tensor2D,
    texts: tf.Tensor2D,
  ) => Promise<Term>;
}

function alignmentPlan(
  labels: Int32Array,
  variant: "classwise" | "modal" | "all",
): TermPlan {
  const how = { variant };
  return {
    now: (images, texts) => crossModalAlignmentLoss(images, texts, labels, how),
    beforehand: async (...at) => {
      const term = await informationTerm(
        "crossModalAlignment",
        ...at,
        labels,
        how,
      );
      return (images, texts) => surrogateLoss(term, images, texts);
    },
  };
}

const entropyPlan: TermPlan = {
  now: (_, texts) => vonNeumannEntropyLoss(texts),
  beforehand: async (_, at) => {
    const term = await informationTerm("vonNeumannEntropy", at);
    return (_, texts) => surrogateLoss(term, texts);
  },
};

/** The text side of a model: its own, or the rows of its head. */
async function textSideOf(check: Check, model: Classifier): Promise<TextSide> {
  if ("text" in model) return () => (model as TextClassifier).text();
  const { variable, isKernel } = await findHead(check, model);
  return () =>
    (isKernel ? tf.transpose(variable) : variable.clone()) as tf.Tensor2D;
}

/** `(1 − λ)·L_ce + λ·L_cma − α·H`, on batches of image features. */
export class AlignmentObjective implements Objective<object> {
  readonly #check: Check;
  readonly #model: Classifier;
  readonly #train: DataSet;
  readonly #options: CompleteCrossModalOptions;
  readonly #isReadable: boolean;
  #text: Promise<TextSide> | undefined;
  #epoch = 0;
  #order: Uint32Array[] = [];

  constructor(
    check: Check,
    model: Classifier,
    { train, options, isReadable = tf.getBackend() !== "webgpu" }: {
      train: DataSet;
      options: CompleteCrossModalOptions;
      /** Whether tensors can be read while gradients are recorded. */
      isReadable?: boolean;
    },
  ) {
    this.#check = check;
    this.#model = model;
    this.#train = train;
    this.#options = options;
    this.#isReadable = isReadable;
  }

  async prepare(step: number, scope: TensorScope): Promise<StepLoss<object>> {
    const indices = this.#batch(step);
    const labels = Int32Array.from(indices, (i) => this.#train.labels[i]!);
    const inputs = scope.own(
      inputTensor(
        this.#model,
        gatherInputs(this.#train, indices),
        indices.length,
      ),
    );
    const { classes } = this.#model;
    const targets = scope.own(targetsOf(labels, { classes }));
    this.#text ??= textSideOf(this.#check, this.#model);
    const text = await this.#text;
    const images = scope.own(this.#model.representations(inputs));
    const terms = await this.#terms(labels, images, text);
    const compute = () => {
      const { logits } = this.#model.forward(inputs, trainingAt(step));
      const texts = text();
      const values = terms.map(([name, term]) =>
        [name, term(images, texts)] as const
      );
      return this.#compose(targets, logits, Object.fromEntries(values));
    };
    return { compute, extra: {} };
  }

  #batch(step: number): Uint32Array {
    const { batchSize: size, seed } = this.#options;
    const perEpoch = Math.ceil(this.#train.labels.length / size);
    const epoch = Math.floor(step / perEpoch) + 1;
    if (epoch !== this.#epoch) {
      this.#order = batches(this.#train, { size, seed, epoch });
      this.#epoch = epoch;
    }
    return this.#order[step % perEpoch]!;
  }

  /** The terms that have a weight, ready to be differentiated. */
  async #terms(
    labels: Int32Array,
    images: tf.Tensor2D,
    text: TextSide,
  ): Promise<[name: string, term: Term][]> {
    const { alignment: { weight, variant }, vonNeumannEntropy } = this.#options;
    const plans: [string, TermPlan][] = [];
    if (weight > 0) plans.push(["alignment", alignmentPlan(labels, variant)]);
    if (vonNeumannEntropy > 0) plans.push(["vonNeumannEntropy", entropyPlan]);
    if (this.#isReadable) return plans.map(([name, { now }]) => [name, now]);
    using scope = new TensorScope();
    const texts = scope.own(tf.tidy(text));
    return await Promise.all(
      plans.map(async ([name, { beforehand }]): Promise<[string, Term]> => [
        name,
        await beforehand(images, texts),
      ]),
    );
  }

  #compose(
    targets: tf.Tensor2D,
    logits: tf.Tensor2D,
    terms: Record<string, tf.Scalar>,
  ): ComposedLoss {
    const { alignment: { weight }, vonNeumannEntropy } = this.#options;
    const own = crossEntropy(targets, logits);
    const factors: Record<string, number> = {
      crossEntropy: 1 - weight,
      alignment: weight,
      vonNeumannEntropy,
    };
    const parts = { crossEntropy: own, ...terms };
    const weighted = Object.entries(parts)
      .map(([name, part]) => tf.mul(part, factors[name]!));
    return {
      loss: tf.addN(weighted) as tf.Scalar,
      parts: { ...parts, accuracy: accuracyOf(targets, logits) },
    };
  }
}
