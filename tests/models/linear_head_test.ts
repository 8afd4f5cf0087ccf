import { assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { linearHead, useBackend } from "interplay/models";
import { OptionsError } from "../../lib/core/errors.ts";
import { assignWeights } from "./model_weights.ts";

await useBackend("wasm");

Deno.test("linearHead() takes the samples for representations", () => {
  const model = linearHead({ inputDimension: 3, classes: 2 });
  tf.tidy(() => {
    const x = tf.tensor2d([[1, 2, 3], [-4, 5, -6]]);
    assertEquals(model.representations(x).arraySync(), x.arraySync());
  });
  model.dispose();
});

Deno.test("linearHead() multiplies the logits by its scale, and so the head that is seen", async () => {
  const model = linearHead({ inputDimension: 2, classes: 2, scale: 10 });
  assignWeights(model, [[1, 2, 3, 4], [0.5, 0]]);
  tf.tidy(() => {
    const logits = model.logits(tf.tensor2d([[1, 0], [0, 1]]));
    assertEquals(logits.arraySync(), [[15, 20], [35, 40]]);
  });
  const { weights, bias } = await model.head();
  assertEquals([...weights.data], [10, 30, 20, 40]);
  assertEquals([...bias!], [5, 0]);
  assertEquals([...model.weights[0]!.variable.dataSync()], [1, 2, 3, 4]);
  model.dispose();
});

Deno.test("linearHead() has no bias where none is wanted", async () => {
  const model = linearHead({ inputDimension: 2, classes: 3, bias: false });
  assertEquals(model.weights.map(({ name }) => name), ["head/kernel"]);
  assertEquals("bias" in await model.head(), false);
  assertEquals(model.name, "linearHead(2-3, seed 0)");
  model.dispose();
});

Deno.test("linearHead() refuses a scale of 0", () => {
  const options = { inputDimension: 2, classes: 3, scale: 0 };
  assertThrows(() => linearHead(options), OptionsError, "scale");
});
