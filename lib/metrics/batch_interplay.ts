import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { Head, MatrixLike, VectorLike } from "../core/matrix.ts";
import { Random } from "../core/random.ts";
import { gatherRows, normalizeRows } from "../linalg/rows.ts";
import {
  classCounts,
  type InterplayValues,
  interplayValues,
  type Labelled,
  labelledEntropies,
} from "./_labelled.ts";
import { collapseValues, type Spread, spread } from "./reference.ts";

/** Options of {@linkcode batchInterplay}. */
export interface BatchInterplayOptions {
  /** Samples a batch; 64 if left out, the assumption nearest to the paper. */
  readonly size?: number;
  /** Order of the samples; as they come if left out. */
  readonly seed?: number;
}

/** Mean and spread over batches of what {@linkcode interplay} gives for each. */
export interface BatchInterplay {
  /** Entropy of the representations, in nats; at most the logarithm of the batch size. */
  readonly representations: Spread;
  /** Entropy of the head rows, in nats. */
  readonly head: Spread;
  /** In nats. */
  readonly mutualInformation: Spread;
  /** Without unit. */
  readonly mir: Spread;
  /** Without unit. */
  readonly hdr: Spread;
  /** Mean over the batches of the MIR that exact collapse would give for their labels. */
  readonly collapseMir: Spread;
  /** Batches behind each mean; a last one that is not full is left out. */
  readonly batches: number;
  /** Samples a batch. */
  readonly size: number;
}

const batchOptions = z.strictObject({
  size: z.int().min(2).default(64),
  seed: z.int().optional(),
});

/** The interplay of each full batch, with what collapse would give for its labels. */
function eachBatch(
  sides: Labelled,
  order: Uint32Array,
  size: number,
): { values: InterplayValues; collapse: InterplayValues }[] {
  return Array.from({ length: Math.floor(order.length / size) }, (_, b) => {
    const rows = order.subarray(b * size, (b + 1) * size);
    const labels = Int32Array.from(rows, (i) => sides.labels[i]!);
    const representations = gatherRows(sides.representations, rows);
    return {
      values: interplayValues(
        labelledEntropies({ ...sides, representations, labels }),
      ),
      collapse: collapseValues(classCounts(labels, sides.head.rows)),
    };
  });
}

/**
 * The interplay as means over batches, the way of the paper's figures (which do not say the size), in
 * nats and ratios. {@linkcode interplay} is exact over all samples; this is for comparison with values
 * published elsewhere.
 *
 * A batch mean is another number than the value of the whole: entropies are capped at the logarithm of
 * the batch size, and MIR is pushed up, since few samples beside many dimensions have much in common by
 * chance. `collapseMir` says what exact collapse would give on the same batches.
 *
 * Cost: `N/size` times that of {@linkcode interplay} on `size` samples, without reference.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @param labels `[N]`, integers in `[0, C)`.
 * @param head `weights [C, d]`; the bias has no part in this.
 * @param options Batch size and order.
 * @returns Means and standard deviations over batches.
 * @throws {ShapeError} Representations, labels and head do not fit, or there is no full batch.
 * @throws {LabelError} A label is not an integer in `[0, C)`.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { Random } from "interplay";
 * import { batchInterplay, interplay } from "interplay/metrics";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const random = new Random(1);
 * const gaussian = (n: number) => Array.from({ length: n }, () => Array.from(random.normals(32)));
 * const [Z, head] = [gaussian(640), { weights: gaussian(10) }];
 * const labels = Z.map((_, i) => i % 10);
 * const batches = batchInterplay(Z, labels, head);
 * assertEquals(batches.batches, 10);
 * assert(batches.mir.mean > 2 * interplay(Z, labels, head, { reference: false }).mir);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, whose figures approximate the entropy of a
 * data set by that of batches.
 */
export function batchInterplay(
  Z: MatrixLike,
  labels: VectorLike,
  head: Head,
  options: BatchInterplayOptions = {},
): BatchInterplay {
  const check = new Check("compute the interplay of batches");
  const { size, seed } = check.options(batchOptions, options);
  const representations = check.directions(Z, "Z");
  const { weights } = check.head(head, representations.columns);
  const integers = check.labels(
    labels,
    "labels",
    representations.rows,
    weights.rows,
  );
  if (representations.rows < size) {
    check.fail(
      ShapeError,
      `at least ${size} rows in \`Z\``,
      representations.rows,
    );
  }
  const order = seed === undefined
    ? Uint32Array.from({ length: integers.length }, (_, i) => i)
    : new Random(seed).permutation(integers.length);
  const sides = {
    representations: normalizeRows(representations),
    labels: integers,
    head: normalizeRows(weights),
  };
  const all = eachBatch(sides, order, size);
  const over = (pick: (v: InterplayValues) => number) =>
    spread(all.map(({ values }) => pick(values)));
  return {
    representations: over((v) => v.entropy.representations),
    head: over((v) => v.entropy.head),
    mutualInformation: over((v) => v.mutualInformation),
    mir: over((v) => v.mir),
    hdr: over((v) => v.hdr),
    collapseMir: spread(all.map(({ collapse }) => collapse.mir)),
    batches: all.length,
    size,
  };
}
