import * as tf from "@tensorflow/tfjs";
import type { LinearMap } from "../_encoder.ts";
import { constant, gaussian, type Weights } from "./weights.ts";

/** Sizes of a dense layer, and the variance its weights start with. */
export interface DensePlan {
  /** Numbers in. */
  readonly inputs: number;
  /** Numbers out. */
  readonly outputs: number;
  /** Of the kernel. */
  readonly variance: number;
  /** Whether there is a bias, 0 to begin with; true if left out. */
  readonly bias?: boolean;
}

/** The weights of a dense layer. */
export function linearMap(
  weights: Weights,
  layer: string,
  { inputs, outputs, variance, bias = true }: DensePlan,
): LinearMap {
  const kernel = weights.make<tf.Rank.R2>(layer, "kernel", {
    shape: [inputs, outputs],
    draw: gaussian(variance),
  });
  if (!bias) return { kernel, bias: undefined, scale: 1 };
  const plan = { shape: [outputs], draw: constant(0) };
  return {
    kernel,
    bias: weights.make<tf.Rank.R1>(layer, "bias", plan),
    scale: 1,
  };
}

/**
 * `x · kernel + bias`. Not the fused operation: its gradient is that of all three together, so a first layer would pay
 * for a gradient of the data that nobody asks for.
 */
export function applied(
  { kernel, bias }: LinearMap,
  x: tf.Tensor2D,
): tf.Tensor2D {
  const product = tf.matMul<tf.Tensor2D>(x, kernel);
  return bias === undefined ? product : tf.add(product, bias);
}

/** A dense layer, `[n, inputs]` to `[n, outputs]`. */
export function dense(
  weights: Weights,
  layer: string,
  plan: DensePlan,
): (x: tf.Tensor2D) => tf.Tensor2D {
  const map = linearMap(weights, layer, plan);
  return (x) => applied(map, x);
}
