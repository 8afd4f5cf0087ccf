import * as tf from "@tensorflow/tfjs";
import type { ClassifierWeight } from "../models/classifier.ts";
import {
  type DecayOf,
  decayOf,
  type Optimizer,
  type OptimizerStep,
  type Slot,
  zeroSlots,
} from "./_optimizer.ts";

/** Settings of {@linkcode Sgd}. */
export interface SgdSettings {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  readonly decayed: DecayOf;
}

/**
 * Stochastic gradient descent with momentum and weight decay, in the convention of Sutskever et al. (2013)
 * as torch has it: `g ← g + λ·w`, `v ← m·v + g`, `w ← w − η·v`, or with Nesterov's momentum
 * `w ← w − η·(g + m·v)`.
 */
export class Sgd implements Optimizer {
  readonly slots: readonly Slot[];
  #weights: readonly ClassifierWeight[];
  #settings: SgdSettings;

  /** Starts at rest. */
  constructor(weights: readonly ClassifierWeight[], settings: SgdSettings) {
    this.#weights = weights;
    this.#settings = settings;
    this.slots = zeroSlots(weights, "velocity");
  }

  step(gradients: tf.NamedTensorMap, { learningRate }: OptimizerStep): void {
    const { momentum, nesterov } = this.#settings;
    tf.tidy(() =>
      this.#weights.forEach(({ variable: w }, i) => {
        const gradient = gradients[w.name];
        if (gradient === undefined) return;
        const v = this.slots[i]!.variable;
        const decay = decayOf(w, this.#settings);
        const pull = decay > 0 ? tf.add(gradient, tf.mul(w, decay)) : gradient;
        v.assign(tf.add(tf.mul(v, momentum), pull));
        const way = nesterov ? tf.add(pull, tf.mul(v, momentum)) : v;
        w.assign(tf.sub(w, tf.mul(way, learningRate)));
      })
    );
  }

  /** Frees the velocities. */
  [Symbol.dispose](): void {
    tf.dispose(this.slots.map(({ variable }) => variable));
  }
}
