/** The losses among tensors: gradients of all kinds, models, asynchronous reading, errors. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  collapseEntropy,
  collapseMir,
  NotFiniteError,
  OptionsError,
  ShapeError,
} from "interplay";
import {
  crossModalAlignmentLoss,
  entropyDifferenceLoss,
  informationTerm,
  interplayLoss,
  matrixEntropyLoss,
  mirLoss,
  mutualInformationLoss,
  surrogateLoss,
} from "interplay/losses";
import { useBackend } from "interplay/models";
import { Random } from "../../lib/core/random.ts";
import { BATTERY, headPoint, inputsOf } from "./battery.ts";

await useBackend("wasm");

function normals(rows: number, columns: number, seed = 1): tf.Tensor2D {
  const values = Float32Array.from(new Random(seed).normals(rows * columns));
  return tf.tensor2d(values, [rows, columns]);
}

const number = (scalar: tf.Tensor) => scalar.dataSync()[0]!;

/** A tensor as WebGPU has them: its values come by `data()` alone. */
function lock<T extends tf.Tensor>(tensor: T): T {
  tensor.dataSync = () => {
    throw new Error("OffscreenCanvas is not defined");
  };
  return tensor;
}

Deno.test("mirLoss() at neural collapse is the closed form, and gradient descent stays there", () => {
  tf.tidy(() => {
    const C = 5;
    const etf = tf.sub(tf.eye(C), 1 / C);
    const rows = tf.gather(etf, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    const { value, grads } = tf.valueAndGrads((a, b) => mirLoss(a!, b!))([
      rows,
      rows.clone(),
    ]);
    assertAlmostEquals(number(value), -collapseMir(C), 1e-6);
    for (const gradient of grads) {
      assert(number(tf.max(tf.abs(gradient))) < 1e-5);
    }
    const entropy = number(matrixEntropyLoss(rows));
    assertAlmostEquals(entropy, collapseEntropy(C), 1e-6);
  });
});

Deno.test("a loss of a tensor with itself has the sum of both gradients", () => {
  tf.tidy(() => {
    const z = normals(6, 3);
    const once = tf.grad((x) => mutualInformationLoss(x, x))(z);
    const [a, b] = tf.grads((x, y) => mutualInformationLoss(x!, y!))([
      z,
      z.clone(),
    ]) as [tf.Tensor, tf.Tensor];
    const difference = tf.max(tf.abs(tf.sub(once, tf.add(a, b))));
    assert(number(difference) < 1e-7);
    assert(number(tf.max(tf.abs(once))) > 1e-3);
  });
});

Deno.test("gradients pass through what made the tensors: rows of a head, a factor", () => {
  tf.tidy(() => {
    const head = tf.variable(normals(3, 4, 7));
    const labels = tf.oneHot([0, 1, 2, 0, 0, 1], 3);
    const z = normals(6, 4, 8);
    const rows = () => tf.matMul(labels, head);
    const loss = () => tf.mul(mutualInformationLoss(z, rows()), 2) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, [head]);
    const gradient = grads[head.name]!;
    const [, ofRows] = tf.grads((a, b) => mutualInformationLoss(a!, b!))([
      z,
      rows(),
    ]) as [tf.Tensor2D, tf.Tensor2D];
    const expected = tf.mul(tf.matMul(labels, ofRows, true), 2);
    assert(number(tf.max(tf.abs(tf.sub(gradient, expected)))) < 1e-6);
  });
});

Deno.test("losses serve model.fit as custom losses", async () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 4, inputShape: [5], useBias: false })],
  });
  const x = normals(24, 5);
  const y = normals(24, 4, 3);
  model.compile({
    optimizer: tf.train.sgd(0.5),
    loss: (target, output) =>
      interplayLoss(target, output, { mutualInformation: 1, hdr: 0.1 }),
  });
  const before = tf.memory().numTensors;
  const { history } = await model.fit(x, y, {
    epochs: 6,
    batchSize: 24,
    shuffle: false,
  });
  const values = history.loss as number[];
  assert(values.at(-1)! < values[0]! - 0.01, values.join(", "));
  assert(values.every(Number.isFinite));
  assertEquals(tf.memory().numTensors, before);
  tf.dispose([x, y]);
  model.dispose();
});

