import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "./heap.ts";
import { input, type OwnKernel } from "./own_kernel.ts";

/** Rows of a matrix by their numbers; along other axes the backend's own. */
export const gather: OwnKernel = {
  name: "GatherV2",
  run({ heap, inputs, attrs }) {
    const [x, indices] = [input(inputs, "x"), input(inputs, "indices")];
    const [axis] = tf.util.parseAxisParam(attrs["axis"] as number, x.shape);
    const simple = axis === 0 && (attrs["batchDims"] ?? 0) === 0 &&
      x.dtype === "float32" && indices.dtype === "int32";
    if (!simple) return undefined;
    const rest = x.shape.slice(1);
    const out = heap.empty([...indices.shape, ...rest]);
    const [count, numbers] = [x.shape[0]!, heap.address(indices)];
    const outside = heap.kernel.gatherRows(
      heap.address(x),
      count,
      4 * sizeOf(rest),
      numbers,
      sizeOf(indices.shape),
      heap.address(out),
    );
    if (outside >= 0) {
      const wrong = heap.integer(numbers + 4 * outside);
      throw new RangeError(
        `Cannot gather rows: expected numbers in [0, ${count}), received ${wrong} at ${outside}`,
      );
    }
    return out;
  },
};
