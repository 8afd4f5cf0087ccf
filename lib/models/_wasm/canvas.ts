import type * as tf from "@tensorflow/tfjs";
import type { Heap, Take } from "./heap.ts";

/** Sizes, strides, dilations and padding of a convolution, as tfjs computes them. */
export type Geometry = tf.backend_util.Conv2DInfo;

/** Pixels in rows. */
interface Extent {
  readonly height: number;
  readonly width: number;
}

/** How images are placed, and patches found. */
interface Layout {
  readonly canvas: Extent;
  readonly image: Extent;
  readonly channels: number;
  /** Where the first pixel of the image goes. */
  readonly corner: { readonly top: number; readonly left: number };
  /** How far apart patches are. */
  readonly stride: { readonly y: number; readonly x: number };
  /** Where each tap of the filter lies from the first. */
  readonly taps: readonly (readonly [y: number, x: number])[];
}

/**
 * Room for one image with all around it that its patches reach. Images are placed one after another, always
 * on the same pixels; what no image covers stays zero.
 */
export class Canvas {
  /** Where it lies. */
  readonly address: number;
  /** Bytes from a patch to the one below. */
  readonly stepY: number;
  /** Bytes from a patch to the next. */
  readonly stepX: number;
  /** `[taps]` offsets of the taps of the filter, in bytes. */
  readonly offsets: number;
  /** Number of taps. */
  readonly taps: number;
  /** Numbers a pixel. */
  readonly channels: number;
  #heap: Heap;
  #layout: Layout;

  /** Takes memory for canvas and table. */
  constructor(heap: Heap, take: Take, layout: Layout) {
    const { canvas: { height, width }, channels, stride, taps } = layout;
    const pixel = 4 * channels;
    this.#heap = heap;
    this.#layout = layout;
    this.channels = channels;
    this.taps = taps.length;
    this.stepY = stride.y * width * pixel;
    this.stepX = stride.x * pixel;
    this.address = take(height * width * pixel);
    heap.clear(this.address, height * width * pixel);
    this.offsets = take(4 * taps.length);
    heap.writeIntegers(
      this.offsets,
      taps.map(([y, x]) => (y * width + x) * pixel),
    );
  }

  /** Places the image at this address. */
  place(image: number): void {
    const { canvas, image: { height, width }, corner } = this.#layout;
    this.#heap.kernel.placeImage(
      image,
      height,
      width,
      this.channels,
      this.address,
      canvas.height,
      canvas.width,
      corner.top,
      corner.left,
      1,
      1,
    );
  }
}

/** Every tap of the filter, row by row, and how far it is from the first, in pixels. */
function tapsOf(g: Geometry): { index: number; y: number; x: number }[] {
  return Array.from({ length: g.filterHeight * g.filterWidth }, (_, index) => ({
    index,
    y: Math.floor(index / g.filterWidth) * g.dilationHeight,
    x: (index % g.filterWidth) * g.dilationWidth,
  }));
}

/** For the input with its padding: patches are what the filter sees. */
export function inputCanvas(heap: Heap, take: Take, g: Geometry): Canvas {
  const taps = tapsOf(g);
  const { y, x } = taps.at(-1)!;
  return new Canvas(heap, take, {
    canvas: {
      height: (g.outHeight - 1) * g.strideHeight + y + 1,
      width: (g.outWidth - 1) * g.strideWidth + x + 1,
    },
    image: { height: g.inHeight, width: g.inWidth },
    channels: g.inChannels,
    corner: g.padInfo,
    stride: { y: g.strideHeight, x: g.strideWidth },
    taps: taps.map(({ y, x }) => [y, x]),
  });
}

/**
 * Input pixels that are a stride apart, from `(top, left)` on. All of them go into outputs by the same taps, and a
 * pixel further by outputs one further: their gradient is a convolution of that of the output, by those taps.
 */
export interface Phase {
  readonly top: number;
  readonly left: number;
  /** How many pixels there are. */
  readonly height: number;
  readonly width: number;
  /** The taps, and which output pixel each takes the first input pixel to. */
  readonly taps: readonly {
    readonly index: number;
    readonly y: number;
    readonly x: number;
  }[];
}

/** All phases that any tap belongs to; one if the stride is one. */
export function phasesOf(g: Geometry): Phase[] {
  const { strideHeight, strideWidth, padInfo } = g;
  const corners = Array.from(
    { length: strideHeight * strideWidth },
    (_, i) => [Math.floor(i / strideWidth), i % strideWidth] as const,
  );
  return corners.map(([top, left]) => ({
    top,
    left,
    height: Math.ceil((g.inHeight - top) / strideHeight),
    width: Math.ceil((g.inWidth - left) / strideWidth),
    taps: tapsOf(g).map(({ index, y, x }) => ({
      index,
      y: (top + padInfo.top - y) / strideHeight,
      x: (left + padInfo.left - x) / strideWidth,
    })).filter(({ y, x }) => Number.isInteger(y) && Number.isInteger(x)),
  })).filter(({ height, width, taps }) =>
    height > 0 && width > 0 && taps.length > 0
  );
}

/** For the gradient of the output: patches are all outputs that an input pixel of the phase went into. */
export function phaseCanvas(
  heap: Heap,
  take: Take,
  g: Geometry,
  { height, width, taps }: Phase,
): Canvas {
  const [rows, columns] = [taps.map(({ y }) => y), taps.map(({ x }) => x)];
  const top = Math.min(...rows);
  const left = Math.min(...columns);
  return new Canvas(heap, take, {
    canvas: {
      height: height + Math.max(...rows) - top,
      width: width + Math.max(...columns) - left,
    },
    image: { height: g.outHeight, width: g.outWidth },
    channels: g.outChannels,
    corner: { top: -top, left: -left },
    stride: { y: 1, x: 1 },
    taps: taps.map(({ y, x }) => [y - top, x - left]),
  });
}
