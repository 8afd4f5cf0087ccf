import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { split, syntheticDigits } from "interplay/data";
import {
  effectiveRank,
  gram,
  gramMir,
  interplay,
  matrixEntropy,
  neuralCollapse,
  reference,
} from "interplay/metrics";
import { interrupt } from "interplay";
import { convNet, mlp, useBackend } from "interplay/models";
import {
  evaluate,
  jupyterDisplay,
  layerProfile,
  trainSupervised,
} from "interplay/training";
import { LabelError, OptionsError } from "../../lib/core/errors.ts";
import { cloudModel, clouds } from "./fixtures.ts";

await useBackend("cpu");

const { test } = clouds();

Deno.test("layerProfile() gives for the last layer what evaluate() gives", async () => {
  const model = cloudModel();
  const before = tf.memory().numTensors;
  const { layers, classes, collapse } = await layerProfile(model, test);
  assertEquals(tf.memory().numTensors, before);
  assertEquals(layers.map(({ layer, width }) => [layer, width]), [
    ["hidden_1", 8],
    ["representation", 6],
  ]);
  const { measures } = await evaluate(model, test);
  const last = layers[1]!;
  assertEquals(last.entropy, measures.entropy);
  assertEquals([last.mir, last.hdr, last.samples], [
    measures.mir,
    measures.hdr,
    measures.samples,
  ]);
  assertAlmostEquals(last.nc1.quotient, measures.nc1.quotient, 1e-12);
  assertAlmostEquals(last.nc1.cdnv, measures.nc1.cdnv, 1e-12);
  assertEquals(classes, 3);
  assertEquals(
    collapse,
    reference(test.labels, { classes: 3, permutations: 1 }).collapse,
  );
  model.dispose();
});

Deno.test("layerProfile() holds layers of any width against the head", async () => {
  // Twenty units are wider than the head's representations, two are narrower.
  const model = mlp({
    inputDimension: 5,
    hidden: [20, 2, 6],
    classes: 3,
    activation: "tanh",
  });
  const { layers } = await layerProfile(model, test);
  const { weights: { data, shape: [, d] } } = await model.head();
  const V = Array.from(
    test.labels,
    (c) => [...data.subarray(c * d, (c + 1) * d)],
  );
  const inputs = tf.tensor2d(test.inputs, [24, 5]);
  const outputs = model.activations(inputs, model.layers);
  layers.forEach((record, l) => {
    const Z = outputs[l]!.arraySync();
    assertEquals(record.width, Z[0]!.length);
    assertAlmostEquals(record.mir, gramMir(gram(Z), gram(V)), 1e-9);
    assertAlmostEquals(
      record.entropy.representations,
      matrixEntropy(Z),
      1e-9,
    );
  });
  assert(effectiveRank(outputs[1]!.arraySync()) <= 2);
  tf.dispose([inputs, outputs]);
  model.dispose();
});

Deno.test("the spread of classes is that of neural collapse, with the accuracy of nearest means", async () => {
  const model = mlp({ inputDimension: 5, hidden: [7], classes: 3 });
  const { layers: [layer] } = await layerProfile(model, test);
  const { representations, head, labels } = await evaluate(model, test);
  const { nc1 } = neuralCollapse(representations, labels, head);
  assertAlmostEquals(layer!.nc1.quotient, nc1.quotient, 1e-12);
  assertAlmostEquals(layer!.nc1.cdnv, nc1.cdnv, 1e-12);
  const row = (i: number) => representations.data.subarray(7 * i, 7 * i + 7);
  const means = [0, 1, 2].map((c) => {
    const own = Array.from(labels.keys()).filter((i) => labels[i] === c);
    return Array.from(
      { length: 7 },
      (_, j) => own.reduce((sum, i) => sum + row(i)[j]! / own.length, 0),
    );
  });
  const right = Array.from(labels.keys()).filter((i) => {
    const distances = means.map((mean) =>
      Math.hypot(...mean.map((x, j) => x - row(i)[j]!))
    );
    return distances.indexOf(Math.min(...distances)) === labels[i];
  });
  assertEquals(layer!.nearestMean, right.length / 24);
  model.dispose();
});

Deno.test("a trained network separates its classes layer by layer, maps of convolutions included", async () => {
  await useBackend("wasm");
  const data = split(syntheticDigits({ samples: 900 }), { test: 300 });
  const model = convNet({
    inputShape: [28, 28, 1],
    classes: 10,
    filters: [4, 8],
    dimension: 16,
  });
  await trainSupervised(model, data, {
    epochs: 3,
    learningRate: 0.1,
    reference: false,
    evaluation: { every: { epochs: 3 } },
  }).run();
  const before = tf.memory().numTensors;
  const { layers } = await layerProfile(model, data.test);
  assertEquals(tf.memory().numTensors, before);
  assertEquals(layers.map(({ layer, width }) => [layer, width]), [
    ["block_1", 14 * 14 * 4],
    ["block_2", 7 * 7 * 8],
    ["representation", 16],
  ]);
  const quotients = layers.map(({ nc1 }) => nc1.quotient);
  assert(quotients[2]! < quotients[1]! && quotients[1]! < quotients[0]!);
  const within = layers.map((layer) => layer.intraClassEntropy);
  assert(within[2]! < within[1]! && within[1]! < within[0]!);
  model.dispose();
  await useBackend("cpu");
});

Deno.test("layerProfile() takes some layers, attaches yardsticks, and shows itself", async () => {
  const model = cloudModel();
  const profile = await layerProfile(model, test, {
    layers: ["hidden_1"],
    batchSize: 7,
    reference: { permutations: 2 },
  });
  const whole = await layerProfile(model, test);
  const [layer] = profile.layers;
  assertEquals(layer!.reference?.shuffled.permutations, 2);
  assert(Number.isFinite(layer!.mirCalibrated));
  const { reference: _, mirCalibrated: __, ...rest } = layer!;
  assertEquals(rest, whole.layers[0]);
  const text = String((await whole[jupyterDisplay]())["text/plain"]);
  assertStringIncludes(text, "representation");
  assertStringIncludes(text, "at collapse");
  // Same numbers as `interplay` where widths agree and no row is zero.
  const { representations, head, labels } = await evaluate(model, test);
  if (whole.layers[1]!.samples === labels.length) {
    const { mir } = interplay(representations, labels, head, {
      reference: false,
    });
    assertEquals(whole.layers[1]!.mir, mir);
  }
  model.dispose();
});

Deno.test("layerProfile() names the layers there are, and the class that has no sample", async () => {
  const model = cloudModel();
  const error = await assertRejects(
    () => layerProfile(model, test, { layers: ["hidden_1", "conv"] }),
    OptionsError,
  );
  assertEquals(
    error.message,
    'Cannot profile the layers: expected layers out of hidden_1, representation, received "conv"',
  );
  const missing = { ...test, labels: test.labels.map((y) => y === 2 ? 0 : y) };
  await assertRejects(
    () => layerProfile(model, missing),
    LabelError,
    "class 2",
  );
  model.dispose();
});

Deno.test("layerProfile() stops at an interrupt with an AbortError, and leaks nothing", async () => {
  const model = cloudModel();
  const before = tf.memory().numTensors;
  const profiling = layerProfile(model, test, { batchSize: 1 });
  setTimeout(interrupt);
  const error = await assertRejects(
    () => profiling,
    DOMException,
    "Cannot profile the layers: expected to go on, received an interrupt",
  );
  assertEquals(error.name, "AbortError");
  assertEquals(tf.memory().numTensors, before);
  model.dispose();
});
