import * as tf from "@tensorflow/tfjs";
import { TensorScope } from "../core/tensor_scope.ts";

/**
 * Stochastic gradient descent with momentum and weight decay, in the convention of Sutskever et al. (2013)
 * as torch has it: `v ← m·v + g + λ·w`, `w ← w − η·v`. Decay acts on matrices and kernels alone, not on
 * biases and scales, which have one axis.
 */
export class Sgd implements Disposable {
  #variables: readonly tf.Variable[];
  #velocities: readonly tf.Variable[];
  #momentum: number;
  #weightDecay: number;
  #scope = new TensorScope();

  /** Starts at rest. */
  constructor(
    variables: readonly tf.Variable[],
    { momentum, weightDecay }: { momentum: number; weightDecay: number },
  ) {
    this.#variables = variables;
    this.#momentum = momentum;
    this.#weightDecay = weightDecay;
    this.#velocities = variables.map((w) =>
      this.#scope.own(
        tf.tidy(() => tf.variable(tf.zerosLike(w), false)),
      )
    );
  }

  /** One step along these gradients, by name of the variable. */
  step(gradients: tf.NamedTensorMap, learningRate: number): void {
    tf.tidy(() => {
      this.#variables.forEach((w, i) => {
        const v = this.#velocities[i]!;
        const gradient = gradients[w.name]!;
        const pull = this.#weightDecay > 0 && w.rank > 1
          ? tf.add(gradient, tf.mul(w, this.#weightDecay))
          : gradient;
        v.assign(tf.add(tf.mul(v, this.#momentum), pull));
        w.assign(tf.sub(w, tf.mul(v, learningRate)));
      });
    });
  }

  /** Frees the velocities. */
  [Symbol.dispose](): void {
    this.#scope[Symbol.dispose]();
  }
}
