import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { type DataSet, sampleSize, showable } from "./data_set.ts";

/** The inputs of the samples `indices`, one after the other. */
export function gatherInputs(
  data: Pick<DataSet, "inputs" | "shape">,
  indices: ArrayLike<number>,
): Float32Array {
  const size = sampleSize(data);
  const out = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * size;
    out.set(data.inputs.subarray(from, from + size), i * size);
  }
  return out;
}

/** Fails unless there are indices, all of them in `[0, rows)`. */
export function checkIndices(
  check: Check,
  indices: ArrayLike<number>,
  rows: number,
): void {
  if (indices.length === 0) check.fail(ShapeError, "at least 1 index", 0);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= rows) {
      check.fail(
        ShapeError,
        `an integer in [0, ${rows}) in \`indices\``,
        `${index} at ${i}`,
      );
    }
  }
}

/**
 * The samples at these indices, in this order; an index may come more than once. Copies them.
 *
 * @param data Any data set.
 * @param indices At least one integer in `[0, N)`.
 * @returns A data set of as many samples as indices, with the classes of the whole.
 * @throws {ShapeError} There is no index, or one is not an integer in `[0, N)`.
 *
 * @example
 * ```ts
 * import { subset, syntheticDigits } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const digits = syntheticDigits({ samples: 10 });
 * const twice = subset(digits, [3, 3]);
 * assertEquals(twice.shape, [2, 28, 28, 1]);
 * assertEquals([...twice.labels], [digits.labels[3], digits.labels[3]]);
 * ```
 */
export function subset(data: DataSet, indices: ArrayLike<number>): DataSet {
  const check = new Check("take a subset");
  checkIndices(check, indices, data.labels.length);
  return showable({
    name: data.name,
    inputs: gatherInputs(data, indices),
    shape: [indices.length, ...data.shape.slice(1)],
    labels: Int32Array.from(indices, (index) => data.labels[index]!),
    classes: data.classes,
    classNames: data.classNames,
  });
}
