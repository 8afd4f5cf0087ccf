import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import type { Samples } from "./data_set.ts";

/** Options of {@linkcode pairedBatches}. */
export interface PairedBatchOptions {
  /** Labelled samples a step; 64 if left out. */
  readonly size?: number;
  /** Unlabelled samples for each labelled one; 7 if left out. */
  readonly ratio?: number;
  /** Fixes the order; 0 if left out. */
  readonly seed?: number;
  /** The step to begin with, for a run that is taken up again; 0 if left out. */
  readonly step?: number;
}

/** Sample indices of one step. */
export interface PairedBatch {
  /** Number of the step, from 0 on; the `epoch` that gives `augment` fresh views. */
  readonly step: number;
  /** `[size]`, rows of the labelled data. */
  readonly labelled: Uint32Array;
  /** `[size · ratio]`, rows of the unlabelled data. */
  readonly unlabelled: Uint32Array;
}

const pairedOptions = z.strictObject({
  size: z.int().positive().default(64),
  ratio: z.int().positive().default(7),
  seed: z.int().default(0),
  step: z.int().nonnegative().default(0),
});

/** One shuffled pass over `rows` samples after the other, without an end, from any place on. */
class EndlessStream {
  readonly #rows: number;
  readonly #random: Random;
  #pass = -1;
  #order: Uint32Array = new Uint32Array(0);

  constructor(rows: number, random: Random) {
    this.#rows = rows;
    this.#random = random;
  }

  #at(place: number): number {
    const pass = Math.floor(place / this.#rows);
    if (pass !== this.#pass) {
      this.#order = this.#random.fork(`pass ${pass}`).permutation(this.#rows);
      this.#pass = pass;
    }
    return this.#order[place - pass * this.#rows]!;
  }

  /** The `count` indices of batch `step`. */
  batch(step: number, count: number): Uint32Array {
    const start = step * count;
    return Uint32Array.from({ length: count }, (_, i) => this.#at(start + i));
  }
}

/**
 * Batches of labelled and of unlabelled samples for semi-supervised learning, step by step without an end.
 *
 * Each side is its own stream: pass after pass over its samples, each in a new order, cut into batches
 * without regard to where a pass ends. So a few labelled samples come often, every sample equally
 * often, and no batch is ever short. What step `t` holds depends on the seed and `t` alone: with `step` a
 * run goes on where it was, without replaying it.
 *
 * @param data Labelled and unlabelled samples.
 * @param options Labelled samples a step, unlabelled ones for each of them, seed and first step.
 * @returns Batches of sample indices, for ever: the loop decides when to stop.
 * @throws {ShapeError} A side has no sample.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { fewShot, pairedBatches, syntheticDigits } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const data = fewShot(syntheticDigits({ samples: 500 }), { shots: 4 });
 * const batches = pairedBatches(data);
 * const sizes = batches.take(3).map(({ labelled, unlabelled }) => [labelled.length, unlabelled.length]);
 * assertEquals([...sizes], [[64, 448], [64, 448], [64, 448]]);
 * const [third] = pairedBatches(data, { step: 3 }).take(1);
 * assertEquals(third?.step, 3);
 * ```
 *
 * @see Sohn et al., "FixMatch: Simplifying Semi-Supervised Learning with Consistency and Confidence",
 * NeurIPS 2020, for size and ratio.
 */
export function pairedBatches(
  data: Record<"labelled" | "unlabelled", Pick<Samples, "shape">>,
  options: PairedBatchOptions = {},
): Generator<PairedBatch, never> {
  const check = new Check("pair batches");
  const { size, ratio, seed, step } = check.options(pairedOptions, options);
  const random = new Random(seed).fork("paired batches");
  const side = (name: "labelled" | "unlabelled") => {
    const rows = data[name].shape[0] ?? 0;
    if (rows > 0) return new EndlessStream(rows, random.fork(name));
    return check.fail(ShapeError, `at least 1 sample in \`${name}\``, rows);
  };
  const labelled = side("labelled");
  const unlabelled = side("unlabelled");
  return (function* () {
    for (let t = step;; t++) {
      yield {
        step: t,
        labelled: labelled.batch(t, size),
        unlabelled: unlabelled.batch(t, size * ratio),
      };
    }
  })();
}
