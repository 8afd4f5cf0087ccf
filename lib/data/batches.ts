import { z } from "zod";
import { Check } from "../core/check.ts";
import { Random } from "../core/random.ts";

/** Options of {@linkcode batches}. */
export interface BatchOptions {
  /** Samples a batch; 64 if left out. */
  readonly size?: number;
  /** Fixes the order together with `epoch`; 0 if left out. */
  readonly seed?: number;
  /** Each epoch has an order of its own; 0 if left out. */
  readonly epoch?: number;
  /** Whether to shuffle; true if left out. */
  readonly shuffle?: boolean;
  /** Whether to leave out the last batch if it is smaller; false if left out. */
  readonly dropLast?: boolean;
}

const batchOptions = z.strictObject({
  size: z.int().positive().default(64),
  seed: z.int().default(0),
  epoch: z.int().nonnegative().default(0),
  shuffle: z.boolean().default(true),
  dropLast: z.boolean().default(false),
});

/**
 * The sample indices of one epoch, batch by batch. The order depends on seed and epoch alone, so a run
 * can be taken up at any epoch without replaying those before.
 *
 * @param data A data set, or anything with labels.
 * @param options Size, seed, epoch, and whether to shuffle and to drop a smaller last batch.
 * @returns Index batches; together each sample once (but for a dropped last batch).
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { batches, syntheticDigits } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const sizes = [...batches(syntheticDigits({ samples: 100 }), { size: 32 })].map((b) => b.length);
 * assertEquals(sizes, [32, 32, 32, 4]);
 * ```
 */
export function batches(
  data: { readonly labels: ArrayLike<number> },
  options: BatchOptions = {},
): Uint32Array[] {
  const check = new Check("make batches");
  const { size, seed, epoch, shuffle, dropLast } = check.options(
    batchOptions,
    options,
  );
  const rows = data.labels.length;
  const order = shuffle
    ? new Random(seed).fork(`shuffle ${epoch}`).permutation(rows)
    : Uint32Array.from({ length: rows }, (_, i) => i);
  const count = dropLast ? Math.floor(rows / size) : Math.ceil(rows / size);
  return Array.from(
    { length: count },
    (_, b) => order.subarray(b * size, (b + 1) * size),
  );
}
