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
  /** How far apart the pixels of the image are placed. */
  readonly spread: { readonly y: number; readonly x: number };
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
    const { canvas, image: { height, width }, corner, spread } = this.#layout;
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
      spread.y,
      spread.x,
    );
  }
}

/** The taps of the filter; `flipped` turns it around. */
function tapsOf(
  { filterHeight, filterWidth, dilationHeight, dilationWidth }: Geometry,
  flipped: boolean,
): [number, number][] {
  const rows = Array.from(
    { length: filterHeight },
    (_, y) => dilationHeight * (flipped ? filterHeight - 1 - y : y),
  );
  const columns = Array.from(
    { length: filterWidth },
    (_, x) => dilationWidth * (flipped ? filterWidth - 1 - x : x),
  );
  return rows.flatMap((y) => columns.map((x): [number, number] => [y, x]));
}

/** From the first tap of the filter to the last, in pixels. */
function span(g: Geometry): { y: number; x: number } {
  return {
    y: (g.filterHeight - 1) * g.dilationHeight,
    x: (g.filterWidth - 1) * g.dilationWidth,
  };
}

/** For the input with its padding: patches are what the filter sees. */
export function inputCanvas(heap: Heap, take: Take, g: Geometry): Canvas {
  const { y, x } = span(g);
  return new Canvas(heap, take, {
    canvas: {
      height: (g.outHeight - 1) * g.strideHeight + y + 1,
      width: (g.outWidth - 1) * g.strideWidth + x + 1,
    },
    image: { height: g.inHeight, width: g.inWidth },
    channels: g.inChannels,
    corner: g.padInfo,
    spread: { y: 1, x: 1 },
    stride: { y: g.strideHeight, x: g.strideWidth },
    taps: tapsOf(g, false),
  });
}

/**
 * For the gradient of the output, its pixels a stride apart: patches are all that one input went into, in the
 * order of the filter turned around.
 */
export function outputCanvas(heap: Heap, take: Take, g: Geometry): Canvas {
  const { y, x } = span(g);
  return new Canvas(heap, take, {
    canvas: { height: g.inHeight + y, width: g.inWidth + x },
    image: { height: g.outHeight, width: g.outWidth },
    channels: g.outChannels,
    corner: { top: y - g.padInfo.top, left: x - g.padInfo.left },
    spread: { y: g.strideHeight, x: g.strideWidth },
    stride: { y: 1, x: 1 },
    taps: tapsOf(g, true),
  });
}
