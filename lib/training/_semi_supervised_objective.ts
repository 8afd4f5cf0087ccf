import * as tf from "@tensorflow/tfjs";
import type { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import { augment } from "../data/augment.ts";
import { type Samples, sampleSize } from "../data/data_set.ts";
import { type PairedBatch, pairedBatches } from "../data/paired_batches.ts";
import type { Classifier, Forward } from "../models/classifier.ts";
import {
  accuracyOf,
  crossEntropy,
  indicatorRows,
  targetsOf,
} from "./_cross_entropy.ts";
import { fairness } from "./_fairness.ts";
import { inputTensor, trainingAt } from "./_forward_all.ts";
import { InformationTerm, type Term } from "./_information_term.ts";
import type {
  ComposedLoss,
  Memory,
  Objective,
  StepLoss,
} from "./_objective.ts";
import {
  FixedThreshold,
  type PseudoLabels,
  pseudoLabels,
  SelfAdaptiveThreshold,
  softmaxRows,
} from "./_pseudo_labels.ts";
import type {
  CompleteSemiSupervisedOptions,
  PseudoLabelReport,
  SemiSupervisedData,
  ViewFunction,
} from "./train_semi_supervised.ts";

/** What one step sees. */
interface Views {
  /** Labelled samples, weak. */
  readonly labelled: tf.Tensor;
  /** Unlabelled samples, weak, to make pseudo-labels of. */
  readonly weak: tf.Tensor;
  /** Unlabelled samples as pseudo-labels are learned on them. */
  readonly learned: tf.Tensor;
}

/** The believed views of a step. */
interface Believed {
  /** Picks them out of all rows of the step, `[m, n]`. */
  readonly pick: tf.Tensor2D;
  /** 1 at the pseudo-label, `[m, C]`. */
  readonly targets: tf.Tensor2D;
  /** Share of the unlabelled rows. */
  readonly share: number;
}

/** What a step event says of this kind of training. */
interface Extra {
  readonly pseudoLabels: PseudoLabelReport;
}

/** The report as numbers that have a mean over steps. */
function partsOf(
  { maskRate, accuracy, counts }: PseudoLabelReport,
): Record<string, number> {
  const believed = counts.map((count, c) => [`believed.${c}`, count] as const);
  return {
    maskRate,
    pseudoLabelAccuracy: accuracy,
    ...Object.fromEntries(believed),
  };
}

/**
 * Cross-entropy of labelled samples and of pseudo-labels, fairness, and information terms.
 *
 * Two passes a step: weak views of unlabelled samples without gradients, of which thresholds and pseudo-labels
 * follow on the host; then labelled samples and the views to be learned, together, with gradients.
 */
export class SemiSupervisedObjective implements Objective<Extra> {
  readonly #check: Check;
  readonly #model: Classifier;
  readonly #data: SemiSupervisedData;
  readonly #options: CompleteSemiSupervisedOptions;
  readonly #steps: number;
  readonly #threshold: FixedThreshold | SelfAdaptiveThreshold;
  #batches: Generator<PairedBatch, never> | undefined;
  #next = -1;
  #terms: Promise<InformationTerm | undefined> | undefined;

  constructor(
    check: Check,
    model: Classifier,
    { data, options, steps }: {
      data: SemiSupervisedData;
      options: CompleteSemiSupervisedOptions;
      steps: number;
    },
  ) {
    this.#check = check;
    this.#model = model;
    this.#data = data;
    this.#options = options;
    this.#steps = steps;
    this.#threshold = options.method === "freeMatch"
      ? new SelfAdaptiveThreshold(model.classes, options.thresholdDecay)
      : new FixedThreshold(options.threshold);
  }

  save(): Memory {
    return this.#threshold.save();
  }

  load(memory: Memory): void {
    this.#threshold.load(memory);
  }

  async prepare(step: number, scope: TensorScope): Promise<StepLoss<Extra>> {
    const batch = this.#batch(step);
    const views = this.#views(batch, scope);
    const logits = await this.#weakLogits(views.weak, step);
    const q = softmaxRows(logits, this.#model.classes);
    const thresholds = this.#threshold.update(q);
    const pseudo = pseudoLabels(q, thresholds);
    const compute = await this.#loss({ batch, views, pseudo }, scope);
    const report = this.#report(batch, pseudo, thresholds);
    return {
      compute,
      parts: partsOf(report),
      extra: { pseudoLabels: report },
    };
  }

  #batch(step: number): PairedBatch {
    if (step !== this.#next || !this.#batches) {
      const { batchSize: size, ratio, seed } = this.#options;
      this.#batches = pairedBatches(this.#data, { size, ratio, seed, step });
    }
    this.#next = step + 1;
    return this.#batches.next().value;
  }

  #views(
    { labelled, unlabelled, step }: PairedBatch,
    scope: TensorScope,
  ): Views {
    const { method, views } = this.#options;
    const weak = views.weak ?? this.#standardView("weak");
    const strong = views.strong ?? this.#standardView("strong");
    const make = (view: ViewFunction, data: Samples, rows: Uint32Array) =>
      scope.own(this.#inputs(view(data, rows, step), rows.length));
    const seen = make(weak, this.#data.unlabelled, unlabelled);
    return {
      labelled: make(weak, this.#data.labelled, labelled),
      weak: seen,
      learned: method === "pseudoLabel"
        ? seen
        : make(strong, this.#data.unlabelled, unlabelled),
    };
  }

  #standardView(view: "weak" | "strong"): ViewFunction {
    const { seed } = this.#options;
    return (data, indices, epoch) =>
      augment(data, indices, { view, seed, epoch });
  }

  #inputs(values: Float32Array, rows: number): tf.Tensor {
    const size = rows * sampleSize(this.#data.labelled);
    if (values.length !== size) {
      this.#check.fail(ShapeError, `${size} values from a view`, values.length);
    }
    return inputTensor(this.#model, values, rows);
  }

  /** Logits of the weak views, with the weights as they are and no gradient. */
  async #weakLogits(inputs: tf.Tensor, step: number) {
    using scope = new TensorScope();
    const out = this.#model.forward(inputs, trainingAt(step));
    scope.own(out.representations);
    return await scope.own(out.logits).data();
  }

  #report(
    { unlabelled }: PairedBatch,
    { labels, believed }: PseudoLabels,
    thresholds: Float64Array,
  ): PseudoLabelReport {
    const truth = "labels" in this.#data.unlabelled
      ? this.#data.unlabelled.labels
      : undefined;
    const right = believed.filter((i) => truth?.[unlabelled[i]!] === labels[i]);
    const counts = new Array<number>(this.#model.classes).fill(0);
    for (const i of believed) counts[labels[i]!]!++;
    return {
      maskRate: believed.length / labels.length,
      accuracy: truth ? right.length / believed.length : NaN,
      counts,
      thresholds: [...thresholds],
    };
  }

  /** The loss of labelled samples and learned views, which go through the model together. */
  async #loss(
    { batch: { step, labelled }, views, pseudo }: {
      batch: PairedBatch;
      views: Views;
      pseudo: PseudoLabels;
    },
    scope: TensorScope,
  ): Promise<() => ComposedLoss> {
    const { classes } = this.#model;
    const samples = labelled.length;
    const targets = scope.own(this.#targets(labelled));
    const inputs = scope.own(tf.concat([views.labelled, views.learned]));
    const believed = this.#believed(pseudo, samples, scope);
    const forward = () => this.#model.forward(inputs, trainingAt(step));
    const term = await this.#term(believed, forward);
    return () => {
      const out = forward();
      const logits = tf.slice(out.logits, [0, 0], [samples, classes]);
      const supervised = crossEntropy(targets, logits);
      const more = believed ? this.#unlabelled(out, believed, term) : {};
      return {
        loss: this.#sum({ supervised, ...more }, step),
        parts: { supervised, accuracy: accuracyOf(targets, logits), ...more },
      };
    };
  }

  #targets(labelled: Uint32Array): tf.Tensor2D {
    const labels = Int32Array.from(
      labelled,
      (i) => this.#data.labelled.labels[i]!,
    );
    return targetsOf(labels, { classes: this.#model.classes });
  }

  /** The believed views, which come after `samples` labelled ones; `undefined` if there are none. */
  #believed(
    { labels, believed }: PseudoLabels,
    samples: number,
    scope: TensorScope,
  ): Believed | undefined {
    if (believed.length === 0) return undefined;
    const rows = believed.map((i) => samples + i);
    const guesses = believed.map((i) => labels[i]!);
    const columns = samples + labels.length;
    return {
      pick: scope.own(indicatorRows(rows, { columns })),
      targets: scope.own(
        indicatorRows(guesses, { columns: this.#model.classes }),
      ),
      share: believed.length / labels.length,
    };
  }

  async #term(
    believed: Believed | undefined,
    forward: () => Forward,
  ): Promise<Term | undefined> {
    const { terms: weights } = this.#options;
    this.#terms ??= InformationTerm.of(this.#check, this.#model, { weights });
    const information = await this.#terms;
    if (!believed || believed.pick.shape[0] < 2) return undefined;
    return await information?.prepare(
      believed.targets,
      () => tf.matMul(believed.pick, forward().representations),
    );
  }

  /** The parts of the loss that unlabelled samples have, without their weights. */
  #unlabelled(
    out: Forward,
    { pick, targets, share }: Believed,
    term: Term | undefined,
  ): Record<string, tf.Scalar> {
    const logits = tf.matMul<tf.Tensor2D>(pick, out.logits);
    const threshold = this.#threshold;
    return {
      // Views that are not believed count with 0 in the mean.
      unsupervised: tf.mul(crossEntropy(targets, logits), share),
      ...(threshold instanceof SelfAdaptiveThreshold
        ? { fairness: fairness(logits, threshold.expectation()) }
        : {}),
      ...(term
        ? { information: term(tf.matMul(pick, out.representations)) }
        : {}),
    };
  }

  #sum(parts: Record<string, tf.Scalar>, step: number): tf.Scalar {
    const { unlabelledWeight, fairnessWeight, rampUp } = this.#options;
    const ramp = rampUp > 0 ? Math.min(1, step / (rampUp * this.#steps)) : 1;
    const weights: Record<string, number> = {
      unsupervised: unlabelledWeight * ramp,
      fairness: fairnessWeight,
    };
    const terms = Object.entries(parts)
      .map(([name, part]) => tf.mul(part, weights[name] ?? 1));
    return tf.addN(terms) as tf.Scalar;
  }
}
