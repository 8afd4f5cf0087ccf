/**
 * Gradients of what a window computes channel by channel, on the WASM backend: pooling by the largest value,
 * depthwise convolution.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { Geometry } from "./canvas.ts";
import type { Heap, Take } from "./heap.ts";
import { input, type KernelCall, type OwnKernel } from "./own_kernel.ts";

type Shape4D = [number, number, number, number];

/** The sizes as the module reads them. */
function writeGeometry(heap: Heap, take: Take, g: Geometry): number {
  const numbers = [
    ...[g.inHeight, g.inWidth, g.inChannels, g.outHeight, g.outWidth],
    ...[g.filterHeight, g.filterWidth, g.strideHeight, g.strideWidth],
    ...[g.dilationHeight, g.dilationWidth, g.padInfo.top, g.padInfo.left],
    g.outChannels / g.inChannels,
  ];
  const address = take(4 * numbers.length);
  heap.writeIntegers(address, numbers);
  return address;
}

/** Calls `add` for every image with the addresses of its input and its output among those of all. */
function forEachImage(
  heap: Heap,
  g: Geometry,
  add: (shape: number, offsets: { input: number; output: number }) => void,
): void {
  heap.within((take) => {
    const shape = writeGeometry(heap, take, g);
    const inputBytes = 4 * g.inHeight * g.inWidth * g.inChannels;
    const outputBytes = 4 * g.outHeight * g.outWidth * g.outChannels;
    for (let i = 0; i < g.batchSize; i++) {
      add(shape, { input: i * inputBytes, output: i * outputBytes });
    }
  });
}

const maxPoolGradient: OwnKernel = {
  name: "MaxPoolGrad",
  run({ heap, inputs, attrs }) {
    const [x, y] = [input(inputs, "input"), input(inputs, "output")];
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const geometry = tf.backend_util.computePool2DInfo(
      x.shape as Shape4D,
      filterSize as [number, number],
      strides as [number, number],
      1,
      pad as "same" | "valid",
      dimRoundingMode as "floor" | undefined,
    );
    const dx = heap.empty(x.shape);
    const [atX, atY, atDx] = [x, y, dx].map((tensor) => heap.address(tensor));
    const atDy = heap.address(input(inputs, "dy"));
    forEachImage(
      heap,
      geometry,
      (shape, { input, output }) =>
        heap.kernel.maxPoolGradient(
          shape,
          atX! + input,
          atY! + output,
          atDy + output,
          atDx! + input,
        ),
    );
    return dx;
  },
};

function depthwiseGeometry(
  x: readonly number[],
  filter: readonly number[],
  { strides, dilations, pad, dimRoundingMode }: tf.NamedAttrMap,
): Geometry {
  return tf.backend_util.computeConv2DInfo(
    x as Shape4D,
    filter as Shape4D,
    strides as [number, number],
    dilations as [number, number],
    pad as "same" | "valid",
    dimRoundingMode as "floor" | undefined,
    true,
  );
}

const depthwiseFilterGradient: OwnKernel = {
  name: "DepthwiseConv2dNativeBackpropFilter",
  run({ heap, inputs, attrs }: KernelCall) {
    const [x, dy] = [input(inputs, "x"), input(inputs, "dy")];
    const filterShape = attrs["filterShape"] as number[];
    const geometry = depthwiseGeometry(x.shape, filterShape, attrs);
    const dw = heap.zeros(filterShape);
    const [atX, atDy] = [heap.address(x), heap.address(dy)];
    const target = heap.address(dw);
    forEachImage(
      heap,
      geometry,
      (shape, { input, output }) =>
        heap.kernel.addDepthwiseGradient(
          shape,
          atX + input,
          atDy + output,
          target,
          1,
        ),
    );
    return dw;
  },
};

const depthwiseInputGradient: OwnKernel = {
  name: "DepthwiseConv2dNativeBackpropInput",
  run({ heap, inputs, attrs }: KernelCall) {
    const [dy, filter] = [input(inputs, "dy"), input(inputs, "filter")];
    const inputShape = attrs["inputShape"] as number[];
    const geometry = depthwiseGeometry(inputShape, filter.shape, attrs);
    const dx = heap.zeros(inputShape);
    const [atDy, atFilter] = [heap.address(dy), heap.address(filter)];
    const target = heap.address(dx);
    forEachImage(
      heap,
      geometry,
      (shape, { input, output }) =>
        heap.kernel.addDepthwiseGradient(
          shape,
          atFilter,
          atDy + output,
          target + input,
          0,
        ),
    );
    return dx;
  },
};

/** The windows among the kernels. */
export const windowKernels: readonly OwnKernel[] = [
  maxPoolGradient,
  depthwiseFilterGradient,
  depthwiseInputGradient,
];
