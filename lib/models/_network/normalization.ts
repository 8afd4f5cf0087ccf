/**
 * Batch normalisation with the rectifier after it, differentiable: by kernels of this library where the backend
 * has them, by operations of tfjs elsewhere.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { NORMALIZE, NORMALIZE_GRADIENT } from "../_wasm/normalization.ts";

/** Mean and variance of each channel over a batch. */
export interface Statistics {
  /** `[channels]`. */
  readonly mean: tf.Tensor;
  /** `[channels]`, over the count, not one less. */
  readonly variance: tf.Tensor;
}

/** Constants of a normalisation. */
interface Constants {
  /** Added to the variance. */
  readonly epsilon: number;
  /** Slope of the rectifier below zero; 1 for none. */
  readonly slope: number;
}

const PIXELS = [0, 1, 2];

function meanOverPixels(x: tf.Tensor): tf.Tensor {
  return tf.div(tf.sum(x, PIXELS), x.size / x.shape[3]!);
}

function unitOf(x: tf.Tensor, { mean, variance }: Statistics, epsilon: number) {
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  return { unit: tf.mul(tf.sub(x, mean), inverse), inverse };
}

/** `[y, mean, variance]` of `(x, gamma, beta)`. */
function forward(
  [x, gamma, beta]: readonly [tf.Tensor, tf.Tensor, tf.Tensor],
  { epsilon, slope }: Constants,
): tf.Tensor[] {
  const mean = meanOverPixels(x);
  const variance = meanOverPixels(tf.square(tf.sub(x, mean)));
  const { unit } = unitOf(x, { mean, variance }, epsilon);
  const z = tf.add(tf.mul(unit, gamma), beta);
  return [tf.leakyRelu(z, slope), mean, variance];
}

/** `[dx, dgamma, dbeta]` (Ioffe and Szegedy, 2015). */
function backward(
  { x, dy, gamma, beta, ...statistics }: Statistics & {
    x: tf.Tensor;
    dy: tf.Tensor;
    gamma: tf.Tensor;
    beta: tf.Tensor;
  },
  { epsilon, slope }: Constants,
): tf.Tensor[] {
  const { unit, inverse } = unitOf(x, statistics, epsilon);
  const z = tf.add(tf.mul(unit, gamma), beta);
  const dz = tf.where(tf.greater(z, 0), dy, tf.mul(dy, slope));
  const dots = tf.mul(dz, unit);
  const rest = tf.sub(
    tf.sub(dz, meanOverPixels(dz)),
    tf.mul(unit, meanOverPixels(dots)),
  );
  return [
    tf.mul(rest, tf.mul(gamma, inverse)),
    tf.sum(dots, PIXELS),
    tf.sum(dz, PIXELS),
  ];
}

/** Runs a kernel of this library if the backend has it and the channels fit, else `compose`. */
function runOr(
  name: string,
  { inputs, attrs }: { inputs: tf.NamedTensorMap; attrs: Constants },
  compose: () => tf.Tensor[],
): tf.Tensor[] {
  const fits = inputs["x"]!.shape.at(-1)! % 4 === 0;
  if (!fits || tf.getKernel(name, tf.getBackend()) === undefined) {
    return compose();
  }
  return tf.engine().runKernel(name, inputs, { ...attrs }) as tf.Tensor[];
}

/**
 * `rectifier((x − mean) / √(variance + ε) · gamma + beta)` by the statistics of the batch, `[n, h, w, channels]`;
 * `observe` is told the statistics and keeps nothing of them.
 */
export function normalized(
  x: tf.Tensor4D,
  { gamma, beta, observe, ...attrs }: Constants & {
    gamma: tf.Tensor1D;
    beta: tf.Tensor1D;
    observe: (statistics: Statistics) => void;
  },
): tf.Tensor4D {
  const apply = tf.customGrad((...all) => {
    const [x, gamma, beta] = all as [tf.Tensor, tf.Tensor, tf.Tensor];
    const save = all.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
    const [value, mean, variance] = runOr(
      NORMALIZE,
      { inputs: { x, gamma, beta }, attrs },
      () => forward([x, gamma, beta], attrs),
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    observe({ mean, variance });
    save([x, gamma, beta, mean, variance]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [x, gamma, beta, mean, variance] = saved as [
          ...[tf.Tensor, tf.Tensor, tf.Tensor],
          ...[tf.Tensor, tf.Tensor],
        ];
        const inputs = { x, dy, gamma, beta, mean, variance };
        return runOr(
          NORMALIZE_GRADIENT,
          { inputs, attrs },
          () => backward(inputs, attrs),
        );
      },
    };
  });
  return apply(x, gamma, beta) as tf.Tensor4D;
}
