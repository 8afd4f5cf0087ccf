import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { fromLayersModel, useBackend } from "interplay/models";
import { OptionsError, ShapeError } from "../../lib/core/errors.ts";
import { normals } from "./both_backends.ts";

await useBackend("cpu");

type Symbolic = tf.SymbolicTensor;

const { dense, dropout, activation, flatten } = tf.layers;

/** Two dense layers, what is between them, and a softmax. */
function simple(between: tf.layers.Layer[] = []): tf.Sequential {
  return tf.sequential({
    layers: [
      dense({
        units: 5,
        inputShape: [4],
        activation: "relu",
        name: "features",
      }),
      ...between,
      dense({ units: 3, activation: "softmax", name: "answer" }),
    ],
    name: "mine",
  });
}

/** The message of the error that seeing this model as a classifier ends in. */
function refusal(
  model: tf.LayersModel,
  options?: Parameters<typeof fromLayersModel>[1],
  Type: new (message: string) => Error = OptionsError,
): string {
  return assertThrows(() => fromLayersModel(model, options), Type).message;
}

Deno.test("fromLayersModel() finds head and representation, and takes the logits before the softmax", async () => {
  const model = simple();
  const classifier = fromLayersModel(model);
  assertEquals(classifier.name, "mine");
  assertEquals(
    [classifier.inputShape, classifier.dimension, classifier.classes],
    [[4], 5, 3],
  );
  assertEquals(classifier.layers, ["features"]);
  assertEquals(classifier.weights.map(({ name }) => name), [
    "features/kernel",
    "features/bias",
    "answer/kernel",
    "answer/bias",
  ]);
  const x = normals(1, [6, 4]);
  const shares = tf.tidy(() => tf.softmax(classifier.logits(x)).dataSync());
  const predicted = model.predict(x) as tf.Tensor;
  predicted.dataSync().forEach((share, i) =>
    assert(Math.abs(share - shares[i]!) < 1e-6)
  );
  const { weights } = await classifier.head();
  const kernel = model.getLayer("answer").weights[0]!.read().dataSync();
  assertEquals(weights.data[1], kernel[3]);
  tf.dispose([x, predicted]);
  model.dispose();
});

Deno.test("fromLayersModel() looks through a softmax that is a layer of its own", () => {
  for (
    const last of [
      tf.layers.softmax({ name: "shares" }),
      activation({ activation: "softmax", name: "shares" }),
    ]
  ) {
    const input = tf.input({ shape: [2, 2] });
    const flat = flatten({ name: "flat" }).apply(input) as Symbolic;
    const logits = dense({ units: 3, name: "logits" }).apply(flat) as Symbolic;
    const outputs = last.apply(logits) as Symbolic;
    const model = tf.model({ inputs: input, outputs });
    const classifier = fromLayersModel(model);
    assertEquals(classifier.layers, ["flat"]);
    tf.tidy(() => {
      const x = normals(1, [5, 2, 2]);
      assertEquals(
        tf.softmax(classifier.logits(x)).dataSync(),
        (model.predict(x) as tf.Tensor).dataSync(),
      );
      assertEquals(classifier.representations(x).dataSync(), x.dataSync());
    });
    model.dispose();
  }
});

Deno.test("fromLayersModel() measures another layer where it is told to, as long as it fits", () => {
  const model = simple([
    activation({ activation: "tanh", name: "bent" }),
    dropout({ rate: 0.5, name: "drop" }),
  ]);
  const classifier = fromLayersModel(model, {
    representationLayer: "bent",
    headLayer: "answer",
    name: "bent one",
  });
  assertEquals(classifier.name, "bent one");
  assertEquals(classifier.layers, ["features", "drop", "bent"]);
  tf.tidy(() => {
    const x = normals(1, [7, 4]);
    const { representations, logits } = classifier.forward(x, {
      training: true,
      step: 0,
    });
    assertEquals(
      representations.dataSync(),
      classifier.representations(x).dataSync(),
    );
    assert(logits.dataSync().join() !== classifier.logits(x).dataSync().join());
  });
  assertEquals(
    refusal(
      simple([
        dense({ units: 5, name: "wide" }),
        dense({ units: 6, name: "last" }),
      ]),
      {
        representationLayer: "wide",
      },
      ShapeError,
    ),
    "Cannot see the model as a classifier: expected representations of 6 numbers, as the head answer takes them, received 5 out of wide",
  );
  model.dispose();
});

