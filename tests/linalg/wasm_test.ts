import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import { Random } from "../../lib/core/random.ts";
import { portableEigenvalues } from "../../lib/linalg/_tridiagonal.ts";
import {
  khatriRao,
  portableOuterProducts,
  portableRowProducts,
  transpose,
} from "../../lib/linalg/products.ts";
import { normalizeRows } from "../../lib/linalg/rows.ts";
import { type Build, WasmKernel } from "../../lib/linalg/wasm/kernel.ts";
import { defects, largest } from "./engines.ts";
import { buildModules, linalgKernel } from "./wasm_build.ts";

const builds: Build[] = ["relaxed", "simd"];
const kernels = new Map(builds.map((name) => [name, new WasmKernel(name)]));

function matrixOf(n: number, entry: (i: number, j: number) => number) {
  const matrix = DenseMatrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      matrix.data[i * n + j] = matrix.data[j * n + i] = entry(i, j);
    }
  }
  return matrix;
}

function randomSymmetric(n: number, seed: number): DenseMatrix {
  const random = new Random(seed);
  return matrixOf(n, () => random.normal());
}

function descending(values: Float64Array): Float64Array {
  return values.slice().sort().reverse();
}

/** Matrices on which eigenvalue programs have failed before, by name. */
function hardCases(n: number): [string, DenseMatrix][] {
  const random = new Random(n);
  const vector = Array.from({ length: n }, () => random.normal());
  const blocks = randomSymmetric(n, 7);
  return [
    ["random", randomSymmetric(n, n)],
    ["rank one", matrixOf(n, (i, j) => vector[i]! * vector[j]!)],
    ["identity", matrixOf(n, (i, j) => i === j ? 1 : 0)],
    ["constant", matrixOf(n, () => 1)],
    ["graded", matrixOf(n, (i, j) => 10 ** -((i + j) / 4))],
    ["graded upwards", matrixOf(n, (i, j) => 10 ** ((i + j - 2 * n) / 4))],
    [
      "Wilkinson",
      matrixOf(
        n,
        (i, j) => i === j ? Math.abs(i - (n - 1) / 2) : i === j + 1 ? 1 : 0,
      ),
    ],
    [
      "glued Wilkinson",
      matrixOf(n, (i, j) => {
        if (i === j) return Math.abs(i % 21 - 10);
        return i === j + 1 ? (i % 21 === 0 ? 1e-8 : 1) : 0;
      }),
    ],
    [
      "block-diagonal",
      matrixOf(
        n,
        (i, j) => i >> 3 === j >> 3 ? blocks.data[(i % 8) * n + j % 8]! : 0,
      ),
    ],
    ["diagonal", matrixOf(n, (i, j) => i === j ? vector[i]! : 0)],
    [
      "two clusters",
      matrixOf(n, (i, j) => (i === j ? 1 : 0) + (i % 2 === j % 2 ? 1e-9 : 0)),
    ],
    ["second difference", matrixOf(n, (i, j) => [2, -1][i - j] ?? 0)],
  ];
}

const sizes = [64, 97, 130, 256];

Deno.test("_modules.ts is what deno task build:wasm makes of the sources", async () => {
  const path = new URL("../../lib/linalg/wasm/_modules.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(path), await buildModules(linalgKernel));
});

for (const [build, kernel] of kernels) {
  Deno.test(`eigenvalues() agree with plain TypeScript for n = 1 … 40 (${build})`, () => {
    for (let n = 1; n <= 40; n++) {
      for (const [name, matrix] of hardCases(n)) {
        agrees(kernel, matrix, `${name} ${n}`);
      }
    }
  });

  Deno.test(`eigenvalues() agree with plain TypeScript for n = 64 … 600 (${build})`, () => {
    for (const n of sizes) {
      for (const [name, matrix] of hardCases(n)) {
        agrees(kernel, matrix, `${name} ${n}`);
      }
    }
    agrees(kernel, randomSymmetric(600, 1), "random 600");
  });

  Deno.test(`eigenvalues() keep trace and Frobenius norm, at any scale (${build})`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer(),
        fc.integer({ min: -305, max: 150 }),
        (n, seed, exponent) => {
          const unit = randomSymmetric(n, seed);
          const scale = 10 ** exponent;
          const matrix = matrixOf(n, (i, j) => unit.data[i * n + j]! * scale);
          const values = kernel
            .eigenvalues(matrix, largest(matrix)).map((x) => x / scale);
          let trace = 0;
          for (let i = 0; i < n; i++) trace += unit.data[i * n + i]!;
          const sum = values.reduce((a, b) => a + b, 0);
          const square = unit.data.reduce((a, b) => a + b * b, 0);
          const squares = values.reduce((a, b) => a + b * b, 0);
          assert(Math.abs(sum - trace) <= 1e-13 * n * n);
          assert(Math.abs(squares - square) <= 1e-12 * n * square);
        },
      ),
    );
  });
}

