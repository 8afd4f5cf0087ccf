/**
 * Positive semidefinite matrices known by their products with vectors, always in the smaller of the two
 * forms `FᵀF` and `FFᵀ`, which share their nonzero eigenvalues.
 *
 * @module
 */

import type { DenseMatrix } from "../../core/matrix.ts";
import { semidefiniteFactor } from "../cholesky.ts";
import { ClassMoments } from "../class_moments.ts";
import { mirror, rowGram, trace } from "../products.ts";
import {
  classLift,
  combineRows,
  denseFactor,
  type Factor,
  khatriRaoFactor,
  labelledFactor,
} from "./factors.ts";
import {
  denseFrobenius,
  hadamardFrobenius,
  labelledFrobenius,
  momentFrobenius,
} from "./frobenius.ts";

/** A positive semidefinite matrix `A [size, size]`. */
export interface PositiveOperator {
  /** Number of rows. */
  readonly size: number;
  /** `tr A`, exact. */
  readonly trace: number;
  /** Writes `A v` into `out`. */
  apply(v: Float64Array, out: Float64Array): void;
  /** `‖A‖_F² = tr A²`, exact; computed when asked for, in blocks. */
  squaredFrobenius(): number;
}

/** `FᵀF` or `FFᵀ`, whichever is smaller. */
function smallerGram(
  factor: Factor,
  squaredFrobenius: () => number,
): PositiveOperator {
  const { rows, columns, squaredNorm } = factor;
  const between = new Float64Array(Math.max(rows, columns));
  const inner = between.subarray(0, columns <= rows ? rows : columns);
  return {
    size: Math.min(rows, columns),
    trace: squaredNorm,
    apply(v, out) {
      if (columns <= rows) {
        factor.multiply(v, inner);
        factor.multiplyTransposed(inner, out);
      } else {
        factor.multiplyTransposed(v, inner);
        factor.multiply(inner, out);
      }
    },
    squaredFrobenius,
  };
}

/** The nonzero spectrum of `XXᵀ` for `x [n, d]`. A product costs `4nd`. */
export function gramOperator(x: DenseMatrix): PositiveOperator {
  return smallerGram(denseFactor(x), () => denseFrobenius(x));
}

/** The nonzero spectrum of `XXᵀ ⊙ YYᵀ` for `x [n, d₁]`, `y [n, d₂]`. A product costs `4nd₁d₂`. */
export function hadamardOperator(
  x: DenseMatrix,
  y: DenseMatrix,
): PositiveOperator {
  return smallerGram(khatriRaoFactor(x, y), () => hadamardFrobenius(x, y));
}

/** Products that an estimate makes, roughly: what the price of a preparation is spread over. */
const PRODUCTS = 200;

/**
 * The nonzero spectrum of `XXᵀ ⊙ VVᵀ` where row `i` of `V` is the class row of label `i`.
 *
 * A product costs `4nd + 4Cdr` from rows and `2Cd² + 4Cdr` from class moments `S_c`, which cost `nd²`
 * once: what is cheaper over a whole estimate is taken.
 */
export function labelledOperator(
  x: DenseMatrix,
  labels: Int32Array,
  classRows: DenseMatrix,
): PositiveOperator {
  const narrow = semidefiniteFactor(rowGram(classRows));
  const { rows: n, columns: d } = x;
  const classes = narrow.rows;
  const fromMoments = n * d * d + PRODUCTS * 2 * classes * d * d;
  if (d * narrow.columns <= n && fromMoments < PRODUCTS * 4 * n * d) {
    const state = new ClassMoments(classes, d);
    state.add(x, labels);
    return momentOperator(state.moments.map(mirror), narrow);
  }
  return smallerGram(
    labelledFactor(x, labels, narrow),
    () => labelledFrobenius(x, labels, narrow),
  );
}

/** `Σ_c v_c v_cᵀ ⊗ S_c` for symmetric moments `S_c [d, d]` and class rows `v [C, r]`. */
export function momentOperator(
  moments: readonly DenseMatrix[],
  classRows: DenseMatrix,
): PositiveOperator {
  const d = moments[0]!.rows;
  const lift = classLift(classRows, d);
  const image = new Float64Array(d);
  const traceOf = (c: number) =>
    trace(moments[c]!) * classRows.row(c).reduce((sum, x) => sum + x * x, 0);
  return {
    size: d * classRows.columns,
    trace: moments.reduce((sum, _, c) => sum + traceOf(c), 0),
    apply(v, out) {
      const perClass = lift.spread(v);
      moments.forEach((moment, c) => {
        combineRows(moment, perClass.row(c), image);
        perClass.row(c).set(image);
      });
      lift.gather(perClass, out);
    },
    squaredFrobenius: () => momentFrobenius(moments, classRows),
  };
}
