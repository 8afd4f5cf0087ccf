import { z } from "zod";
import { Check } from "../core/check.ts";
import { LabelError, ShapeError } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import { type DataSet, showable } from "./data_set.ts";
import { subset } from "./subset.ts";

/** Options of {@linkcode fewShot}. */
export interface FewShotOptions {
  /** Labelled samples of each class. */
  readonly shots: number;
  /** Fixes which; 0 if left out. Fewer shots of the same seed are among more of them. */
  readonly seed?: number;
  /**
   * What is unlabelled: the "rest" (if left out), or "all" samples, the labelled ones once more, as FixMatch
   * and FreeMatch have it.
   */
  readonly unlabelled?: "rest" | "all";
}

/** A few labelled samples, and many whose labels are not to be looked at. */
export interface FewShot {
  /** `shots` of each class. */
  readonly labelled: DataSet;
  /** Its labels are true, for judging pseudo-labels; a learner must not see them. */
  readonly unlabelled: DataSet;
}

const fewShotOptions = z.strictObject({
  shots: z.int().positive(),
  seed: z.int().default(0),
  unlabelled: z.enum(["rest", "all"]).default("rest"),
});

/** Indices of the samples of each class. */
function byClass({ labels, classes }: DataSet): number[][] {
  const groups: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, i) => groups[label]!.push(i));
  return groups;
}

/**
 * Keeps the labels of a few samples of each class, at random, and takes the others for unlabelled: the
 * setting of semi-supervised and of few-shot learning. Both parts keep the order of the whole.
 *
 * @param data Any data set.
 * @param options Labelled samples of each class, seed, and what is unlabelled.
 * @returns Both parts, with the classes of the whole.
 * @throws {LabelError} A class has fewer samples than shots.
 * @throws {ShapeError} Nothing is left to be unlabelled.
 * @throws {OptionsError} An option is missing, unknown or out of range.
 *
 * @example
 * ```ts
 * import { fewShot, syntheticDigits } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { labelled, unlabelled } = fewShot(syntheticDigits({ samples: 1000 }), { shots: 4 });
 * assertEquals([labelled.labels.length, unlabelled.labels.length], [40, 960]);
 * assertEquals(labelled.labels.filter((label) => label === 7).length, 4);
 * ```
 */
export function fewShot(data: DataSet, options: FewShotOptions): FewShot {
  const check = new Check("take a few shots");
  const { shots, seed, unlabelled } = check.options(fewShotOptions, options);
  const random = new Random(seed).fork("few shots");
  const chosen = new Uint8Array(data.labels.length);
  byClass(data).forEach((group, c) => {
    if (group.length < shots) {
      const expected = `at least ${shots} samples of class ${c}`;
      check.fail(LabelError, expected, group.length);
    }
    for (const i of random.fork(c).shuffle(group).slice(0, shots)) {
      chosen[i] = 1;
    }
  });
  const indices = Array.from(chosen.keys());
  const rest = indices.filter((i) => unlabelled === "all" || chosen[i] === 0);
  if (rest.length === 0) {
    const expected =
      `more than ${chosen.length} samples to leave some unlabelled`;
    check.fail(ShapeError, expected, chosen.length);
  }
  const part = (taken: number[], which: string): DataSet =>
    showable({
      ...subset(data, taken),
      name: `${data.name}, ${which} of fewShot(${shots}, seed ${seed})`,
    });
  return {
    labelled: part(indices.filter((i) => chosen[i] === 1), "labelled"),
    unlabelled: part(rest, "unlabelled"),
  };
}