Deno.test("fromLayersModel() trains the model itself, and its copy apart", async () => {
  const model = simple();
  const classifier = fromLayersModel(model);
  const copy = classifier.copy();
  const before = model.getWeights().map((w) => w.dataSync());
  assertEquals(copy.weights.map((w) => w.variable.dataSync()), before);
  for (const { variable } of classifier.weights) {
    variable.assign(tf.onesLike(variable));
  }
  assert(model.getWeights().every((w) => w.dataSync().every((x) => x === 1)));
  assertEquals(copy.weights.map((w) => w.variable.dataSync()), before);
  const { weights } = await classifier.head();
  assert(weights.data.every((x) => x === 1));
  const live = tf.memory().numTensors;
  copy.dispose();
  classifier.dispose();
  assertEquals(tf.memory().numTensors, live - 4);
  assertEquals((model.predict(tf.ones([1, 4])) as tf.Tensor).shape, [1, 3]);
  model.dispose();
});

Deno.test("fromLayersModel() knows the weights of models inside, frozen ones and statistics", () => {
  const base = tf.sequential({
    layers: [
      tf.layers.conv2d({
        filters: 2,
        kernelSize: 3,
        inputShape: [5, 5, 1],
        name: "edges",
      }),
      tf.layers.batchNormalization({ name: "norm" }),
      flatten({ name: "flat" }),
    ],
    name: "base",
  });
  base.trainable = false;
  const model = tf.sequential({
    layers: [base, dense({ units: 3, name: "answer" })],
  });
  const classifier = fromLayersModel(model);
  assertEquals(classifier.layers, ["edges", "norm", "flat"]);
  assertEquals(
    classifier.weights.map(({ name, trainable }) => [name, trainable]),
    [
      ["base/edges/kernel", false],
      ["base/edges/bias", false],
      ["base/norm/gamma", false],
      ["base/norm/beta", false],
      ["base/norm/moving_mean", false],
      ["base/norm/moving_variance", false],
      ["answer/kernel", true],
      ["answer/bias", true],
    ],
  );
  tf.tidy(() => {
    const x = normals(1, [2, 5, 5, 1]);
    assertEquals(
      classifier.logits(x).dataSync(),
      (model.predict(x) as tf.Tensor).dataSync(),
    );
    const copy = classifier.copy();
    assertEquals(copy.logits(x).dataSync(), classifier.logits(x).dataSync());
    assertEquals(
      copy.weights.map((w) => w.trainable),
      classifier.weights.map((w) => w.trainable),
    );
    copy.dispose();
  });
  model.dispose();
});

Deno.test("fromLayersModel() tells two weights of a layer apart", () => {
  const model = tf.sequential({
    layers: [
      tf.layers.bidirectional({
        layer: tf.layers.simpleRNN({ units: 2 }) as tf.RNN,
        inputShape: [3, 2],
        mergeMode: "concat",
        name: "both",
      }),
      dense({ units: 2, name: "answer" }),
    ],
  });
  const names = fromLayersModel(model).weights.map(({ name }) => name);
  assertEquals(new Set(names).size, 8);
  assert(names.includes("both/kernel") && names.includes("both/kernel_2"));
  model.dispose();
});

Deno.test("fromLayersModel() seeds dropout by step, and leaves the seeds of the model as they were", () => {
  const model = simple([dropout({ rate: 0.5, seed: 7, name: "drop" })]);
  const [a, b] = [0, 1].map((seed) => fromLayersModel(model, { seed }));
  tf.tidy(() => {
    const x = tf.ones([4, 4]);
    const at = (step: number, classifier = a!) =>
      classifier.forward(x, { training: true, step }).representations
        .dataSync().map((z) => z === 0 ? 0 : 1).join();
    assertEquals(at(3), at(3));
    assertEquals(new Set([at(0), at(1), at(2), at(0, b)]).size, 4);
    assertEquals(model.getLayer("drop").getConfig()["seed"], 7);
  });
  model.dispose();
});