for (const [build, kernel] of kernels) {
  Deno.test(`eigen() solves every hard case of size 1 … 40 (${build})`, () => {
    for (let n = 1; n <= 40; n++) {
      for (const [name, matrix] of hardCases(n)) {
        solves(kernel, matrix, `${name} ${n}`);
      }
    }
  });

  Deno.test(`eigen() solves every hard case of size 64 … 333 (${build})`, () => {
    for (const n of [64, 97, 130, 200, 333]) {
      for (const [name, matrix] of hardCases(n)) {
        solves(kernel, matrix, `${name} ${n}`);
      }
    }
  });

  Deno.test(`eigen() solves random spectra with repeated and tiny values, at any scale (${build})`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer(),
        fc.integer({ min: -300, max: 150 }),
        (n, seed, exponent) => {
          const random = new Random(seed);
          const kinds = [0, 1, 1, 1 + 1e-15, 1e-8, -1, random.normal()];
          const spectrum = Array.from(
            { length: n },
            () => 10 ** exponent * kinds[random.integer(kinds.length)]!,
          );
          solves(kernel, withSpectrum(spectrum, random), `seed ${seed}`);
        },
      ),
      { numRuns: 60 },
    );
  });
}

Deno.test("eigen() solves a size at which every product goes in parts", () => {
  solves(new WasmKernel("relaxed"), randomSymmetric(801, 1), "random 801");
});

/** `H diag(λ) H` with two random reflections after another: a dense matrix of known spectrum. */
function withSpectrum(spectrum: number[], random: Random): DenseMatrix {
  const n = spectrum.length;
  const matrix = matrixOf(n, (i, j) => i === j ? spectrum[i]! : 0);
  for (let times = 0; times < 2; times++) reflect(matrix, random);
  return matrix;
}

function reflect({ data, rows: n }: DenseMatrix, random: Random): void {
  const u = Array.from({ length: n }, () => random.normal());
  const square = u.reduce((a, b) => a + b * b, 0);
  for (const [step, stride] of [[1, n], [n, 1]] as const) {
    for (let i = 0; i < n; i++) {
      let dot = 0;
      for (let k = 0; k < n; k++) dot += data[i * stride + k * step]! * u[k]!;
      for (let k = 0; k < n; k++) {
        const at = i * stride + k * step;
        data[at] = data[at]! - 2 * dot * u[k]! / square;
      }
    }
  }
}

/** Asserts orthonormal vectors and residuals `‖A v − λ v‖`, and values that agree with QL's. */
function solves(kernel: WasmKernel, matrix: DenseMatrix, name: string) {
  const n = matrix.rows;
  const scale = largest(matrix);
  if (scale === 0) return; // eigen.ts answers that case: there is nothing to scale by
  const { values, vectors } = kernel.eigen(matrix, scale);
  const most = Math.max(...values.map(Math.abs));
  const alone = descending(kernel.eigenvalues(matrix, scale));
  const allowed = 1e-13 * n;
  values.forEach((x, k) =>
    assert(
      Math.abs(x - alone[k]!) <= allowed * most,
      `${name}: value ${k}: ${x} against ${alone[k]}`,
    )
  );
  const solved = { values, vectors: new DenseMatrix(vectors, n, n) };
  const { residual, orthogonality } = defects(matrix, solved);
  assert(residual <= allowed, `${name}: residual ${residual}`);
  assert(orthogonality <= allowed, `${name}: products ${orthogonality}`);
}

/** Asserts `|λ − λ'| ≤ 1e-13 n λmax` against the portable path. */
function agrees(kernel: WasmKernel, matrix: DenseMatrix, name: string) {
  const scale = largest(matrix);
  if (scale === 0) return; // eigen.ts answers that case: there is nothing to scale by
  const values = descending(kernel.eigenvalues(matrix, scale));
  const expected = descending(portableEigenvalues(matrix, scale));
  const most = Math.max(...expected.map(Math.abs));
  const allowed = 1e-13 * matrix.rows * most;
  values.forEach((x, k) =>
    assert(
      Math.abs(x - expected[k]!) <= allowed,
      `${name}: ${k}: ${x} against ${expected[k]}`,
    )
  );
}

Deno.test("eigenvalues() read the lower triangle alone and change nothing", () => {
  const matrix = new DenseMatrix(new Float64Array([2, NaN, 1, 2]), 2, 2);
  const values = new WasmKernel("simd").eigenvalues(matrix, 2);
  assertEquals([...values].map(Math.round).sort(), [1, 3]);
  assertEquals([...matrix.data], [2, NaN, 1, 2]);
});

Deno.test("eigenvalues() and eigen() leave nothing in the memory: a hundred calls need no more than one", () => {
  const kernel = new WasmKernel("simd");
  const matrix = randomSymmetric(120, 1);
  const first = kernel.eigenvalues(matrix, 4);
  const held = kernel.memory;
  for (let i = 0; i < 100; i++) {
    assertEquals(kernel.eigenvalues(matrix, 4), first);
  }
  assertEquals(kernel.memory, held);
  const solved = kernel.eigen(matrix, 4);
  const heldThen = kernel.memory;
  for (let i = 0; i < 20; i++) assertEquals(kernel.eigen(matrix, 4), solved);
  assertEquals(kernel.memory, heldThen);
});

