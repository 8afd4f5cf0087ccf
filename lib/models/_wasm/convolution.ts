/**
 * Convolutions and their gradients on the WASM backend: products of matrices of patches, packed from one image
 * at a time (see assembly/convolution.as). Both sides stay in the cache, nothing is unfolded in memory.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import {
  type Canvas,
  type Geometry,
  inputCanvas,
  outputCanvas,
} from "./canvas.ts";
import { activated, biased, biasFits } from "./fused.ts";
import type { Heap, Take } from "./heap.ts";
import { input, type KernelCall, type OwnKernel } from "./own_kernel.ts";
import {
  addTileFilterGradient,
  addTileInputGradient,
  addTileOutput,
  suitsWinograd,
} from "./winograd.ts";

/** Numbers packed on the left of a product at a time: a quarter of a usual second cache. */
const LEFT_SIZE = 16384;

/** Steps of the depth packed at a time. */
const DEPTH = 256;

/** The right side of a convolution, packed whole: `[taps · channels, outputs]`. */
interface PackedFilter {
  readonly address: number;
  /** Bytes from a sliver to the next. */
  readonly sliver: number;
}

/** Images in, images out. */
interface Images {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Bytes from an image to the next. */
  readonly stepFrom: number;
  readonly stepTo: number;
  /** Pixels of an output image, and of one of its rows. */
  readonly pixels: number;
  readonly width: number;
  /** Numbers a pixel of it. */
  readonly outputs: number;
}

/** Adds to output pixels `first …` of the image on the canvas what `taps` taps from `tap` on make of it. */
function addTaps(
  { kernel }: Heap,
  canvas: Canvas,
  { filter, first, count, tap, taps, left, spare, to, width, outputs }: {
    filter: PackedFilter;
    first: number;
    count: number;
    tap: number;
    taps: number;
    left: number;
    spare: number;
    to: number;
    width: number;
    outputs: number;
  },
): void {
  const { address, stepY, stepX, channels } = canvas;
  const depth = taps * channels;
  kernel.packPatches(
    address,
    width,
    stepY,
    stepX,
    first,
    count,
    canvas.offsets + 4 * tap,
    taps,
    channels,
    left,
  );
  kernel.multiply(
    to + 4 * first * outputs,
    4 * outputs,
    count,
    outputs,
    left,
    16 * depth,
    filter.address + 32 * tap * channels,
    filter.sliver,
    depth,
    spare,
    true,
  );
}

/** Adds the convolution of every image to its output, a few pixels and taps at a time. */
function addConvolution(
  heap: Heap,
  take: Take,
  { canvas, filter, images }: {
    canvas: Canvas;
    filter: PackedFilter;
    images: Images;
  },
): void {
  const { taps, channels } = canvas;
  const { pixels, width, outputs } = images;
  const some = Math.min(taps, Math.max(1, Math.floor(DEPTH / channels)));
  const slivers = Math.max(1, Math.floor(LEFT_SIZE / (4 * some * channels)));
  const left = take(16 * slivers * some * channels);
  const spare = take(128);
  for (let i = 0; i < images.count; i++) {
    canvas.place(images.from + i * images.stepFrom);
    const to = images.to + i * images.stepTo;
    for (let first = 0; first < pixels; first += 4 * slivers) {
      const count = Math.min(4 * slivers, pixels - first);
      for (let tap = 0; tap < taps; tap += some) {
        const block = { first, count, tap, taps: Math.min(some, taps - tap) };
        const where = { filter, left, spare, to, width, outputs };
        addTaps(heap, canvas, { ...block, ...where });
      }
    }
  }
}

/** The filter as the right side of the convolution of the input. */
function packFilter(
  { kernel }: Heap,
  take: Take,
  { canvas, filter, outputs }: {
    canvas: Canvas;
    filter: number;
    outputs: number;
  },
): PackedFilter {
  const depth = canvas.taps * canvas.channels;
  const sliver = 32 * depth;
  const address = take(Math.ceil(outputs / 8) * sliver);
  kernel.packColumns(filter, 4 * outputs, outputs, depth, 8, address, sliver);
  return { address, sliver };
}

/** The same with inputs and outputs exchanged, for the way back. */
function packTransposedFilter(
  { kernel }: Heap,
  take: Take,
  { canvas, filter, outputs }: {
    canvas: Canvas;
    filter: number;
    outputs: number;
  },
): PackedFilter {
  const { taps, channels } = canvas;
  const sliver = 32 * taps * channels;
  const address = take(Math.ceil(outputs / 8) * sliver);
  for (let t = 0; t < taps; t++) {
    const from = filter + 4 * t * outputs * channels;
    const to = address + 32 * t * channels;
    kernel.packRows(from, 4 * channels, outputs, channels, 8, to, sliver);
  }
  return { address, sliver };
}

/** `y += x ∗ filter`. */
function addOutput(
  heap: Heap,
  g: Geometry,
  { x, filter, y }: { x: number; filter: number; y: number },
): void {
  heap.within((take) => {
    const canvas = inputCanvas(heap, take, g);
    const outputs = g.outChannels;
    addConvolution(heap, take, {
      canvas,
      filter: packFilter(heap, take, { canvas, filter, outputs }),
      images: {
        from: x,
        to: y,
        count: g.batchSize,
        stepFrom: 4 * g.inHeight * g.inWidth * g.inChannels,
        stepTo: 4 * g.outHeight * g.outWidth * outputs,
        pixels: g.outHeight * g.outWidth,
        width: g.outWidth,
        outputs,
      },
    });
  });
}

