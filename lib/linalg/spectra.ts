/**
 * Spectra of Grams and of their Hadamard products, always through the smallest matrix that has the same
 * nonzero eigenvalues.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import type { Rows } from "../core/rows.ts";
import { semidefiniteFactor } from "./cholesky.ts";
import { ClassMoments } from "./class_moments.ts";
import { symmetricEigenvalues } from "./eigen.ts";
import { cheapest, hadamardForms, labelledForms, rowForms } from "./forms.ts";
import {
  addKhatriRaoProducts,
  addOuterProducts,
  embeddedKernel,
  lowerRowGram,
  rowGram,
} from "./products.ts";
import { gatherRows, normalizeInto, normalizeRows } from "./rows.ts";

/** Rows normalised at a time: enough that adding the triangles up takes no time beside the products. */
const BLOCK = 2048;

/**
 * The nonzero eigenvalues of `XXᵀ`, descending, `[min(n, d)]`: through `XᵀX` where that is cheaper.
 *
 * @param x `[n, d]`.
 */
export function rowSpectrum(x: DenseMatrix): Float64Array {
  const { name } = cheapest(rowForms(x.rows, x.columns));
  if (name === "Gram") return symmetricEigenvalues(lowerRowGram(x));
  const moment = DenseMatrix.zeros(x.columns, x.columns);
  addOuterProducts(moment, x);
  return symmetricEigenvalues(moment);
}

/**
 * The nonzero eigenvalues of the Gram of the directions of rows, `ẐẐᵀ`, descending, `[min(n, d)]`: what
 * {@linkcode rowSpectrum} gives for the rows divided by their lengths, which need not exist all at once.
 *
 * @param x `[n, d]`, no zero row.
 */
export function directionSpectrum(x: Rows): Float64Array {
  const { name } = cheapest(rowForms(x.rows, x.columns));
  if (name === "Gram") return rowSpectrum(normalizeRows(x));
  const moment = DenseMatrix.zeros(x.columns, x.columns);
  addDirectionProducts(moment, x);
  return symmetricEigenvalues(moment);
}

/**
 * Adds `Σ_i ẑ_i ẑ_iᵀ`, `ẑ_i = x_i / |x_i|`, over the rows of `x [n, d]` to the lower triangle of
 * `sum [d, d]`. Rows are normalised a few at a time, inside the embedded kernel where it is used: the
 * memory for all of them would cost more time than the product.
 *
 * @param x No zero row.
 */
export function addDirectionProducts(sum: DenseMatrix, x: Rows): void {
  const { rows, columns } = x;
  const embedded = embeddedKernel(rows, columns);
  if (embedded) return embedded.addOuterProducts(sum, x, { normalize: true });
  const block = DenseMatrix.zeros(Math.min(BLOCK, rows), columns);
  for (let from = 0; from < rows; from += BLOCK) {
    const count = Math.min(BLOCK, rows - from);
    const data = block.data.subarray(0, count * columns);
    normalizeInto(data, x, from);
    addOuterProducts(sum, new DenseMatrix(data, count, columns));
  }
}

/**
 * The nonzero eigenvalues of `XXᵀ ⊙ YYᵀ`, descending, `[min(n, d₁d₂)]`. The rows `x_i ⊗ y_i` are a
 * factor of the Hadamard product, so where it is cheaper their second moment serves.
 *
 * @param x `[n, d₁]`.
 * @param y `[n, d₂]`.
 */
export function hadamardSpectrum(x: DenseMatrix, y: DenseMatrix): Float64Array {
  const forms = hadamardForms(x.rows, x.columns, y.columns);
  if (cheapest(forms).name === "Gram") {
    const product = lowerRowGram(x);
    const other = lowerRowGram(y).data;
    for (let i = 0; i < other.length; i++) {
      product.data[i] = product.data[i]! * other[i]!;
    }
    return symmetricEigenvalues(product);
  }
  const size = x.columns * y.columns;
  const moment = DenseMatrix.zeros(size, size);
  addKhatriRaoProducts(moment, x, y);
  return symmetricEigenvalues(moment);
}

/**
 * The nonzero eigenvalues of `VVᵀ` where row `i` of `V` is the class row of label `i`, descending: with
 * the class rows scaled by the square roots of the class counts this is a problem of size `C`, whatever
 * the number of labels.
 *
 * @param classRows `[C, d]`.
 * @param counts `[C]`: how often each class occurs.
 */
export function repeatedRowSpectrum(
  classRows: DenseMatrix,
  counts: ArrayLike<number>,
): Float64Array {
  const present = Array.from(counts).flatMap((count, c) =>
    count > 0 ? [c] : []
  );
  const scaled = gatherRows(classRows, present);
  present.forEach((c, i) => {
    const root = Math.sqrt(counts[c]!);
    const row = scaled.row(i);
    for (let k = 0; k < row.length; k++) row[k] = row[k]! * root;
  });
  return rowSpectrum(scaled);
}

/**
 * The nonzero eigenvalues of `XXᵀ ⊙ VVᵀ` where row `i` of `V` is the class row of label `i`, descending.
 *
 * `V` has only `C` different rows, so the product has the second moment `Σ_c S_c ⊗ v_c v_cᵀ` of size
 * `d · rank`, built from the class moments `S_c` of `X`; where that is cheaper, it serves.
 *
 * @param x `[n, d]`.
 * @param labels `[n]`, in `[0, C)`.
 * @param classRows `[C, d']`.
 */
export function labelledSpectrum(
  x: DenseMatrix,
  labels: Int32Array,
  classRows: DenseMatrix,
): Float64Array {
  const factor = semidefiniteFactor(rowGram(classRows));
  const forms = labelledForms(x.rows, {
    d: x.columns,
    classes: classRows.rows,
    rank: factor.columns,
  });
  if (cheapest(forms).name === "class moments") {
    const moments = new ClassMoments(classRows.rows, x.columns);
    moments.add(x, labels);
    return moments.jointSpectrum(factor);
  }
  const gram = lowerRowGram(x);
  const classGram = rowGram(classRows);
  const n = x.rows;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      gram.data[i * n + j] = gram.data[i * n + j]! *
        classGram.data[labels[i]! * classRows.rows + labels[j]!]!;
    }
  }
  return symmetricEigenvalues(gram);
}
