/**
 * The battery: each metric is a row, each column of the table a law that it keeps or not. A new metric
 * gets a row here; `describe_test.ts` fails until it has one.
 */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { Matrix } from "ml-matrix";
import { NotFiniteError, Random, ShapeError } from "interplay";
import type { MatrixLike } from "interplay";
import { BATTERY, type Row, type Sample } from "./battery.ts";

const TOLERANCE = 1e-10;

/** Values that float32 holds exactly, so that every input type carries the same numbers. */
function sample(
  seed: number,
  samples = 24,
  dimension = 5,
  classes = 3,
): Sample {
  const random = new Random(seed);
  const round = (x: number) => Math.fround(x);
  const rows = (n: number, d: number) =>
    Array.from(
      { length: n },
      () => Array.from({ length: d }, () => round(random.normal())),
    );
  const labels = Array.from(
    { length: samples },
    (_, i) => i < 2 * classes ? i % classes : random.integer(classes),
  );
  const weights = rows(classes, dimension);
  const Z = rows(samples, dimension).map((row, i) =>
    row.map((x, j) => round(0.7 * x + weights[labels[i]!]![j]!))
  );
  return {
    Z,
    labels,
    weights,
    bias: rows(1, classes)[0]!,
    second: rows(samples, 4),
  };
}

function orthogonal(n: number, random: Random): number[][] {
  // A product of Householder reflections is orthogonal whatever the vectors are.
  let q: number[][] = Array.from(
    { length: n },
    (_, i) => Array.from({ length: n }, (_, j) => i === j ? 1 : 0),
  );
  for (let k = 0; k < 3; k++) {
    const v = Array.from(random.normals(n));
    const length = v.reduce((sum, x) => sum + x * x, 0);
    q = q.map((row) => {
      const along = 2 * row.reduce((sum, x, j) => sum + x * v[j]!, 0) / length;
      return row.map((x, j) => x - along * v[j]!);
    });
  }
  return q;
}

function multiply(rows: MatrixLike, q: number[][]): number[][] {
  return (rows as number[][]).map((row) =>
    q[0]!.map((_, j) => row.reduce((sum, x, k) => sum + x * q[k]![j]!, 0))
  );
}

function same(
  actual: number,
  expected: number,
  what: string,
  tolerance = TOLERANCE,
): void {
  if (Number.isNaN(expected)) return assert(Number.isNaN(actual), what);
  const scale = Math.max(1, Math.abs(expected));
  assertAlmostEquals(
    actual,
    expected,
    tolerance * scale,
    `${what}: ${actual} against ${expected}`,
  );
}

function forEach(
  law: string,
  applies: (row: Row) => boolean,
  check: (row: Row) => void,
): void {
  for (const row of BATTERY.filter(applies)) {
    Deno.test(`${row.name}() ${law}`, () => check(row));
  }
}

const always = () => true;

forEach(
  "does not depend on the order of the samples",
  always,
  ({ name, compute }) => {
    const s = sample(1);
    const order = Array.from(new Random(2).permutation(s.labels.length));
    const pick = <T>(values: readonly T[]) => order.map((i) => values[i]!);
    const shuffled = {
      ...s,
      Z: pick(s.Z as number[][]),
      labels: pick(s.labels),
      second: pick(s.second as number[][]),
    };
    same(compute(shuffled), compute(s), name);
  },
);

forEach(
  "does not depend on the basis of the space",
  always,
  ({ name, compute }) => {
    const s = sample(3);
    const q = orthogonal(5, new Random(4));
    const turned = {
      ...s,
      Z: multiply(s.Z, q),
      weights: multiply(s.weights, q),
    };
    same(compute(turned), compute(s), name);
  },
);

forEach(
  "does not depend on the lengths of the rows",
  (row) => row.rowScaling,
  ({ name, compute }) => {
    const s = sample(5);
    const random = new Random(6);
    const scale = (rows: MatrixLike) =>
      (rows as number[][]).map((row) => {
        const factor = 0.1 + 5 * random.uniform();
        return row.map((x) => factor * x);
      });
    same(
      compute({
        ...s,
        Z: scale(s.Z),
        weights: scale(s.weights),
        second: scale(s.second),
      }),
      compute(s),
      name,
    );
  },
);

forEach(
  "depends on the lengths of the rows",
  (row) => !row.rowScaling,
  ({ compute }) => {
    const s = sample(5);
    const scaled = (s.Z as number[][]).map((row, i) =>
      row.map((x) => (1 + i) * x)
    );
    assert(compute({ ...s, Z: scaled }) !== compute(s));
  },
);

forEach(
  "does not change when every sample is there twice",
  (row) => row.duplication,
  ({ name, compute }) => {
    const s = sample(7);
    const twice = <T>(values: T) => [...values as T[], ...values as T[]] as T;
    const doubled = {
      ...s,
      Z: twice(s.Z),
      labels: twice(s.labels),
      second: twice(s.second),
    };
    same(compute(doubled), compute(s), name);
  },
);

forEach("stays in its range", always, ({ name, compute, range }) => {
  for (let seed = 10; seed < 30; seed++) {
    const s = sample(seed, 12 + seed, 2 + seed % 6, 3 + seed % 4);
    const value = compute(s);
    const [low, high] = range(s);
    assert(
      value >= low - 1e-12 && value <= high + 1e-12,
      `${name} = ${value} outside [${low}, ${high}]`,
    );
  }
});