/** `dx += ` the convolution of `dy` by the filter turned around. */
function addInputGradient(
  heap: Heap,
  g: Geometry,
  { dy, filter, dx }: { dy: number; filter: number; dx: number },
): void {
  heap.within((take) => {
    const canvas = outputCanvas(heap, take, g);
    const outputs = g.inChannels;
    addConvolution(heap, take, {
      canvas,
      filter: packTransposedFilter(heap, take, { canvas, filter, outputs }),
      images: {
        from: dy,
        to: dx,
        count: g.batchSize,
        stepFrom: 4 * g.outHeight * g.outWidth * g.outChannels,
        stepTo: 4 * g.inHeight * g.inWidth * outputs,
        pixels: g.inHeight * g.inWidth,
        width: g.inWidth,
        outputs,
      },
    });
  });
}

/** Patches on the left and gradients of the output on the right, pixel after pixel, until they are multiplied. */
class PixelStack {
  readonly #heap: Heap;
  readonly #canvas: Canvas;
  readonly #size: { width: number; outputs: number; entries: number };
  readonly #capacity: number;
  readonly #left: number;
  readonly #right: number;
  readonly #spare: number;
  #depth = 0;

  /** Takes memory for `rows` rows of output pixels or more. */
  constructor(
    heap: Heap,
    take: Take,
    { canvas, rows, width, outputs }: {
      canvas: Canvas;
      rows: number;
      width: number;
      outputs: number;
    },
  ) {
    const entries = canvas.taps * canvas.channels;
    this.#heap = heap;
    this.#canvas = canvas;
    this.#size = { width, outputs, entries };
    this.#capacity = Math.max(DEPTH, rows * width);
    this.#left = take(16 * this.#capacity * Math.ceil(entries / 4));
    this.#right = take(32 * this.#capacity * Math.ceil(outputs / 8));
    this.#spare = take(128);
  }

  /** Whether `rows` more rows of pixels would not fit. */
  isFull(rows: number): boolean {
    return this.#depth + rows * this.#size.width > this.#capacity;
  }

  /** Adds `rows` rows of pixels, from `row` on, of the image on the canvas, and their gradients at `dy`. */
  push(row: number, rows: number, dy: number): void {
    const { address, stepY, stepX, offsets, taps, channels } = this.#canvas;
    const { width, outputs } = this.#size;
    this.#heap.kernel.packPatchEntries(
      address + row * stepY,
      rows,
      width,
      stepY,
      stepX,
      offsets,
      taps,
      channels,
      this.#left + 16 * this.#depth,
      16 * this.#capacity,
    );
    this.#heap.kernel.packColumns(
      dy,
      4 * outputs,
      outputs,
      rows * width,
      8,
      this.#right + 32 * this.#depth,
      32 * this.#capacity,
    );
    this.#depth += rows * width;
  }

  /** Adds the product of both sides to `dw`, and begins anew. */
  multiplyInto(dw: number): void {
    const { outputs, entries } = this.#size;
    this.#heap.kernel.multiply(
      dw,
      4 * outputs,
      entries,
      outputs,
      this.#left,
      16 * this.#capacity,
      this.#right,
      32 * this.#capacity,
      this.#depth,
      this.#spare,
      true,
    );
    this.#depth = 0;
  }
}

/** `dw += Σ patchesᵀ · dy`. */
function addFilterGradient(
  heap: Heap,
  g: Geometry,
  { x, dy, dw }: { x: number; dy: number; dw: number },
): void {
  const { outHeight: height, outWidth: width, outChannels: outputs } = g;
  const most = Math.min(height, Math.max(1, Math.floor(DEPTH / width)));
  heap.within((take) => {
    const canvas = inputCanvas(heap, take, g);
    const stack = new PixelStack(heap, take, {
      canvas,
      rows: most,
      width,
      outputs,
    });
    for (let i = 0; i < g.batchSize; i++) {
      canvas.place(x + 4 * i * g.inHeight * g.inWidth * g.inChannels);
      for (let row = 0; row < height; row += most) {
        const rows = Math.min(most, height - row);
        if (stack.isFull(rows)) stack.multiplyInto(dw);
        stack.push(row, rows, dy + 4 * (i * height + row) * width * outputs);
      }
    }
    stack.multiplyInto(dw);
  });
}

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

/** A convolution, started by its bias and ended by its activation where there are such. */
function convolve(call: KernelCall): tf.TensorInfo | undefined {
  const { heap, inputs, attrs } = call;
  const [x, filter] = [input(inputs, "x"), input(inputs, "filter")];
  const geometry = geometryOf(x.shape, filter.shape, attrs);
  if (geometry === undefined || !biasFits(call, geometry.outChannels)) {
    return undefined;
  }
  const y = biased(call, geometry.outShape);
  const add = suitsWinograd(geometry) ? addTileOutput : addOutput;
  add(heap, geometry, {
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
    const add = suitsWinograd(geometry)
      ? addTileInputGradient
      : addInputGradient;
    add(heap, geometry, {
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
    const add = suitsWinograd(geometry)
      ? addTileFilterGradient
      : addFilterGradient;
    add(heap, geometry, {
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
