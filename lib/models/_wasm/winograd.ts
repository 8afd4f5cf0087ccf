/**
 * Convolutions by 3 × 3 filters on the WASM backend with less than half of the products (see
 * assembly/winograd.as). The 16 places of a tile are 16 products of matrices; tiles are taken a few at a time, so that
 * what they become stays in the cache.
 *
 * @module
 */

import { Canvas, type Geometry } from "./canvas.ts";
import type { ConvolutionMethod } from "./convolution_method.ts";
import type { Heap, Take } from "./heap.ts";

const PLACES = 16;

/** Numbers that tiles are turned into at a time: two thirds of a usual second cache. */
const TILE_NUMBERS = 98304;

/**
 * Bytes between places that need `bytes` each. One line of the cache more, for all places of a tile are written at
 * once and must not fall on each other in the cache.
 */
function apart(bytes: number): number {
  return bytes + 64;
}

/** Tiles of the two kinds of images. */
interface Tiling {
  /** Tiles a row, and all of an image. */
  readonly width: number;
  readonly count: number;
  /** Tiles at a time, a multiple of four. */
  readonly block: number;
}

function tiling(height: number, width: number, channels: number): Tiling {
  const perRow = Math.ceil(width / 2);
  const fitting = Math.floor(TILE_NUMBERS / (PLACES * channels * 4)) * 4;
  return {
    width: perRow,
    count: perRow * Math.ceil(height / 2),
    block: Math.max(4, fitting),
  };
}

/** Whether a convolution can go this way, and gains by it. */
export function suitsWinograd(g: Geometry): boolean {
  return g.filterHeight === 3 &&
    g.filterWidth === 3 &&
    g.strideHeight === 1 && g.strideWidth === 1 &&
    g.dilationHeight === 1 && g.dilationWidth === 1 &&
    g.inChannels % 4 === 0 && g.outChannels % 4 === 0 &&
    g.inChannels >= 8 && g.outChannels >= 8 &&
    g.outHeight > 1 && g.outWidth > 1;
}

/** A canvas of whole tiles, each `reach` pixels beyond the two it moves by. */
function tileCanvas(
  heap: Heap,
  take: Take,
  { tiles, reach, image, channels, corner }: {
    tiles: Tiling;
    reach: number;
    image: { height: number; width: number };
    channels: number;
    corner: { top: number; left: number };
  },
): { canvas: Canvas; row: number } {
  const width = 2 * tiles.width + reach;
  const height = 2 * (tiles.count / tiles.width) + reach;
  const canvas = new Canvas(heap, take, {
    canvas: { height, width },
    image,
    channels,
    corner,
    stride: { y: 1, x: 1 },
    taps: [[0, 0]],
  });
  return { canvas, row: 4 * width * channels };
}

/** One convolution of images by a filter whose inputs are the channels of the images. */
interface TileConvolution {
  readonly images: number;
  readonly filter: number;
  readonly to: number;
  readonly batch: number;
  readonly image: { readonly height: number; readonly width: number };
  readonly corner: { readonly top: number; readonly left: number };
  readonly out: { readonly height: number; readonly width: number };
  readonly inputs: number;
  readonly outputs: number;
}

/** `to += images ∗ filter`. */
function addTileConvolution(
  heap: Heap,
  take: Take,
  { image, out, inputs, outputs, ...c }: TileConvolution,
): void {
  const { kernel } = heap;
  const tiles = tiling(out.height, out.width, inputs + outputs);
  const { canvas, row } = tileCanvas(heap, take, {
    tiles,
    reach: 2,
    image,
    channels: inputs,
    corner: c.corner,
  });
  const spare = take(1024);
  const ofFilter = apart(32 * inputs * Math.ceil(outputs / 8));
  const filter = take(PLACES * ofFilter);
  kernel.packFilter(c.filter, inputs, outputs, filter, ofFilter, spare);
  const block = Math.min(tiles.block, 4 * Math.ceil(tiles.count / 4));
  const ofTiles = apart(4 * block * inputs);
  const ofProducts = apart(4 * block * outputs);
  const packed = take(PLACES * ofTiles);
  const products = take(PLACES * ofProducts);
  for (let i = 0; i < c.batch; i++) {
    canvas.place(c.images + 4 * i * image.height * image.width * inputs);
    const to = c.to + 4 * i * out.height * out.width * outputs;
    for (let first = 0; first < tiles.count; first += block) {
      const count = Math.min(block, tiles.count - first);
      kernel.packTileRows(
        canvas.address,
        tiles.width,
        row,
        inputs,
        first,
        count,
        packed,
        ofTiles,
        spare,
      );
      for (let p = 0; p < PLACES; p++) {
        kernel.multiply(
          products + p * ofProducts,
          4 * outputs,
          count,
          outputs,
          packed + p * ofTiles,
          16 * inputs,
          filter + p * ofFilter,
          32 * inputs,
          inputs,
          spare,
          false,
        );
      }
      kernel.addOutputTiles(
        products,
        ofProducts,
        tiles.width,
        outputs,
        first,
        count,
        to,
        out.height,
        out.width,
      );
    }
  }
}

/** `y += x ∗ filter`. */
function addOutput(
  heap: Heap,
  g: Geometry,
  { x, filter, y }: { x: number; filter: number; y: number },
): void {
  heap.within((take) =>
    addTileConvolution(heap, take, {
      images: x,
      filter,
      to: y,
      batch: g.batchSize,
      image: { height: g.inHeight, width: g.inWidth },
      corner: g.padInfo,
      out: { height: g.outHeight, width: g.outWidth },
      inputs: g.inChannels,
      outputs: g.outChannels,
    })
  );
}

