import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { type Classifier, mlp, useBackend } from "interplay/models";
import { Random } from "../../lib/core/random.ts";
import { OptionsError, ShapeError } from "../../lib/core/errors.ts";

await useBackend("cpu");

const small = { inputDimension: 6, hidden: [5, 4], classes: 3 };

function weightsOf(model: Classifier): number[][] {
  return model.model.getWeights().map((w) => [...w.dataSync()]);
}

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

Deno.test("mlp() has the same weights for a seed, seed 0 included, and others for another", async () => {
  const [a, b, c] = await Promise.all(
    [0, 0, 1].map((seed) => withModel({ ...small, seed }, weightsOf)),
  );
  assertEquals(a, b);
  assert(a!.flat().join() !== c!.flat().join());
});

Deno.test("mlp() names representation and head, and says what it is", () =>
  withModel(small, (model) => {
    const names = model.model.layers.slice(1).map((layer) => layer.name);
    assertEquals(names, ["hidden_1", "representation", "head"]);
    assertEquals(model.name, "mlp(6-5-4-3, relu, seed 0)");
    assertEquals([model.inputShape, model.dimension, model.classes], [
      [6],
      4,
      3,
    ]);
  }));

Deno.test("mlp() gives its weights by names that are the same in every one built alike", () =>
  withModel(small, (model) => {
    assertEquals(
      model.weights.map(({ name, trainable }) => [name, trainable]),
      [
        ["hidden_1/kernel", true],
        ["hidden_1/bias", true],
        ["representation/kernel", true],
        ["representation/bias", true],
        ["head/kernel", true],
        ["head/bias", true],
      ],
    );
    const values = model.weights.map((
      { variable },
    ) => [...variable.dataSync()]);
    assertEquals(values, weightsOf(model));
  }));

Deno.test("mlp() starts with variance 2/fan-in before a rectifier, 1/fan-in before the head", () =>
  withModel({ inputDimension: 400, hidden: [300], classes: 100 }, (model) => {
    const variances = weightsOf(model).filter((_, i) => i % 2 === 0).map((w) =>
      w.reduce((sum, x) => sum + x * x, 0) / w.length
    );
    // 120,000 and 30,000 draws: five standard errors of a variance are 2 % and 4 %.
    assert(Math.abs(variances[0]! * 400 / 2 - 1) < 0.03);
    assert(Math.abs(variances[1]! * 300 - 1) < 0.05);
    const biases = weightsOf(model).filter((_, i) => i % 2 === 1);
    assert(biases.flat().every((x) => x === 0));
  }));

/** `Z · Wᵀ + b` in float64. */
function applyHead(
  Z: ArrayLike<number>,
  { weights: { data, shape: [classes, dimension] }, bias }: Awaited<
    ReturnType<Classifier["head"]>
  >,
): number[] {
  const rows = Z.length / dimension;
  return Array.from({ length: rows * classes }, (_, k) => {
    const [i, c] = [Math.floor(k / classes), k % classes];
    let sum = bias?.[c] ?? 0;
    for (let j = 0; j < dimension; j++) {
      sum += Z[i * dimension + j]! * data[c * dimension + j]!;
    }
    return sum;
  });
}

Deno.test("head() is what turns representations into logits", () =>
  withModel(small, async (model) => {
    const shifted = model.model.getWeights().map((w, i) => tf.add(w, i / 10));
    model.model.setWeights(shifted);
    const x = tf.tensor2d(
      Float32Array.from(new Random(1).normals(12)),
      [2, 6],
    );
    const { representations, logits } = model.forward(x);
    const head = await model.head();
    assertEquals(head.weights.shape, [3, 4]);
    const expected = applyHead(representations.dataSync(), head);
    logits.dataSync().forEach((value, k) =>
      assert(Math.abs(value - expected[k]!) < 1e-5)
    );
    tf.dispose([x, representations, logits, shifted]);
  }));

Deno.test("logits() is what the tfjs model predicts, and forward() gives both at once", () =>
  withModel(small, (model) => {
    tf.tidy(() => {
      const x = tf.tensor2d(
        Float32Array.from(new Random(2).normals(18)),
        [3, 6],
      );
      const both = model.forward(x);
      const predicted = model.model.predict(x) as tf.Tensor;
      assertEquals(model.logits(x).dataSync(), predicted.dataSync());
      assertEquals(both.logits.dataSync(), predicted.dataSync());
      assertEquals(
        model.representations(x).dataSync(),
        both.representations.dataSync(),
      );
    });
  }));

Deno.test("a classifier takes images of as many pixels, and nothing else", () =>
  withModel(small, (model) => {
    tf.tidy(() => {
      assertEquals(model.logits(tf.ones([2, 3, 2, 1])).shape, [2, 3]);
      const error = assertThrows(
        () => model.logits(tf.ones([2, 7])),
        ShapeError,
      );
      assertEquals(
        error.message,
        "Cannot apply mlp(6-5-4-3, relu, seed 0): expected samples of 6, received 7",
      );
      assertThrows(() => model.logits(tf.scalar(1)), ShapeError, "a scalar");
    });
  }));

Deno.test("a classifier frees all it made, and leaves inputs alone", async () => {
  const before = tf.memory().numTensors;
  const x = tf.ones([2, 6]);
  await withModel(small, async (model) => {
    const built = tf.memory().numTensors;
    tf.dispose([model.representations(x), model.logits(x)]);
    tf.dispose({ ...model.forward(x, { training: true }) });
    await model.head();
    assertEquals(tf.memory().numTensors, built);
  });
  assertEquals(x.isDisposed, false);
  x.dispose();
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("two models live beside each other", () =>
  withModel(small, (a) =>
    withModel({ ...small, seed: 1 }, (b) => {
      const [first, second] = [weightsOf(a), weightsOf(b)];
      b.model.setWeights(a.model.getWeights());
      assertEquals(weightsOf(a), first);
      assertEquals(weightsOf(b), first);
      assert(first.join() !== second.join());
    })));

Deno.test("mlp() refuses what is out of range or unknown", () => {
  assertThrows(() => mlp({ ...small, hidden: [] }), OptionsError, "hidden");
  assertThrows(() => mlp({ ...small, classes: 0 }), OptionsError, "classes");
  const unknown = { ...small, width: 3 };
  const error = assertThrows(() => mlp(unknown), OptionsError);
  assertEquals(
    error.message,
    'Cannot build an MLP: ✖ Unrecognized key: "width"',
  );
});
