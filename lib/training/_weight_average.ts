import * as tf from "@tensorflow/tfjs";
import type { ClassifierWeight } from "../models/classifier.ts";
import { assignAll, copyOf } from "./_variables.ts";

/**
 * An exponential moving average of weights: `a ← m·a + (1 − m)·w` after every step, from the initial weights
 * on (no correction of the bias, as in TorchSSL). What is no trainable weight, such as running statistics,
 * is itself an average already and is taken over as it is.
 */
export class WeightAverage implements Disposable {
  /** The averages, in the order of the weights. */
  readonly variables: readonly tf.Variable[];
  #weights: readonly ClassifierWeight[];
  #decay: number;

  /** Starts at the weights as they are. */
  constructor(weights: readonly ClassifierWeight[], decay: number) {
    this.#weights = weights;
    this.#decay = decay;
    this.variables = copyOf(weights.map(({ variable }) => variable));
  }

  /** Takes the weights in as they are now. */
  update(): void {
    tf.tidy(() =>
      this.#weights.forEach(({ variable, trainable }, i) => {
        const average = this.variables[i]!;
        average.assign(trainable ? this.#mixed(average, variable) : variable);
      })
    );
  }

  #mixed(average: tf.Tensor, weight: tf.Tensor): tf.Tensor {
    const m = this.#decay;
    return tf.add(tf.mul(average, m), tf.mul(weight, 1 - m));
  }

  /** Puts the averages in place of the weights, until what is returned is disposed. */
  lend(): Disposable {
    const weights = this.#weights.map(({ variable }) => variable);
    const own = copyOf(weights);
    assignAll(weights, this.variables);
    return {
      [Symbol.dispose]: () => {
        assignAll(weights, own);
        tf.dispose(own);
      },
    };
  }

  /** Frees the averages. */
  [Symbol.dispose](): void {
    tf.dispose([...this.variables]);
  }
}
