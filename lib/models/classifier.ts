import type {
  LayersModel,
  Tensor,
  Tensor2D,
  Variable,
} from "../core/tfjs_types.ts";

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
  /** The tfjs model from inputs to logits, with all weights. */
  readonly model: LayersModel;
  /**
   * Representations and logits of a batch, in one pass; yours to dispose. `training` (false if left
   * out) is for layers that behave differently then, such as dropout.
   */
  forward(inputs: Tensor, options?: { training?: boolean }): Forward;
  /** Representations of a batch, `[n, d]`; yours to dispose. */
  representations(inputs: Tensor): Tensor2D;
  /** Logits of a batch, `[n, C]`; yours to dispose. */
  logits(inputs: Tensor): Tensor2D;
  /** The head as it is now, copied to the host. */
  head(): Promise<ClassifierHead>;
  /** Frees all weights. */
  dispose(): void;
}