Deno.test("interplayLoss() is the weighted sum of its parts, with their gradients", () => {
  tf.tidy(() => {
    const pair = [normals(9, 4), normals(9, 5, 2)];
    const weights = { mutualInformation: 0.3, entropyDifference: 1.7 };
    const parts = (a: tf.Tensor, b: tf.Tensor) =>
      tf.add(
        tf.mul(mutualInformationLoss(a, b), 0.3),
        tf.mul(entropyDifferenceLoss(a, b), 1.7),
      ) as tf.Scalar;
    const sum = tf.valueAndGrads((a, b) => interplayLoss(a!, b!, weights))(
      pair,
    );
    const separate = tf.valueAndGrads((a, b) => parts(a!, b!))(pair);
    assertAlmostEquals(number(sum.value), number(separate.value), 1e-6);
    sum.grads.forEach((gradient, k) => {
      const off = tf.max(tf.abs(tf.sub(gradient, separate.grads[k]!)));
      assert(number(off) < 1e-6);
    });
  });
});

Deno.test("interplayLoss() without weights is 0, with gradient 0", () => {
  tf.tidy(() => {
    const pair = [normals(4, 3), normals(4, 3, 2)];
    const { value, grads } = tf.valueAndGrads((a, b) =>
      interplayLoss(a!, b!, {})
    )(pair);
    assertEquals(number(value), 0);
    for (const gradient of grads) {
      assertEquals(gradient.shape, [4, 3]);
      assertEquals(number(tf.max(tf.abs(gradient))), 0);
    }
  });
});

for (const row of BATTERY) {
  Deno.test(`informationTerm() and surrogateLoss() are ${row.title} where nothing can be read`, async () => {
    const point = headPoint({ N: 12, d: 5, C: 3 });
    const tensors = inputsOf(row, point).map(({ data, shape }) =>
      tf.tensor2d(Float32Array.from(data), shape)
    );
    const direct = tf.valueAndGrads((...z) => row.loss(z, point))(tensors);
    const before = tf.memory().numTensors;
    const locked = tensors.map(lock);
    const term = await (informationTerm as (
      name: string,
      ...args: unknown[]
    ) => ReturnType<typeof informationTerm>)(
      row.name,
      ...locked,
      ...row.rest?.(point) ?? [],
    );
    assertEquals(tf.memory().numTensors, before);
    const surrogate = tf.valueAndGrads((...z) => surrogateLoss(term, ...z))(
      locked,
    );
    assertEquals(number(surrogate.value), number(direct.value));
    surrogate.grads.forEach((gradient, k) =>
      assertEquals(gradient.dataSync(), direct.grads[k]!.dataSync())
    );
    tf.dispose([direct as never, surrogate as never, tensors]);
    assertEquals(tf.memory().numTensors, before - 1 - 2 * tensors.length);
  });
}

Deno.test("informationTerm() awaits labels that are a tensor", async () => {
  const image = lock(normals(4, 3));
  const text = lock(normals(2, 3, 5));
  const labels = tf.tensor1d([0, 1, 1, 0], "int32");
  const { value } = await informationTerm(
    "crossModalAlignment",
    image,
    text,
    lock(labels),
  );
  const again = await informationTerm(
    "crossModalAlignment",
    image,
    text,
    [0, 1, 1, 0],
  );
  assertEquals(value, again.value);
  tf.dispose([image, text, labels]);
});

