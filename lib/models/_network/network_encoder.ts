import type * as tf from "@tensorflow/tfjs";
import type { ClassifierWeight } from "../classifier.ts";
import type { Encoded, Encoder, LinearMap, Pass } from "../_encoder.ts";
import { Weights } from "./weights.ts";

/** A network of this library, its weights made. */
export interface Network {
  /** Shape of one sample. */
  readonly inputShape: readonly number[];
  /** Names of the inner representations, in order. */
  readonly layers: readonly string[];
  /** From representations to logits. */
  readonly head: LinearMap;
  /** From a batch to representations. */
  readonly encode: (batch: tf.Tensor, pass: Pass) => tf.Tensor2D;
}

/** Makes a network of weights; the same network at every call. */
export type Build = (weights: Weights) => Network;

/** The encoder of a network that is built of weights. */
export class NetworkEncoder implements Encoder {
  readonly inputShape: readonly number[];
  readonly layers: readonly string[];
  readonly weights: readonly ClassifierWeight[];
  readonly head: LinearMap;
  #build: Build;
  #network: Network;

  /** Builds the network of these weights, of which none is made yet. */
  constructor(build: Build, weights: Weights) {
    this.#build = build;
    this.#network = build(weights);
    this.inputShape = this.#network.inputShape;
    this.layers = this.#network.layers;
    this.weights = weights.made;
    this.head = this.#network.head;
  }

  encode(batch: tf.Tensor, pass: Pass): Encoded {
    const representations = this.#network.encode(batch, pass);
    return { representations, headInput: representations };
  }

  copy(): NetworkEncoder {
    return new NetworkEncoder(this.#build, Weights.copying(this.weights));
  }

  dispose(): void {
    for (const { variable } of this.weights) variable.dispose();
  }
}
