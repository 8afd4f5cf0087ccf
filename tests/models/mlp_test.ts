import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { type Classifier, mlp, useBackend } from "interplay/models";
import { OptionsError } from "../../lib/core/errors.ts";
import { normals } from "./both_backends.ts";
import {
  distance,
  product,
  rectified,
  rowsOf,
  sum,
  weightsByName,
} from "./float64.ts";
import { assignWeights, weightValues } from "./model_weights.ts";

await useBackend("cpu");

const small = { inputDimension: 6, hidden: [5, 4], classes: 3 };

/** Runs `body` on a model and disposes it. */
async function withModel<T>(
  options: Parameters<typeof mlp>[0],
  body: (model: Classifier) => T | Promise<T>,
): Promise<T> {
  const model = mlp(options);
  try {
    return await body(model);
  } finally {
    model.dispose();
  }
}

Deno.test("mlp() names layers and weights, and says what it is", () =>
  withModel({ ...small, hidden: [5, 5, 4] }, (model) => {
    assertEquals(model.layers, ["hidden_1", "hidden_2", "representation"]);
    assertEquals(model.name, "mlp(6-5-5-4-3, relu, seed 0)");
    assertEquals([model.inputShape, model.dimension, model.classes], [
      [6],
      4,
      3,
    ]);
    assertEquals(
      model.weights.map(({ name, trainable }) => [name, trainable]),
      [...model.layers, "head"].flatMap((layer) => [
        [`${layer}/kernel`, true],
        [`${layer}/bias`, true],
      ]),
    );
  }));

Deno.test("mlp() starts with variance 2/fan-in before a rectifier, 1/fan-in before the head", () =>
  withModel({ inputDimension: 400, hidden: [300], classes: 100 }, (model) => {
    const values = weightValues(model);
    const variances = values.filter((_, i) => i % 2 === 0).map((w) =>
      w.reduce((sum, x) => sum + x * x, 0) / w.length
    );
    // 120,000 and 30,000 draws: five standard errors of a variance are 2 % and 4 %.
    assert(Math.abs(variances[0]! * 400 / 2 - 1) < 0.03);
    assert(Math.abs(variances[1]! * 300 - 1) < 0.05);
    const biases = values.filter((_, i) => i % 2 === 1);
    assert(biases.flat().every((x) => x === 0));
  }));

Deno.test("mlp() computes what float64 computes by hand", () =>
  withModel(small, (model) => {
    assignWeights(
      model,
      weightValues(model).map((w, i) => w.map((x) => x + i / 10)),
    );
    const weight = weightsByName(model);
    const layer = (z: number[][], name: string) =>
      sum(
        product(z, rowsOf(weight(`${name}/kernel`))),
        weight(`${name}/bias`).values,
      );
    const x = normals<tf.Rank.R2>(1, [7, 6]);
    const input = rowsOf({ values: [...x.dataSync()], shape: [7, 6] });
    const hidden = rectified(layer(input, "hidden_1"));
    const representation = rectified(layer(hidden, "representation"));
    const { representations, logits } = model.forward(x);
    assert(distance(representations.dataSync(), representation) < 1e-5);
    assert(distance(logits.dataSync(), layer(representation, "head")) < 1e-5);
    tf.dispose([x, representations, logits]);
  }));

for (const activation of ["relu", "elu", "tanh", "linear"] as const) {
  Deno.test(`mlp() applies ${activation} behind every hidden layer`, () =>
    withModel({ ...small, activation }, (model) =>
      tf.tidy(() => {
        const x = normals(1, [9, 6]);
        const weights = model.weights.map(({ variable }) => variable);
        const [w1, b1, w2, b2] = weights as tf.Tensor2D[];
        const apply = activation === "linear"
          ? (x: tf.Tensor) => x
          : tf[activation];
        const first = apply(tf.add(tf.matMul(x, w1!), b1!));
        const second = apply(tf.add(tf.matMul(first, w2!), b2!));
        assertEquals(
          model.activations(x, ["hidden_1", "representation"])
            .map((z) => z.dataSync()),
          [first.dataSync(), second.dataSync()],
        );
      })));
}

Deno.test("mlp() drops its share of units in training, and makes up for it", () =>
  withModel(
    { ...small, hidden: [2000], activation: "linear", dropout: 0.3 },
    (model) =>
      tf.tidy(() => {
        const x = normals(1, [20, 6]);
        const kept = model.forward(x).representations.dataSync();
        const dropped = model.forward(x, { training: true, step: 3 })
          .representations.dataSync();
        let zeros = 0;
        dropped.forEach((z, i) => {
          if (z === 0) zeros++;
          else assert(Math.abs(z - kept[i]! / 0.7) < 1e-5);
        });
        // 40,000 draws: five standard errors are 0.0115.
        assert(Math.abs(zeros / dropped.length - 0.3) < 0.0115, `${zeros}`);
      }),
  ));

Deno.test("mlp() drops other units at another layer, seed or step", () => {
  const zeros = (seed: number, step: number) =>
    withModel(
      { ...small, hidden: [50, 50], activation: "linear", dropout: 0.5, seed },
      (model) =>
        tf.tidy(() => {
          // A large bias, so that what is not dropped is not 0.
          for (const { name, variable } of model.weights) {
            if (name.endsWith("bias")) {
              variable.assign(tf.fill(variable.shape, 100));
            }
          }
          return [
            ...model.forward(tf.ones([1, 6]), { training: true, step })
              .representations.dataSync(),
          ].map((z) => z === 0);
        }),
    );
  return Promise.all([zeros(0, 0), zeros(0, 1), zeros(1, 0), zeros(0, 0)])
    .then(([a, b, c, again]) => {
      assertEquals(a, again);
      assert(a!.join() !== b!.join() && a!.join() !== c!.join());
    });
});

Deno.test("mlp() with dropout asks for the step in training, and only then", () =>
  withModel({ ...small, dropout: 0.1 }, (model) =>
    tf.tidy(() => {
      const x = tf.ones([2, 6]);
      model.forward(x);
      const error = assertThrows(
        () => model.forward(x, { training: true }),
        OptionsError,
      );
      assertEquals(
        error.message,
        "Cannot drop units of hidden_1: expected the `step` of the run beside `training`, received none",
      );
    })));

Deno.test("mlp() refuses what is out of range or unknown", () => {
  assertThrows(() => mlp({ ...small, hidden: [] }), OptionsError, "hidden");
  assertThrows(() => mlp({ ...small, classes: 0 }), OptionsError, "classes");
  assertThrows(() => mlp({ ...small, dropout: 1 }), OptionsError, "dropout");
  const unknown = { ...small, width: 3 };
  const error = assertThrows(() => mlp(unknown), OptionsError);
  assertEquals(
    error.message,
    'Cannot build an MLP: ✖ Unrecognized key: "width"',
  );
});
