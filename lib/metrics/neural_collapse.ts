import { Check } from "../core/check.ts";
import {
  type DenseHead,
  DenseMatrix,
  type Head,
  type MatrixLike,
  type VectorLike,
} from "../core/matrix.ts";
import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import { ClassScatter } from "../linalg/class_scatter.ts";
import { symmetricEigen } from "../linalg/eigen.ts";
import {
  innerProduct,
  rowGram,
  rowProducts,
  secondMoment,
  trace,
  transpose,
} from "../linalg/products.ts";
import { balanced, dot, norm, squaredDistance } from "../linalg/rows.ts";
import { centredClassMeans } from "./interplay.ts";

/** NC1, variability within classes against variability between them; 0 at collapse. */
export interface VariabilityCollapse {
  /** `tr(Σ_W Σ_B⁺)/C`. */
  readonly pinv: number;
  /** `tr Σ_W / tr Σ_B`. */
  readonly quotient: number;
  /** Class-distance normalised variance: mean over pairs of `(Var_c + Var_c')/(2‖μ_c − μ_c'‖²)`. */
  readonly cdnv: number;
}

/** NC2, convergence to a simplex equiangular tight frame; 0 at collapse. */
export interface SimplexFrame {
  /** Standard deviation over mean of the lengths of the centred class means. */
  readonly equinormMeans: number;
  /** Standard deviation over mean of the lengths of the head rows. */
  readonly equinormHead: number;
  /** Mean over pairs of `|cos + 1/(C − 1)|` of the centred class means. */
  readonly equiangularMeans: number;
  /** Mean over pairs of `|cos + 1/(C − 1)|` of the head rows. */
  readonly equiangularHead: number;
  /** `‖MMᵀ/‖MMᵀ‖_F − (I − 11ᵀ/C)/√(C − 1)‖_F`. */
  readonly etfError: number;
}

/** NC3, head rows parallel to class means; 0 at collapse. */
export interface SelfDuality {
  /** `‖W/‖W‖_F − M/‖M‖_F‖_F²`, in `[0, 4]`. */
  readonly selfDuality: number;
  /** `‖WMᵀ/‖WMᵀ‖_F − (I − 11ᵀ/C)/√(C − 1)‖_F`. */
  readonly structureError: number;
}

/** NC4, the decision of the nearest class mean. */
export interface NearestMean {
  /** Share of samples on which `argmax(Wh + b)` and the nearest class mean agree; 1 at collapse. */
  readonly agreement: number;
}

/** NC1 to NC3: what class statistics and head suffice for. */
export interface CollapseStatistics {
  /** Variability collapse. */
  readonly nc1: VariabilityCollapse;
  /** Simplex frame. */
  readonly nc2: SimplexFrame;
  /** Self-duality. */
  readonly nc3: SelfDuality;
}

/** NC1 to NC4. */
export interface NeuralCollapse extends CollapseStatistics, Displayable {
  /** Nearest class mean. */
  readonly nc4: NearestMean;
}

/** Eigenvalues of `Σ_B` below this share of the largest one count as zero in its pseudo-inverse. */
const RANK = 1e-10;

/** Directions `v_k` with weights `λ_k`, `Σ_B = Σ_k λ_k v_k v_kᵀ`, from the smaller of both Grams. */
function betweenEigen(
  means: DenseMatrix,
): { values: number[]; vectors: DenseMatrix } {
  const { rows: classes, columns } = means;
  const small = columns < classes;
  const { values, vectors } = symmetricEigen(
    small ? secondMoment(means) : rowGram(means),
  );
  const kept = Array.from(values).filter((x) => x > RANK * values[0]!);
  const directions = DenseMatrix.zeros(kept.length, columns);
  const columnsOfMeans = transpose(means);
  kept.forEach((value, k) => {
    const row = directions.row(k);
    if (small) return row.set(vectors.row(k));
    const scale = 1 / Math.sqrt(value);
    for (let j = 0; j < columns; j++) {
      row[j] = scale * dot(columnsOfMeans.row(j), vectors.row(k));
    }
  });
  return { values: kept.map((x) => x / classes), vectors: directions };
}

function pseudoInverseTrace(within: DenseMatrix, means: DenseMatrix): number {
  const { values, vectors } = betweenEigen(means);
  let sum = 0;
  values.forEach((value, k) => {
    const v = vectors.row(k);
    const image = v.map((_, i) => dot(within.row(i), v));
    sum += dot(v, image) / value;
  });
  return sum / means.rows;
}

