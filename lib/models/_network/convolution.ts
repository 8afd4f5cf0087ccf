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
  /** Whether there is a bias, 0 to begin with. */
  readonly bias: boolean;
}

/** A convolution with zeros around the image, `[n, h, w, inputs]` to `[n, ⌈h/stride⌉, ⌈w/stride⌉, outputs]`. */
export function convolution(
  weights: Weights,
  layer: string,
  { inputs, outputs, size, variance, stride = 1, bias }: ConvolutionPlan,
): (x: tf.Tensor4D) => tf.Tensor4D {
  const filter = weights.make<tf.Rank.R4>(layer, "kernel", {
    shape: [size, size, inputs, outputs],
    draw: gaussian(variance),
  });
  if (!bias) return (x) => tf.conv2d(x, filter, stride, "same");
  const row = weights.make<tf.Rank.R1>(layer, "bias", {
    shape: [outputs],
    draw: constant(0),
  });
  return (x) =>
    tf.fused.conv2d({ x, filter, bias: row, strides: stride, pad: "same" });
}
