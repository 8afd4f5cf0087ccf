import { z } from "zod";
import { Check } from "../core/check.ts";
import {
  DenseMatrix,
  type Head,
  type MatrixLike,
  type VectorLike,
} from "../core/matrix.ts";
import { Random } from "../core/random.ts";
import { semidefiniteFactor } from "../linalg/cholesky.ts";
import { symmetricEigenvalues } from "../linalg/eigen.ts";
import type { EstimateEffort } from "../linalg/lanczos/mod.ts";
import { gatherRows, normalizeRows } from "../linalg/rows.ts";
import { entropyOfSpectrum } from "../linalg/spectral_entropy.ts";
import {
  classCounts,
  entropiesOf,
  type InterplayEntropies,
  type InterplayValues,
  interplayValues,
  jointEntropy,
  jointEstimate,
  type Labelled,
  labelledEntropies,
  labelledEstimates,
} from "./_labelled.ts";
import { seed } from "./_options.ts";
import { stream } from "./estimate.ts";

/** Mean and sample standard deviation over repetitions; the deviation of one repetition is `NaN`. */
export interface Spread {
  /** Mean over the repetitions. */
  readonly mean: number;
  /** Standard deviation with `n − 1`. */
  readonly sd: number;
}

/** Spread of the three numbers that compare two sides. */
export interface ReferenceSpread {
  /** In nats. */
  readonly mutualInformation: Spread;
  /** Without unit. */
  readonly mir: Spread;
  /** Without unit. */
  readonly hdr: Spread;
  /** Repetitions behind the spread. */
  readonly permutations: number;
}

/** What the numbers would be for these very labels if representations and head were … */
export interface Reference {
  /** … at exact neural collapse. */
  readonly collapse: InterplayValues;
  /** … the same, but the labels permuted. */
  readonly shuffled: ReferenceSpread;
  /** … independent Gaussians of the same shapes. */
  readonly random: ReferenceSpread;
  /** `log N`, in nats: no entropy is above it. */
  readonly ceiling: number;
}

/** Options of {@linkcode reference}. */
export interface ReferenceOptions {
  /** Number of classes `C`; left out, the rows of the head, or the largest label and one. */
  readonly classes?: number;
  /** Dimension `d` of the random features; left out, that of `representations`, or `classes`. */
  readonly dimension?: number;
  /** Repetitions for the shuffled and for the random reference; 5 if left out. */
  readonly permutations?: number;
  /** Seed of the permutations and of the Gaussians; 0 if left out. */
  readonly seed?: number;
  /** Representations to hold against permuted labels, `[N, d]`; left out, those at collapse. */
  readonly representations?: MatrixLike;
  /** Head for the same purpose, with as many columns; left out, the one at collapse. */
  readonly head?: Head;
}

/** The part of {@linkcode ReferenceOptions} that says how much to compute. */
export const referenceEffort = z.strictObject({
  permutations: z.int().positive().default(5),
  seed,
});

const referenceOptions = referenceEffort.extend({
  classes: z.int().positive().optional(),
  dimension: z.int().positive().optional(),
  representations: z.unknown().optional(),
  head: z.unknown().optional(),
});

/** `C` unit vectors with common cosine `−1/(C − 1)`, `[C, C − 1]`; `C = 1` gives one vector. */
function simplex(classes: number): DenseMatrix {
  const gram = DenseMatrix.zeros(classes, classes);
  gram.data.fill(-1 / (classes - 1));
  for (let c = 0; c < classes; c++) gram.data[c * classes + c] = 1;
  return semidefiniteFactor(gram);
}

/**
 * The numbers at exact neural collapse for these class counts: both sides are `D^½ E(ρ) D^½` with the
 * equiangular Gram `E` of `ρ = −1/(C − 1)`, and their Hadamard product has `ρ²`.
 */
export function collapseValues(counts: Float64Array): InterplayValues {
  const present = counts.filter((count) => count > 0);
  const entropyAt = (rho: number) => {
    const gram = DenseMatrix.zeros(present.length, present.length);
    present.forEach((a, i) =>
      present.forEach((b, j) =>
        gram.data[i * present.length + j] = Math.sqrt(a * b) *
          (i === j ? 1 : rho)
      )
    );
    return entropyOfSpectrum(symmetricEigenvalues(gram));
  };
  const rho = -1 / (counts.length - 1);
  const entropy = entropyAt(rho);
  return interplayValues({
    representations: entropy,
    head: entropy,
    joint: entropyAt(rho * rho),
  });
}

/** Mean and sample standard deviation. */
export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

function spreadOf(values: readonly InterplayValues[]): ReferenceSpread {
  return {
    mutualInformation: spread(values.map((v) => v.mutualInformation)),
    mir: spread(values.map((v) => v.mir)),
    hdr: spread(values.map((v) => v.hdr)),
    permutations: values.length,
  };
}

