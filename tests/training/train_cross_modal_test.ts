import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import {
  dataSet,
  fewShot,
  selectClasses,
  syntheticModalities,
} from "interplay/data";
import {
  crossModalAlignmentLoss,
  vonNeumannEntropyLoss,
} from "interplay/losses";
import { type Classifier, linearHead, useBackend } from "interplay/models";
import {
  type CrossModalData,
  type CrossModalOptions,
  evaluate,
  type TextClassifier,
  textClassifier,
  type TextClassifierOptions,
  trainCrossModal,
} from "interplay/training";
import { Check } from "../../lib/core/check.ts";
import {
  NotFiniteError,
  OptionsError,
  ShapeError,
} from "../../lib/core/errors.ts";
import { TensorScope } from "../../lib/core/tensor_scope.ts";
import { AlignmentObjective } from "../../lib/training/_alignment_objective.ts";
import { differentiate } from "../../lib/training/_gradient.ts";

await useBackend("cpu");

const { image, classText } = syntheticModalities({
  classes: 6,
  samplesPerClass: 12,
  dimension: 8,
  agreement: 0.4,
});
const few = fewShot(image, { shots: 3 });
const data: CrossModalData = { train: few.labelled, test: few.unlabelled };

/** One step down the plain gradient on all 18 shots. */
const oneStep = {
  steps: 1,
  batchSize: 18,
  learningRate: 0.1,
  schedule: "constant",
  momentum: 0,
  weightDecay: 0,
  reference: false,
} as const;

function weightsOf(model: Classifier): number[] {
  return model.weights.flatMap(({ variable }) => [...variable.dataSync()]);
}

const unit = (x: tf.Tensor) =>
  tf.div(x, tf.norm(x, "euclidean", 1, true)) as tf.Tensor2D;

/** Text features by the definition of each side, through the trained variable. */
const sides = {
  head: (w: tf.Variable) => unit(w),
  adapter: (w: tf.Variable) => {
    const t = unit(tf.tensor2d(classText.inputs, [6, 8]));
    return unit(tf.add(t, tf.matMul(t, w as tf.Tensor2D)));
  },
};

type Side = keyof typeof sides;

/** The trained variable after one step down the gradient of `loss`. */
function stepByHand(
  side: Side,
  loss: (images: tf.Tensor2D, texts: tf.Tensor2D) => tf.Scalar,
): number[] {
  const model = textClassifier(classText, { train: side, scale: 20 });
  const w = model.weights[0]!.variable as tf.Variable;
  const moved = tf.tidy(() => {
    const { grads } = tf.variableGrads(() => {
      const images = unit(tf.tensor2d(data.train.inputs, [18, 8]));
      return loss(images, sides[side](w));
    }, [w]);
    return [...tf.sub(w, tf.mul(grads[w.name]!, 0.1)).dataSync()];
  });
  model.dispose();
  return moved;
}

const labels = data.train.labels;

function crossEntropy(images: tf.Tensor2D, texts: tf.Tensor2D): tf.Scalar {
  const logits = tf.mul(tf.matMul(images, texts, false, true), 20);
  const oneHot = tf.oneHot(tf.tensor1d(labels, "int32"), 6);
  return tf.losses.softmaxCrossEntropy(oneHot, logits);
}

async function trained(
  side: Side,
  options: CrossModalOptions,
): Promise<number[]> {
  const model = textClassifier(classText, { train: side, scale: 20 });
  await trainCrossModal(model, data, { ...oneStep, ...options }).run();
  const weights = [...model.weights[0]!.variable.dataSync()];
  model.dispose();
  return weights;
}

const variants = ["classwise", "modal", "all"] as const;

for (const side of ["head", "adapter"] as const) {
  const losses: [
    string,
    CrossModalOptions,
    (v: tf.Tensor2D, t: tf.Tensor2D) => tf.Scalar,
  ][] = [
    ["L_ce", {}, crossEntropy],
    [
      "L_ce − α·H",
      { vonNeumannEntropy: 0.5 },
      (v, t) =>
        tf.add(crossEntropy(v, t), tf.mul(vonNeumannEntropyLoss(t), 0.5)),
    ],
    ...variants.map((variant): (typeof losses)[number] => [
      `(1 − λ)·L_ce + λ·L_cma, ${variant}`,
      { alignment: { weight: 0.75, variant } },
      (v, t) =>
        tf.add(
          tf.mul(crossEntropy(v, t), 0.25),
          tf.mul(crossModalAlignmentLoss(v, t, labels, { variant }), 0.75),
        ),
    ]),
  ];
  for (const [name, options, loss] of losses) {
    Deno.test(`a step of the ${side} goes down the gradient of ${name}`, async () => {
      const actual = await trained(side, options);
      const expected = stepByHand(side, loss);
      actual.forEach((x, i) => assertAlmostEquals(x, expected[i]!, 2e-6));
    });
  }
}

