/** Estimated entropies against decomposed ones, and the error stated against the error made. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import { Random } from "../../lib/core/random.ts";
import { ClassMoments } from "../../lib/linalg/class_moments.ts";
import { symmetricEigenvalues } from "../../lib/linalg/eigen.ts";
import {
  blockedFrobenius,
  denseFrobenius,
} from "../../lib/linalg/lanczos/frobenius.ts";
import { LanczosRun } from "../../lib/linalg/lanczos/krylov.ts";
import {
  type Estimate,
  estimateEntropy,
  gramOperator,
  hadamardOperator,
  labelledOperator,
  type PositiveOperator,
} from "../../lib/linalg/lanczos/mod.ts";
import { momentOperator } from "../../lib/linalg/lanczos/operators.ts";
import { bracket } from "../../lib/linalg/lanczos/quadrature.ts";
import { entropyFunction } from "../../lib/linalg/lanczos/spectral_function.ts";
import { diagonalizeTridiagonal } from "../../lib/linalg/_tridiagonal_ql.ts";
import { mirror, rowGram } from "../../lib/linalg/products.ts";
import { dot, gatherRows, normalizeRows } from "../../lib/linalg/rows.ts";
import {
  hadamardSpectrum,
  labelledSpectrum,
  rowSpectrum,
} from "../../lib/linalg/spectra.ts";
import { entropyOfSpectrum } from "../../lib/linalg/spectral_entropy.ts";

const random = new Random(31);

/** Unit rows of Gaussians whose column `j` is scaled by `scale(j)`. */
function directions(
  rows: number,
  columns: number,
  scale: (j: number) => number = () => 1,
): DenseMatrix {
  const data = random.normals(rows * columns)
    .map((x, i) => x * scale(i % columns));
  return normalizeRows(new DenseMatrix(data, rows, columns));
}

/** Rows around `classes` centres, in turn, at a distance of `noise`. */
function clusters(
  [rows, columns]: readonly [number, number],
  classes: number,
  noise: number,
): DenseMatrix {
  const centres = directions(classes, columns);
  const data = random.normals(rows * columns).map((x, i) => {
    const c = Math.floor(i / columns) % classes;
    return centres.row(c)[i % columns]! + noise * x / Math.sqrt(columns);
  });
  return normalizeRows(new DenseMatrix(data, rows, columns));
}

function identity(n: number): DenseMatrix {
  const out = DenseMatrix.zeros(n, n);
  for (let i = 0; i < n; i++) out.data[i * n + i] = 1;
  return out;
}

/** `C` unit vectors with common cosine `−1/(C − 1)`, in `C` dimensions. */
function simplex(classes: number): DenseMatrix {
  const out = identity(classes);
  return normalizeRows(
    new DenseMatrix(
      out.data.map((x) => x - 1 / classes),
      classes,
      classes,
    ),
  );
}

const turns = (rows: number, classes: number) =>
  Int32Array.from({ length: rows }, (_, i) => i % classes);

function estimate(
  operator: PositiveOperator,
  options: { alpha?: number; standardError?: number; seed?: number } = {},
  maxProbes = 64,
): Estimate {
  return estimateEntropy(operator, {
    alpha: 1,
    standardError: 0.01,
    seed: 0,
    ...options,
    maxProbes,
  });
}

/** A factor or a pair of them: the operator, and the spectrum of what it stands for. */
interface Case {
  readonly name: string;
  readonly operator: PositiveOperator;
  readonly spectrum: Float64Array;
}

function gramCase(name: string, x: DenseMatrix): Case {
  return { name, operator: gramOperator(x), spectrum: rowSpectrum(x) };
}

function pairCase(name: string, x: DenseMatrix, y: DenseMatrix): Case {
  const spectrum = hadamardSpectrum(x, y);
  return { name, operator: hadamardOperator(x, y), spectrum };
}

function labelledCase(
  name: string,
  x: DenseMatrix,
  classRows: DenseMatrix,
): Case {
  const labels = turns(x.rows, classRows.rows);
  return {
    name,
    operator: labelledOperator(x, labels, classRows),
    spectrum: labelledSpectrum(x, labels, classRows),
  };
}

