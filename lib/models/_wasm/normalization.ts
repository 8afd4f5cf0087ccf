/**
 * Batch normalisation with the rectifier after it, in few passes over memory: kernels that only this library
 * knows, for WASM.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import { type Heap, sizeOf } from "./heap.ts";
import { input, type KernelCall, type OwnKernel } from "./own_kernel.ts";

/** Name of the kernel from `{ x, gamma, beta }` to `[y, mean, variance]`. */
export const NORMALIZE = "InterplayNormalize";

/** Name of the kernel from `{ x, dy, gamma, beta, mean, variance }` to `[dx, dgamma, dbeta]`. */
export const NORMALIZE_GRADIENT = "InterplayNormalizeGradient";

/** Pixels and channels of a batch. */
function sizes({ shape }: tf.TensorInfo): { rows: number; channels: number } {
  const channels = shape.at(-1)!;
  return { rows: sizeOf(shape) / channels, channels };
}

/** The rows of the plan that forward and way back share (see assembly/normalization.as). */
function writePlan(
  heap: Heap,
  plan: number,
  { mean, variance, gamma, beta }: Record<
    "mean" | "variance" | "gamma" | "beta",
    tf.TensorInfo
  >,
  epsilon: number,
): void {
  const channels = mean.shape[0]!;
  const read = (tensor: tf.TensorInfo) =>
    heap.floats(heap.address(tensor), channels);
  const out = heap.floats(plan, 4 * channels);
  out.set(read(mean));
  out.set(read(variance).map((x) => 1 / Math.sqrt(x + epsilon)), channels);
  out.set(read(gamma), 2 * channels);
  out.set(read(beta), 3 * channels);
}

/** Divides what was summed over so many rows. */
function divide(heap: Heap, address: number, count: number, by: number): void {
  const sums = heap.floats(address, count);
  for (let i = 0; i < count; i++) sums[i]! /= by;
}

/** Mean and variance of each channel. */
function statistics(heap: Heap, x: tf.TensorInfo) {
  const { rows, channels } = sizes(x);
  const [mean, variance] = [heap.zeros([channels]), heap.zeros([channels])];
  const [atX, atMean] = [heap.address(x), heap.address(mean)];
  heap.kernel.addRows(atX, rows, channels, atMean);
  divide(heap, atMean, channels, rows);
  const at = heap.address(variance);
  heap.kernel.addDeviations(atMean, atX, rows, channels, at);
  divide(heap, at, channels, rows);
  return { mean, variance };
}

function normalize({ heap, inputs, attrs }: KernelCall): tf.TensorInfo[] {
  const [x, gamma] = [input(inputs, "x"), input(inputs, "gamma")];
  const beta = input(inputs, "beta");
  const { epsilon, slope } = attrs as { epsilon: number; slope: number };
  const { rows, channels } = sizes(x);
  const { mean, variance } = statistics(heap, x);
  const y = heap.empty(x.shape);
  heap.within((take) => {
    const plan = take(16 * channels);
    writePlan(heap, plan, { mean, variance, gamma, beta }, epsilon);
    const [from, to] = [heap.address(x), heap.address(y)];
    heap.kernel.normalize(plan, from, rows, channels, slope, to);
  });
  return [y, mean, variance];
}

function gradient({ heap, inputs, attrs }: KernelCall): tf.TensorInfo[] {
  const named = (name: string) => input(inputs, name);
  const [x, gamma, beta] = [named("x"), named("gamma"), named("beta")];
  const [mean, variance] = [named("mean"), named("variance")];
  const { epsilon, slope } = attrs as { epsilon: number; slope: number };
  const { rows, channels } = sizes(x);
  const dx = heap.empty(x.shape);
  const [dgamma, dbeta] = [heap.empty([channels]), heap.empty([channels])];
  const [atX, atDy] = [heap.address(x), heap.address(named("dy"))];
  heap.within((take) => {
    const plan = take(24 * channels);
    const sums = plan + 16 * channels;
    writePlan(heap, plan, { mean, variance, gamma, beta }, epsilon);
    heap.clear(sums, 8 * channels);
    const size = [rows, channels, slope] as const;
    heap.kernel.addNormalGradients(plan, atX, atDy, ...size, sums);
    const [ofDz, ofDot] = [0, 1].map((i) =>
      heap.floats(sums + 4 * i * channels, channels)
    );
    heap.floats(heap.address(dbeta), channels).set(ofDz!);
    heap.floats(heap.address(dgamma), channels).set(ofDot!);
    divide(heap, sums, 2 * channels, rows);
    heap.kernel.normalGradient(plan, atX, atDy, ...size, heap.address(dx));
  });
  return [dx, dgamma, dbeta];
}

/** The normalisations among the kernels; channels come in fours. */
export const normalizationKernels: readonly OwnKernel[] = [
  { name: NORMALIZE, run: normalize },
  { name: NORMALIZE_GRADIENT, run: gradient },
];