Deno.test("fromLayersModel() works on models of several outputs once it knows the head", () => {
  const input = tf.input({ shape: [4], name: "in" });
  const shared = dense({ units: 5, name: "shared" }).apply(input) as Symbolic;
  const [one, two] = ["one", "two"].map((name) =>
    dense({ units: 2, name }).apply(shared) as Symbolic
  );
  const model = tf.model({ inputs: input, outputs: [one!, two!] });
  const classifier = fromLayersModel(model, { headLayer: "two" });
  tf.tidy(() => {
    const x = normals(1, [3, 4]);
    const [, expected] = model.predict(x) as tf.Tensor[];
    assertEquals(classifier.logits(x).dataSync(), expected!.dataSync());
  });
  assertEquals(
    refusal(model),
    "Cannot see the model as a classifier: expected a `headLayer` for a model of several outputs: in (InputLayer), shared (Dense), one (Dense), two (Dense), received none",
  );
  model.dispose();
});

Deno.test("fromLayersModel() lists the layers when a name is wrong or no head is found", () => {
  const model = simple();
  const start = "Cannot see the model as a classifier: expected ";
  const list = `${
    model.inputs[0]!.sourceLayer.name
  } (InputLayer), features (Dense), answer (Dense)`;
  assertEquals(
    refusal(model, { headLayer: "heads" }),
    `${start}a layer of the model as \`headLayer\`: ${list}, received "heads"`,
  );
  assertEquals(
    refusal(model, { representationLayer: "z" }),
    `${start}a layer of the model as \`representationLayer\`: ${list}, received "z"`,
  );
  const scaled = tf.sequential({
    layers: [model, tf.layers.reLU({ name: "cut" })],
  });
  assertEquals(
    refusal(scaled),
    `${start}a model that ends in a dense layer, and a softmax if any, or a \`headLayer\`: ` +
      `${
        scaled.inputs[0]!.sourceLayer.name
      } (InputLayer), features (Dense), answer (Dense), cut (ReLU), received cut (ReLU) as the last`,
  );
  model.dispose();
});

Deno.test("fromLayersModel() refuses heads and inputs that are none", () => {
  const start = "Cannot see the model as a classifier: expected ";
  const bent = tf.sequential({
    layers: [
      dense({ units: 2, inputShape: [3], activation: "sigmoid", name: "bent" }),
    ],
  });
  assertEquals(
    refusal(bent),
    `${start}a head that ends linear or in a softmax, received sigmoid in bent`,
  );
  const deep = tf.sequential({
    layers: [dense({ units: 2, inputShape: [3, 4], name: "deep" })],
  });
  assertEquals(
    refusal(deep, {}, ShapeError),
    `${start}a head that maps one vector a sample, received 3 × 2 out of deep`,
  );
  const pooled = tf.sequential({
    layers: [
      tf.layers.globalAveragePooling1d({ inputShape: [null, 3], name: "pool" }),
      dense({ units: 2, name: "answer" }),
    ],
  });
  assertEquals(
    refusal(pooled, {}, ShapeError),
    `${start}a model of one input shape, received an open one, [null, null, 3]`,
  );
  const [a, b] = [1, 2].map(() => tf.input({ shape: [2] }));
  const both = tf.layers.concatenate().apply([a!, b!]) as Symbolic;
  const model = tf.model({
    inputs: [a!, b!],
    outputs: dense({ units: 2 }).apply(both) as Symbolic,
  });
  assertEquals(
    refusal(model, {}, ShapeError),
    `${start}a model of one input, received 2`,
  );
  assertEquals(
    refusal(tf.sequential(), {}, ShapeError),
    `${start}a tfjs layers model that is built, received none`,
  );
  assertEquals(
    refusal(simple(), { headLayer: "features" }),
    `${start}a head that ends linear or in a softmax, received relu in features`,
  );
  for (const each of [bent, deep, pooled, model]) each.dispose();
});

/** A layer that tfjs does not know by name. */
class Doubling extends tf.layers.Layer {
  static className = "DoublingOfThisTest";
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul([inputs].flat()[0]!, 2);
  }
}

Deno.test("a copy() of a model with layers that tfjs cannot rebuild says so", () => {
  const model = tf.sequential({
    layers: [
      new Doubling({ inputShape: [3], name: "doubling" }),
      dense({ units: 2, name: "answer" }),
    ],
    name: "custom",
  });
  const classifier = fromLayersModel(model);
  const error = assertThrows(() => classifier.copy(), OptionsError);
  assert(
    error.message.startsWith(
      "Cannot copy custom: expected layers that tfjs builds from their configuration, received Unknown layer: DoublingOfThisTest",
    ),
    error.message,
  );
  model.dispose();
});