const CASES: readonly Case[] = [
  gramCase("random", directions(200, 80)),
  gramCase("N ≪ d", directions(50, 400)),
  gramCase("N ≫ d", directions(1500, 40)),
  gramCase("geometric decay", directions(200, 60, (j) => 0.8 ** j)),
  gramCase("power-law decay", directions(200, 120, (j) => 1 / (j + 1))),
  gramCase("clustered", clusters([200, 80], 10, 0.7)),
  gramCase("nearly collapsed", clusters([200, 80], 10, 0.02)),
  gramCase("nearly the identity", directions(60, 1800)),
  pairCase("Hadamard, samples", directions(120, 20), directions(120, 15)),
  pairCase("Hadamard, features", directions(600, 9), directions(600, 8)),
  labelledCase(
    "labels, samples",
    clusters([120, 30], 10, 1),
    directions(10, 30),
  ),
  labelledCase(
    "labels, features",
    clusters([900, 12], 5, 1),
    directions(5, 12),
  ),
];

const SEEDS = 200;

for (const { name, operator, spectrum } of CASES) {
  for (const [alpha, seeds] of [[1, SEEDS], [0.5, 80], [3, 80]] as const) {
    Deno.test(`estimateEntropy() of order ${alpha} states its error: ${name}`, () => {
      const exact = entropyOfSpectrum(spectrum, alpha);
      const scores = Array.from({ length: seeds }, (_, seed) => {
        const { value, standardError } = estimate(operator, { alpha, seed });
        return (value - exact) / standardError;
      });
      const within = scores.filter((z) => Math.abs(z) <= 2).length / seeds;
      const mean = scores.reduce((a, b) => a + b, 0) / seeds;
      // The mean of 80 unit scores scatters by 0.11. The bound on the quadrature's bias, a part of the
      // stated error, is all of it where deflation leaves no scatter: then scores lie on one side, below 1.
      assert(within >= 0.9, `${within} within two standard errors`);
      assert(Math.abs(mean) < 0.75, `mean score ${mean}`);
      const far = scores.filter((z) => Math.abs(z) > 4).length / seeds;
      assert(far <= 0.02, `${far} beyond four standard errors`);
    });
  }
}

Deno.test("estimateEntropy() is unbiased, and its error no larger than stated nor much smaller, where scatter is all of it", () => {
  for (const { name, operator, spectrum } of CASES.slice(0, 3)) {
    const exact = entropyOfSpectrum(spectrum);
    const options = { standardError: 1e-4 };
    const scores = Array.from({ length: SEEDS }, (_, seed) => {
      const found = estimate(operator, { ...options, seed }, 8);
      return (found.value - exact) / found.standardError;
    });
    const mean = scores.reduce((a, b) => a + b, 0) / SEEDS;
    assert(Math.abs(mean) < 0.25, `${name}: mean score ${mean}`);
    const deviation = Math.sqrt(
      scores.reduce((sum, z) => sum + (z - mean) ** 2, 0) / SEEDS,
    );
    assert(
      deviation > 0.6 && deviation < 1.4,
      `${name}: deviation ${deviation}`,
    );
  }
});

for (
  const [name, x, exact] of [
    ["rank one", directions(7, 1), 0],
    [
      "one direction in many dimensions",
      new DenseMatrix(new Float64Array(60).fill(0.5), 15, 4),
      0,
    ],
    ["one sample", directions(1, 5), 0],
    ["the identity", identity(64), Math.log(64)],
    ["collapse", gatherRows(simplex(10), turns(200, 10)), Math.log(9)],
    [
      "two rows at 60°",
      new DenseMatrix(Float64Array.of(1, 0, 0.5, Math.sqrt(0.75)), 2, 2),
      -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25),
    ],
  ] as const
) {
  Deno.test(`estimateEntropy() is exact where a run exhausts its space: ${name}`, () => {
    for (let seed = 0; seed < 20; seed++) {
      const { value, standardError } = estimate(gramOperator(x), {
        seed,
        standardError: 1e-6,
      });
      assertAlmostEquals(value, exact, 1e-11);
      assert(standardError < 1e-10);
    }
  });
}

Deno.test("estimateEntropy() counts exactly what it deflates: exact rank with distinct eigenvalues", () => {
  const x = gatherRows(directions(12, 40), turns(300, 12));
  const { value, standardError, probes } = estimate(gramOperator(x), {
    standardError: 1e-5,
  });
  assertAlmostEquals(value, entropyOfSpectrum(rowSpectrum(x)), 1e-10);
  assert(standardError < 1e-10);
  assertEquals(probes, 0);
});

