/**
 * The entropy of two sets of directions together, `H(ẐẐᵀ ⊙ V̂V̂ᵀ / n)`, with its gradients.
 *
 * @module
 */

import { DenseMatrix } from "../core/matrix.ts";
import { cheapest, hadamardForms } from "../linalg/forms.ts";
import { rowGram, rowProducts, transpose } from "../linalg/products.ts";
import { densityOf } from "./_density.ts";
import type { UnitRows } from "./_directions.ts";
import { momentEntropy } from "./_moment_entropy.ts";
import type { JointEntropy } from "./_term.ts";

/** Through the `n × n` product of the Grams, or the moment of `ẑᵢ ⊗ v̂ᵢ` where that is cheaper. */
export function jointEntropy(a: UnitRows, b: UnitRows): JointEntropy {
  const forms = hadamardForms(a.index.length, rankBound(a), rankBound(b));
  return cheapest(forms).name === "Gram"
    ? gramEntropy(a, b)
    : momentEntropy(a, b);
}

/** A set of rows has no more dimensions than different rows. */
function rankBound({ unit }: UnitRows): number {
  return Math.min(unit.rows, unit.columns);
}

/** Through the product of the Grams, `[n, n]`. */
export function gramEntropy(a: UnitRows, b: UnitRows): JointEntropy {
  const grams = { a: rowGram(a.unit), b: rowGram(b.unit) };
  const density = densityOf(hadamardOf(a, b, grams));
  const gradients = (): [DenseMatrix, DenseMatrix] => {
    const log = density.negativeLogarithm();
    return [
      throughGram(log, a, { gram: grams.b, index: b.index }),
      throughGram(log, b, { gram: grams.a, index: a.index }),
    ];
  };
  return { value: density.entropy, gradients };
}

/** The lower triangle of the elementwise product of both Grams; those of different rows are at hand. */
function hadamardOf(
  a: UnitRows,
  b: UnitRows,
  grams: { a: DenseMatrix; b: DenseMatrix },
): DenseMatrix {
  const n = a.index.length;
  const out = DenseMatrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    const ofA = grams.a.row(a.index[i]!);
    const ofB = grams.b.row(b.index[i]!);
    for (let j = 0; j <= i; j++) {
      out.data[i * n + j] = ofA[a.index[j]!]! * ofB[b.index[j]!]!;
    }
  }
  return out;
}

/**
 * `dH/dẐ = −(2/n) (log P ⊙ B) Ẑ` for the Gram `B` of the other side. Rows that are equal take part once,
 * with the sum of their columns of `log P ⊙ B`.
 */
function throughGram(
  log: DenseMatrix,
  { unit, index }: UnitRows,
  other: { gram: DenseMatrix; index: Int32Array },
): DenseMatrix {
  const n = index.length;
  const sums = DenseMatrix.zeros(n, unit.rows);
  for (let i = 0; i < n; i++) {
    const ofOther = other.gram.row(other.index[i]!);
    const to = sums.row(i);
    for (let j = 0; j < n; j++) {
      const c = index[j]!;
      const weight = 2 / n * ofOther[other.index[j]!]!;
      to[c] = to[c]! + weight * log.data[i * n + j]!;
    }
  }
  return rowProducts(sums, transpose(unit));
}
