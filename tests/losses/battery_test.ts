/**
 * The battery: each loss is a row, each column of the table a law that it keeps. A new loss gets a row in
 * `battery.ts`; the last test fails until it has one.
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import { Random } from "../../lib/core/random.ts";
import { hostLosses } from "../../lib/losses/_host_losses.ts";
import {
  BATTERY,
  collapsedPoint,
  DEGENERATE,
  headPoint,
  hostTerm,
  inputsOf,
  type Point,
  randomPoint,
  REGULAR,
  type Row,
} from "./battery.ts";

const POINTS = [...REGULAR, ...DEGENERATE];

/** Half the step of a central difference; its own error is about its square. */
const STEP = 1e-5;

function forEachLoss(law: string, check: (row: Row) => void | Promise<void>) {
  for (const row of BATTERY) {
    Deno.test(`${row.title} ${law}`, () => check(row));
  }
}

/** The matrices moved by `step` along `directions`. */
function moved(
  matrices: readonly DenseMatrix[],
  directions: readonly DenseMatrix[],
  step: number,
): DenseMatrix[] {
  return matrices.map(({ data, rows, columns }, k) =>
    new DenseMatrix(
      data.map((x, i) => x + step * directions[k]!.data[i]!),
      rows,
      columns,
    )
  );
}

function slope(row: Row, point: Point, along: readonly DenseMatrix[]): number {
  const matrices = inputsOf(row, point);
  const at = (step: number) =>
    hostTerm(row, point, moved(matrices, along, step)).value;
  return (at(STEP) - at(-STEP)) / (2 * STEP);
}

/** Gaussian directions for every matrix. */
function randomDirections(row: Row, point: Point, seed: number): DenseMatrix[] {
  const random = new Random(seed);
  return inputsOf(row, point).map(({ rows, columns }) =>
    new DenseMatrix(random.normals(rows * columns), rows, columns)
  );
}

const inner = (a: readonly DenseMatrix[], b: readonly DenseMatrix[]) =>
  a.reduce(
    (sum, { data }, k) =>
      sum + data.reduce((s, x, i) => s + x * b[k]!.data[i]!, 0),
    0,
  );

/** Asserts that the gradient is that of central differences, in every single entry. */
function matchesDifferences(row: Row, point: Point): void {
  const gradients = hostTerm(row, point).gradients();
  gradients.forEach((gradient, k) =>
    gradient.data.forEach((g, i) => {
      const along = inputsOf(row, point)
        .map(({ rows, columns }) => DenseMatrix.zeros(rows, columns));
      along[k]!.data[i] = 1;
      const message = `${point.name}: input ${k}, entry ${i}`;
      assertAlmostEquals(g, slope(row, point, along), 1e-6, message);
    })
  );
}

forEachLoss("is the metric it stands for, with its sign", (row) => {
  for (const point of POINTS) {
    const { value } = hostTerm(row, point);
    assertAlmostEquals(value, row.expected(point), 1e-12, point.name);
  }
});

forEachLoss("has the gradient of central differences, to 1e-6", (row) => {
  for (const point of REGULAR) matchesDifferences(row, point);
});

// MIR jumps at 0/0, and the mean of directions that cancel has none: differences mean nothing there.
const smooth = (row: Row, { name }: Point) =>
  !(/^(mir|interplay)Loss|hdrLoss/.test(row.title) &&
    /rank one|one row|C = 2/.test(name));

forEachLoss("has it where eigenvalues vanish, repeat or agree", (row) => {
  const points = DEGENERATE.filter((point) => smooth(row, point));
  assert(points.length >= 3);
  for (const point of points) matchesDifferences(row, point);
});

forEachLoss("has it along random directions at the sizes of a batch", (row) => {
  const points = [
    randomPoint({ N: 64, d1: 24, d2: 16, C: 10 }),
    headPoint({ N: 64, d: 24, C: 10 }),
    headPoint({ N: 150, d: 20, C: 4 }),
  ];
  for (const point of points) {
    const gradients = hostTerm(row, point).gradients();
    for (const seed of [1, 2, 3]) {
      const along = randomDirections(row, point, seed);
      const expected = slope(row, point, along);
      assertAlmostEquals(inner(gradients, along), expected, 1e-6, point.name);
    }
  }
});

forEachLoss("has a finite gradient at every degenerate point", (row) => {
  for (const point of DEGENERATE) {
    const { value, gradients } = hostTerm(row, point);
    assert(Number.isFinite(value), point.name);
    for (const { data } of gradients()) {
      assert(data.every(Number.isFinite), point.name);
      assert(data.every((x) => Math.abs(x) < 100), point.name);
    }
  }
});

forEachLoss("is the same for longer rows, with a shorter gradient", (row) => {
  const point = REGULAR[0]!;
  const matrices = inputsOf(row, point);
  const scaled = matrices.map((m) =>
    new DenseMatrix(m.data.map((x) => 8 * x), m.rows, m.columns)
  );
  const [short, long] = [
    hostTerm(row, point),
    hostTerm(row, point, scaled),
  ];
  assertAlmostEquals(long.value, short.value, 1e-14);
  short.gradients().forEach(({ data }, k) =>
    data.forEach((g, i) =>
      assertAlmostEquals(long.gradients()[k]!.data[i]! * 8, g, 1e-13)
    )
  );
});

