import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { type DataSet, showable } from "./data_set.ts";
import { standardizer } from "./standardizer.ts";

/** Options of {@linkcode standardize}. */
export interface StandardizeOptions {
  /** Whose means and deviations to use: the training set, for a test set; the data itself if left out. */
  readonly like?: Pick<DataSet, "inputs" | "shape">;
}

type Inputs = Pick<DataSet, "inputs" | "shape">;

const standardizeOptions = z.strictObject({
  like: z.custom<Inputs>().optional(),
});

/**
 * Shifts and scales to mean 0 and standard deviation 1: each feature of vectors, each channel of images
 * (each entry of the last axis). What is constant is only shifted.
 *
 * A test set is to be treated like its training set: `standardize(test, { like: train })`.
 *
 * Cost: three passes over the values; copies them.
 *
 * @param data Any data set.
 * @param options Whose means and deviations to use.
 * @returns The data set with other inputs.
 * @throws {ShapeError} The last axes differ.
 * @throws {OptionsError} An option is unknown.
 *
 * @example
 * ```ts
 * import { dataSet, standardize } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const labels = [0, 1];
 * const train = dataSet({ inputs: Float32Array.of(0, 5, 4, 5), shape: [2, 2], labels });
 * const test = dataSet({ inputs: Float32Array.of(6, 6, 2, 5), shape: [2, 2], labels });
 * assertEquals(standardize(train).inputs, Float32Array.of(-1, 0, 1, 0));
 * assertEquals(standardize(test, { like: train }).inputs, Float32Array.of(2, 1, 0, 0));
 * ```
 */
export function standardize(
  data: DataSet,
  options: StandardizeOptions = {},
): DataSet {
  const check = new Check("standardize the data");
  const { like = data } = check.options(standardizeOptions, options);
  const columns = data.shape.at(-1)!;
  if (like.shape.at(-1) !== columns) {
    const expected = `a last axis of ${columns} in \`like\``;
    check.fail(ShapeError, expected, String(like.shape.at(-1)));
  }
  return showable({
    ...data,
    name: `${data.name}, standardized`,
    inputs: standardizer(like)(data.inputs),
  });
}
