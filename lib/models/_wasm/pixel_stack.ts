import type { Canvas } from "./canvas.ts";
import type { Heap, Take } from "./heap.ts";

/** Steps of the depth multiplied at a time. */
export const DEPTH = 256;

/** Patches on the left and gradients of the output on the right, pixel after pixel, until they are multiplied. */
export class PixelStack {
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
