import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import { jupyterDisplay } from "../../lib/core/mod.ts";
import { memory } from "../../lib/kernel/mod.ts";

await useBackend("cpu");

async function text(): Promise<string> {
  const bundle = await memory()[jupyterDisplay]();
  return String(bundle["text/plain"]);
}

Deno.test("memory() says what there is, and from the second call on what has grown", () => {
  const first = memory();
  assertEquals(first.backend, "cpu");
  assertEquals(first.now.tensors, tf.memory().numTensors);
  assert(first.now.heapBytes > 1e6 && first.now.processBytes > 1e7);
  const kept = tf.ones([100, 100]);
  const grown = memory().grown;
  assertEquals([grown?.tensors, grown?.tensorBytes], [1, 40_000]);
  kept.dispose();
  assertEquals(memory().grown?.tensors, -1);
  assertEquals(memory().grown?.tensors, 0);
});

Deno.test("memory() names variables that are new", () => {
  memory();
  const weights = tf.variable(tf.ones([2]), true, "weights_of_mine");
  assertEquals(memory().newVariables, ["weights_of_mine"]);
  assertEquals(memory().newVariables, []);
  weights.dispose();
});

Deno.test("memory() shows itself as a table, growth with its sign", async () => {
  memory();
  const kept = tf.ones([250]);
  const shown = await text();
  assertStringIncludes(shown, "Memory, cpu backend");
  assertMatch(shown, /tensors +\d+ +\+1\n/);
  assertMatch(shown, /tensor values +[\d.]+ k?B +\+1 kB\n/);
  kept.dispose();
  assertMatch(await text(), /tensor values +[\d.]+ k?B +−1 kB\n/);
});

Deno.test("memory() does without tfjs, and loads none", async () => {
  const code = `const { memory } = await import("interplay/kernel");
const { now, backend } = memory();
console.log(now.tensors, backend, now.heapBytes > 0, "_tfengine" in globalThis);`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(
    new TextDecoder().decode(stdout),
    "undefined undefined true false\n",
  );
});
