import * as tf from "@tensorflow/tfjs";
import { constant, gaussian, type Weights } from "./weights.ts";

/** Sizes of a convolution, and the variance its filter starts with. */
export interface ConvolutionPlan {
  /** Channels in. */
  readonly inputs: number;
  /** Channels out. */
  readonly outputs: number;
  /** Height and width of the filter. */
  readonly size: number;
  /** Of the filter. */
  readonly variance: number;
  /** Pixels from one output to the next; 1 if left out. */
  readonly stride?: number;
}

/**
 * A convolution without bias and with zeros around the image, `[n, h, w, inputs]` to
 * `[n, ⌈h/stride⌉, ⌈w/stride⌉, outputs]`.
 */
export function convolution(
  weights: Weights,
  layer: string,
  { inputs, outputs, size, variance, stride = 1 }: ConvolutionPlan,
): (x: tf.Tensor4D) => tf.Tensor4D {
  const filter = weights.make<tf.Rank.R4>(layer, "kernel", {
    shape: [size, size, inputs, outputs],
    draw: gaussian(variance),
  });
  return (x) => tf.conv2d(x, filter, stride, "same");
}

/**
 * The same with a bias, then the largest of 2 × 2 pixels, then a rectifier. Rounding, adding and rectifying keep the
 * order of numbers, so pooling first gives the same and leaves a quarter of the numbers to work on.
 */
export function convolutionBlock(
  weights: Weights,
  layer: string,
  plan: ConvolutionPlan,
): (x: tf.Tensor4D) => tf.Tensor4D {
  const convolve = convolution(weights, layer, plan);
  const bias = weights.make<tf.Rank.R1>(layer, "bias", {
    shape: [plan.outputs],
    draw: constant(0),
  });
  return (x) => {
    const pooled = tf.maxPool(convolve(x), 2, 2, "valid");
    return tf.relu(tf.add<tf.Tensor4D>(pooled, bias));
  };
}
