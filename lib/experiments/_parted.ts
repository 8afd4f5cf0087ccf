/**
 * As many samples as a configuration asks for.
 *
 * @module
 */

import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { type DataSet, showable } from "../data/data_set.ts";
import { type Split, split } from "../data/split.ts";

/** As many samples as are asked for, each class in its proportion. */
export function limited(data: DataSet, samples: number, seed: number): DataSet {
  const rows = data.labels.length;
  if (rows === samples) return data;
  if (rows < samples) {
    new Check("build the data").fail(
      ShapeError,
      `${samples} samples in ${data.name}`,
      rows,
    );
  }
  const { test } = split(data, { test: samples, seed });
  return showable({ ...test, name: `${samples} of ${data.name}` });
}

/** One pool of samples, split in two. */
export function parted(
  data: DataSet,
  { train, test, seed }: { train: number; test: number; seed: number },
): Split {
  const rows = data.labels.length;
  if (rows < train + test) {
    const expected = `${train} + ${test} samples in ${data.name}`;
    new Check("build the data").fail(ShapeError, expected, rows);
  }
  const parts = split(data, { test, seed });
  return { train: limited(parts.train, train, seed), test: parts.test };
}
