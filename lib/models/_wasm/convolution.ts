/**
 * The kernels of convolutions and their gradients for the WASM backend.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { Geometry } from "./canvas.ts";
import type { ConvolutionMethod } from "./convolution_method.ts";
import { direct } from "./direct_convolution.ts";
import { activated, biased, biasFits } from "./fused.ts";
import { input, type KernelCall, type OwnKernel } from "./own_kernel.ts";
import { suitsWinograd, winograd } from "./winograd.ts";

/** Sizes of a convolution of `x` by `filter`; `undefined` where the channels come first. */
function geometryOf(
  x: readonly number[],
  filter: readonly number[],
  attrs: tf.NamedAttrMap,
): Geometry | undefined {
  const { strides, dilations, pad, dataFormat, dimRoundingMode } = attrs;
  if ((dataFormat ?? "NHWC") !== "NHWC") return undefined;
  return tf.backend_util.computeConv2DInfo(
    x as [number, number, number, number],
    filter as [number, number, number, number],
    strides as [number, number],
    dilations as [number, number] ?? 1,
    pad as "same" | "valid",
    dimRoundingMode as "floor" | undefined,
  );
}

function methodFor(geometry: Geometry): ConvolutionMethod {
  return suitsWinograd(geometry) ? winograd : direct;
}

/** A convolution, started by its bias and ended by its activation where there are such. */
function convolve(call: KernelCall): tf.TensorInfo | undefined {
  const { heap, inputs, attrs } = call;
  const [x, filter] = [input(inputs, "x"), input(inputs, "filter")];
  const geometry = geometryOf(x.shape, filter.shape, attrs);
  if (geometry === undefined || !biasFits(call, geometry.outChannels)) {
    return undefined;
  }
  const y = biased(call, geometry.outShape);
  methodFor(geometry).addOutput(heap, geometry, {
    x: heap.address(x),
    filter: heap.address(filter),
    y: heap.address(y),
  });
  return activated(call, y);
}

const inputGradient: OwnKernel = {
  name: "Conv2DBackpropInput",
  run({ heap, inputs, attrs }) {
    const [dy, filter] = [input(inputs, "dy"), input(inputs, "filter")];
    const shape = attrs["inputShape"] as number[];
    const geometry = geometryOf(shape, filter.shape, attrs);
    if (geometry === undefined) return undefined;
    const dx = heap.zeros(shape);
    methodFor(geometry).addInputGradient(heap, geometry, {
      dy: heap.address(dy),
      filter: heap.address(filter),
      dx: heap.address(dx),
    });
    return dx;
  },
};

const filterGradient: OwnKernel = {
  name: "Conv2DBackpropFilter",
  run({ heap, inputs, attrs }) {
    const [x, dy] = [input(inputs, "x"), input(inputs, "dy")];
    const shape = attrs["filterShape"] as number[];
    const geometry = geometryOf(x.shape, shape, attrs);
    if (geometry === undefined) return undefined;
    const dw = heap.zeros(shape);
    methodFor(geometry).addFilterGradient(heap, geometry, {
      x: heap.address(x),
      dy: heap.address(dy),
      dw: heap.address(dw),
    });
    return dw;
  },
};

/** The convolutions among the kernels. */
export const convolutionKernels: readonly OwnKernel[] = [
  { name: "Conv2D", run: convolve },
  { name: "FusedConv2D", run: convolve },
  inputGradient,
  filterGradient,
];
