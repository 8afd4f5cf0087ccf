import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { dataSet, gaussianClasses } from "interplay/data";
import { interrupt } from "interplay";
import { batchInterplay, interplay, neuralCollapse } from "interplay/metrics";
import { type Classifier, mlp, useBackend } from "interplay/models";
import { evaluate } from "interplay/training";
import {
  LabelError,
  NotFiniteError,
  ShapeError,
} from "../../lib/core/errors.ts";
import { assignWeights } from "../models/model_weights.ts";
import { cloudModel, clouds } from "./fixtures.ts";

await useBackend("cpu");

const { test } = clouds();

/** Runs `body` on a model and disposes it. */
async function withModel(
  model: Classifier,
  body: (model: Classifier) => Promise<void>,
): Promise<void> {
  try {
    await body(model);
  } finally {
    model.dispose();
  }
}

Deno.test("evaluate() gives loss and accuracy as tfjs computes them on the whole set", () =>
  withModel(cloudModel(), async (model) => {
    const { loss, accuracy, predictions } = await evaluate(model, test);
    const [expectedLoss, expected] = tf.tidy(() => {
      const logits = model.logits(tf.tensor(test.inputs, [24, 5]));
      const oneHot = tf.oneHot(tf.tensor1d([...test.labels], "int32"), 3);
      const entropy = tf.losses.softmaxCrossEntropy(oneHot, logits);
      return [
        entropy.dataSync()[0]!,
        Int32Array.from(tf.argMax(logits, 1).dataSync()),
      ];
    });
    assertAlmostEquals(loss, expectedLoss, 1e-6);
    assertEquals(predictions, expected);
    const right = expected.filter((c, i) => c === test.labels[i]).length;
    assertEquals(accuracy, right / 24);
  }));

Deno.test("evaluate() gives the metrics of the whole set, not a mean over batches", () =>
  withModel(cloudModel(), async (model) => {
    const whole = await evaluate(model, test);
    const inParts = await evaluate(model, test, { batchSize: 7 });
    assertEquals(inParts, whole);
    const { representations: Z, head, measures } = whole;
    const information = interplay(Z, test.labels, head, { reference: false });
    assertEquals(measures.entropy, information.entropy);
    assertEquals([measures.mir, measures.hdr], [
      information.mir,
      information.hdr,
    ]);
    const collapse = neuralCollapse(Z, test.labels, head);
    assertEquals(measures.nc1, collapse.nc1);
    assertEquals(measures.nc4, collapse.nc4);
    assertEquals([measures.samples, measures.classes], [24, 3]);
  }));

Deno.test("evaluate() attaches the yardsticks on request", () =>
  withModel(cloudModel(), async (model) => {
    const without = await evaluate(model, test);
    assertEquals(without.measures.reference, undefined);
    const { measures } = await evaluate(model, test, {
      reference: { permutations: 2, seed: 1 },
    });
    assertEquals(measures.reference?.shuffled.permutations, 2);
    assert(Number.isFinite(measures.mirCalibrated));
    assertEquals(measures.mir, without.measures.mir);
  }));

Deno.test("evaluate() survives huge logits", () =>
  withModel(
    mlp({ inputDimension: 2, hidden: [2], classes: 2, activation: "linear" }),
    async (model) => {
      assignWeights(model, [[1, 0, 0, 1], [0, 0], [1e4, 0, 0, 1e4], [0, 0]]);
      const data = dataSet({
        inputs: Float32Array.of(1, 0, 0, 1, 0, 1),
        shape: [3, 2],
        labels: [0, 1, 0],
      });
      const { loss, accuracy } = await evaluate(model, data);
      assertEquals(loss, 1e4 / 3);
      assertEquals(accuracy, 2 / 3);
    },
  ));

/** Two rectified units that pass positive inputs: the negative sample has a zero representation. */
function rectifier(): Classifier {
  const model = mlp({ inputDimension: 2, hidden: [2], classes: 2 });
  assignWeights(model, [[1, 0, 0, 1], [0, 0], [1, 0, 0, 1], [0, 0]]);
  return model;
}

Deno.test("evaluate() leaves zero representations out of the entropies and counts the rest", () =>
  withModel(rectifier(), async (model) => {
    const data = dataSet({
      inputs: Float32Array.of(1, 0, 0, 1, -1, -1, 2, 0, 0, 2),
      shape: [5, 2],
      labels: [0, 1, 1, 0, 1],
    });
    const { measures, representations, accuracy } = await evaluate(model, data);
    assertEquals(measures.samples, 4);
    // Two orthogonal directions, each of weight one half.
    assertAlmostEquals(measures.entropy.representations, Math.LN2, 1e-12);
    assertEquals(representations.shape, [5, 2]);
    assertEquals(accuracy, 4 / 5);
  }));

