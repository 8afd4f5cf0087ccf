import { z } from "zod";
import { Check } from "../core/check.ts";
import { LabelError, OptionsError, ShapeError } from "../core/errors.ts";
import type { DenseMatrix, MatrixLike, VectorLike } from "../core/matrix.ts";
import { rowProducts } from "../linalg/products.ts";
import { gatherRows, normalizeRows } from "../linalg/rows.ts";

/** Options of {@linkcode recallAtK}. */
export interface RecallOptions {
  /** How many of the nearest keys are looked at; 1 if left out. */
  readonly k?: number;
  /** What each query is of, `[N]`; with `keyLabels`. Left out, query `i` seeks key `i` alone. */
  readonly queryLabels?: VectorLike;
  /** What each key is of, `[M]`. */
  readonly keyLabels?: VectorLike;
}

const recallOptions = z.strictObject({
  k: z.int().positive().default(1),
  queryLabels: z.custom<VectorLike>().optional(),
  keyLabels: z.custom<VectorLike>().optional(),
});

/** Cosines this close are the same: equal keys may be rounded differently. */
const TIE = 1e-12;

/** Queries whose cosines with all keys are held at once. */
const BLOCK = 512;

/** Labels of both sides; the index of the row where there are none. */
function labelsOf(
  check: Check,
  sizes: { readonly queries: number; readonly keys: number },
  { queryLabels, keyLabels }: z.output<typeof recallOptions>,
): { readonly queries: Int32Array; readonly keys: Int32Array } {
  if (queryLabels !== undefined && keyLabels !== undefined) {
    return {
      queries: check.labels(queryLabels, "queryLabels", sizes.queries),
      keys: check.labels(keyLabels, "keyLabels", sizes.keys),
    };
  }
  if (queryLabels !== undefined || keyLabels !== undefined) {
    const received = queryLabels === undefined ? "keyLabels" : "queryLabels";
    check.fail(
      OptionsError,
      "`queryLabels` and `keyLabels`, or neither",
      `${received} alone`,
    );
  }
  if (sizes.queries !== sizes.keys) {
    const expected = `${sizes.queries} rows in \`keys\`, a key for each query`;
    check.fail(ShapeError, expected, sizes.keys);
  }
  const queries = Int32Array.from({ length: sizes.queries }, (_, i) => i);
  return { queries, keys: queries };
}

/** For each label the keys of it. */
function keysByLabel(labels: Int32Array): Map<number, number[]> {
  const found = new Map<number, number[]>();
  labels.forEach((label, i) => {
    const own = found.get(label);
    if (own === undefined) found.set(label, [i]);
    else own.push(i);
  });
  return found;
}

/** How many keys are nearer than the nearest of `own`. */
function rankOf(cosines: Float64Array, own: readonly number[]): number {
  const nearest = own.reduce((max, i) => Math.max(max, cosines[i]!), -Infinity);
  return cosines.reduce((count, x) => x > nearest + TIE ? count + 1 : count, 0);
}

/** Ranks of all queries, some at a time. */
function* ranks(
  queries: DenseMatrix,
  keys: DenseMatrix,
  own: readonly (readonly number[])[],
): Generator<number> {
  for (let start = 0; start < queries.rows; start += BLOCK) {
    const length = Math.min(BLOCK, queries.rows - start);
    const indices = Array.from({ length }, (_, i) => start + i);
    const cosines = rowProducts(gatherRows(queries, indices), keys);
    for (const i of indices) yield rankOf(cosines.row(i - start), own[i]!);
  }
}

/**
 * Recall at k of a retrieval by cosine, without unit: the share of queries that have what they seek among their
 * `k` nearest keys. What is sought is the key of the same index, or with labels any key of the same label: texts
 * by images with `queryLabels` the classes of the images and `keyLabels` those of the texts, and the other way
 * round. With one key a class and `k = 1` it is the accuracy of the classifier that takes the nearest.
 *
 * 1 when each finds it, `k / M` by chance among `M` keys of which one is right. Keys at the same distance (cosines within
 * 1e-12) count in favour of the query. A query whose label no key has is left out.
 *
 * Cost `N M d`, memory `512 M` numbers.
 *
 * @param queries `[N, d]`, no zero row.
 * @param keys `[M, d]`, no zero row.
 * @param options How many keys are looked at, and what belongs together.
 * @returns In `[0, 1]`; higher is better.
 * @throws {ShapeError} The numbers of columns differ, or without labels those of rows.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {LabelError} A label is no non-negative integer, or no key has the label of any query.
 * @throws {OptionsError} An option is unknown or out of range, or labels are given for one side only.
 *
 * @example
 * ```ts
 * import { recallAtK } from "interplay/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * const images = [[1, 0.1], [0.2, 1], [1, 0.3]];
 * const texts = [[1, 0], [0, 1]]; // one a class
 * const labels = { queryLabels: [0, 1, 1], keyLabels: [0, 1] };
 * assertEquals(recallAtK(images, texts, labels), 2 / 3);
 * assertEquals(recallAtK(images, texts, { ...labels, k: 2 }), 1);
 * ```
 *
 * @see Karpathy and Fei-Fei, "Deep Visual-Semantic Alignments for Generating Image Descriptions", CVPR 2015,
 * where recall at 1, 5 and 10 compares images with sentences.
 */
export function recallAtK(
  queries: MatrixLike,
  keys: MatrixLike,
  options: RecallOptions = {},
): number {
  const check = new Check("compute the recall");
  const how = check.options(recallOptions, options);
  const x = normalizeRows(check.directions(queries, "queries"));
  const y = normalizeRows(check.directions(keys, "keys"));
  if (x.columns !== y.columns) {
    check.fail(ShapeError, `${x.columns} columns in \`keys\``, y.columns);
  }
  const labels = labelsOf(check, { queries: x.rows, keys: y.rows }, how);
  const byLabel = keysByLabel(labels.keys);
  const seeking = Array.from(labels.queries.keys())
    .filter((i) => byLabel.has(labels.queries[i]!));
  if (seeking.length === 0) {
    const expected = "a key with the label of a query in `keyLabels`";
    check.fail(LabelError, expected, "none");
  }
  const own = seeking.map((i) => byLabel.get(labels.queries[i]!)!);
  let found = 0;
  for (const rank of ranks(gatherRows(x, seeking), y, own)) {
    if (rank < how.k) found++;
  }
  return found / seeking.length;
}
