import * as tf from "@tensorflow/tfjs";
import type { Classifier } from "../models/classifier.ts";
import { AdamW } from "./_adamw.ts";
import type { Optimizer } from "./_optimizer.ts";
import { Sgd } from "./_sgd.ts";
import { assignAll, copyOf } from "./_variables.ts";
import { WeightAverage } from "./_weight_average.ts";
import type { CompleteOptions } from "./training_options.ts";

/** A variable under the name it has in every run alike. */
export interface NamedVariable {
  readonly name: string;
  readonly variable: tf.Variable;
}

function optimizerOf(model: Classifier, options: CompleteOptions): Optimizer {
  const weights = model.weights.filter(({ trainable }) => trainable);
  return options.optimizer === "sgd"
    ? new Sgd(weights, options)
    : new AdamW(weights, options);
}

/** The weights of a model, and all that moves with them as it learns. */
export class Learner implements Disposable {
  /** All weights. */
  readonly weights: readonly tf.Variable[];
  /** Those that gradients change. */
  readonly trainable: tf.Variable[];
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | undefined;
  #names: readonly string[];
  #best: tf.Variable[] | undefined;

  /** Begins with the weights that the model has. */
  constructor(model: Classifier, options: CompleteOptions) {
    this.#names = model.weights.map(({ name }) => name);
    this.weights = model.weights.map(({ variable }) => variable);
    this.trainable = model.weights.filter(({ trainable }) => trainable)
      .map(({ variable }) => variable);
    this.optimizer = optimizerOf(model, options);
    this.average = options.ema
      ? new WeightAverage(model.weights, options.ema.decay)
      : undefined;
  }

  /** Keeps the weights, or their averages, as the best so far. */
  keepBest(of: "weights" | "average"): void {
    const values = of === "average" ? this.average!.variables : this.weights;
    this.#best ??= copyOf(values);
    assignAll(this.#best, values);
  }

  /** Gives the model the best weights; false if none were kept. */
  applyBest(): boolean {
    if (this.#best) assignAll(this.weights, this.#best);
    return this.#best !== undefined;
  }

  /** Gives the model the averages. */
  applyAverage(): void {
    if (this.average) assignAll(this.weights, this.average.variables);
  }

  /** Everything, in a fixed order; `best` says whether the best weights take part. */
  variables({ best }: { best: boolean }): NamedVariable[] {
    if (best) this.#best ??= copyOf(this.weights);
    const group = (name: string, variables: readonly tf.Variable[] = []) =>
      variables.map((variable, i) => ({
        name: `${name}/${this.#names[i]}`,
        variable,
      }));
    const slots = this.optimizer.slots.map(({ name, variable }) => ({
      name: `optimizer/${name}`,
      variable,
    }));
    return [
      ...group("weights", this.weights),
      ...slots,
      ...group("average", this.average?.variables),
      ...group("best", best ? this.#best : []),
    ];
  }

  /** Frees all but the weights. */
  [Symbol.dispose](): void {
    this.optimizer[Symbol.dispose]();
    this.average?.[Symbol.dispose]();
    if (this.#best) tf.dispose(this.#best);
  }
}