forEach(
  "is symmetric in its two views",
  (row) => row.swapped !== undefined,
  ({ name, compute, swapped }) => {
    const s = sample(8);
    same(swapped!(s), compute(s), name, 1e-12);
  },
);

forEach("takes every kind of matrix alike", always, ({ compute }) => {
  const s = sample(9);
  const expected = compute(s);
  const kinds: ((rows: number[][]) => MatrixLike)[] = [
    (rows) => rows.map((row) => Float32Array.from(row)),
    (rows) => ({
      data: Float64Array.from(rows.flat()),
      shape: [rows.length, rows[0]!.length],
    }),
    (rows) => ({
      data: Float32Array.from(rows.flat()),
      shape: [rows.length, rows[0]!.length],
    }),
    (rows) => ({ data: rows.flat(), shape: [rows.length, rows[0]!.length] }),
    (rows) => new Matrix(rows),
    (rows) => tf.tensor2d(rows),
  ];
  for (const kind of kinds) {
    tf.tidy(() => {
      const convert = (m: MatrixLike) => kind(m as number[][]);
      const converted = {
        ...s,
        Z: convert(s.Z),
        weights: convert(s.weights),
        second: convert(s.second),
      };
      const tensors = tf.memory().numTensors;
      assertEquals(compute(converted), expected);
      assertEquals(tf.memory().numTensors, tensors);
    });
  }
});

forEach(
  "differs by no more than float32 rounding between float32 and float64",
  always,
  ({ name, compute }) => {
    const s = sample(31);
    const jitter = (rows: MatrixLike) =>
      (rows as number[][]).map((row) => row.map((x) => x * (1 + 1e-9) + 1e-9));
    const wide = {
      ...s,
      Z: jitter(s.Z),
      weights: jitter(s.weights),
      second: jitter(s.second),
    };
    const narrow = {
      ...wide,
      Z: wide.Z.map((row) => Float32Array.from(row)),
      weights: wide.weights.map((row) => Float32Array.from(row)),
      second: wide.second.map((row) => Float32Array.from(row)),
    };
    // Inputs are off by 6e-8 relative; the condition of these metrics on such samples is below 100.
    same(compute(narrow), compute(wide), name, 6e-6);
  },
);

forEach("changes none of its inputs", always, ({ compute }) => {
  const s = sample(32);
  // Flat float64 data are borrowed, not copied.
  const flat = (rows: MatrixLike) => ({
    data: Float64Array.from((rows as number[][]).flat()),
    shape: [(rows as number[][]).length, (rows as number[][])[0]!.length],
  });
  const borrowed = {
    ...s,
    Z: flat(s.Z),
    weights: flat(s.weights),
    second: flat(s.second),
  };
  for (const inputs of [s, borrowed]) {
    const before = structuredClone(inputs);
    compute(inputs);
    assertEquals(inputs, before);
  }
});

forEach(
  "sees no difference in numbers whose squares overflow or vanish",
  always,
  ({ name, compute }) => {
    const s = { ...sample(38), bias: [0, 0, 0] };
    const expected = compute(s);
    for (const exponent of [520, 1000, -540, -1000]) {
      const scaled = (rows: MatrixLike) =>
        (rows as number[][]).map((row) => row.map((x) => x * 2 ** exponent));
      // One at a time: logits of two such numbers are themselves beyond float64.
      for (const part of ["Z", "weights", "second"] as const) {
        const extreme = { ...s, [part]: scaled(s[part]) };
        same(compute(extreme), expected, `${name}, ${part} 2^${exponent}`);
      }
    }
  },
);

forEach("names the entry that is not finite", always, ({ compute }) => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const s = sample(33);
    (s.Z as number[][])[4]![2] = bad;
    assertThrows(() => compute(s), NotFiniteError, `received ${bad} at [4, 2]`);
  }
});

forEach("names the ragged row", always, ({ compute }) => {
  const s = sample(34);
  (s.Z as number[][])[3] = [1, 2];
  assertThrows(
    () => compute(s),
    ShapeError,
    "expected 5 columns in row 3 of `",
  );
});

forEach("refuses an empty matrix", always, ({ compute }) => {
  assertThrows(
    () => compute({ ...sample(35), Z: [] }),
    ShapeError,
    "expected at least 1 row in `",
  );
  assertThrows(
    () => compute({ ...sample(35), Z: [[]] }),
    ShapeError,
    "expected at least 1 column in `",
  );
});

forEach("refuses a vector in place of a matrix", always, ({ compute }) => {
  assertThrows(
    () => compute({ ...sample(36), Z: [1, 2, 3] as unknown as MatrixLike }),
    ShapeError,
    "expected a matrix as `",
  );
});

forEach("names the zero row", (row) => row.directions, ({ compute }) => {
  const s = sample(37);
  (s.Z as number[][])[5] = [0, 0, 0, 0, 0];
  assertThrows(() => compute(s), NotFiniteError, "received zeros in row 5");
});

forEach("does not mind a zero row", (row) => !row.directions, ({ compute }) => {
  const s = sample(37);
  (s.Z as number[][])[5] = [0, 0, 0, 0, 0];
  assert(Number.isFinite(compute(s)));
});
