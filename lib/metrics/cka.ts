import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { DenseMatrix, MatrixLike } from "../core/matrix.ts";
import {
  innerProduct,
  rowGram,
  rowProducts,
  transpose,
} from "../linalg/products.ts";
import { balanced, centerRows, dot, meanRow } from "../linalg/rows.ts";

/** Options of {@linkcode cka}. */
export interface CkaOptions {
  /** Use the unbiased estimator of HSIC, which does not grow with `d/N`; `false` if left out. */
  readonly unbiased?: boolean;
}

const ckaOptions = z.strictObject({ unbiased: z.boolean().default(false) });

/** `Σ_ij K_ij L_ij` with `K = XXᵀ`, `L = YYᵀ`, without `N × N` where the dimensions are smaller. */
function gramProduct(x: DenseMatrix, y: DenseMatrix): number {
  if (x.columns * y.columns >= x.rows * x.rows) {
    return innerProduct(rowGram(x), rowGram(y));
  }
  const cross = rowProducts(transpose(x), transpose(y));
  return innerProduct(cross, cross);
}

/** Diagonal and row sums of `XXᵀ` without its diagonal. */
function hollowSums(
  x: DenseMatrix,
): { diagonal: Float64Array; sums: Float64Array } {
  const total = meanRow(x).map((v) => v * x.rows);
  const diagonal = new Float64Array(x.rows);
  const sums = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) {
    const row = x.row(i);
    diagonal[i] = dot(row, row);
    sums[i] = dot(row, total) - diagonal[i]!;
  }
  return { diagonal, sums };
}

/** The unbiased estimator of HSIC of two linear kernels, times `N(N − 3)`. */
function unbiasedHsic(x: DenseMatrix, y: DenseMatrix): number {
  const n = x.rows;
  const k = hollowSums(x);
  const l = hollowSums(y);
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return gramProduct(x, y) - dot(k.diagonal, l.diagonal) +
    sum(k.sums) * sum(l.sums) / ((n - 1) * (n - 2)) -
    2 * dot(k.sums, l.sums) / (n - 2);
}

/**
 * Linear centred kernel alignment of two representations of the same samples, without unit.
 *
 * `HSIC(K, L)/√(HSIC(K, K) HSIC(L, L))` with `K = XXᵀ`, `L = YYᵀ` of centred columns. 1 for
 * representations that agree up to rotation, scale and shift; `NaN` when one of them is constant (0/0).
 * The biased estimator goes to 1 for unrelated things when `N` is small beside `d`; the unbiased one
 * goes to 0, and may be negative.
 *
 * Cost `N d₁ d₂`, or `N² (d₁ + d₂)` where that is less.
 *
 * @param X Representations, `[N, d₁]`.
 * @param Y Representations of the same samples, `[N, d₂]`.
 * @param options Which estimator.
 * @returns In `[0, 1]`; unbiased in `[−1, 1]` but for noise.
 * @throws {ShapeError} The rows differ in number, or the unbiased estimator has fewer than 4.
 * @throws {NotFiniteError} An entry is not finite.
 * @throws {OptionsError} An option is unknown.
 *
 * @example
 * ```ts
 * import { cka } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const X = [[1, 0], [0, 1], [1, 1], [3, 2]];
 * const turned = X.map(([a, b]) => [7 - 2 * b!, 1 + 2 * a!]);
 * assertAlmostEquals(cka(X, turned), 1, 1e-14);
 * assertAlmostEquals(cka(X, turned, { unbiased: true }), 1, 1e-14);
 * ```
 *
 * @see Kornblith et al., "Similarity of Neural Network Representations Revisited", ICML 2019.
 * @see Nguyen, Raghu and Kornblith, "Do Wide and Deep Networks Learn the Same Things?", ICLR 2021, for
 * the unbiased estimator.
 */
export function cka(
  X: MatrixLike,
  Y: MatrixLike,
  options: CkaOptions = {},
): number {
  const check = new Check("compute CKA");
  const { unbiased } = check.options(ckaOptions, options);
  const first = balanced(check.matrix(X, "X"));
  const second = balanced(check.matrix(Y, "Y"));
  check.rows(second, "Y", first.rows);
  if (unbiased && first.rows < 4) {
    check.fail(ShapeError, "at least 4 rows in `X`", first.rows);
  }
  // The unbiased estimator does not see the mean either; without it there is less to cancel.
  const x = centerRows(first, meanRow(first));
  const y = centerRows(second, meanRow(second));
  const hsic = unbiased ? unbiasedHsic : gramProduct;
  return hsic(x, y) / Math.sqrt(hsic(x, x) * hsic(y, y));
}
