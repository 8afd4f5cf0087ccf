/** Every short cut gives what the long way gives. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import { Random } from "../../lib/core/random.ts";
import {
  logDeterminant,
  semidefiniteFactor,
} from "../../lib/linalg/cholesky.ts";
import { symmetricEigenvalues } from "../../lib/linalg/eigen.ts";
import {
  hadamard,
  rowGram,
  rowProducts,
  secondMoment,
} from "../../lib/linalg/products.ts";
import {
  balanced,
  gatherRows,
  norm,
  normalizeRows,
} from "../../lib/linalg/rows.ts";
import {
  directionSpectrum,
  hadamardSpectrum,
  labelledSpectrum,
  repeatedRowSpectrum,
  rowSpectrum,
} from "../../lib/linalg/spectra.ts";
import { entropyOfSpectrum } from "../../lib/linalg/spectral_entropy.ts";

const random = new Random(21);
const normal = (rows: number, columns: number) =>
  new DenseMatrix(random.normals(rows * columns), rows, columns);

/** The leading values agree; what one form has beyond the other is rounding. */
function assertSameSpectrum(
  actual: Float64Array,
  expected: Float64Array,
): void {
  const length = Math.max(actual.length, expected.length);
  for (let k = 0; k < length; k++) {
    assertAlmostEquals(actual[k] ?? 0, expected[k] ?? 0, 1e-12 * expected[0]!);
  }
}

Deno.test("secondMoment() and rowGram() are the sums of products they stand for", () => {
  for (const [rows, columns] of [[1, 1], [7, 3], [8, 5], [19, 6]] as const) {
    const x = normal(rows, columns);
    const moment = secondMoment(x);
    const gram = rowGram(x);
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < rows; k++) sum += x.row(k)[i]! * x.row(k)[j]!;
        assertAlmostEquals(moment.data[i * columns + j]!, sum, 1e-13);
      }
    }
    gram.data.forEach((g, at) =>
      assertAlmostEquals(g, rowProducts(x, x).data[at]!, 1e-13)
    );
  }
});

for (const [rows, columns] of [[40, 6], [6, 40], [10, 10]] as const) {
  Deno.test(`rowSpectrum() of ${rows} × ${columns} is that of the Gram`, () => {
    const x = normal(rows, columns);
    assertSameSpectrum(rowSpectrum(x), symmetricEigenvalues(rowGram(x)));
    assertEquals(rowSpectrum(x).length, Math.min(rows, columns));
  });
}

for (const [rows, columns] of [[4500, 6], [6, 40], [2048, 3]] as const) {
  Deno.test(`directionSpectrum() of ${rows} × ${columns} is that of the rows divided by their lengths`, () => {
    const x = normal(rows, columns);
    // Rows of every length, those whose squares vanish or overflow included.
    for (let i = 0; i < rows; i++) {
      const scale = 2 ** (i * 37 % 1900 - 950);
      x.row(i).forEach((v, j, row) => row[j] = v * scale);
    }
    const directions = normalizeRows(x);
    assertSameSpectrum(directionSpectrum(x), rowSpectrum(directions));
    assertEquals(directionSpectrum(x).length, Math.min(rows, columns));
    for (let i = 0; i < rows; i++) {
      assertAlmostEquals(norm(directions.row(i)), 1, 1e-15);
    }
  });
}

Deno.test("balanced() scales by a power of two, and only where squares are in danger", () => {
  const x = normal(3, 4);
  assertEquals(balanced(x), x);
  assertEquals(balanced(DenseMatrix.zeros(2, 2)), DenseMatrix.zeros(2, 2));
  for (const exponent of [300, 1000, -300, -950]) {
    const scaled = new DenseMatrix(x.data.map((v) => v * 2 ** exponent), 3, 4);
    const back = balanced(scaled);
    const factor = back.data[0]! / x.data[0]!;
    assertEquals(Math.log2(factor) % 1, 0);
    assertEquals(back.data, x.data.map((v) => v * factor));
    const largest = back.data.reduce((most, v) => Math.max(most, Math.abs(v)));
    assert(largest > 0.25 && largest < 4);
  }
});

for (
  const [rows, first, second] of [[50, 4, 3], [9, 4, 3], [600, 5, 4]] as const
) {
  Deno.test(`hadamardSpectrum() of ${rows} × (${first}, ${second}) is that of the product`, () => {
    const x = normal(rows, first);
    const y = normal(rows, second);
    const direct = symmetricEigenvalues(hadamard(rowGram(x), rowGram(y)));
    assertSameSpectrum(hadamardSpectrum(x, y), direct);
  });
}

for (
  const [rows, d, classes, width] of [[80, 4, 3, 6], [80, 4, 6, 2], [
    10,
    4,
    3,
    6,
  ]] as const
) {
  Deno.test(`labelledSpectrum() of ${rows} × ${d} with ${classes} classes is that of the product`, () => {
    const x = normalizeRows(normal(rows, d));
    const classRows = normalizeRows(normal(classes, width));
    // One class never occurs.
    const labels = Int32Array.from(
      { length: rows },
      () => random.integer(classes - 1),
    );
    const repeated = gatherRows(classRows, labels);
    const direct = symmetricEigenvalues(
      hadamard(rowGram(x), rowGram(repeated)),
    );
    assertSameSpectrum(labelledSpectrum(x, labels, classRows), direct);
    const counts = new Float64Array(classes);
    labels.forEach((c) => counts[c] = counts[c]! + 1);
    assertSameSpectrum(
      repeatedRowSpectrum(classRows, counts),
      symmetricEigenvalues(rowGram(repeated)),
    );
  });
}

Deno.test("semidefiniteFactor() rebuilds a matrix of any rank", () => {
  for (const rank of [1, 3, 8]) {
    const gram = rowGram(normal(8, rank));
    const factor = semidefiniteFactor(gram);
    assertEquals(factor.columns, rank);
    rowProducts(factor, factor).data.forEach((x, i) =>
      assertAlmostEquals(x, gram.data[i]!, 1e-12)
    );
  }
});

Deno.test("logDeterminant() is the sum of the logarithms of the eigenvalues", () => {
  const gram = rowGram(normal(9, 20));
  const expected = symmetricEigenvalues(gram).reduce(
    (sum, x) => sum + Math.log(x),
    0,
  );
  assertAlmostEquals(logDeterminant(gram), expected, 1e-11);
});

Deno.test("norm() neither overflows nor underflows", () => {
  assertAlmostEquals(norm(new Float64Array([3e200, 4e200])) / 1e200, 5, 1e-14);
  assertAlmostEquals(
    norm(new Float64Array([3e-200, 4e-200])) / 1e-200,
    5,
    1e-14,
  );
  assertEquals(norm(new Float64Array(3)), 0);
});

Deno.test("entropyOfSpectrum() drops rounding noise and nothing else", () => {
  assertEquals(entropyOfSpectrum(new Float64Array([1, 3e-16, -2e-16])), 0);
  const h = entropyOfSpectrum(new Float64Array([1, 1e-12]), 0.5);
  assertAlmostEquals(h, 2 * Math.log(1 + 1e-6) - Math.log(1 + 1e-12), 1e-12);
});
