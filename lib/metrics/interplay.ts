import { z } from "zod";
import { Check } from "../core/check.ts";
import { LabelError } from "../core/errors.ts";
import type {
  DenseMatrix,
  Head,
  MatrixLike,
  VectorLike,
} from "../core/matrix.ts";
import { type Displayable, displayable } from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import { ClassScatter } from "../linalg/class_scatter.ts";
import type { EstimateEffort } from "../linalg/lanczos/mod.ts";
import { centerRows, normalizeRows } from "../linalg/rows.ts";
import {
  entropiesOf,
  type InterplayValues,
  interplayValues,
  type Labelled,
  labelledEntropies,
  labelledEstimates,
} from "./_labelled.ts";
import {
  effortOf,
  estimateFields,
  type EstimateOptions,
  type InterplayEstimates,
  interplayEstimates,
} from "./estimate.ts";
import {
  calibrate,
  type Reference,
  referenceEffort,
  referenceOf,
} from "./reference.ts";

/** The interplay of representations and head, with what it must be read beside. */
export interface InterplayRecord extends InterplayValues, Displayable {
  /** Rows of the Grams: samples, or classes at class level. */
  readonly samples: number;
  /** Rows of the head. */
  readonly classes: number;
  /** The yardsticks, unless they were declined. */
  readonly reference?: Reference;
  /** The place of MIR between shuffled labels (0) and collapse (1), if there is a reference. */
  readonly mirCalibrated?: number;
  /** The errors, if the joint entropy was estimated; what is not in here is exact. */
  readonly estimate?: InterplayEstimates;
}

/** An {@linkcode InterplayRecord} whose joint entropy was estimated. */
export interface EstimatedInterplayRecord extends InterplayRecord {
  /** The errors; what is not in here is exact. */
  readonly estimate: InterplayEstimates;
}

/** Options of {@linkcode interplay} and {@linkcode classInterplay}. */
export interface InterplayOptions {
  /**
   * `false` for none, or how much to compute: repetitions (5 if left out) and seed. It costs
   * `2 · permutations` times the rest.
   */
  readonly reference?: false | {
    /** Repetitions for the shuffled and for the random reference. */
    readonly permutations?: number;
    /** Seed of the permutations and of the Gaussians. */
    readonly seed?: number;
  };
}

/** Options of an {@linkcode interplay} whose joint entropy is estimated. */
export interface EstimatedInterplayOptions
  extends InterplayOptions, EstimateOptions {}

const interplayOptions = z.strictObject({
  reference: z.union([z.literal(false), referenceEffort]).default({
    permutations: 5,
    seed: 0,
  }),
});

const estimatedInterplayOptions = interplayOptions.extend(estimateFields);

function display(
  record: InterplayValues & {
    samples: number;
    reference?: Reference;
    estimate?: InterplayEstimates;
  },
) {
  const { reference, estimate } = record;
  const row = (name: string, pick: (v: InterplayValues) => number) =>
    reference
      ? [name, pick(record), pick(reference.collapse)]
      : [name, pick(record)];
  const shuffled = reference
    ? [["MIR, shuffled labels", reference.shuffled.mir.mean, null]]
    : [];
  const errors = estimate
    ? [
      ["standard error of joint (nats)", estimate.joint.standardError, null],
      ["standard error of MIR", estimate.mir.standardError, null],
    ]
    : [];
  return renderTable({
    caption: `Interplay of representations and head, N = ${record.samples}`,
    columns: reference ? ["", "value", "at collapse"] : ["", "value"],
    rows: [
      row(
        "entropy of representations (nats)",
        (v) => v.entropy.representations,
      ),
      row("entropy of head (nats)", (v) => v.entropy.head),
      row("joint entropy (nats)", (v) => v.entropy.joint),
      row("mutual information (nats)", (v) => v.mutualInformation),
      row("MIR", (v) => v.mir),
      row("HDR", (v) => v.hdr),
      ...shuffled,
      ...errors,
    ].map((cells) => cells.slice(0, reference ? 3 : 2)),
  });
}

/** Gives the numbers their display. */
export function showInterplay(
  record: Omit<InterplayRecord, keyof Displayable>,
): InterplayRecord {
  return displayable(record, display);
}

/** The record of two checked sides. */
function recordOf(
  sides: Labelled,
  options: z.output<typeof interplayOptions> & {
    effort?: EstimateEffort | undefined;
  },
): InterplayRecord {
  const { effort } = options;
  const triple = effort ? labelledEstimates(sides, effort) : undefined;
  const entropy = triple ? entropiesOf(triple) : labelledEntropies(sides);
  const record = {
    ...interplayValues(entropy),
    samples: sides.labels.length,
    classes: sides.head.rows,
    ...(triple ? { estimate: interplayEstimates(triple) } : {}),
  };
  if (options.reference === false) return showInterplay(record);
  const dimension = sides.representations.columns;
  const reference = referenceOf(sides, entropy, {
    ...options.reference,
    dimension,
    effort,
  });
  const mirCalibrated = calibrate(record.mir, reference);
  return showInterplay({ ...record, reference, mirCalibrated });
}

