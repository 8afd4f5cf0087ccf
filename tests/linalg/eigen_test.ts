import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { NotFiniteError } from "../../lib/core/errors.ts";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import { Random } from "../../lib/core/random.ts";
import {
  symmetricEigen,
  symmetricEigenvalues,
} from "../../lib/linalg/eigen.ts";

function symmetric(n: number, random: Random): DenseMatrix {
  const matrix = DenseMatrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      matrix.data[i * n + j] = matrix.data[j * n + i] = random.normal();
    }
  }
  return matrix;
}

Deno.test("symmetricEigenvalues() agrees with ml-matrix on random matrices of any size", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer(), (n, seed) => {
      const matrix = symmetric(n, new Random(seed));
      const oracle = new EigenvalueDecomposition(
        new Matrix(matrix.to2DArray()),
        {
          assumeSymmetric: true,
        },
      ).realEigenvalues.sort((a, b) => b - a);
      symmetricEigenvalues(matrix).forEach((x, k) =>
        assertAlmostEquals(x, oracle[k]!, 1e-12)
      );
    }),
  );
});

Deno.test("symmetricEigenvalues() keeps trace and Frobenius norm at size 300", () => {
  const matrix = symmetric(300, new Random(1));
  const values = symmetricEigenvalues(matrix);
  const trace = matrix.data.reduce(
    (sum, x, i) => i % 301 === 0 ? sum + x : sum,
    0,
  );
  const square = matrix.data.reduce((sum, x) => sum + x * x, 0);
  assertAlmostEquals(values.reduce((a, b) => a + b, 0), trace, 1e-10);
  assertAlmostEquals(values.reduce((a, b) => a + b * b, 0), square, 1e-8);
});

Deno.test("symmetricEigenvalues() reads the lower triangle alone and changes nothing", () => {
  const matrix = new DenseMatrix(new Float64Array([2, NaN, 1, 2]), 2, 2);
  assertEquals([...symmetricEigenvalues(matrix)].map((x) => Math.round(x)), [
    3,
    1,
  ]);
  assertEquals(matrix.to2DArray(), [[2, NaN], [1, 2]]);
});

Deno.test("symmetricEigenvalues() scales: entries of 1e±150 neither overflow nor vanish", () => {
  const matrix = symmetric(12, new Random(2));
  const expected = symmetricEigenvalues(matrix);
  for (const scale of [1e-150, 1e150]) {
    const scaled = new DenseMatrix(matrix.data.map((x) => x * scale), 12, 12);
    symmetricEigenvalues(scaled).forEach((x, k) =>
      assertAlmostEquals(x / scale, expected[k]!, 1e-13)
    );
  }
});

Deno.test("symmetricEigenvalues() and symmetricEigen() refuse what is not finite, wherever it stands", () => {
  for (const n of [1, 2, 70]) {
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const [i, j] of [[0, 0], [n - 1, 0], [n - 1, n - 1]] as const) {
        const matrix = symmetric(n, new Random(4));
        matrix.data[i * n + j] = bad;
        for (const solve of [symmetricEigenvalues, symmetricEigen]) {
          assertThrows(
            () => solve(matrix),
            NotFiniteError,
            "Cannot decompose a matrix: expected finite entries, received",
          );
        }
      }
    }
  }
});

Deno.test("symmetricEigenvalues() of zeros are zeros", () => {
  assertEquals([...symmetricEigenvalues(DenseMatrix.zeros(3, 3))], [0, 0, 0]);
});

Deno.test("symmetricEigen() gives orthonormal rows that rebuild the matrix", () => {
  const matrix = symmetric(15, new Random(3));
  const { values, vectors } = symmetricEigen(matrix);
  for (let i = 0; i < 15; i++) {
    for (let j = 0; j < 15; j++) {
      let product = 0;
      let rebuilt = 0;
      for (let k = 0; k < 15; k++) {
        product += vectors.data[i * 15 + k]! * vectors.data[j * 15 + k]!;
        rebuilt += values[k]! * vectors.data[k * 15 + i]! *
          vectors.data[k * 15 + j]!;
      }
      assertAlmostEquals(product, i === j ? 1 : 0, 1e-13);
      assertAlmostEquals(rebuilt, matrix.data[i * 15 + j]!, 1e-12);
    }
  }
  assert(values.every((x, k) => k === 0 || x <= values[k - 1]!));
});