/** `dx += ` the convolution of `dy` by the filter turned around. */
function addInputGradient(
  heap: Heap,
  g: Geometry,
  { dy, filter, dx }: { dy: number; filter: number; dx: number },
): void {
  heap.within((take) => {
    const turned = take(36 * g.inChannels * g.outChannels);
    heap.kernel.turnFilter(filter, g.inChannels, g.outChannels, turned);
    addTileConvolution(heap, take, {
      images: dy,
      filter: turned,
      to: dx,
      batch: g.batchSize,
      image: { height: g.outHeight, width: g.outWidth },
      corner: { top: 2 - g.padInfo.top, left: 2 - g.padInfo.left },
      out: { height: g.inHeight, width: g.inWidth },
      inputs: g.outChannels,
      outputs: g.inChannels,
    });
  });
}

/** Tiles of the input on the left and of the gradient on the right, until they are multiplied place by place. */
class TileStack {
  readonly #heap: Heap;
  readonly #size: { inputs: number; outputs: number; capacity: number };
  readonly #left: number;
  readonly #ofLeft: number;
  readonly #right: number;
  readonly #ofRight: number;
  readonly #sums: number;
  readonly #spare: number;
  #depth = 0;

  constructor(
    heap: Heap,
    take: Take,
    size: { inputs: number; outputs: number; capacity: number },
  ) {
    const { inputs, outputs, capacity } = size;
    this.#heap = heap;
    this.#size = size;
    this.#ofLeft = apart(4 * capacity * inputs);
    this.#left = take(PLACES * this.#ofLeft);
    this.#ofRight = apart(32 * capacity * Math.ceil(outputs / 8));
    this.#right = take(PLACES * this.#ofRight);
    this.#sums = take(PLACES * 4 * inputs * outputs);
    this.#spare = take(256);
    heap.clear(this.#sums, PLACES * 4 * inputs * outputs);
  }

  /** How many tiles fit beside those that are there. */
  get room(): number {
    return this.#size.capacity - this.#depth;
  }

  /** Adds tiles of the image on one canvas and of the gradient on the other. */
  push(
    { left, right, width, first, count }: {
      left: { canvas: Canvas; row: number };
      right: { canvas: Canvas; row: number };
      width: number;
      first: number;
      count: number;
    },
  ): void {
    const { inputs, outputs, capacity } = this.#size;
    this.#heap.kernel.packTileColumns(
      left.canvas.address,
      width,
      left.row,
      inputs,
      first,
      count,
      this.#left + 16 * this.#depth,
      this.#ofLeft,
      16 * capacity,
    );
    this.#heap.kernel.packSpreadColumns(
      right.canvas.address,
      width,
      right.row,
      outputs,
      first,
      count,
      this.#right + 32 * this.#depth,
      this.#ofRight,
      32 * capacity,
    );
    this.#depth += count;
  }

  /** Multiplies the tiles that are there, and begins anew. */
  multiply(): void {
    const { inputs, outputs, capacity } = this.#size;
    for (let p = 0; p < PLACES; p++) {
      this.#heap.kernel.multiply(
        this.#sums + 4 * p * inputs * outputs,
        4 * outputs,
        inputs,
        outputs,
        this.#left + p * this.#ofLeft,
        16 * capacity,
        this.#right + p * this.#ofRight,
        32 * capacity,
        this.#depth,
        this.#spare,
        true,
      );
    }
    this.#depth = 0;
  }

  /** Adds what all products so far make of the filter. */
  addTo(dw: number): void {
    const { inputs, outputs } = this.#size;
    const size = inputs * outputs;
    this.#heap.kernel.addFilter(this.#sums, 4 * size, size, dw, this.#spare);
  }
}

/** `dw += ` the gradient of the filter. */
function addFilterGradient(
  heap: Heap,
  g: Geometry,
  { x, dy, dw }: { x: number; dy: number; dw: number },
): void {
  const { inChannels: inputs, outChannels: outputs } = g;
  const tiles = tiling(g.outHeight, g.outWidth, inputs + outputs);
  heap.within((take) => {
    const left = tileCanvas(heap, take, {
      tiles,
      reach: 2,
      image: { height: g.inHeight, width: g.inWidth },
      channels: inputs,
      corner: g.padInfo,
    });
    const right = tileCanvas(heap, take, {
      tiles,
      reach: 0,
      image: { height: g.outHeight, width: g.outWidth },
      channels: outputs,
      corner: { top: 0, left: 0 },
    });
    const capacity = tiles.block;
    const stack = new TileStack(heap, take, { inputs, outputs, capacity });
    for (let i = 0; i < g.batchSize; i++) {
      left.canvas.place(x + 4 * i * g.inHeight * g.inWidth * inputs);
      right.canvas.place(dy + 4 * i * g.outHeight * g.outWidth * outputs);
      let first = 0;
      while (first < tiles.count) {
        const count = Math.min(stack.room, tiles.count - first);
        stack.push({ left, right, width: tiles.width, first, count });
        if (stack.room === 0) stack.multiply();
        first += count;
      }
    }
    stack.multiply();
    stack.addTo(dw);
  });
}

/** Tiles of 2 × 2 pixels at 16 products a channel instead of 36. */
export const winograd: ConvolutionMethod = {
  addOutput,
  addInputGradient,
  addFilterGradient,
};