Deno.test("terms computed beforehand, as on WebGPU, have the same gradient", async () => {
  for (const variant of variants) {
    const gradients = await Promise.all(
      [true, false].map(async (isReadable) => {
        const model = textClassifier(classText);
        using scope = new TensorScope();
        const history = trainCrossModal(model, data, {
          ...oneStep,
          alignment: { weight: 0.5, variant },
          vonNeumannEntropy: 0.5,
        }).history;
        const objective = new AlignmentObjective(new Check("test"), model, {
          train: data.train,
          options: history.options as never,
          isReadable,
        });
        const { compute } = await objective.prepare(0, scope);
        const variables = [model.weights[0]!.variable as tf.Variable];
        const found = await differentiate(compute, variables, scope);
        const values = Object.values(found.gradients)
          .map((g) => [...g.dataSync()]);
        model.dispose();
        return { loss: found.loss, values: values.flat() };
      }),
    );
    const [now, before] = gradients;
    assertAlmostEquals(now!.loss, before!.loss, 1e-6);
    now!.values.forEach((x, i) =>
      assertAlmostEquals(x, before!.values[i]!, 1e-6)
    );
  }
});

Deno.test("a linear head is a text side by its rows", async () => {
  const make = () =>
    linearHead({
      inputDimension: 8,
      classes: 6,
      bias: false,
      scale: 5,
      seed: 2,
    });
  const model = make();
  await trainCrossModal(model, data, {
    ...oneStep,
    alignment: { weight: 1 },
  }).run();
  const other = make();
  const kernel = other.weights[0]!.variable as tf.Variable;
  const expected = tf.tidy(() => {
    const { grads } = tf.variableGrads(() => {
      const images = tf.tensor2d(data.train.inputs, [18, 8]);
      return crossModalAlignmentLoss(images, tf.transpose(kernel), labels);
    }, [kernel]);
    return [...tf.sub(kernel, tf.mul(grads[kernel.name]!, 0.1)).dataSync()];
  });
  weightsOf(model).forEach((x, i) => assertAlmostEquals(x, expected[i]!, 2e-6));
  for (const each of [model, other]) each.dispose();
});