Deno.test("estimateEntropy() of order 2 is exact for every operator, without a probe", () => {
  const narrow = pairCase("", directions(500, 3), directions(500, 2));
  const many = labelledCase("", directions(40, 30), directions(30, 10));
  for (const { name, operator, spectrum } of [...CASES, narrow, many]) {
    const found = estimate(operator, { alpha: 2 });
    assertAlmostEquals(
      found.value,
      entropyOfSpectrum(spectrum, 2),
      1e-12,
      name,
    );
    assertEquals({ ...found, value: 0 }, {
      value: 0,
      standardError: 0,
      probes: 0,
      steps: 0,
    });
  }
});

Deno.test("blockedFrobenius() is the norm of the Gram over whole and partial blocks", () => {
  for (const rows of [5, 128, 300]) {
    const x = directions(rows, 9);
    const gram = rowGram(x);
    assertAlmostEquals(
      blockedFrobenius(x) / dot(gram.data, gram.data),
      1,
      1e-13,
    );
    assertAlmostEquals(denseFrobenius(x) / dot(gram.data, gram.data), 1, 1e-13);
  }
});

Deno.test("estimateEntropy() of order infinity is within the error it states", () => {
  for (const { name, operator, spectrum } of CASES) {
    const exact = entropyOfSpectrum(spectrum, Infinity);
    for (let seed = 0; seed < 20; seed++) {
      const { value, standardError } = estimate(operator, {
        alpha: Infinity,
        seed,
      });
      assert(standardError <= 0.01, name);
      assert(
        Math.abs(value - exact) <= standardError,
        `${name}: ${value - exact}`,
      );
    }
  }
});

Deno.test("estimateEntropy() of a high order neither overflows nor underflows", () => {
  const { operator, spectrum } = CASES[0]!;
  const { value, standardError } = estimate(operator, { alpha: 400 });
  assertAlmostEquals(
    value,
    entropyOfSpectrum(spectrum, 400),
    4 * standardError,
  );
  assert(standardError < 0.02);
});

Deno.test("estimateEntropy() gives the same bits for a seed and others for another", () => {
  const { operator } = CASES[5]!;
  assertEquals(
    estimate(operator, { seed: 3 }),
    estimate(operator, { seed: 3 }),
  );
  assert(
    estimate(operator, { seed: 3 }).value !==
      estimate(operator, { seed: 4 }).value,
  );
});

Deno.test("estimateEntropy() stops at the error asked for, or at the probes allowed", () => {
  const { operator } = CASES[0]!;
  const loose = estimate(operator, { standardError: 0.02 }, 1000);
  const tight = estimate(operator, { standardError: 0.002 }, 1000);
  const poor = estimate(operator, { standardError: 0.002 }, 16);
  assert(loose.standardError <= 0.02 && tight.standardError <= 0.002);
  assert(tight.probes > loose.probes && tight.steps > loose.steps);
  assertEquals(poor.probes, 16);
  assert(poor.standardError > 0.002);
});

Deno.test("estimateEntropy() takes as many products for four times the rows", () => {
  const x = directions(150, 40);
  const counts = [1, 4].map((times) => {
    const operator = gramOperator(gatherRows(x, turns(150 * times, 150)));
    let products = 0;
    const counted = {
      ...operator,
      apply(v: Float64Array, out: Float64Array) {
        products++;
        operator.apply(v, out);
      },
    };
    assertEquals(operator.size, 40);
    return { products, ...estimate(counted), seen: products };
  });
  assertEquals(counts[0]!.seen, counts[1]!.seen);
  assertAlmostEquals(counts[0]!.value, counts[1]!.value, 1e-12);
});

Deno.test("operators are the matrices they stand for", () => {
  const dense = ({ size, apply }: PositiveOperator) => {
    const out = DenseMatrix.zeros(size, size);
    const unit = identity(size);
    for (let i = 0; i < size; i++) apply(unit.row(i), out.row(i));
    return out;
  };
  for (const { name, operator, spectrum } of CASES) {
    const matrix = dense(operator);
    const values = symmetricEigenvalues(matrix);
    for (let i = 0; i < operator.size; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [matrix.row(i)[j]!, matrix.row(j)[i]!];
        assertAlmostEquals(a, b, 1e-12 * operator.trace, name);
      }
    }
    for (let k = 0; k < Math.max(values.length, spectrum.length); k++) {
      const error = (values[k] ?? 0) - (spectrum[k] ?? 0);
      assert(Math.abs(error) < 1e-12 * spectrum[0]! * values.length, name);
    }
    const trace = values.reduce((a, b) => a + b, 0);
    const squares = values.reduce((a, b) => a + b * b, 0);
    assertAlmostEquals(operator.trace / trace, 1, 1e-12, name);
    assertAlmostEquals(operator.squaredFrobenius() / squares, 1, 1e-12, name);
  }
});

