/**
 * The entropy of one set of directions, with its gradient.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import {
  rowGram,
  rowProducts,
  secondMoment,
  transpose,
} from "../linalg/products.ts";
import { gatherRows } from "../linalg/rows.ts";
import { densityOf } from "./_density.ts";
import type { UnitRows } from "./_directions.ts";
import type { RowEntropy } from "./_term.ts";

/**
 * `H(ẐẐᵀ/n)`. With the `m` different rows scaled by the square roots of their shares, `T`, the density
 * matrix is `TTᵀ` or `TᵀT`, whichever is smaller; `dH/dẑᵢ = −(2/n) ẑᵢ log(TᵀT)`, and
 * `T log(TᵀT) = log(TTᵀ) T`.
 */
export function rowEntropy({ unit, index }: UnitRows): RowEntropy {
  const { rows: m, columns: d } = unit;
  const scales = rootShares(index, m);
  const scaled = scaleRows(unit, scales);
  const short = m < d;
  const density = densityOf(short ? rowGram(scaled) : secondMoment(scaled));
  const gradient = () => {
    const log = density.negativeLogarithm();
    const product = short
      ? rowProducts(log, transpose(scaled))
      : rowProducts(scaled, log);
    const factors = scales.map((root) => 2 / (index.length * root));
    return gatherRows(scaleRows(product, factors), index);
  };
  return { value: density.entropy, gradient };
}

/** The square roots of the shares of all rows that are of each kind, `[m]`. */
function rootShares(index: Int32Array, m: number): Float64Array {
  const counts = new Float64Array(m);
  for (const c of index) counts[c] = counts[c]! + 1;
  return counts.map((count) => Math.sqrt(count / index.length));
}

function scaleRows(
  { data, rows, columns }: DenseMatrix,
  factors: Float64Array,
): DenseMatrix {
  const out = DenseMatrix.zeros(rows, columns);
  for (let i = 0; i < rows; i++) {
    const factor = factors[i]!;
    const end = (i + 1) * columns;
    for (let k = i * columns; k < end; k++) out.data[k] = factor * data[k]!;
  }
  return out;
}