Deno.test("trainCrossModal() learns, frees its tensors, and goes on from a checkpoint", async () => {
  const folder = await Deno.makeTempDir();
  const options: CrossModalOptions = {
    epochs: 6,
    batchSize: 5,
    learningRate: 0.02,
    alignment: { weight: 0.3 },
    reference: false,
  };
  const run = (model: Classifier, more: CrossModalOptions = {}) =>
    trainCrossModal(model, data, { ...options, ...more });
  try {
    const model = textClassifier(classText);
    const before = tf.memory().numTensors;
    const whole = await run(model).run();
    assertEquals(tf.memory().numTensors, before);
    assertEquals(whole.kind, "crossModal");
    assert(whole.epochs[6]!.accuracy > whole.epochs[0]!.accuracy);
    assert(
      whole.epochs[6]!.parts["alignment"]! <
        whole.epochs[1]!.parts["alignment"]!,
    );
    const checkpoint = { path: join(folder, "run.ckpt") };
    const first = textClassifier(classText);
    for await (const event of run(first, { checkpoint })) {
      if (event.type === "step" && event.step === 9) break;
    }
    const second = textClassifier(classText);
    const history = await run(second, { checkpoint }).run();
    assertEquals(history.epochs, whole.epochs);
    assertEquals(weightsOf(second), weightsOf(model));
    for (const each of [model, first, second]) each.dispose();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Runs `body` on a text classifier and disposes it. */
async function withText(
  options: TextClassifierOptions,
  body: (model: TextClassifier) => void | Promise<void>,
): Promise<void> {
  const before = tf.memory().numTensors;
  const model = textClassifier(classText, options);
  try {
    await body(model);
  } finally {
    model.dispose();
  }
  assertEquals(tf.memory().numTensors, before);
}

for (const train of ["adapter", "head"] as const) {
  Deno.test(`textClassifier() begins as zero-shot classification: ${train}`, () =>
    withText({ train, scale: 7 }, async (model) => {
      assertEquals([model.dimension, model.classes], [8, 6]);
      assertEquals(model.layers, ["representation"]);
      const { weights: { data: rows, shape } } = await model.head();
      assertEquals(shape, [6, 8]);
      tf.tidy(() => {
        const inputs = tf.tensor2d(data.test.inputs, [54, 8]);
        const images = unit(inputs);
        const texts = unit(tf.tensor2d(classText.inputs, [6, 8]));
        const expected = tf.mul(tf.matMul(images, texts, false, true), 7);
        const near = (a: tf.Tensor, b: tf.Tensor) =>
          assert(tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]! < 1e-5);
        near(model.logits(inputs), expected);
        near(model.forward(inputs).logits, expected);
        near(model.representations(inputs), images);
        near(model.activations(inputs, ["representation"])[0]!, images);
        near(model.text(), texts);
        near(tf.tensor2d(rows, [6, 8]), tf.mul(texts, 7));
      });
    }));
}

Deno.test("the scale is trained on request alone, and then the head has it", () =>
  withText({ train: "head", scale: 10, trainScale: true }, async (model) => {
    assertEquals(
      model.weights.map(({ name, trainable }) => [name, trainable]),
      [["text/head", true], ["logit_scale", true]],
    );
    const { epochs } = await trainCrossModal(model, data, {
      epochs: 3,
      learningRate: 0.01,
      reference: false,
    }).run();
    assertEquals(epochs.length, 4);
    const scale = Math.exp(model.weights[1]!.variable.dataSync()[0]!);
    assert(Math.abs(scale - 10) > 0.01);
    const { weights } = await model.head();
    assertAlmostEquals(Math.hypot(...weights.data.slice(0, 8)), scale, 1e-4);
    await withText(
      { scale: 10 },
      (fixed) => assertEquals(fixed.weights[1]!.trainable, false),
    );
  }));

Deno.test("an adapter goes to classes it has never seen; a trained feature does not", async () => {
  const base = selectClasses(image, [0, 1, 2]);
  const fresh = selectClasses(image, [3, 4, 5]);
  const text = (classes: number[]) => selectClasses(classText, classes);
  const before = tf.memory().numTensors;
  const model = textClassifier(text([0, 1, 2]));
  const zeroShot = textClassifier(text([3, 4, 5]));
  await trainCrossModal(model, { train: base, test: base }, {
    epochs: 20,
    learningRate: 0.02,
    reference: false,
    evaluation: { every: { epochs: 20 } },
  }).run();
  const moved = model.withClasses(text([3, 4, 5]));
  const [adapted, unchanged] = [
    await evaluate(moved, fresh),
    await evaluate(zeroShot, fresh),
  ];
  assertNotEquals(adapted.loss, unchanged.loss);
  assertEquals(
    [...moved.weights[0]!.variable.dataSync()],
    [...model.weights[0]!.variable.dataSync()],
  );
  for (const each of [model, zeroShot, moved]) each.dispose();
  assertEquals(tf.memory().numTensors, before);
  await withText({ train: "head" }, (head) => {
    const error = assertThrows(() => head.withClasses(classText), OptionsError);
    assert(
      error.message.includes('expected a classifier with `train: "adapter"`'),
    );
  });
});

Deno.test("copy() has the same weights, which go their own way", () =>
  withText({ train: "head" }, async (model) => {
    const copy = model.copy();
    assertEquals(weightsOf(copy), weightsOf(model));
    await trainCrossModal(copy, data, oneStep).run();
    assertNotEquals(weightsOf(copy), weightsOf(model));
    copy.dispose();
  }));

Deno.test("textClassifier() and trainCrossModal() refuse what does not fit", async () => {
  const zero = dataSet({
    inputs: Float32Array.of(1, 2, 0, 0),
    shape: [2, 2],
    labels: [0, 1],
  });
  const error = assertThrows(() => textClassifier(zero), NotFiniteError);
  assertEquals(
    error.message,
    "Cannot build a text classifier: expected text features that are not zero, received zeros for class 1",
  );
  await withText({}, async (model) => {
    assertThrows(
      () => trainCrossModal(model, data, { alignment: { weight: 2 } }),
      OptionsError,
      "weight",
    );
    assertThrows(() => model.withClasses(zero), ShapeError, "received 2");
    assertThrows(
      () => tf.tidy(() => model.logits(tf.ones([2, 7]))),
      ShapeError,
    );
    assertThrows(
      () => tf.tidy(() => model.activations(tf.ones([2, 8]), ["hidden"])),
      OptionsError,
    );
    const silent = dataSet({ ...data.train, inputs: new Float32Array(18 * 8) });
    await assertRejects(
      () => trainCrossModal(model, { ...data, train: silent }, oneStep).run(),
      NotFiniteError,
    );
  });
});