/** Calls `visit` with the indices of each unordered pair of classes; returns the mean. */
function meanOverPairs(
  classes: number,
  visit: (a: number, b: number) => number,
): number {
  let sum = 0;
  for (let a = 0; a < classes; a++) {
    for (let b = 0; b < a; b++) sum += visit(a, b);
  }
  return sum / (classes * (classes - 1) / 2);
}

function variabilityCollapse(
  scatter: ClassScatter,
  means: DenseMatrix,
): VariabilityCollapse {
  const { counts, deviations, withinCovariance } = scatter;
  const variance = deviations.map((x, c) => x / counts[c]!);
  return {
    pinv: pseudoInverseTrace(withinCovariance, means),
    quotient: trace(withinCovariance) /
      (innerProduct(means, means) / means.rows),
    cdnv: meanOverPairs(
      means.rows,
      (a, b) =>
        (variance[a]! + variance[b]!) /
        (2 * squaredDistance(means.row(a), means.row(b))),
    ),
  };
}

/** Standard deviation over mean of the lengths of the rows. */
function equinorm(rows: DenseMatrix): number {
  const lengths = Array.from(
    { length: rows.rows },
    (_, c) => norm(rows.row(c)),
  );
  const mean = lengths.reduce((a, b) => a + b, 0) / lengths.length;
  const variance = lengths.reduce((sum, x) => sum + (x - mean) ** 2, 0) /
    lengths.length;
  return Math.sqrt(variance) / mean;
}

/** Mean over pairs of `|cos + 1/(C − 1)|`. */
function equiangular(rows: DenseMatrix): number {
  const lengths = Array.from(
    { length: rows.rows },
    (_, c) => norm(rows.row(c)),
  );
  return meanOverPairs(rows.rows, (a, b) => {
    const cosine = dot(rows.row(a), rows.row(b)) / (lengths[a]! * lengths[b]!);
    return Math.abs(cosine + 1 / (rows.rows - 1));
  });
}

/** `‖A/‖A‖_F − (I − 11ᵀ/C)/√(C − 1)‖_F`: how far `A [C, C]` is from the Gram of a simplex frame. */
function frameError(products: DenseMatrix): number {
  const classes = products.rows;
  const scale = Math.sqrt(innerProduct(products, products));
  let sum = 0;
  for (let i = 0; i < classes; i++) {
    for (let j = 0; j < classes; j++) {
      const ideal = ((i === j ? 1 : 0) - 1 / classes) / Math.sqrt(classes - 1);
      sum += (products.data[i * classes + j]! / scale - ideal) ** 2;
    }
  }
  return Math.sqrt(sum);
}

/** `‖A/‖A‖_F − B/‖B‖_F‖_F²`. */
function directionDistance(a: DenseMatrix, b: DenseMatrix): number {
  const scaleA = Math.sqrt(innerProduct(a, a));
  const scaleB = Math.sqrt(innerProduct(b, b));
  return a.data.reduce(
    (sum, x, i) => sum + (x / scaleA - b.data[i]! / scaleB) ** 2,
    0,
  );
}

/** NC1 to NC3 from class statistics in which no class is empty. */
export function collapseStatistics(
  check: Check,
  scatter: ClassScatter,
  head: DenseMatrix,
): CollapseStatistics {
  const means = centredClassMeans(check, scatter);
  const weights = balanced(head);
  return {
    nc1: variabilityCollapse(scatter, means),
    nc2: {
      equinormMeans: equinorm(means),
      equinormHead: equinorm(weights),
      equiangularMeans: equiangular(means),
      equiangularHead: equiangular(weights),
      etfError: frameError(rowGram(means)),
    },
    nc3: {
      selfDuality: directionDistance(weights, means),
      structureError: frameError(rowProducts(weights, means)),
    },
  };
}

/** The index of the largest value; the first of equals. */
function argmax(length: number, value: (c: number) => number): number {
  let best = 0;
  let largest = value(0);
  for (let c = 1; c < length; c++) {
    const x = value(c);
    if (x > largest) [best, largest] = [c, x];
  }
  return best;
}

/** The class of the largest logit for each row. */
function decisions(Z: DenseMatrix, { weights, bias }: DenseHead): number[] {
  return Array.from({ length: Z.rows }, (_, i) => {
    const h = Z.row(i);
    const logit = (c: number) => dot(weights.row(c), h) + (bias?.[c] ?? 0);
    return argmax(weights.rows, logit);
  });
}

/** The class of the nearest mean for each row. */
function nearestMeans(Z: DenseMatrix, means: DenseMatrix): number[] {
  return Array.from({ length: Z.rows }, (_, i) => {
    const h = Z.row(i);
    return argmax(means.rows, (c) => -squaredDistance(means.row(c), h));
  });
}

