/**
 * The one spectral function behind all gradients: `−log P` on the support of a density matrix `P`.
 *
 * With `P = K / tr K` the derivative of `H = −tr(P log P)` is `dH/dK = −(log P + H·I) / tr K`. All Grams
 * here have rows of fixed length, and the part with `I` changes lengths alone: it is left out, and so
 * would be any other multiple of `I`. There is no quotient `1/(λᵢ − λⱼ)`: repeated eigenvalues do no harm.
 * The factors that a logarithm meets on its way to a gradient have no part outside the support, so that
 * `log 0` never appears.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import { symmetricEigen } from "../linalg/eigen.ts";
import { secondMoment } from "../linalg/products.ts";
import {
  entropyOfSpectrum,
  spectralProbabilities,
} from "../linalg/spectral_entropy.ts";

/** A decomposed density matrix. */
export interface Density {
  /** In nats. */
  readonly entropy: number;
  /** `−log P` on the support, `[n, n]`: positive semidefinite, because no eigenvalue exceeds 1. */
  negativeLogarithm(): DenseMatrix;
}

/**
 * Decomposes a positive semidefinite matrix, divided by its trace.
 *
 * @param matrix `[n, n]`, of which the lower triangle is read.
 */
export function densityOf(matrix: DenseMatrix): Density {
  const { values, vectors } = symmetricEigen(matrix);
  return {
    entropy: entropyOfSpectrum(values),
    negativeLogarithm: () =>
      negativeLogarithm(spectralProbabilities(values), vectors),
  };
}

/** `Σ_k (−log p_k) u_k u_kᵀ`: no weight is negative, so it is a matrix times its own transpose. */
function negativeLogarithm(
  probabilities: Float64Array,
  vectors: DenseMatrix,
): DenseMatrix {
  const n = vectors.columns;
  const roots = DenseMatrix.zeros(probabilities.length, n);
  probabilities.forEach((p, k) => {
    const root = Math.sqrt(-Math.log(p));
    const at = k * n;
    for (let j = at; j < at + n; j++) roots.data[j] = root * vectors.data[j]!;
  });
  return secondMoment(roots);
}