function gaussianDirections(
  rows: number,
  columns: number,
  random: Random,
): DenseMatrix {
  return normalizeRows(
    new DenseMatrix(random.normals(rows * columns), rows, columns),
  );
}

/** The reference of two checked sides whose entropies are known. */
export function referenceOf(
  sides: Labelled,
  entropy: InterplayEntropies,
  { permutations, seed, dimension, effort }: {
    permutations: number;
    seed: number;
    dimension: number;
    /** Where the joint entropies are to be estimated. */
    effort?: EstimateEffort | undefined;
  },
): Reference {
  const { labels, head } = sides;
  const random = new Random(seed);
  const repeat = (value: (i: number) => InterplayEntropies) =>
    spreadOf(
      Array.from({ length: permutations }, (_, i) => interplayValues(value(i))),
    );
  return {
    collapse: collapseValues(classCounts(labels, head.rows)),
    // A permutation keeps both spectra; only the joint changes.
    shuffled: repeat((i) => {
      const shuffled = random.fork(`shuffle ${i}`).shuffle(labels.slice());
      const permuted = { ...sides, labels: shuffled };
      const joint = effort
        ? jointEstimate(permuted, stream(effort, `shuffle ${i}`)).value
        : jointEntropy(permuted);
      return { ...entropy, joint };
    }),
    random: repeat((i) => {
      const draw = random.fork(`gaussian ${i}`);
      const drawn = {
        representations: gaussianDirections(labels.length, dimension, draw),
        labels,
        head: gaussianDirections(head.rows, dimension, draw),
      };
      return effort
        ? entropiesOf(labelledEstimates(drawn, stream(effort, `gaussian ${i}`)))
        : labelledEntropies(drawn);
    }),
    ceiling: Math.log(labels.length),
  };
}

/** The place of a MIR between its shuffled reference (0) and collapse (1); may lie outside. */
export function calibrate(
  mir: number,
  { shuffled, collapse }: Reference,
): number {
  return (mir - shuffled.mir.mean) / (collapse.mir - shuffled.mir.mean);
}

/**
 * What entropies, MIR and HDR would be for these very labels at neural collapse, with permuted labels,
 * and for random features: the yardsticks without which a MIR says nothing. Entropies in nats.
 *
 * `collapse` takes class means and head at a simplex equiangular frame (which needs `d ≥ C − 1` to be
 * reached) and the class frequencies as they are, so that an unbalanced or small sample gets its own
 * value. `shuffled` permutes the labels, which keeps both entropies and breaks their connection.
 * `random` draws features and head from a Gaussian. `ceiling` is `log N`.
 *
 * Cost: `2 · permutations` times that of {@linkcode interplay} without reference.
 *
 * @param labels `[N]`, integers in `[0, C)`.
 * @param options Classes, dimension, repetitions, seed, and what to hold against permuted labels.
 * @returns The four yardsticks.
 * @throws {LabelError} A label is not an integer in `[0, C)`.
 * @throws {ShapeError} Labels, representations and head do not fit each other.
 * @throws {NotFiniteError} An entry is not finite or a row is zero.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { collapseMir, reference } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { collapse, shuffled, ceiling } = reference([0, 1, 2, 0, 1, 2], { dimension: 8 });
 * assertAlmostEquals(collapse.mir, collapseMir(3), 1e-12);
 * assertAlmostEquals(ceiling, Math.log(6), 1e-15);
 * console.log(shuffled.mir.mean, shuffled.mir.sd);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Corollary 4.3, for the value at collapse.
 */
export function reference(
  labels: VectorLike,
  options: ReferenceOptions = {},
): Reference {
  const check = new Check("compute the reference");
  const { permutations, seed, classes, dimension } = check.options(
    referenceOptions,
    options,
  );
  const representations = options.representations === undefined
    ? undefined
    : check.directions(options.representations, "representations");
  const weights = options.head === undefined
    ? undefined
    : check.head(options.head, representations?.columns).weights;
  if (weights && classes !== undefined) {
    check.rows(weights, "head.weights", classes);
  }
  const integers = check.labels(
    labels,
    "labels",
    representations?.rows,
    classes ?? weights?.rows,
  );
  const count = classes ?? weights?.rows ?? integers.reduce(larger, 0) + 1;
  const sides: Labelled = {
    labels: integers,
    representations: representations
      ? normalizeRows(representations)
      : gatherRows(simplex(count), integers),
    head: weights ? normalizeRows(weights) : simplex(count),
  };
  return referenceOf(sides, labelledEntropies(sides), {
    permutations,
    seed,
    dimension: dimension ?? representations?.columns ?? sides.head.rows,
  });
}

function larger(a: number, b: number): number {
  return Math.max(a, b);
}