/** The rows of the table in which a record of neural collapse shows itself: name, value, what it is. */
export function collapseRows(
  record: CollapseStatistics,
): [string, number, string][] {
  const { nc1, nc2, nc3 } = record;
  return [
    ["NC1 tr(Σ_W Σ_B⁺)/C", nc1.pinv, "0 at collapse"],
    ["NC1 tr Σ_W / tr Σ_B", nc1.quotient, "0 at collapse"],
    ["NC1 CDNV", nc1.cdnv, "0 at collapse"],
    ["NC2 equinorm, means", nc2.equinormMeans, "0 at collapse"],
    ["NC2 equinorm, head", nc2.equinormHead, "0 at collapse"],
    ["NC2 equiangular, means", nc2.equiangularMeans, "0 at collapse"],
    ["NC2 equiangular, head", nc2.equiangularHead, "0 at collapse"],
    ["NC2 ETF error", nc2.etfError, "0 at collapse"],
    ["NC3 self-duality", nc3.selfDuality, "0 at collapse"],
    ["NC3 structure error", nc3.structureError, "0 at collapse"],
  ];
}

function display(record: Omit<NeuralCollapse, keyof Displayable>): MimeBundle {
  return renderTable({
    caption: "Neural collapse",
    columns: ["measure", "value", "reference"],
    rows: [...collapseRows(record), [
      "NC4 agreement",
      record.nc4.agreement,
      "1 at collapse",
    ]],
  });
}

/**
 * Neural collapse, NC1 to NC4, without unit: 0 at collapse, but for the agreement of NC4, which is 1.
 *
 * With class means `μ_c`, the mean of all samples `μ_G`, `M` the rows `μ_c − μ_G`,
 * `Σ_W = (1/N) Σ_i (h_i − μ_{y_i})(h_i − μ_{y_i})ᵀ` and `Σ_B = MᵀM/C`: the fields of the record say the
 * formula of each. NC4 takes the bias of the head into account. A measure whose denominator vanishes
 * (all means equal) is `NaN` or infinite.
 *
 * Cost: `N d²` and an eigen-decomposition of size `min(C, d)`.
 *
 * @param Z Representations, `[N, d]`.
 * @param labels `[N]`, integers in `[0, C)`, every class at least once.
 * @param head `weights [C, d]` and, if it has one, `bias [C]`.
 * @returns The record; it shows itself as a table.
 * @throws {ShapeError} Representations, labels and head do not fit each other.
 * @throws {LabelError} A label is out of range, a class has no sample, or there is one class only.
 * @throws {NotFiniteError} An entry is not finite or a row of the head is zero.
 *
 * @example
 * ```ts
 * import { neuralCollapse } from "interplay/metrics";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const triangle = [[1, 0], [-0.5, Math.sqrt(0.75)], [-0.5, -Math.sqrt(0.75)]];
 * const collapse = neuralCollapse([...triangle, ...triangle], [0, 1, 2, 0, 1, 2], {
 *   weights: triangle.map((row) => row.map((x) => 3 * x)),
 * });
 * assert(collapse.nc1.pinv < 1e-15 && collapse.nc2.etfError < 1e-15);
 * assert(collapse.nc3.selfDuality < 1e-15);
 * assertEquals(collapse.nc4.agreement, 1);
 * ```
 *
 * @see Papyan, Han and Donoho, "Prevalence of neural collapse during the terminal phase of deep learning
 * training", PNAS 117(40), 2020.
 * @see Zhu et al., "A Geometric Analysis of Neural Collapse with Unconstrained Features", NeurIPS 2021,
 * for the frame and structure errors.
 * @see Galanti, György and Hutter, "On the Role of Neural Collapse in Transfer Learning", ICLR 2022, for
 * CDNV.
 */
export function neuralCollapse(
  Z: MatrixLike,
  labels: VectorLike,
  head: Head,
): NeuralCollapse {
  const check = new Check("compute neural collapse");
  const representations = check.matrix(Z, "Z");
  const dense = check.head(head, representations.columns);
  const integers = check.labels(
    labels,
    "labels",
    representations.rows,
    dense.weights.rows,
  );
  const scatter = new ClassScatter(dense.weights.rows, representations.columns);
  // Every number is a ratio, in which a common factor cancels; only the bias knows the scale.
  const scaled = balanced(representations);
  scatter.add(scaled, integers);
  const statistics = collapseStatistics(check, scatter, dense.weights);
  const nearest = nearestMeans(scaled, scatter.means);
  const decided = decisions(representations, dense);
  const agreement = decided.filter((c, i) => c === nearest[i]).length /
    decided.length;
  return displayable({ ...statistics, nc4: { agreement } }, display);
}
