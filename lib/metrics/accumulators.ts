import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import {
  DenseMatrix,
  type Head,
  type MatrixLike,
  type VectorLike,
} from "../core/matrix.ts";
import type { Rows } from "../core/rows.ts";
import { ClassMoments } from "../linalg/class_moments.ts";
import { ClassScatter } from "../linalg/class_scatter.ts";
import { semidefiniteFactor } from "../linalg/cholesky.ts";
import { symmetricEigenvalues } from "../linalg/eigen.ts";
import { rowGram } from "../linalg/products.ts";
import { gatherRows, normalizeRows } from "../linalg/rows.ts";
import {
  addDirectionProducts,
  directionSpectrum,
  repeatedRowSpectrum,
} from "../linalg/spectra.ts";
import { entropyOfSpectrum } from "../linalg/spectral_entropy.ts";
import { type InterplayValues, interplayValues } from "./_labelled.ts";
import { alphaOptions } from "./_options.ts";
import { loadState, saveState } from "./_state_file.ts";
import {
  type CollapseStatistics,
  collapseStatistics,
} from "./neural_collapse.ts";
import { collapseValues } from "./reference.ts";
import type { OrderOptions } from "./mutual_information.ts";

/** One batch of labelled representations. */
export interface LabelledBatch {
  /** `[n, d]`. */
  readonly representations: MatrixLike;
  /** `[n]`, integers in `[0, C)`. */
  readonly labels: VectorLike;
}

/**
 * Matrix entropy of a stream of representations, in nats, exact: what {@linkcode matrixEntropy} gives for
 * all rows at once, to rounding, over any split into batches.
 *
 * Memory `d²`, whatever the number of rows.
 *
 * @example
 * ```ts
 * import { EntropyAccumulator, matrixEntropy } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const Z = [[1, 2, 0], [0, 1, 1], [3, 0, 1], [1, 1, 1]];
 * const first = new EntropyAccumulator().update(Z.slice(0, 1));
 * const second = new EntropyAccumulator().update(Z.slice(1));
 * assertAlmostEquals(first.merge(second).compute(), matrixEntropy(Z), 1e-14);
 * ```
 */
export class EntropyAccumulator {
  #alpha: number;
  #moment: DenseMatrix | undefined;
  #samples = 0;

  /** Starts empty; the dimension is that of the first batch. */
  constructor(options: OrderOptions = {}) {
    const check = new Check("accumulate the matrix entropy");
    this.#alpha = check.options(alphaOptions, options).alpha;
  }

  /** Rows seen. */
  get samples(): number {
    return this.#samples;
  }

