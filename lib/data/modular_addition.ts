import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import { type DataSet, showable } from "./data_set.ts";
import type { Split } from "./split.ts";

/** Options of {@linkcode modularAddition}. */
export interface ModularAdditionOptions {
  /** Share of the pairs that is trained on, in `(0, 1)`; 0.3 if left out. */
  readonly trainFraction?: number;
  /** Fixes which; 0 if left out. */
  readonly seed?: number;
}

const additionOptions = z.strictObject({
  trainFraction: z.number().gt(0).lt(1).default(0.3),
  seed: z.int().default(0),
});

/** "a b =" for each of these pairs, numbered `a · p + b`. */
function equations(p: number, pairs: Uint32Array, name: string): DataSet {
  const inputs = new Float32Array(3 * pairs.length);
  const labels = new Int32Array(pairs.length);
  pairs.forEach((pair, i) => {
    const [a, b] = [Math.floor(pair / p), pair % p];
    inputs.set([a, b, p], 3 * i);
    labels[i] = (a + b) % p;
  });
  return showable({
    name,
    inputs,
    shape: [pairs.length, 3],
    labels,
    classes: p,
    classNames: Array.from({ length: p }, (_, c) => `${c}`),
  });
}

/**
 * Addition modulo `p`: all `p²` questions "a b =" with their answers, the data on which networks grok. A
 * sample is three tokens, `a`, `b` and `p` for the sign "="; there are `p + 1` different tokens.
 *
 * Cost: one pass over the pairs.
 *
 * @param p At least 2; 113 in the paper.
 * @param options Share of the pairs that is trained on, and the seed of the choice.
 * @returns Tokens `[N, 3]` with labels `(a + b) mod p`; both parts together hold each pair once.
 * @throws {ShapeError} `p` is not an integer of at least 2, or a part would be empty.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { modularAddition } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { train, test } = modularAddition(113);
 * assertEquals([train.labels.length, test.labels.length], [3830, 8939]);
 * const [a, b, equals] = train.inputs;
 * assertEquals([equals, train.labels[0]], [113, (a! + b!) % 113]);
 * ```
 *
 * @see Power, Burda, Edwards, Babuschkin and Misra, "Grokking: Generalization Beyond Overfitting on Small
 * Algorithmic Datasets", arXiv 2201.02177.
 * @see Nanda, Chan, Lieberum, Smith and Steinhardt, "Progress measures for grokking via mechanistic
 * interpretability", ICLR 2023.
 */
export function modularAddition(
  p: number,
  options: ModularAdditionOptions = {},
): Split {
  const check = new Check("make modular addition");
  const { trainFraction, seed } = check.options(additionOptions, options);
  const most = 46_340; // p² must be an index of 31 bits
  if (!Number.isInteger(p) || p < 2 || p > most) {
    check.fail(ShapeError, `an integer in [2, ${most}] as \`p\``, p);
  }
  const pairs = new Random(seed).fork("modular addition").permutation(p * p);
  const count = Math.floor(trainFraction * pairs.length);
  if (count === 0) {
    check.fail(
      ShapeError,
      `at least 1 of ${pairs.length} pairs to train on`,
      0,
    );
  }
  const part = (chosen: Uint32Array, which: string) =>
    equations(
      p,
      chosen.sort(),
      `modularAddition(${p}, seed ${seed}), ${which}`,
    );
  return {
    train: part(pairs.slice(0, count), "train"),
    test: part(pairs.slice(count), "test"),
  };
}
