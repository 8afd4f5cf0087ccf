import * as tf from "@tensorflow/tfjs";
import type { ClassifierWeight } from "../models/classifier.ts";

/** What an optimizer remembers of a weight, under a name that is the same in every run alike. */
export interface Slot {
  readonly name: string;
  readonly variable: tf.Variable;
}

/** One step of an optimizer. */
export interface OptimizerStep {
  readonly learningRate: number;
  /** Number of this step, from 1 on. */
  readonly count: number;
}

/** Changes weights along gradients. */
export interface Optimizer extends Disposable {
  /** All it remembers, in a fixed order. */
  readonly slots: readonly Slot[];
  /** One step along these gradients, by name of the variable; a weight without one stays. */
  step(gradients: tf.NamedTensorMap, how: OptimizerStep): void;
}

/** Which weights decay: matrices and kernels, which have more than one axis, or all. */
export type DecayOf = "matrices" | "all";

/** The decay of one weight. */
export function decayOf(
  weight: tf.Variable,
  { weightDecay, decayed }: { weightDecay: number; decayed: DecayOf },
): number {
  return decayed === "all" || weight.rank > 1 ? weightDecay : 0;
}

/** A slot of zeros for each weight. */
export function zeroSlots(
  weights: readonly ClassifierWeight[],
  slot: string,
): Slot[] {
  return weights.map(({ name, variable }) => ({
    name: `${name}/${slot}`,
    variable: tf.tidy(() => tf.variable(tf.zerosLike(variable), false)),
  }));
}