forEachLoss("has no gradient along a row", (row) => {
  for (const point of POINTS) {
    const matrices = inputsOf(row, point);
    hostTerm(row, point).gradients().forEach((gradient, k) => {
      for (let i = 0; i < gradient.rows; i++) {
        const z = matrices[k]!.row(i);
        const along = gradient.row(i).reduce((sum, g, j) => sum + g * z[j]!, 0);
        assertAlmostEquals(along, 0, 1e-12, `${point.name}, row ${i}`);
      }
    });
  }
});

forEachLoss("gives bitwise the same twice", (row) => {
  const [first, second] = [0, 1].map(() => hostTerm(row, REGULAR[4]!));
  assertEquals(first!.value, second!.value);
  assertEquals(first!.gradients(), second!.gradients());
});

function tensorsOf(row: Row, point: Point): tf.Tensor2D[] {
  return inputsOf(row, point).map(({ data, shape }) =>
    tf.tensor2d(Float32Array.from(data), shape)
  );
}

/** The same numbers as float32 holds them. */
function rounded(row: Row, point: Point): DenseMatrix[] {
  return inputsOf(row, point).map(({ data, rows, columns }) =>
    new DenseMatrix(Float64Array.from(Float32Array.from(data)), rows, columns)
  );
}

for (const backend of ["cpu", "wasm"] as const) {
  forEachLoss(
    `gives tf.grads value and gradient on ${backend}`,
    async (row) => {
      await useBackend(backend);
      for (const point of POINTS) {
        const expected = hostTerm(row, point, rounded(row, point));
        tf.tidy(() => {
          const tensors = tensorsOf(row, point);
          const scaled = (...z: tf.Tensor[]) =>
            tf.mul(row.loss(z, point), 3) as tf.Scalar;
          const { value, grads } = tf.valueAndGrads(scaled)(tensors);
          const near = (x: number, y: number) => {
            const allowed = 1e-6 * Math.max(1, Math.abs(y));
            assertAlmostEquals(x, 3 * y, 3 * allowed, point.name);
          };
          near(value.dataSync()[0]!, expected.value);
          expected.gradients().forEach(({ data, shape }, k) => {
            assertEquals(grads[k]!.shape, shape);
            grads[k]!.dataSync().forEach((x, i) => near(x, data[i]!));
          });
        });
      }
    },
  );
}

forEachLoss("keeps no tensor: value, gradients, or an error", async (row) => {
  await useBackend("wasm");
  const point = REGULAR[0]!;
  const tensors = tensorsOf(row, point);
  const variables = tensors.map((z) => tf.variable(z));
  const before = tf.memory().numTensors;
  row.loss(tensors, point).dispose();
  assertEquals(tf.memory().numTensors, before);
  tf.dispose(tf.valueAndGrads((...z) => row.loss(z, point))(tensors));
  assertEquals(tf.memory().numTensors, before);
  tf.dispose(tf.variableGrads(() => row.loss(variables, point)) as never);
  assertEquals(tf.memory().numTensors, before);
  const nan = tf.fill(tensors[0]!.shape, NaN);
  try {
    row.loss([nan, ...tensors.slice(1)], point);
  } catch (error) {
    assert(error instanceof RangeError);
  }
  nan.dispose();
  assertEquals(tf.memory().numTensors, before);
  tf.dispose([...tensors, ...variables]);
});

forEachLoss("goes down in twenty steps of gradient descent", async (row) => {
  await useBackend("wasm");
  const point = headPoint({ N: 30, d: 6, C: 3 });
  const tensors = tensorsOf(row, point);
  const variables = tensors.map((z) => tf.variable(z));
  const before = tf.memory().numTensors;
  const optimizer = tf.train.sgd(0.3);
  const loss = () => row.loss(variables, point);
  const value = () => tf.tidy(() => loss().dataSync()[0]!);
  const first = value();
  for (let i = 0; i < 20; i++) optimizer.minimize(loss);
  optimizer.dispose();
  assert(value() < first - 1e-3, `${first} to ${value()}`);
  assertEquals(tf.memory().numTensors, before);
  tf.dispose([...tensors, ...variables]);
});

Deno.test("the battery has a row for every loss", () => {
  const missing = Object.keys(hostLosses).filter((name) =>
    !BATTERY.some((row) => row.name === name)
  );
  assertEquals(missing, []);
});

Deno.test("mirLoss() and hdrLoss() are 0 with gradient 0 where the ratio is 0/0", () => {
  for (const name of ["mir", "hdr"] as const) {
    const row = BATTERY.find((each) => each.name === name)!;
    const points = DEGENERATE.filter((point) =>
      /^(rank one|one row|collapse, C = 2)/.test(point.name)
    );
    assertEquals(points.length, 3);
    for (const point of points) {
      const { value, gradients } = hostTerm(row, point);
      assertEquals(value, 0, point.name);
      for (const { data } of gradients()) {
        assert(data.every((x) => x === 0), point.name);
      }
    }
  }
});

Deno.test("entropyDifferenceLoss() and hdrLoss() rest where both entropies agree", () => {
  for (const name of ["entropyDifference", "hdr"] as const) {
    const row = BATTERY.find((each) => each.name === name)!;
    const { value, gradients } = hostTerm(row, collapsedPoint(5, 4));
    assertEquals(value, 0);
    for (const { data } of gradients()) assert(data.every((x) => x === 0));
  }
});
