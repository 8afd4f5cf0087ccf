/**
 * Sums of rows on the WASM backend: over all rows (gradients of biases), and by segment (gradients of
 * gathering).
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "./heap.ts";
import { input, type OwnKernel } from "./own_kernel.ts";

/** Sums over the first axes, all of them together; the backend's own transposes first. */
const sum: OwnKernel = {
  name: "Sum",
  run({ heap, inputs, attrs }) {
    const x = input(inputs, "x");
    const { axis, keepDims } = attrs;
    const axes = tf.util.parseAxisParam(axis as number[], x.shape);
    const kept = x.shape.slice(axes.length);
    const first = axes.every((a) => a < axes.length);
    if (!first || kept.length === 0 || x.dtype !== "float32") return undefined;
    const shape = keepDims ? [...axes.map(() => 1), ...kept] : kept;
    const out = heap.zeros(shape);
    const columns = sizeOf(kept);
    const rows = sizeOf(x.shape.slice(0, axes.length));
    heap.kernel.addRows(heap.address(x), rows, columns, heap.address(out));
    return out;
  },
};

/** Adds every row to the segment its index names. */
const unsortedSegmentSum: OwnKernel = {
  name: "UnsortedSegmentSum",
  run({ heap, inputs, attrs }) {
    const [x, segments] = [input(inputs, "x"), input(inputs, "segmentIds")];
    const count = attrs["numSegments"] as number;
    const rest = x.shape.slice(segments.shape.length);
    const out = heap.zeros([count, ...rest]);
    heap.kernel.addToSegments(
      heap.address(x),
      heap.address(segments),
      sizeOf(segments.shape),
      sizeOf(rest),
      count,
      heap.address(out),
    );
    return out;
  },
};

/** The sums among the kernels. */
export const sumKernels: readonly OwnKernel[] = [sum, unsortedSegmentSum];