  /** Adds representations, `[n, d]`, no zero row; errors as {@linkcode matrixEntropy}, adding nothing. */
  update(batch: MatrixLike): this {
    const check = new Check("accumulate the matrix entropy");
    const representations = check.directionRows(batch, "batch");
    const dimension = this.#moment?.rows ?? representations.columns;
    checkColumns(check, representations, dimension, "batch");
    this.#moment ??= DenseMatrix.zeros(dimension, dimension);
    addDirectionProducts(this.#moment, representations);
    this.#samples += representations.rows;
    return this;
  }

  /** Adds what another accumulator has seen. */
  merge(other: EntropyAccumulator): this {
    const check = new Check("merge accumulators of the matrix entropy");
    if (other.#moment === undefined) return this;
    this.#moment ??= DenseMatrix.zeros(other.#moment.rows, other.#moment.rows);
    checkColumns(check, other.#moment, this.#moment.rows, "other");
    for (let i = 0; i < this.#moment.data.length; i++) {
      this.#moment.data[i] = this.#moment.data[i]! + other.#moment.data[i]!;
    }
    this.#samples += other.#samples;
    return this;
  }

  /** The entropy of all rows seen, in nats; throws a `ShapeError` if there are none. */
  compute(): number {
    const check = new Check("compute the accumulated matrix entropy");
    if (this.#moment === undefined) {
      return check.fail(ShapeError, "at least 1 row", 0);
    }
    return entropyOfSpectrum(symmetricEigenvalues(this.#moment), this.#alpha);
  }
}

function checkColumns(
  check: Check,
  matrix: Rows,
  columns: number,
  name: string,
): void {
  if (matrix.columns !== columns) {
    check.fail(ShapeError, `${columns} columns in \`${name}\``, matrix.columns);
  }
}

/** Arrays one after the other. */
function concatenated(arrays: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(
    arrays.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}

/** A checked batch for a head of known size. */
function checkBatch(
  check: Check,
  { representations, labels }: LabelledBatch,
  weights: DenseMatrix,
  directions: boolean,
): { rows: DenseMatrix; labels: Int32Array } {
  const rows = directions
    ? check.directions(representations, "representations")
    : check.matrix(representations, "representations");
  checkColumns(check, rows, weights.columns, "representations");
  return {
    rows,
    labels: check.labels(labels, "labels", rows.rows, weights.rows),
  };
}

/** The rows of a head, copied: who goes on training it must not change what has been seen with it. */
function ownWeights(check: Check, head: Head): DenseMatrix {
  const { data, rows, columns } = check.head(head).weights;
  return new DenseMatrix(data.slice(), rows, columns);
}

/** Two heads of one accumulation must be the same. */
function checkSameHead(
  check: Check,
  mine: DenseMatrix,
  other: DenseMatrix,
): void {
  const same = mine.rows === other.rows && mine.columns === other.columns &&
    mine.data.every((x, i) => x === other.data[i]);
  if (!same) {
    check.fail(ShapeError, "accumulators of one head", "two different ones");
  }
}

/**
 * NC1 to NC3 of a stream of representations, exact: what {@linkcode neuralCollapse} gives for all rows at
 * once, to rounding, over any split into batches. NC4 looks at each sample with the final class means,
 * so one pass cannot give it.
 *
 * Memory `C d + d²`, whatever the number of rows.
 *
 * @example
 * ```ts
 * import { CollapseAccumulator } from "interplay/metrics";
 * import { assert } from "@std/assert";
 *
 * const triangle = [[1, 0], [-0.5, Math.sqrt(0.75)], [-0.5, -Math.sqrt(0.75)]];
 * const accumulator = new CollapseAccumulator({ weights: triangle });
 * accumulator.update({ representations: triangle, labels: [0, 1, 2] });
 * assert(accumulator.compute().nc2.etfError < 1e-15);
 * ```
 */
export class CollapseAccumulator {
  #weights: DenseMatrix;
  #scatter: ClassScatter;

  /** Starts empty, for a head `weights [C, d]`. */
  constructor(head: Head) {
    this.#weights = ownWeights(new Check("accumulate neural collapse"), head);
    this.#scatter = new ClassScatter(this.#weights.rows, this.#weights.columns);
  }

  /** Rows seen. */
  get samples(): number {
    return this.#scatter.samples;
  }

  /** Adds a batch; errors as {@linkcode neuralCollapse}, adding nothing. */
  update(batch: LabelledBatch): this {
    const check = new Check("accumulate neural collapse");
    const { rows, labels } = checkBatch(check, batch, this.#weights, false);
    this.#scatter.add(rows, labels);
    return this;
  }

  /** Adds what another accumulator of the same head has seen. */
  merge(other: CollapseAccumulator): this {
    const check = new Check("merge accumulators of neural collapse");
    checkSameHead(check, this.#weights, other.#weights);
    this.#scatter.merge(other.#scatter);
    return this;
  }

  /** NC1 to NC3 of all rows seen; throws a `LabelError` while a class has no sample. */
  compute(): CollapseStatistics {
    const check = new Check("compute the accumulated neural collapse");
    return collapseStatistics(check, this.#scatter, this.#weights);
  }
}

/** What {@linkcode InterplayAccumulator} knows of all rows it has seen. */
export interface AccumulatedInterplay extends InterplayValues {
  /** Rows seen. */
  readonly samples: number;
  /** Rows of the head. */
  readonly classes: number;
  /** What the numbers would be at collapse for these class counts, and `log N`. */
  readonly reference: {
    /** At exact neural collapse. */
    readonly collapse: InterplayValues;
    /** `log N`, in nats. */
    readonly ceiling: number;
  };
  /** Mean over the classes present of their entropies, in nats. */
  readonly intraClassEntropy: number;
  /** Entropy of the class means, in nats. */
  readonly interClassEntropy: number;
}

/**
 * The interplay of a stream of representations with a head, exact over all rows seen: what
 * {@linkcode interplay}, {@linkcode intraClassEntropy} and {@linkcode interClassEntropy} give for all
 * rows at once, to rounding, over any split into batches. Entropies in nats.
 *
 * The state are the class moments `Σ ẑẑᵀ`: the head has only `C` different rows, so the joint Gram has
 * the second moment `Σ_c S_c ⊗ ŵ_c ŵ_cᵀ`, whatever the number of rows.
 *
 * Memory `C d²`; the joint entropy takes an eigen-decomposition of size `d · rank(W)`, so this suits
 * `d · C` up to a few thousand.
 *
 * @example
 * ```ts
 * import { collapseMir, InterplayAccumulator } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const triangle = [[1, 0], [-0.5, Math.sqrt(0.75)], [-0.5, -Math.sqrt(0.75)]];
 * const accumulator = new InterplayAccumulator({ weights: triangle });
 * for (const label of [0, 1, 2]) {
 *   accumulator.update({ representations: [triangle[label]!], labels: [label] });
 * }
 * assertAlmostEquals(accumulator.compute().mir, collapseMir(3), 1e-12);
 * ```
 */
export class InterplayAccumulator {
  #weights: DenseMatrix;
  #moments: ClassMoments;
  #scatter: ClassScatter;

  /** Starts empty, for a head `weights [C, d]`. */
  constructor(head: Head) {
    this.#weights = ownWeights(new Check("accumulate the interplay"), head);
    const { rows: classes, columns } = this.#weights;
    this.#moments = new ClassMoments(classes, columns);
    this.#scatter = new ClassScatter(classes, columns);
  }

  /** Rows seen. */
  get samples(): number {
    return this.#scatter.samples;
  }

  /** Adds a batch; errors as {@linkcode interplay}, adding nothing. */
  update(batch: LabelledBatch): this {
    const check = new Check("accumulate the interplay");
    const { rows, labels } = checkBatch(check, batch, this.#weights, true);
    this.#moments.add(normalizeRows(rows), labels);
    this.#scatter.add(rows, labels);
    return this;
  }

  /** Adds what another accumulator of the same head has seen. */
  merge(other: InterplayAccumulator): this {
    const check = new Check("merge accumulators of the interplay");
    checkSameHead(check, this.#weights, other.#weights);
    this.#moments.merge(other.#moments);
    this.#scatter.merge(other.#scatter);
    return this;
  }

  /**
   * Writes the state to one file with a checksum, whole or not at all; {@linkcode InterplayAccumulator.load}
   * goes on from it, elsewhere or after a break.
   */
  async save(path: string | URL): Promise<void> {
    await saveState(path, {
      kind: "InterplayAccumulator",
      arrays: {
        size: new Float64Array([this.#weights.rows, this.#weights.columns]),
        weights: this.#weights.data,
        counts: this.#scatter.counts,
        moments: concatenated(this.#moments.moments.map(({ data }) => data)),
        means: this.#scatter.means.data,
        deviations: this.#scatter.deviations,
        within: this.#scatter.within.data,
      },
    });
  }

  /**
   * An accumulator with the state that was saved; throws a `FormatError` if the file is not such a state,
   * or damaged.
   */
  static async load(path: string | URL): Promise<InterplayAccumulator> {
    const state = await loadState(path, "InterplayAccumulator");
    const [classes = 0, d = 0] = state.take("size", 2);
    const weights = new DenseMatrix(
      state.take("weights", classes * d),
      classes,
      d,
    );
    const accumulator = new InterplayAccumulator({ weights });
    const { counts, moments } = accumulator.#moments;
    const scatter = accumulator.#scatter;
    const saved = state.take("moments", classes * d * d);
    moments.forEach(({ data }, c) =>
      data.set(saved.subarray(c * d * d, (c + 1) * d * d))
    );
    counts.set(state.take("counts", classes));
    scatter.counts.set(counts);
    scatter.means.data.set(state.take("means", classes * d));
    scatter.deviations.set(state.take("deviations", classes));
    scatter.within.data.set(state.take("within", d * d));
    return accumulator;
  }

  /** Everything the state tells; throws a `ShapeError` while no row has been seen. */
  compute(): AccumulatedInterplay {
    const check = new Check("compute the accumulated interplay");
    if (this.samples === 0) check.fail(ShapeError, "at least 1 row", 0);
    const { counts } = this.#moments;
    const head = normalizeRows(this.#weights);
    return {
      ...interplayValues({
        representations: entropyOfSpectrum(this.#moments.spectrum()),
        head: entropyOfSpectrum(repeatedRowSpectrum(head, counts)),
        joint: entropyOfSpectrum(
          this.#moments.jointSpectrum(semidefiniteFactor(rowGram(head))),
        ),
      }),
      samples: this.samples,
      classes: head.rows,
      reference: {
        collapse: collapseValues(counts),
        ceiling: Math.log(this.samples),
      },
      ...this.#classEntropies(check),
    };
  }

  /** NC1 to NC3 of all rows seen; throws a `LabelError` while a class has no sample. */
  computeCollapse(): CollapseStatistics {
    const check = new Check("compute the accumulated neural collapse");
    return collapseStatistics(check, this.#scatter, this.#weights);
  }

  #classEntropies(check: Check) {
    const present = Array.from(this.#moments.counts.keys()).filter((c) =>
      this.#moments.counts[c]! > 0
    );
    const within = present.map((c) =>
      entropyOfSpectrum(this.#moments.classSpectrum(c))
    );
    const means = check.directions(
      gatherRows(this.#scatter.means, present),
      "class means",
    );
    return {
      intraClassEntropy: within.reduce((a, b) => a + b, 0) / present.length,
      interClassEntropy: entropyOfSpectrum(directionSpectrum(means)),
    };
  }
}
