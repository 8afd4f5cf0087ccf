import { assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { TensorScope } from "../../lib/core/tensor_scope.ts";

Deno.test("TensorScope disposes its tensors when an async body returns", async () => {
  const before = tf.memory().numTensors;
  async function body(): Promise<number> {
    using scope = new TensorScope();
    const x = scope.own(tf.tensor1d([1, 2, 3]));
    await x.data();
    return scope.own(tf.sum(x)).dataSync()[0]!;
  }
  assertEquals(await body(), 6);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("TensorScope disposes its tensors when an async body throws", async () => {
  const before = tf.memory().numTensors;
  async function body(): Promise<void> {
    using scope = new TensorScope();
    await scope.own(tf.tensor1d([1])).data();
    throw new Error("in the middle");
  }
  await assertRejects(body, Error, "in the middle");
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("TensorScope disposes its tensors when a generator is left early", async () => {
  const before = tf.memory().numTensors;
  async function* values(): AsyncGenerator<number> {
    using scope = new TensorScope();
    for (const value of await scope.own(tf.tensor1d([1, 2])).data()) {
      yield value;
    }
  }
  for await (const value of values()) {
    assertEquals(value, 1);
    break;
  }
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("TensorScope disposes the last owned first, and once", () => {
  const order: number[] = [];
  const scope = new TensorScope();
  for (const i of [1, 2, 3]) scope.own({ dispose: () => order.push(i) });
  scope[Symbol.dispose]();
  scope[Symbol.dispose]();
  assertEquals(order, [3, 2, 1]);
});
