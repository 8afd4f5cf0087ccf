import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  type BackendName,
  type Classifier,
  useBackend,
} from "interplay/models";
import { OptionsError, ShapeError } from "../../lib/core/errors.ts";
import { batchOf, battery, type BatteryRow } from "./battery.ts";
import { weightValues } from "./model_weights.ts";

/** Builds the model, hands it to `body` with a batch of 12, and frees both; nothing else may be left. */
async function withModel(
  row: BatteryRow,
  { seed = 0, backend = "wasm" }: { seed?: number; backend?: BackendName },
  body: (model: Classifier, inputs: tf.Tensor2D) => void | Promise<void>,
): Promise<void> {
  await useBackend(backend);
  const before = tf.memory().numTensors;
  const model = row.build(seed);
  const { inputs } = batchOf(row, { n: 12, classes: model.classes });
  const x = tf.tensor2d(inputs, [12, inputs.length / 12]);
  try {
    await body(model, x);
  } finally {
    x.dispose();
    model.dispose();
  }
  assertEquals(tf.memory().numTensors, before);
}

/** Loss of a batch and its gradients, by name of the weight. */
function differentiate(model: Classifier, row: BatteryRow, step: number) {
  const { inputs, labels } = batchOf(row, { n: 12, classes: model.classes });
  const trainable = model.weights.filter((w) => w.trainable);
  return tf.tidy(() => {
    const x = tf.tensor2d(inputs, [12, inputs.length / 12]);
    const targets = tf.oneHot(tf.tensor1d(labels, "int32"), model.classes);
    const { value, grads } = tf.variableGrads(
      () => {
        const { logits } = model.forward(x, { training: true, step });
        return tf.losses.softmaxCrossEntropy(targets, logits);
      },
      trainable.map((w) => w.variable),
    );
    const gradients = trainable.map((w) => ({
      ...w,
      gradient: grads[w.variable.name]!,
    }));
    return { value, gradients };
  });
}

/** Plain gradient descent; the losses before each step. */
function train(model: Classifier, row: BatteryRow, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => {
    const { value, gradients } = differentiate(model, row, step);
    const loss = value.dataSync()[0]!;
    tf.tidy(() => {
      for (const { variable, gradient } of gradients) {
        variable.assign(tf.sub(variable, tf.mul(gradient, row.learningRate)));
      }
    });
    tf.dispose([value, ...gradients.map(({ gradient }) => gradient)]);
    return loss;
  });
}