Deno.test("labelledOperator() from class moments is that from rows", () => {
  const x = directions(90, 7);
  const classRows = directions(4, 3);
  const labels = turns(90, 4);
  const state = new ClassMoments(4, 7);
  state.add(x, labels);
  const operator = momentOperator(state.moments.map(mirror), classRows);
  const spectrum = labelledSpectrum(x, labels, classRows);
  assertEquals(operator.size, 21);
  assertAlmostEquals(operator.trace, spectrum.reduce((a, b) => a + b), 1e-11);
  assertAlmostEquals(
    estimate(operator, { alpha: 2 }).value,
    entropyOfSpectrum(spectrum, 2),
    1e-12,
  );
  const { value, standardError } = estimate(operator);
  assertAlmostEquals(value, entropyOfSpectrum(spectrum), 4 * standardError);
});

Deno.test("bracket() holds the quadratic form between two bounds that close in", () => {
  const n = 60;
  const own = new Random(7); // whatever was drawn before
  const eigenvalues = Float64Array.from(
    { length: n },
    (_, i) => 1 / (1 + i) ** 2,
  );
  const operator: PositiveOperator = {
    size: n,
    trace: 1,
    apply: (v, out) => eigenvalues.forEach((x, i) => out[i] = x * v[i]!),
    squaredFrobenius: () => dot(eigenvalues, eigenvalues),
  };
  for (const alpha of [1, 0.3, 0.7, 1.5, 2.5, 3.5]) {
    const f = entropyFunction({ alpha, largest: 1, size: n });
    const vector = own.normals(n);
    const exact = vector.reduce(
      (sum, v, i) => sum + v * v * f.at(eigenvalues[i]!),
      0,
    );
    const run = new LanczosRun(operator, { vector: vector.slice() });
    let before = Infinity;
    for (const steps of [3, 3, 6, 12, 40]) {
      run.extend(steps);
      const { middle, halfWidth } = bracket(run, f);
      assert(
        Math.abs(middle - exact) <= halfWidth + 1e-12 * exact,
        `order ${alpha}`,
      );
      assert(halfWidth < before);
      before = halfWidth;
    }
    assertEquals(run.exhausted, true);
    assertEquals(before, 0);
  }
});

Deno.test("LanczosRun keeps clear of deflated vectors and finds the eigenpairs beside them", () => {
  const x = directions(100, 30, (j) => 0.7 ** j);
  const operator = gramOperator(x);
  const values = rowSpectrum(x).map((value) => value / operator.trace);
  const first = new LanczosRun(operator, { vector: random.normals(30) });
  first.extend(30);
  const pairs = first.converged(1e-9);
  assertEquals(pairs.length, 30);
  const leading = pairs.filter(({ value }) => value > values[2]! * 1.0001);
  assertEquals(leading.length, 2);
  const deflated = leading.map(({ vector }) => vector);
  const second = new LanczosRun(operator, {
    vector: random.normals(30),
    deflated,
  });
  second.extend(28);
  assertEquals(second.exhausted, true);
  assertAlmostEquals(second.leading().value, values[2]!, 1e-12);
  for (const { vector } of second.converged(1e-9)) {
    for (const q of deflated) assertAlmostEquals(dot(vector, q), 0, 1e-12);
  }
});

Deno.test("diagonalizeTridiagonal() gives eigenvalues and eigenvectors, zero and graded couplings included", () => {
  for (
    const scale of [() => 1, (i: number) => 1e-3 ** i, (i: number) => i % 3]
  ) {
    const n = 12;
    const d = random.normals(n).map((x, i) => x * scale(i));
    const e = random.normals(n).map((x, i) => x * scale(i));
    const dense = DenseMatrix.zeros(n, n);
    for (let i = 0; i < n; i++) {
      dense.row(i)[i] = d[i]!;
      if (i > 0) dense.row(i)[i - 1] = dense.row(i - 1)[i] = e[i - 1]!;
    }
    const rows = Array.from(
      { length: n },
      (_, i) => identity(n).row(i).slice(),
    );
    const values = d.slice();
    diagonalizeTridiagonal(values, e.slice(), rows);
    for (let k = 0; k < n; k++) {
      const vector = Float64Array.from(rows, (row) => row[k]!);
      assertAlmostEquals(dot(vector, vector), 1, 1e-13);
      for (let i = 0; i < n; i++) {
        assertAlmostEquals(
          dot(dense.row(i), vector),
          values[k]! * vector[i]!,
          1e-13,
        );
      }
    }
  }
});