Deno.test("eigenvalues() of a matrix beyond 4 GiB say so, and the next call works", () => {
  const kernel = new WasmKernel("simd");
  const huge = { data: new Float64Array(0), rows: 40000, columns: 40000 };
  assertThrows(
    () => kernel.eigenvalues(huge as unknown as DenseMatrix, 1),
    RangeError,
    "Cannot compute in the embedded kernel: expected at most 4 GiB in all, received a need of 6105 MiB more",
  );
  agrees(kernel, randomSymmetric(20, 1), "after the error");
});

function randomMatrix(rows: number, columns: number, seed: number) {
  const random = new Random(seed);
  const data = Float64Array.from(
    { length: rows * columns },
    () => random.normal(),
  );
  return new DenseMatrix(data, rows, columns);
}

/** Asserts equal lower triangles to `1e-15 · terms` of the largest entry, and untouched upper ones. */
function sameTriangle(
  actual: DenseMatrix,
  expected: DenseMatrix,
  terms: number,
) {
  const allowed = 1e-15 * (terms + 8) * largest(expected);
  const n = actual.rows;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const difference = actual.data[i * n + j]! - expected.data[i * n + j]!;
      assert(Math.abs(difference) <= (j <= i ? allowed : 0), `${i}, ${j}`);
    }
  }
}

const shapes = [[1, 1], [3, 2], [8, 5], [97, 4], [200, 33], [96, 64], [5, 130]];

for (const [build, kernel] of kernels) {
  Deno.test(`addOuterProducts() adds the lower triangle of XᵀX to what is there (${build})`, () => {
    for (const [rows = 0, columns = 0] of shapes) {
      const x = randomMatrix(rows, columns, rows);
      const sum = randomMatrix(columns, columns, 1);
      const expected = new DenseMatrix(sum.data.slice(), columns, columns);
      kernel.addOuterProducts(sum, x);
      portableOuterProducts(expected, x);
      sameTriangle(sum, expected, rows);
    }
  });

  Deno.test(`addOuterProducts() takes float32 rows as they are (${build})`, () => {
    const narrow = Float32Array.from(randomMatrix(150, 21, 2).data);
    const wide = new DenseMatrix(Float64Array.from(narrow), 150, 21);
    const sum = DenseMatrix.zeros(21, 21);
    const expected = DenseMatrix.zeros(21, 21);
    kernel.addOuterProducts(sum, { data: narrow, rows: 150, columns: 21 });
    kernel.addOuterProducts(expected, wide);
    assertEquals(sum, expected);
  });

  Deno.test(`addOuterProducts() normalises rows of any length on the way (${build})`, () => {
    for (const columns of [1, 6, 33]) {
      const x = randomMatrix(40, columns, 3);
      const lengths = x.data.map((_, i) =>
        10 ** (Math.floor(i / columns) * 15 - 300)
      );
      const scaled = x.data.map((v, i) => v * lengths[i]!);
      const sum = DenseMatrix.zeros(columns, columns);
      const expected = DenseMatrix.zeros(columns, columns);
      kernel.addOuterProducts(sum, new DenseMatrix(scaled, 40, columns), {
        normalize: true,
      });
      portableOuterProducts(expected, normalizeRows(x));
      sameTriangle(sum, expected, 40);
    }
  });

  Deno.test(`addRowProducts() adds the lower triangle of XXᵀ (${build})`, () => {
    for (const [rows = 0, columns = 0] of shapes) {
      const x = randomMatrix(rows, columns, rows);
      const sum = DenseMatrix.zeros(rows, rows);
      const expected = DenseMatrix.zeros(rows, rows);
      kernel.addRowProducts(sum, x);
      portableOuterProducts(expected, transpose(x));
      sameTriangle(sum, expected, columns);
    }
  });

  Deno.test(`rowProducts() are the inner products of all rows (${build})`, () => {
    for (const [rows = 0, columns = 0] of shapes) {
      for (const others of [1, 4, 7, 66]) {
        const a = randomMatrix(rows, columns, 6);
        const b = randomMatrix(others, columns, 7);
        const expected = portableRowProducts(a, b);
        const allowed = 1e-15 * (columns + 8) * largest(expected);
        kernel.rowProducts(a, b).forEach((x, i) =>
          assert(Math.abs(x - expected.data[i]!) <= allowed, `${i}`)
        );
      }
    }
  });

  Deno.test(`addKhatriRaoProducts() adds the second moment of the rows x ⊗ y (${build})`, () => {
    for (const [p, q] of [[1, 1], [3, 5], [4, 4], [5, 2], [6, 7], [1, 9]]) {
      const x = randomMatrix(210, p!, 4);
      const y = randomMatrix(210, q!, 5);
      const sum = DenseMatrix.zeros(p! * q!, p! * q!);
      const expected = DenseMatrix.zeros(p! * q!, p! * q!);
      kernel.addKhatriRaoProducts(sum, x, y);
      portableOuterProducts(expected, khatriRao(x, y, 0, 210));
      sameTriangle(sum, expected, 210);
    }
  });
}