Deno.test("evaluate() says that every unit is off", () =>
  withModel(rectifier(), async (model) => {
    const data = dataSet({
      inputs: Float32Array.of(-1, 0, 0, -1),
      shape: [2, 2],
      labels: [0, 1],
    });
    const error = await assertRejects(
      () => evaluate(model, data),
      NotFiniteError,
    );
    assertEquals(
      error.message,
      "Cannot evaluate the model: expected a representation that is not zero, received 2 zero rows: every unit is off (try a smaller learning rate)",
    );
  }));

Deno.test("evaluate() leaves no tensor behind, also when it throws", () =>
  withModel(cloudModel(), async (model) => {
    const before = tf.memory().numTensors;
    await evaluate(model, test);
    const missing = {
      ...test,
      labels: test.labels.map((y) => y === 2 ? 0 : y),
    };
    await assertRejects(() => evaluate(model, missing), LabelError, "class 2");
    assertEquals(tf.memory().numTensors, before);
  }));

Deno.test("evaluate() refuses data that do not fit the model", () =>
  withModel(cloudModel(), async (model) => {
    const wide = gaussianClasses({ classes: 3, dimension: 6 });
    const error = await assertRejects(() => evaluate(model, wide), ShapeError);
    assertEquals(
      error.message,
      "Cannot evaluate the model: expected samples of 5 values, as mlp(5-8-6-3, relu, seed 0) takes them, received 6 in gaussianClasses(seed 0)",
    );
    const four = gaussianClasses({ classes: 4, dimension: 5 });
    const other = await assertRejects(() => evaluate(model, four), LabelError);
    assertEquals(
      other.message,
      "Cannot evaluate the model: expected 3 classes, as mlp(5-8-6-3, relu, seed 0) has them, received 4 in gaussianClasses(seed 0)",
    );
  }));

Deno.test("evaluate() gives means over batches on request, instead or beside", () =>
  withModel(cloudModel(), async (model) => {
    const size = 6;
    const whole = await evaluate(model, test);
    const { representations: Z, head } = whole;
    const live = Array.from({ length: 24 }, (_, i) => i).filter((i) =>
      Z.data.subarray(i * 6, i * 6 + 6).some((x) => x !== 0)
    );
    const expected = batchInterplay(
      live.map((i) => [...Z.data.subarray(i * 6, i * 6 + 6)]),
      live.map((i) => test.labels[i]!),
      head,
      { size },
    );
    const { measures: means } = await evaluate(model, test, {
      mode: "batches",
      size,
    });
    assertEquals(means.batches, expected);
    assertEquals(means.mir, expected.mir.mean);
    assertEquals(means.entropy.representations, expected.representations.mean);
    const { entropy: { representations, head: h, joint }, mutualInformation } =
      means;
    assertAlmostEquals(representations + h - joint, mutualInformation, 1e-12);
    assertEquals(means.samples, expected.batches * size);
    assertEquals(means.nc1, whole.measures.nc1);
    assertEquals([means.classes, means.reference], [3, undefined]);
    const both = await evaluate(model, test, { mode: "both", size });
    assertEquals(both.measures, { ...whole.measures, batches: expected });
    assert(Math.abs(means.mir - whole.measures.mir) > 0.01);
  }));

Deno.test("evaluate() estimates the joint entropy on request, with its error", () =>
  withModel(cloudModel(), async (model) => {
    const exact = (await evaluate(model, test)).measures;
    const { measures } = await evaluate(model, test, {
      estimate: { standardError: 0.02, seed: 3 },
    });
    const { mean, standardError } = {
      mean: measures.entropy.joint,
      standardError: measures.estimate!.joint.standardError,
    };
    assert(standardError > 0 && standardError < 0.05);
    assert(Math.abs(mean - exact.entropy.joint) < 5 * standardError);
    assertEquals(exact.estimate, undefined);
  }));

Deno.test("evaluate() divides logits by the temperature in the loss alone", () =>
  withModel(cloudModel(), async (model) => {
    const cold = await evaluate(model, test);
    const warm = await evaluate(model, test, { temperature: 1e6 });
    assertAlmostEquals(warm.loss, Math.log(3), 1e-4);
    assertEquals(warm.accuracy, cold.accuracy);
    assertEquals(warm.measures, cold.measures);
  }));

Deno.test("evaluate() lets others have their turn, stops at an interrupt with an AbortError, and leaks nothing", () =>
  withModel(cloudModel(), async (model) => {
    const before = tf.memory().numTensors;
    const evaluating = evaluate(model, test, { batchSize: 1 });
    const press = new Promise<number>((resolve) =>
      setTimeout(() => resolve(interrupt().asked))
    );
    const error = await assertRejects(
      () => evaluating,
      DOMException,
      "Cannot evaluate the model: expected to go on, received an interrupt",
    );
    assertEquals([error.name, await press], ["AbortError", 1]);
    assertEquals(interrupt().asked, 0);
    assertEquals(tf.memory().numTensors, before);
  }));

Deno.test("evaluate() stops at an abort of its signal, with the reason of that", () =>
  withModel(cloudModel(), async (model) => {
    const signal = AbortSignal.abort(new Error("enough"));
    await assertRejects(
      () => evaluate(model, test, { signal }),
      Error,
      "enough",
    );
  }));
