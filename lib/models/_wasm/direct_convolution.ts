/**
 * Convolutions of any kind and their gradients on the WASM backend: products of matrices of patches, packed from one
 * image at a time (see assembly/convolution.as). Both sides stay in the cache, nothing is unfolded in memory.
 *
 * @module
 */

import {
  type Canvas,
  type Geometry,
  inputCanvas,
  type Phase,
  phaseCanvas,
  phasesOf,
} from "./canvas.ts";
import type { ConvolutionMethod } from "./convolution_method.ts";
import type { Heap, Take } from "./heap.ts";
import { DEPTH, PixelStack } from "./pixel_stack.ts";

/** Numbers packed on the left of a product at a time: a quarter of a usual second cache. */
const LEFT_SIZE = 16384;

/** The right side of a convolution, packed whole: `[taps · channels, outputs]`. */
interface PackedFilter {
  readonly address: number;
  /** Bytes from a sliver to the next. */
  readonly sliver: number;
}

/** What an image becomes: pixels in rows of `width`, `outputs` numbers each. */
interface OutputSize {
  readonly pixels: number;
  readonly width: number;
  readonly outputs: number;
}

/** A convolution of one image after another, a few pixels and taps at a time. */
class PatchConvolution {
  readonly #heap: Heap;
  readonly #canvas: Canvas;
  readonly #filter: PackedFilter;
  readonly #size: OutputSize;
  /** Pixels and taps at a time. */
  readonly #block: { pixels: number; taps: number };
  readonly #left: number;
  readonly #spare: number;

  constructor(
    heap: Heap,
    take: Take,
    { canvas, filter, size }: {
      canvas: Canvas;
      filter: PackedFilter;
      size: OutputSize;
    },
  ) {
    const { channels } = canvas;
    const fitting = Math.max(1, Math.floor(DEPTH / channels));
    const taps = Math.min(canvas.taps, fitting);
    const slivers = Math.floor(LEFT_SIZE / (4 * taps * channels));
    const pixels = 4 * Math.max(1, slivers);
    this.#heap = heap;
    this.#canvas = canvas;
    this.#filter = filter;
    this.#size = size;
    this.#block = { pixels, taps };
    this.#left = take(4 * pixels * taps * channels);
    this.#spare = take(128);
  }

  /** Adds what comes of the image to `to`. */
  add(image: number, to: number): void {
    const { pixels, outputs } = this.#size;
    this.#canvas.place(image);
    for (let first = 0; first < pixels; first += this.#block.pixels) {
      const count = Math.min(this.#block.pixels, pixels - first);
      const at = to + 4 * first * outputs;
      for (let tap = 0; tap < this.#canvas.taps; tap += this.#block.taps) {
        this.#addTaps(first, count, tap, at);
      }
    }
  }

  #addTaps(first: number, count: number, tap: number, to: number): void {
    const { address, stepY, stepX, channels, offsets } = this.#canvas;
    const { width, outputs } = this.#size;
    const taps = Math.min(this.#block.taps, this.#canvas.taps - tap);
    const depth = taps * channels;
    this.#heap.kernel.packPatches(
      address,
      width,
      stepY,
      stepX,
      first,
      count,
      offsets + 4 * tap,
      taps,
      channels,
      this.#left,
    );
    this.#heap.kernel.multiply(
      to,
      4 * outputs,
      count,
      outputs,
      this.#left,
      16 * depth,
      this.#filter.address + 32 * tap * channels,
      this.#filter.sliver,
      depth,
      this.#spare,
      true,
    );
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

/** These taps of it, with inputs and outputs exchanged, for the way back. */
function packTransposedFilter(
  { kernel }: Heap,
  take: Take,
  { taps, channels, filter, outputs }: {
    taps: Phase["taps"];
    channels: number;
    filter: number;
    outputs: number;
  },
): PackedFilter {
  const sliver = 32 * taps.length * channels;
  const address = take(Math.ceil(outputs / 8) * sliver);
  taps.forEach(({ index }, t) => {
    const from = filter + 4 * index * outputs * channels;
    const to = address + 32 * t * channels;
    kernel.packRows(from, 4 * channels, outputs, channels, 8, to, sliver);
  });
  return { address, sliver };
}

/** `y += x ∗ filter`. */
function addOutput(
  heap: Heap,
  g: Geometry,
  { x, filter, y }: { x: number; filter: number; y: number },
): void {
  const outputs = g.outChannels;
  const pixels = g.outHeight * g.outWidth;
  heap.within((take) => {
    const canvas = inputCanvas(heap, take, g);
    const convolution = new PatchConvolution(heap, take, {
      canvas,
      filter: packFilter(heap, take, { canvas, filter, outputs }),
      size: { pixels, width: g.outWidth, outputs },
    });
    for (let i = 0; i < g.batchSize; i++) {
      const image = x + 4 * i * g.inHeight * g.inWidth * g.inChannels;
      convolution.add(image, y + 4 * i * pixels * outputs);
    }
  });
}

/** Adds one phase to `dx`, by way of an image of its own where there are others. */
function addPhase(
  heap: Heap,
  { g, phase, dy, filter, dx }: {
    g: Geometry;
    phase: Phase;
    dy: number;
    filter: number;
    dx: number;
  },
): void {
  const { inHeight, inWidth, inChannels: outputs, outChannels: channels } = g;
  const { height, width, taps, top, left } = phase;
  const pixels = height * width;
  heap.within((take) => {
    const convolution = new PatchConvolution(heap, take, {
      canvas: phaseCanvas(heap, take, g, phase),
      filter: packTransposedFilter(heap, take, {
        taps,
        channels,
        filter,
        outputs,
      }),
      size: { pixels, width, outputs },
    });
    const alone = pixels === inHeight * inWidth;
    const part = take(alone ? 4 : 4 * pixels * outputs);
    for (let i = 0; i < g.batchSize; i++) {
      const image = dy + 4 * i * g.outHeight * g.outWidth * channels;
      const to = dx + 4 * i * inHeight * inWidth * outputs;
      if (alone) {
        convolution.add(image, to);
        continue;
      }
      heap.clear(part, 4 * pixels * outputs);
      convolution.add(image, part);
      heap.kernel.placeImage(
        ...[part, height, width, outputs] as const,
        ...[to, inHeight, inWidth] as const,
        ...[top, left, g.strideHeight, g.strideWidth] as const,
      );
    }
  });
}

/** `dx += ` the convolution of `dy` by the filter turned around, phase by phase. */
function addInputGradient(
  heap: Heap,
  g: Geometry,
  { dy, filter, dx }: { dy: number; filter: number; dx: number },
): void {
  for (const phase of phasesOf(g)) addPhase(heap, { g, phase, dy, filter, dx });
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

/** Patches of every pixel times the filter. */
export const direct: ConvolutionMethod = {
  addOutput,
  addInputGradient,
  addFilterGradient,
};
