import type * as tf from "@tensorflow/tfjs";
import type { ClassifierWeight, ForwardOptions } from "./classifier.ts";

/** The way of one batch through a network: how it goes, and what is kept of it. */
export class Pass {
  /** Whether the network learns from the batch. */
  readonly training: boolean;
  /** Which step of a run this is, if that is known. */
  readonly step: number | undefined;
  #wanted: ReadonlySet<string>;
  #kept = new Map<string, tf.Tensor>();

  /** Keeps the representations of these `layers`. */
  constructor(
    { training = false, step }: ForwardOptions = {},
    layers: readonly string[] = [],
  ) {
    this.training = training;
    this.step = step;
    this.#wanted = new Set(layers);
  }

  /** The layers whose representations are wanted. */
  get wanted(): readonly string[] {
    return [...this.#wanted];
  }

  /** Hands `x` on, the representation of `layer`. */
  through<T extends tf.Tensor>(layer: string, x: T): T {
    if (this.#wanted.has(layer)) this.#kept.set(layer, x);
    return x;
  }

  /** What was kept of `layer`. */
  kept(layer: string): tf.Tensor {
    const x = this.#kept.get(layer);
    if (x === undefined) {
      throw new Error(
        `Cannot hand out activations: expected those of ${layer}, received none`,
      );
    }
    return x;
  }
}

/** The linear map from representations to logits. */
export interface LinearMap {
  /** `[d, C]`, the variable itself. */
  readonly kernel: tf.Tensor2D;
  /** `[C]`, the variable itself. */
  readonly bias: tf.Tensor1D | undefined;
  /** What logits are multiplied by. */
  readonly scale: number;
}

/** What comes before the logits. */
export interface Encoded {
  /** `[n, d]`. */
  readonly representations: tf.Tensor2D;
  /** `[n, d]`: the same, but for what only happens in training between the two. */
  readonly headInput: tf.Tensor2D;
}

/** The inside of a classifier. */
export interface Encoder {
  /** Shape of one sample. */
  readonly inputShape: readonly number[];
  /** Names of the inner representations, in order. */
  readonly layers: readonly string[];
  /** All weights, the head's included. */
  readonly weights: readonly ClassifierWeight[];
  /** From representations to logits. */
  readonly head: LinearMap;
  /** Takes a batch `[n, …inputShape]` through, in a tidy of the caller. */
  encode(batch: tf.Tensor, pass: Pass): Encoded;
  /** Another with weights of its own, equal to these. */
  copy(): Encoder;
  /** Frees what it has made. */
  dispose(): void;
}
