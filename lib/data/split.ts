import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import { type DataSet, showable } from "./data_set.ts";
import { subset } from "./subset.ts";

/** Options of {@linkcode split}. */
export interface SplitOptions {
  /** Share of the samples in `(0, 1)`, or their number, that goes to the test set; 0.2 if left out. */
  readonly test?: number;
  /** Fixes which; 0 if left out. */
  readonly seed?: number;
  /** Whether each class is split in the same proportion; true if left out. */
  readonly stratify?: boolean;
}

/** Training and test set. */
export interface Split {
  /** To learn from. */
  readonly train: DataSet;
  /** To measure on. */
  readonly test: DataSet;
}

const splitOptions = z.strictObject({
  test: z.union([
    z.number().gt(0).lt(1),
    z.int().positive(),
  ]).default(0.2),
  seed: z.int().default(0),
  stratify: z.boolean().default(true),
});

/** Shares of `total` in proportion to `sizes`, rounded so that they add up (largest remainder). */
function apportion(sizes: readonly number[], total: number): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0);
  const exact = sizes.map((size) => size * total / sum);
  const shares = exact.map(Math.floor);
  const left = total - shares.reduce((a, b) => a + b, 0);
  const byRemainder = exact.map((x, i) => ({ i, rest: x - shares[i]! }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of byRemainder.slice(0, left)) shares[i]!++;
  return shares;
}

/** Indices in groups that are split each by itself: the classes, or all in one. */
function strata(data: DataSet, stratify: boolean): number[][] {
  const groups: number[][] = Array.from(
    { length: stratify ? data.classes : 1 },
    () => [],
  );
  data.labels.forEach((label, i) => groups[stratify ? label : 0]!.push(i));
  return groups;
}

/**
 * Splits a data set at random into a training and a test set that share no sample. Both keep the order
 * of the whole.
 *
 * @param data Any data set.
 * @param options Size of the test set, seed, and whether classes keep their proportions.
 * @returns Both parts, with the classes of the whole.
 * @throws {ShapeError} A part would be empty.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { split, syntheticDigits } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { train, test } = split(syntheticDigits({ samples: 100 }), { test: 0.2 });
 * assertEquals([train.labels.length, test.labels.length], [80, 20]);
 * assertEquals(test.labels.filter((label) => label === 3).length, 2);
 * ```
 */
export function split(data: DataSet, options: SplitOptions = {}): Split {
  const check = new Check("split the data");
  const { test, seed, stratify } = check.options(splitOptions, options);
  const rows = data.labels.length;
  const count = test < 1 ? Math.round(test * rows) : test;
  if (count < 1 || count >= rows) {
    const expected = `a test set of at least 1 and fewer than ${rows} samples`;
    check.fail(ShapeError, expected, count);
  }
  const groups = strata(data, stratify);
  const shares = apportion(groups.map((group) => group.length), count);
  const random = new Random(seed).fork("split");
  const chosen = new Uint8Array(rows);
  groups.forEach((group, g) => {
    for (const i of random.shuffle(group).slice(0, shares[g])) chosen[i] = 1;
  });
  const indices = Array.from({ length: rows }, (_, i) => i);
  const part = (flag: number, name: string): DataSet => {
    const taken = subset(data, indices.filter((i) => chosen[i] === flag));
    return showable({
      ...taken,
      name: `${data.name}, ${name} of split(seed ${seed})`,
    });
  };
  return { train: part(0, "train"), test: part(1, "test") };
}
