import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { DataSet } from "./data_set.ts";

/** Values one sample after the other in, the same shifted and scaled out. */
export type Standardizer = (inputs: Float32Array) => Float32Array;

/** Mean and factor of each entry of the last axis; the factor of what is constant is 1. */
function moments({ inputs, shape }: Pick<DataSet, "inputs" | "shape">) {
  const columns = shape.at(-1)!;
  const rows = inputs.length / columns;
  const mean = new Float64Array(columns);
  const square = new Float64Array(columns);
  const varies = new Uint8Array(columns);
  for (let i = 0; i < inputs.length; i++) mean[i % columns]! += inputs[i]!;
  for (let j = 0; j < columns; j++) mean[j]! /= rows;
  for (let i = 0; i < inputs.length; i++) {
    const j = i % columns;
    square[j]! += (inputs[i]! - mean[j]!) ** 2;
    if (inputs[i] !== inputs[j]) varies[j] = 1;
  }
  const factor = square.map((sum, j) => varies[j] ? Math.sqrt(rows / sum) : 1);
  return { mean, factor };
}

/**
 * Looks up the means and standard deviations of a data set once, and gives what shifts and scales other values
 * by them: each feature of vectors, each channel of images. For views, which are to be made in `[0, 1]` and
 * standardized afterwards; a whole set is standardized by `standardize`.
 *
 * Cost: two passes over `like`; then one pass over the values of each call, which it copies.
 *
 * @param like Whose means and deviations to use: the training set.
 * @returns The function; it throws a `ShapeError` for values that do not fill whole rows of the last axis.
 *
 * @example
 * ```ts
 * import { augment, standardizer, syntheticDigits } from "interplay/data";
 * import { assert } from "@std/assert";
 *
 * const digits = syntheticDigits({ samples: 20 });
 * const standardized = standardizer(digits);
 * const views = standardized(augment(digits, [3, 8], { view: "strong" }));
 * assert(Math.min(...views) < 0);
 * ```
 */
export function standardizer(
  like: Pick<DataSet, "inputs" | "shape">,
): Standardizer {
  const columns = like.shape.at(-1)!;
  const { mean, factor } = moments(like);
  return (inputs) => {
    if (inputs.length % columns !== 0) {
      const check = new Check("standardize the data");
      check.fail(ShapeError, `rows of ${columns} values`, inputs.length);
    }
    return inputs.map((x, i) =>
      (x - mean[i % columns]!) * factor[i % columns]!
    );
  };
}
