import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { type Classifier, useBackend, wideResNet } from "interplay/models";
import { OptionsError } from "../../lib/core/errors.ts";
import { normals } from "./both_backends.ts";

await useBackend("wasm");

const tiny = {
  depth: 10,
  widen: 1,
  inputShape: [16, 16, 3],
  classes: 4,
} as const;

function trainableCount({ weights }: Classifier): number {
  return weights.filter(({ trainable }) => trainable)
    .reduce((n, { variable }) => n + variable.size, 0);
}

function read({ weights }: Classifier, name: string): number[] {
  const weight = weights.find((w) => w.name === name);
  if (weight === undefined) throw new Error(`no weight ${name}`);
  return [...weight.variable.dataSync()];
}

Deno.test("wideResNet() has the published number of weights, 1.47 million at depth 28 and width 2", () => {
  const model = wideResNet({
    ...tiny,
    depth: 28,
    widen: 2,
    inputShape: [32, 32, 3],
    classes: 10,
  });
  assertEquals(trainableCount(model), 1_467_610);
  assertEquals(model.dimension, 128);
  assertEquals(model.name, "wideResNet(28-2, 32×32×3-10, seed 0)");
  model.dispose();
});

Deno.test("wideResNet() has the published number of weights, 23.4 million at depth 28 and width 8", () => {
  const model = wideResNet({
    ...tiny,
    depth: 28,
    widen: 8,
    inputShape: [32, 32, 3],
    classes: 100,
  });
  assertEquals(trainableCount(model), 23_401_012);
  assertEquals(model.dimension, 512);
  model.dispose();
});

Deno.test("wideResNet() halves the image and doubles the channels from group to group", () => {
  const model = wideResNet({ ...tiny, depth: 16, widen: 2 });
  tf.tidy(() => {
    const x = normals(1, [2, 16, 16, 3]);
    const sizes = model.activations(x, model.layers).map((a) => a.shape[1]!);
    assertEquals(sizes, [
      16 * 16 * 16,
      ...[1, 2].map(() => 16 * 16 * 32),
      ...[1, 2].map(() => 8 * 8 * 64),
      ...[1, 2].map(() => 4 * 4 * 128),
      128,
    ]);
  });
  model.dispose();
});

Deno.test("wideResNet() keeps running statistics, by training alone", () => {
  const model = wideResNet({ ...tiny, statisticsMomentum: 0.25 });
  const norm = "group_1.unit_1.norm_1";
  assertEquals(read(model, `${norm}/mean`), new Array(16).fill(0));
  assertEquals(read(model, `${norm}/variance`), new Array(16).fill(1));
  tf.tidy(() => {
    const x = normals(1, [5, 16, 16, 3]);
    const [stem] = model.activations(x, ["stem"]);
    model.forward(x);
    model.logits(x);
    assertEquals(read(model, `${norm}/mean`), new Array(16).fill(0));
    model.forward(x, { training: true, step: 0 });
    const pixels = tf.reshape(stem!, [-1, 16]);
    const { mean, variance } = tf.moments(pixels, 0);
    const count = pixels.shape[0]!;
    const [means, variances] = [mean.dataSync(), variance.dataSync()];
    read(model, `${norm}/mean`).forEach((value, c) =>
      assert(Math.abs(value - 0.25 * means[c]!) < 1e-5)
    );
    read(model, `${norm}/variance`).forEach((value, c) => {
      const unbiased = variances[c]! * count / (count - 1);
      assert(Math.abs(value - (0.75 + 0.25 * unbiased)) < 1e-5);
    });
  });
  model.dispose();
});

Deno.test("wideResNet() evaluates as it trained once its statistics are those of the batch", () => {
  const model = wideResNet({ ...tiny, statisticsMomentum: 1 });
  tf.tidy(() => {
    const x = normals(1, [32, 16, 16, 3]);
    const trained = model.forward(x, { training: true, step: 0 })
      .representations;
    const evaluated = model.representations(x);
    // The running variance is the unbiased one: at most 1/511 more, at the last group.
    const difference = tf.max(tf.abs(tf.sub(trained, evaluated)))
      .dataSync()[0]!;
    assert(difference < 0.01, `${difference}`);
    const alone = model.representations(tf.slice(x, 0, 1)).dataSync();
    const first = evaluated.dataSync().slice(0, 64);
    first.forEach((value, i) => assert(Math.abs(value - alone[i]!) < 1e-5));
  });
  model.dispose();
});

Deno.test("wideResNet() refuses depths that are not 6n + 4", () => {
  for (const depth of [4, 9, 12, 28.5]) {
    assertThrows(() => wideResNet({ ...tiny, depth }), OptionsError, "depth");
  }
  const error = assertThrows(
    () => wideResNet({ ...tiny, depth: 27 }),
    OptionsError,
  );
  assertEquals(
    error.message,
    "Cannot build a wide ResNet: ✖ Invalid input: expected 6n + 4, as in 10, 16, 22, 28\n  → at depth",
  );
});
