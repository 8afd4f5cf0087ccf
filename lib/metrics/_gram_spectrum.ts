/**
 * From a Gram that a user hands over to its spectrum.
 *
 * @module
 */

import type { Check } from "../core/check.ts";
import { DefinitenessError } from "../core/errors.ts";
import type { DenseMatrix, MatrixLike } from "../core/matrix.ts";
import { formatNumber } from "../core/table.ts";
import { symmetricEigenvalues } from "../linalg/eigen.ts";
import { trace } from "../linalg/products.ts";

/** A negative eigenvalue larger than this share of the largest one is not rounding. */
const NEGATIVE = 1e-8;

/** A symmetric matrix with positive trace. */
export function checkGram(
  check: Check,
  value: MatrixLike,
  name: string,
): DenseMatrix {
  const gram = check.symmetric(value, name);
  const sum = trace(gram);
  if (!(sum > 0)) {
    check.fail(DefinitenessError, `a positive trace of \`${name}\``, sum);
  }
  return gram;
}

/** Eigenvalues, descending, of a matrix that must be positive semidefinite. */
export function semidefiniteSpectrum(
  check: Check,
  gram: DenseMatrix,
  name: string,
): Float64Array {
  const values = symmetricEigenvalues(gram);
  const smallest = values[values.length - 1]!;
  if (smallest < -NEGATIVE * values[0]!) {
    const expected = `a positive semidefinite matrix as \`${name}\``;
    check.fail(
      DefinitenessError,
      expected,
      `one with eigenvalue ${formatNumber(smallest)}`,
    );
  }
  return values;
}
