import type { Tensor, Tensor2D, Variable } from "../core/tfjs_types.ts";

/** A classification head on the host, as every metric takes it. */
export interface ClassifierHead {
  /** `[C, d]`: row `c` is the weight vector of class `c`. */
  readonly weights: {
    /** `C · d` values, row-major. */
    readonly data: Float32Array;
    /** `[C, d]`. */
    readonly shape: readonly [classes: number, dimension: number];
  };
  /** `[C]`, if the head has one. */
  readonly bias?: Float32Array;
}

/** A weight of a classifier. */
export interface ClassifierWeight {
  /** Unique within the classifier and the same in every one built alike: "hidden_1/kernel". */
  readonly name: string;
  /** The variable itself, not a copy. */
  readonly variable: Variable;
  /** Whether gradients change it; running statistics, say, are no such weights. */
  readonly trainable: boolean;
}

/** What a classifier makes of a batch. */
export interface Forward {
  /** `[n, d]`, what the head sees. */
  readonly representations: Tensor2D;
  /** `[n, C]`, before any softmax. */
  readonly logits: Tensor2D;
}

/** How a batch goes through a classifier. */
export interface ForwardOptions {
  /**
   * Whether it learns from the batch: dropout drops, and batch normalisation uses the statistics of the
   * batch and updates its running ones. False if left out.
   */
  readonly training?: boolean;
  /**
   * Which step of a run this is, from 0 on. What is dropped follows from the seed of the model and the
   * step, so a run that is taken up again drops the same. Models with dropout need it in training.
   */
  readonly step?: number;
}

/**
 * A network in two parts: representations, and a linear head on them. Whatever trains or measures works
 * on this interface, so any network that can be seen this way can be trained and measured.
 */
export interface Classifier {
  /** What it is: "mlp(784-128-64-10, relu, seed 0)". */
  readonly name: string;
  /** Shape of one sample; a batch of as many values is brought into it. */
  readonly inputShape: readonly number[];
  /** `d`, width of the representations. */
  readonly dimension: number;
  /** `C`, number of classes. */
  readonly classes: number;
  /** All weights, in a fixed order. */
  readonly weights: readonly ClassifierWeight[];
  /** Names of the inner representations, in order; the last is what the head sees. */
  readonly layers: readonly string[];
  /** Representations and logits of a batch, in one pass; yours to dispose. */
  forward(inputs: Tensor, options?: ForwardOptions): Forward;
  /** Representations of a batch, `[n, d]`; yours to dispose. */
  representations(inputs: Tensor): Tensor2D;
  /** Logits of a batch, `[n, C]`; yours to dispose. */
  logits(inputs: Tensor): Tensor2D;
  /** What these of the `layers` make of a batch, a row `[n, …]` a sample, in one pass; yours to dispose. */
  activations(inputs: Tensor, layers: readonly string[]): Tensor2D[];
  /** The head as it is now, copied to the host: `representations · weightsᵀ + bias` are the logits. */
  head(): Promise<ClassifierHead>;
  /** Another model with the same weights, which go ways of their own from here; yours to dispose. */
  copy(): Classifier;
  /** Frees all weights it has made. */
  dispose(): void;
}