for (const row of battery) {
  const { name } = row;

  Deno.test(`${name} has the same weights for a seed, seed 0 included, and others for another`, () =>
    withModel(
      row,
      {},
      (a) =>
        withModel(row, {}, (b) =>
          withModel(row, { seed: 1 }, (c) => {
            assertEquals(weightValues(a), weightValues(b));
            assertNotEquals(weightValues(a), weightValues(c));
            assertEquals(
              a.weights.map((w) => w.name),
              c.weights.map((w) => w.name),
            );
            assertEquals(
              new Set(a.weights.map((w) => w.name)).size,
              a.weights.length,
            );
          })),
    ));

  Deno.test(`${name} gives representations, logits and both at once, all alike`, () =>
    withModel(row, {}, (model, x) =>
      tf.tidy(() => {
        const { representations, logits } = model.forward(x);
        assertEquals(representations.shape, [12, model.dimension]);
        assertEquals(logits.shape, [12, model.classes]);
        assertEquals(
          model.representations(x).dataSync(),
          representations.dataSync(),
        );
        assertEquals(model.logits(x).dataSync(), logits.dataSync());
      })));

  Deno.test(`${name} has a head that turns representations into logits`, () =>
    withModel(row, {}, async (model, x) => {
      const { representations, logits } = model.forward(x);
      const { weights: { data, shape }, bias } = await model.head();
      assertEquals(shape, [model.classes, model.dimension]);
      const expected = tf.tidy(() =>
        tf.add(
          tf.matMul(
            representations,
            tf.tensor2d(data, [...shape]),
            false,
            true,
          ),
          bias ? tf.tensor1d(bias) : 0,
        ).dataSync()
      );
      logits.dataSync().forEach((value, i) =>
        assert(Math.abs(value - expected[i]!) < 1e-5)
      );
      tf.dispose([representations, logits]);
    }));

  Deno.test(`${name} hands out what its layers make, a row a sample, the last being the representation`, () =>
    withModel(row, {}, (model, x) =>
      tf.tidy(() => {
        const all = model.activations(x, model.layers);
        for (const activation of all) {
          assertEquals([activation.rank, activation.shape[0]], [2, 12]);
        }
        assertEquals(
          all.at(-1)!.dataSync(),
          model.representations(x).dataSync(),
        );
        const backwards = model.activations(x, [...model.layers].reverse());
        assertEquals(
          backwards.map((a) => a.dataSync()),
          all.map((a) => a.dataSync()).reverse(),
        );
        assertEquals(model.activations(x, []), []);
      })));

  Deno.test(`${name} says which layers there are`, () =>
    withModel(row, {}, (model, x) => {
      const error = assertThrows(
        () => model.activations(x, ["nowhere"]),
        OptionsError,
      );
      assertEquals(
        error.message,
        `Cannot hand out activations of ${model.name}: expected layers out of ${
          model.layers.join(", ")
        }, received nowhere`,
      );
    }));

  Deno.test(`${name} takes samples of as many values, and nothing else`, () =>
    withModel(row, {}, (model, x) =>
      tf.tidy(() => {
        const shaped = tf.reshape(x, [12, ...model.inputShape]);
        assertEquals(
          model.logits(shaped).dataSync(),
          model.logits(x).dataSync(),
        );
        const wide = tf.ones([2, x.shape[1] + 1]);
        const error = assertThrows(() => model.logits(wide), ShapeError);
        assertEquals(
          error.message,
          `Cannot apply ${model.name}: expected samples of ${
            model.inputShape.join(" × ")
          }, received ${x.shape[1] + 1}`,
        );
        assertThrows(() => model.logits(tf.scalar(1)), ShapeError, "a scalar");
      })));

  for (const backend of ["wasm", "cpu"] as const) {
    Deno.test(`${name} has a gradient at every trainable weight (${backend})`, () =>
      withModel(row, { backend }, (model) => {
        const { value, gradients } = differentiate(model, row, 0);
        for (const { name, variable, gradient } of gradients) {
          assertEquals(gradient.shape, variable.shape);
          const values = gradient.dataSync();
          assert(values.every(Number.isFinite), name);
          assert(values.some((g) => g !== 0), name);
        }
        tf.dispose([value, ...gradients.map((g) => g.gradient)]);
      }));

    Deno.test(`${name} learns its batch (${backend})`, () =>
      withModel(row, { backend }, (model) => {
        const losses = train(model, row, row.steps ?? 30);
        const [before, after] = [losses.slice(0, 3), losses.slice(-3)]
          .map((some) => some.reduce((a, b) => a + b) / 3);
        assert(after! < 0.8 * before!, `${losses}`);
      }));
  }

  Deno.test(`${name} trains bitwise alike on WASM, again and again`, async () => {
    const runs: [number[], number[][]][] = [];
    for (let i = 0; i < 2; i++) {
      await withModel(row, {}, (model) => {
        runs.push([train(model, row, 4), weightValues(model)]);
      });
    }
    assertEquals(runs[0], runs[1]);
  });

  Deno.test(`${name} trains on WASM as on the CPU`, async () => {
    const losses: number[][] = [];
    for (const backend of ["wasm", "cpu"] as const) {
      await withModel(row, { backend }, (model) => {
        losses.push(train(model, row, 3));
      });
    }
    losses[0]!.forEach((loss, i) =>
      // float32, and a division by the deviation of a dozen samples in wideResNet
      assert(Math.abs(loss - losses[1]![i]!) < 2e-4, `${losses}`)
    );
  });

  Deno.test(`${name} has a copy that starts the same and goes its own way`, () =>
    withModel(row, {}, (model, x) => {
      train(model, row, 2);
      const values = weightValues(model);
      const copy = model.copy();
      assertEquals(weightValues(copy), values);
      assertEquals(copy.name, model.name);
      assertEquals(
        copy.weights.map((w) => w.name),
        model.weights.map((w) => w.name),
      );
      const before = tf.tidy(() => model.logits(x).dataSync());
      assertEquals(tf.tidy(() => copy.logits(x).dataSync()), before);
      const losses = train(copy, row, 2);
      assertNotEquals(weightValues(copy), values);
      assertEquals(weightValues(model), values);
      copy.dispose();
      assertEquals(tf.tidy(() => model.logits(x).dataSync()), before);
      assertEquals(train(model, row, 2), losses);
    }));

  Deno.test(`${name} frees all it has made, and leaves inputs alone`, () =>
    withModel(row, {}, async (model, x) => {
      const built = tf.memory().numTensors;
      tf.dispose([model.representations(x), model.logits(x)]);
      tf.dispose({ ...model.forward(x, { training: true, step: 1 }) });
      tf.dispose(model.activations(x, model.layers));
      model.copy().dispose();
      await model.head();
      train(model, row, 1);
      assertEquals(tf.memory().numTensors, built);
      assertEquals(x.isDisposed, false);
    }));

  Deno.test(`${name} drops by seed and step alone, if at all`, () =>
    withModel(row, {}, (model, x) =>
      tf.tidy(() => {
        const at = (step: number) =>
          model.forward(x, { training: true, step }).representations.dataSync();
        const first = at(0);
        assertEquals(at(1).join() === first.join(), !row.drops);
        assertEquals(at(0), first);
      })));
}
