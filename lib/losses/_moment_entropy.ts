/**
 * The joint entropy through the second moment of the rows `ẑᵢ ⊗ v̂ᵢ`, whose size has no `n` in it.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import {
  addKhatriRaoProducts,
  khatriRao,
  rowProducts,
  transpose,
} from "../linalg/products.ts";
import { dot, gatherRows } from "../linalg/rows.ts";
import { densityOf } from "./_density.ts";
import type { UnitRows } from "./_directions.ts";
import type { JointEntropy } from "./_term.ts";

/** Rows of Khatri–Rao products held at a time. */
const BLOCK = 1024;

/** What a row keeps of its direction when earlier ones are taken out counts as rounding below this. */
const ROUNDING = 1e-14;

/** Rows in coordinates: `z_i = coordinates_i · basis`. */
interface Coordinates {
  /** `[n, r]`. */
  readonly rows: DenseMatrix;
  /** `[r, d]`, orthonormal; `undefined` where the coordinates are the rows themselves. */
  readonly basis: DenseMatrix | undefined;
}

/** `H` of the moment `Σ qᵢ qᵢᵀ`, `qᵢ = ẑᵢ ⊗ v̂ᵢ`; `dH/dqᵢ = −(2/n) qᵢ log P`, and each factor gets its part. */
export function momentEntropy(a: UnitRows, b: UnitRows): JointEntropy {
  const left = coordinatesOf(a);
  const right = coordinatesOf(b);
  const size = left.rows.columns * right.rows.columns;
  const moment = DenseMatrix.zeros(size, size);
  addKhatriRaoProducts(moment, left.rows, right.rows);
  const density = densityOf(moment);
  const gradients = (): [DenseMatrix, DenseMatrix] => {
    const log = density.negativeLogarithm();
    const [ofLeft, ofRight] = contracted(log, left.rows, right.rows);
    return [outOfBasis(ofLeft, left), outOfBasis(ofRight, right)];
  };
  return { value: density.entropy, gradients };
}

/** Fewer different rows than dimensions span a space that is smaller than theirs. */
function coordinatesOf({ unit, index }: UnitRows): Coordinates {
  if (unit.rows >= unit.columns) {
    return { rows: gatherRows(unit, index), basis: undefined };
  }
  const basis = orthonormalBasis(unit);
  return { rows: gatherRows(rowProducts(unit, basis), index), basis };
}

function outOfBasis(
  gradient: DenseMatrix,
  { basis }: Coordinates,
): DenseMatrix {
  return basis ? rowProducts(gradient, transpose(basis)) : gradient;
}

/** `(2/n) qᵢ L` for every row, times the other factor. */
function contracted(
  log: DenseMatrix,
  left: DenseMatrix,
  right: DenseMatrix,
): [DenseMatrix, DenseMatrix] {
  const n = left.rows;
  const ofLeft = DenseMatrix.zeros(n, left.columns);
  const ofRight = DenseMatrix.zeros(n, right.columns);
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(from + BLOCK, n);
    const products = rowProducts(khatriRao(left, right, from, to), log);
    for (let i = from; i < to; i++) {
      const row = products.row(i - from).map((x) => 2 / n * x);
      split(row, [left.row(i), right.row(i)], [ofLeft.row(i), ofRight.row(i)]);
    }
  }
  return [ofLeft, ofRight];
}

/** The gradient of `q = x ⊗ y`, `[p · r]`, as those of `x [p]` and of `y [r]`. */
function split(
  ofProduct: Float64Array,
  [x, y]: [Float64Array, Float64Array],
  [ofX, ofY]: [Float64Array, Float64Array],
): void {
  const r = y.length;
  for (let a = 0; a < x.length; a++) {
    const part = ofProduct.subarray(a * r, (a + 1) * r);
    ofX[a] = dot(part, y);
    for (let b = 0; b < r; b++) ofY[b] = ofY[b]! + x[a]! * part[b]!;
  }
}

/**
 * An orthonormal basis of the space of unit rows, by Gram–Schmidt with every projection taken out twice
 * ("twice is enough", Giraud, Langou and Rozložník, 2005).
 */
function orthonormalBasis(unit: DenseMatrix): DenseMatrix {
  const basis: Float64Array[] = [];
  for (let i = 0; i < unit.rows; i++) {
    let row = unit.row(i).slice();
    for (let pass = 0; pass < 2; pass++) {
      for (const e of basis) {
        const along = dot(row, e);
        row = row.map((x, j) => x - along * e[j]!);
      }
      const length = Math.sqrt(dot(row, row));
      if (length < ROUNDING) break;
      row = row.map((x) => x / length);
      if (pass === 1) basis.push(row);
    }
  }
  return new DenseMatrix(
    Float64Array.from(basis.flatMap((e) => Array.from(e))),
    basis.length,
    unit.columns,
  );
}