Deno.test("informationTerm() trains a network as the loss itself does", async () => {
  const x = normals(16, 6);
  const target = normals(16, 3, 2);
  const start = normals(6, 4, 3);
  const weights = tf.variable(start);
  const forward = () => tf.tanh(tf.matMul(x, weights));
  for (let step = 0; step < 5; step++) {
    const output = forward();
    const term = await informationTerm("mir", output, target);
    output.dispose();
    const { value, grads } = tf.variableGrads(
      () => surrogateLoss(term, forward(), target),
      [weights],
    );
    tf.tidy(() =>
      weights.assign(tf.sub(weights, tf.mul(grads[weights.name]!, 0.2)))
    );
    tf.dispose([value, grads as never]);
  }
  const direct = tf.variable(start);
  const optimizer = tf.train.sgd(0.2);
  for (let step = 0; step < 5; step++) {
    optimizer.minimize(() =>
      mirLoss(tf.tanh(tf.matMul(x, direct)), target) as tf.Scalar
    );
  }
  const moved = tf.tidy(() => number(tf.max(tf.abs(tf.sub(direct, start)))));
  assert(moved > 1e-3);
  const off = tf.tidy(() => number(tf.max(tf.abs(tf.sub(weights, direct)))));
  assert(off < 1e-6, `${off}`);
  tf.dispose([x, target, start, weights, direct]);
});

Deno.test("a loss says where to turn when nothing can be read synchronously", () => {
  const z = lock(normals(3, 2));
  const error = assertThrows(() => matrixEntropyLoss(z), Error);
  assertEquals(
    error.message,
    "Cannot compute the matrix entropy loss: expected tensors that can be read synchronously, received one of the wasm backend (await informationTerm, then use surrogateLoss)",
  );
  assertEquals(
    (error.cause as Error).message,
    "OffscreenCanvas is not defined",
  );
  z.dispose();
});

Deno.test("losses refuse what is no matrix of directions, by the name of the argument", () => {
  tf.tidy(() => {
    const good = normals(3, 2);
    const zero = tf.tensor2d([[1, 0], [0, 0], [1, 1]]);
    const nan = tf.tensor2d([[1, 0], [1, 0], [1, NaN]]);
    const says = (
      call: () => unknown,
      Type: new (message: string) => Error,
      message: string,
    ) => assertEquals(assertThrows(call, Type).message, message);
    says(
      () => mirLoss(good, zero),
      NotFiniteError,
      "Cannot compute the MIR loss: expected no zero row in `z2`, received zeros in row 1",
    );
    says(
      () => mutualInformationLoss(nan, good),
      NotFiniteError,
      "Cannot compute the mutual information loss: expected finite numbers in `z1`, received NaN at [2, 1]",
    );
    says(
      () => matrixEntropyLoss(tf.zeros([2, 2, 2])),
      ShapeError,
      "Cannot compute the matrix entropy loss: expected a matrix as `z`, received rank 3",
    );
    says(
      () => entropyDifferenceLoss(good, normals(4, 2)),
      ShapeError,
      "Cannot compute the entropy difference loss: expected 3 rows in `z2`, received 4",
    );
    says(
      () => matrixEntropyLoss([[1, 2]] as never),
      ShapeError,
      "Cannot compute the matrix entropy loss: expected a tensor as `z`, received object",
    );
    assertThrows(
      () => interplayLoss(good, good, { MI: 1 } as never),
      OptionsError,
      "Cannot compute the interplay loss:",
    );
    assertThrows(
      () => interplayLoss(good, good, { mir: NaN }),
      OptionsError,
      "mir",
    );
    assertThrows(
      () => crossModalAlignmentLoss(good, good, [0, 1, 2], { v: 1 } as never),
      OptionsError,
    );
  });
});

Deno.test("informationTerm() and surrogateLoss() refuse what does not fit", async () => {
  const good = normals(3, 2);
  const unknown = await assertRejects(
    () => informationTerm("mi" as "mir", good, good),
    OptionsError,
  );
  assert(unknown.message.startsWith(
    "Cannot compute an information term: expected one of matrixEntropy, ",
  ));
  const term = await informationTerm("mir", good, good);
  const few = assertThrows(() => surrogateLoss(term, good), ShapeError);
  assertEquals(
    few.message,
    "Cannot use a loss term: expected 2 tensors, received 1",
  );
  const other = normals(3, 3);
  assertEquals(
    assertThrows(() => surrogateLoss(term, good, other), ShapeError).message,
    "Cannot use a loss term: expected 3 × 2 in `inputs[1]`, received 3 × 3",
  );
  tf.dispose([good, other]);
});
