import type * as tf from "@tensorflow/tfjs";
import type { TensorScope } from "../core/tensor_scope.ts";

/** A loss with what it is made of. */
export interface ComposedLoss {
  readonly loss: tf.Scalar;
  /** Terms, accuracy and the like, by name. */
  readonly parts: Readonly<Record<string, tf.Scalar>>;
}

/** What one step minimises, ready to be differentiated. */
export interface StepLoss<Extra extends object> {
  /** The loss at the weights as they are; called once, while gradients are recorded. */
  compute(): ComposedLoss;
  /** More of what `parts` of the event say, known beforehand. */
  readonly parts?: Readonly<Record<string, number>>;
  /** What the event of this kind of training says beside. */
  readonly extra: Extra;
}

/** What an objective remembers from step to step, beside weights: numbers by name. */
export type Memory = Record<string, number[]>;

/** What a run minimises, step by step. */
export interface Objective<Extra extends object> {
  /** Makes step `step` (from 0 on) ready; the tensors it needs go into the scope. */
  prepare(
    step: number,
    scope: TensorScope,
  ): StepLoss<Extra> | Promise<StepLoss<Extra>>;
  /** What it remembers, if anything. */
  save?(): Memory;
  /** Goes on from what another remembered. */
  load?(memory: Memory): void;
}
