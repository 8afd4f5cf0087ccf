import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { interplayPlot } from "interplay/display";
import { fromLayersModel, useBackend } from "interplay/models";
import {
  evaluate,
  InterplayCallback,
  type InterplayCallbackOptions,
  jupyterDisplay,
} from "interplay/training";
import { LabelError, OptionsError } from "../../lib/core/errors.ts";
import { interrupt } from "../../lib/core/interrupt.ts";
import { clouds } from "./fixtures.ts";

await useBackend("cpu");

const { train, test } = clouds();

/** A user's own model: two dense layers and a softmax, from fixed weights. */
function ownModel(): tf.LayersModel {
  const initializer = (seed: number) => ({
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
  });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 8,
        inputShape: [5],
        activation: "relu",
        name: "first",
        ...initializer(1),
      }),
      tf.layers.dense({
        units: 6,
        activation: "tanh",
        name: "features",
        ...initializer(2),
      }),
      tf.layers.dense({
        units: 3,
        activation: "softmax",
        name: "answer",
        ...initializer(3),
      }),
    ],
  });
  model.compile({
    optimizer: tf.train.sgd(0.2),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

/** Fits the model with the callback on the clouds, in their order. */
async function fit(
  model: tf.LayersModel,
  callback: InterplayCallback,
  epochs = 4,
): Promise<tf.History> {
  const x = tf.tensor2d(train.inputs, [96, 5]);
  const y = tf.tensor1d([...train.labels], "float32");
  try {
    return await model.fit(x, y, {
      epochs,
      batchSize: 32,
      shuffle: false,
      verbose: 0,
      callbacks: [callback],
    });
  } finally {
    tf.dispose([x, y]);
  }
}

async function withModel(
  body: (model: tf.LayersModel) => Promise<void>,
): Promise<void> {
  const model = ownModel();
  try {
    await body(model);
  } finally {
    model.dispose();
  }
}

Deno.test("InterplayCallback measures before training and after every epoch of model.fit", () =>
  withModel(async (model) => {
    const callback = new InterplayCallback(test, { name: "mine" });
    await fit(model, callback);
    const { history } = callback;
    assertEquals(history.epochs.map((e) => e.epoch), [0, 1, 2, 3, 4]);
    assertEquals(history.epochs.map((e) => e.step), [0, 3, 6, 9, 12]);
    assertEquals(history.outcome, "completed");
    assertEquals([history.kind, history.model], ["fit", "mine"]);
    assertEquals(history.data["test"]?.samples, 24);
    assertEquals(history.stepLosses.length, 12);
    assert(history.epochs[4]!.loss < history.epochs[0]!.loss);
    const classifier = fromLayersModel(model);
    const { loss, measures } = await evaluate(classifier, test);
    assertEquals(history.epochs[4]!.loss, loss);
    assertEquals(history.epochs[4]!.mir, measures.mir);
    classifier.dispose();
  }));

Deno.test("InterplayCallback changes nothing of the fit", async () => {
  const losses = async (callbacks: InterplayCallback[]) => {
    const model = ownModel();
    const x = tf.tensor2d(train.inputs, [96, 5]);
    const y = tf.tensor1d([...train.labels], "float32");
    const options = {
      epochs: 3,
      shuffle: false,
      verbose: 0,
      callbacks,
    } as const;
    const { history } = await model.fit(x, y, { ...options, callbacks });
    tf.dispose([x, y]);
    model.dispose();
    return history["loss"];
  };
  assertEquals(await losses([new InterplayCallback(test)]), await losses([]));
});

Deno.test("the record of a fit has the losses tfjs reports, and the yardsticks at the end", () =>
  withModel(async (model) => {
    const callback = new InterplayCallback(test, {
      reference: { permutations: 2 },
    });
    const { history: logs } = await fit(model, callback, 3);
    const { epochs, stepLosses } = callback.history;
    const reported = logs["loss"] as number[];
    epochs.slice(1).forEach(({ trainLoss }, i) => {
      const mean = stepLosses.slice(3 * i, 3 * i + 3).reduce((a, b) => a + b) /
        3;
      assertEquals(trainLoss, mean);
      // Batches of 32 each: the mean of tfjs is the same to float32.
      assert(Math.abs(trainLoss - reported[i]!) < 1e-6);
    });
    assertEquals(epochs.map((e) => e.reference?.shuffled.permutations), [
      undefined,
      undefined,
      undefined,
      2,
    ]);
    assert(Math.abs(epochs[1]!.learningRate - 0.2) < 1e-6);
  }));

Deno.test("InterplayCallback looks at the layer it is told, or through a classifier", () =>
  withModel(async (model) => {
    const named = new InterplayCallback(test, {
      representationLayer: "features",
      headLayer: "answer",
    });
    await fit(model, named, 1);
    const classifier = fromLayersModel(model, { name: "mine" });
    const given = new InterplayCallback(test, { classifier, every: 2 });
    await fit(model, given, 3);
    assertEquals(given.history.model, "mine");
    assertEquals(given.history.epochs.map((e) => e.epoch), [0, 2, 3]);
    assertEquals(
      given.history.epochs[0]!.entropy,
      named.history.epochs[1]!.entropy,
    );
    classifier.dispose();
  }));

Deno.test("InterplayCallback drives displays, and its history is one that they take", () =>
  withModel(async (model) => {
    const seen: [number, number][] = [];
    const callback = new InterplayCallback(test, {
      reference: "every",
      onEpoch: async ({ record, evaluation }) => {
        await Promise.resolve();
        seen.push([record.epoch, evaluation.representations.shape[0]]);
      },
    });
    await fit(model, callback, 2);
    assertEquals(seen, [[0, 24], [1, 24], [2, 24]]);
    assertEquals(interplayPlot(callback.history.epochs).notes, []);
    const { "text/plain": text } = await callback.history[jupyterDisplay]();
    assertStringIncludes(String(text), "completed");
  }));

Deno.test("an interrupt and a signal end the fit after the batch under way", () =>
  withModel(async (model) => {
    const stop = new AbortController();
    const cases: [InterplayCallbackOptions, () => void][] = [
      [{}, () => void interrupt()],
      [{ signal: stop.signal }, () => stop.abort()],
    ];
    for (const [options, act] of cases) {
      const callback = new InterplayCallback(test, {
        ...options,
        onEpoch: ({ record }) => {
          if (record.epoch === 2) act();
        },
      });
      await fit(model, callback, 50);
      const { epochs, outcome, stepLosses } = callback.history;
      assertEquals(outcome, "stopped");
      assertEquals(stepLosses.length, 7);
      assertEquals(epochs.at(-1)!.step, 7);
    }
    assertEquals(interrupt(), { asked: 0, forced: 0 });
  }));

Deno.test("InterplayCallback holds no tensors, and begins anew with each fit", () =>
  withModel(async (model) => {
    const callback = new InterplayCallback(test, { reference: false });
    await fit(model, callback, 1);
    const before = tf.memory().numTensors;
    await fit(model, callback, 2);
    await fit(model, callback, 5);
    assertEquals(tf.memory().numTensors, before);
    assertEquals(callback.history.epochs.length, 6);
  }));

Deno.test("InterplayCallback says what does not fit", () =>
  withModel(async (model) => {
    assertThrows(
      () => new InterplayCallback(test).history,
      OptionsError,
      "expected a fit with this callback, received none yet",
    );
    assertThrows(
      () => new InterplayCallback(test, { every: 0 }),
      OptionsError,
      "every",
    );
    const classifier = fromLayersModel(model);
    assertThrows(
      () => new InterplayCallback(test, { classifier, headLayer: "answer" }),
      OptionsError,
      "received both (headLayer)",
    );
    classifier.dispose();
    const missing = {
      ...test,
      labels: test.labels.map((y) => y === 2 ? 0 : y),
    };
    const callback = new InterplayCallback(missing);
    await assertRejects(() => fit(model, callback), LabelError, "class 2");
    assertEquals(callback.history.outcome, "failed");
    assertEquals(interrupt(), { asked: 0, forced: 0 });
  }));
