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

/** Settings of {@linkcode AdamW}. */
export interface AdamWSettings {
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly decayed: DecayOf;
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019) as torch has it: `w ← (1 − η·λ)·w`,
 * `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`,
 * `w ← w − η · m/(1 − β₁ᵗ) / (√v/√(1 − β₂ᵗ) + ε)`.
 */
export class AdamW implements Optimizer {
  readonly slots: readonly Slot[];
  #weights: readonly ClassifierWeight[];
  #settings: AdamWSettings;

  /** Starts without memory. */
  constructor(weights: readonly ClassifierWeight[], settings: AdamWSettings) {
    this.#weights = weights;
    this.#settings = settings;
    this.slots = [
      ...zeroSlots(weights, "mean"),
      ...zeroSlots(weights, "square"),
    ];
  }

  step(gradients: tf.NamedTensorMap, how: OptimizerStep): void {
    tf.tidy(() =>
      this.#weights.forEach(({ variable }, i) => {
        const gradient = gradients[variable.name];
        if (gradient !== undefined) this.#move(i, gradient, how);
      })
    );
  }

  /** Moves weight `i`. */
  #move(
    i: number,
    gradient: tf.Tensor,
    { learningRate, count }: OptimizerStep,
  ): void {
    const { betas: [b1, b2], epsilon } = this.#settings;
    const w = this.#weights[i]!.variable;
    const mean = this.slots[i]!.variable;
    const square = this.slots[this.#weights.length + i]!.variable;
    mean.assign(tf.add(tf.mul(mean, b1), tf.mul(gradient, 1 - b1)));
    square.assign(
      tf.add(tf.mul(square, b2), tf.mul(tf.square(gradient), 1 - b2)),
    );
    const root = tf.div(tf.sqrt(square), Math.sqrt(1 - b2 ** count));
    const way = tf.div(mean, tf.add(root, epsilon));
    const kept = tf.mul(w, 1 - learningRate * decayOf(w, this.#settings));
    w.assign(tf.sub(kept, tf.mul(way, learningRate / (1 - b1 ** count))));
  }

  /** Frees both moments. */
  [Symbol.dispose](): void {
    tf.dispose(this.slots.map(({ variable }) => variable));
  }
}