/**
 * The interplay of representations and classification head over samples: entropies, mutual information,
 * MIR and HDR, with their references. Entropies in nats.
 *
 * The Gram of the representations is held against the Gram of the head row of each sample's own label:
 * `G([z_1 … z_N])` and `G([w_{y_1} … w_{y_N}])`. At neural collapse with balanced classes MIR is
 * {@linkcode collapseMir} and HDR is 0; with one class, or two collapsed ones, an entropy is 0 and MIR
 * is `NaN` (0/0). A MIR alone says little, so the record carries what it would be at collapse, with
 * permuted labels and for random features.
 *
 * Exact over all samples given; neither Gram is formed where `d` or `d · C` is smaller than `N`. Where
 * both are large, `estimate: "slq"` gives the joint entropy with a standard error, and so those of the
 * reference; the record then says what the error of each number is.
 *
 * Cost: eigen-decompositions of size `min(N, d)`, `C` and `min(N, d · min(C, d))`; with the reference
 * `2 · permutations` more of the largest. Estimated, some hundred products of `4 N d + 4 C d · min(C, d)`
 * in place of each of the largest: seconds where `N = 10,000`, `d = 256` and `C = 100` take minutes.
 *
 * @param Z Representations, `[N, d]`, no zero row.
 * @param labels `[N]`, integers in `[0, C)`.
 * @param head `weights [C, d]`; the bias has no part in this.
 * @param options Whether to attach the reference, its effort, and whether to estimate.
 * @returns The record; it shows itself as a table.
 * @throws {ShapeError} Representations, labels and head do not fit each other.
 * @throws {LabelError} A label is not an integer in `[0, C)`.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { collapseMir, interplay } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const triangle = [[1, 0], [-0.5, Math.sqrt(0.75)], [-0.5, -Math.sqrt(0.75)]];
 * const record = interplay([...triangle, ...triangle], [0, 1, 2, 0, 1, 2], { weights: triangle });
 * assertAlmostEquals(record.mir, collapseMir(3), 1e-12);
 * assertAlmostEquals(record.hdr, 0, 1e-12);
 * assertAlmostEquals(record.mirCalibrated ?? NaN, 1, 1e-9);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, "Exploring Information-Theoretic Metrics Associated with
 * Neural Collapse in Supervised Training", arXiv 2409.16767, Corollary IV.5.
 */
export function interplay(
  Z: MatrixLike,
  labels: VectorLike,
  head: Head,
  options: EstimatedInterplayOptions,
): EstimatedInterplayRecord;
/** The exact record. */
export function interplay(
  Z: MatrixLike,
  labels: VectorLike,
  head: Head,
  options?: InterplayOptions,
): InterplayRecord;
export function interplay(
  Z: MatrixLike,
  labels: VectorLike,
  head: Head,
  options: InterplayOptions | EstimatedInterplayOptions = {},
): InterplayRecord {
  const check = new Check("compute the interplay");
  const parsed = check.options(estimatedInterplayOptions, options);
  const effort = effortOf(check, parsed);
  const representations = check.directionRows(Z, "Z");
  const { weights } = check.head(head, representations.columns);
  return recordOf({
    representations: normalizeRows(representations),
    labels: check.labels(labels, "labels", representations.rows, weights.rows),
    head: normalizeRows(weights),
  }, { reference: parsed.reference, effort });
}

/** Class means minus the mean of all samples, `[C, d]`, of a scatter in which no class is empty. */
export function centredClassMeans(
  check: Check,
  scatter: ClassScatter,
): DenseMatrix {
  const classes = scatter.counts.length;
  if (classes < 2) check.fail(LabelError, "at least 2 classes", classes);
  const missing = scatter.counts.indexOf(0);
  if (missing >= 0) {
    check.fail(
      LabelError,
      "every class of the head in `labels`",
      `no sample of class ${missing}`,
    );
  }
  return centerRows(scatter.means, scatter.globalMean);
}

/**
 * The interplay of class means and head: the same record at class level, where the theorem of neural
 * collapse lives. Entropies in nats.
 *
 * The Gram of the centred class means `μ_c − μ_G` (`μ_G` the mean of all samples) is held against the
 * Gram of the head rows, both `C × C`; `samples` is `C`. At collapse MIR is {@linkcode collapseMir} and
 * HDR 0. With few classes MIR is high for unrelated means as well: see the reference.
 *
 * Cost: `N d²` and eigen-decompositions of size `C`.
 *
 * @param Z Representations, `[N, d]`.
 * @param labels `[N]`, integers in `[0, C)`, every class at least once.
 * @param head `weights [C, d]`; the bias has no part in this.
 * @param options Whether to attach the reference, and its effort.
 * @returns The record; it shows itself as a table.
 * @throws {ShapeError} Representations, labels and head do not fit each other.
 * @throws {LabelError} A label is out of range, a class has no sample, or there is one class only.
 * @throws {NotFiniteError} An entry is not finite, or a class mean is the global mean.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { classInterplay, collapseMir } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const triangle = [[1, 0], [-0.5, Math.sqrt(0.75)], [-0.5, -Math.sqrt(0.75)]];
 * const shifted = triangle.map(([x, y]) => [x! + 5, y! - 2]);
 * const record = classInterplay(shifted, [0, 1, 2], { weights: triangle });
 * assertAlmostEquals(record.mir, collapseMir(3), 1e-12);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, Theorem IV.4.
 */
export function classInterplay(
  Z: MatrixLike,
  labels: VectorLike,
  head: Head,
  options: InterplayOptions = {},
): InterplayRecord {
  const check = new Check("compute the interplay of class means");
  const parsed = check.options(interplayOptions, options);
  const representations = check.matrix(Z, "Z");
  const { weights } = check.head(head, representations.columns);
  const integers = check.labels(
    labels,
    "labels",
    representations.rows,
    weights.rows,
  );
  const scatter = new ClassScatter(weights.rows, representations.columns);
  scatter.add(representations, integers);
  const means = check.directions(
    centredClassMeans(check, scatter),
    "centred class means",
  );
  return recordOf({
    representations: normalizeRows(means),
    labels: Int32Array.from({ length: weights.rows }, (_, c) => c),
    head: normalizeRows(weights),
  }, parsed);
}
