import * as tf from "@tensorflow/tfjs";
import type { Pass } from "../_encoder.ts";
import { normalized, type Statistics } from "./normalization.ts";
import { constant, type Weights } from "./weights.ts";

/** How batches are normalised. */
export interface BatchNormPlan {
  /** Channels. */
  readonly channels: number;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Weight of a batch in the running statistics. */
  readonly momentum: number;
  /** Slope below zero of the rectifier that follows. */
  readonly slope: number;
}

/** `running + momentum · (observed − running)`. */
function follow(
  running: tf.Variable,
  observed: tf.Tensor,
  momentum: number,
): void {
  tf.tidy(() => {
    const step = tf.mul(tf.sub(observed, running), momentum);
    running.assign(tf.add(running, step));
  });
}

/**
 * Batch normalisation over all pixels of a channel, and a rectifier. In training a batch is normalised by its
 * own statistics, and the running ones follow; otherwise the running ones are used. As in torch, the running
 * variance is unbiased and the one of the batch is not.
 */
export function batchNorm(
  weights: Weights,
  layer: string,
  { channels, epsilon, momentum, slope }: BatchNormPlan,
): (x: tf.Tensor4D, pass: Pass) => tf.Tensor4D {
  const make = (part: string, value: number, trainable: boolean) =>
    weights.make<tf.Rank.R1>(layer, part, {
      shape: [channels],
      draw: constant(value),
      trainable,
    });
  const [gamma, beta] = [make("gamma", 1, true), make("beta", 0, true)];
  const mean = make("mean", 0, false);
  const variance = make("variance", 1, false);
  return (x, { training }) => {
    if (!training) {
      const z = tf.batchNorm4d(x, mean, variance, beta, gamma, epsilon);
      return tf.leakyRelu(z, slope);
    }
    const count = x.size / channels;
    const observe = (batch: Statistics) => {
      const unbiased = tf.mul(batch.variance, count / Math.max(1, count - 1));
      follow(mean, batch.mean, momentum);
      follow(variance, unbiased, momentum);
    };
    return normalized(x, { gamma, beta, epsilon, slope, observe });
  };
}
