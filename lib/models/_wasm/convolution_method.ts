import type { Geometry } from "./canvas.ts";
import type { Heap } from "./heap.ts";

/** A way to compute convolutions; everything is added to what is there, at addresses of the heap. */
export interface ConvolutionMethod {
  /** `y += x ∗ filter`. */
  addOutput(
    heap: Heap,
    geometry: Geometry,
    at: { x: number; filter: number; y: number },
  ): void;
  /** `dx += ` the gradient of `x`. */
  addInputGradient(
    heap: Heap,
    geometry: Geometry,
    at: { dy: number; filter: number; dx: number },
  ): void;
  /** `dw += ` the gradient of the filter. */
  addFilterGradient(
    heap: Heap,
    geometry: Geometry,
    at: { x: number; dy: number; dw: number },
  ): void;
}
