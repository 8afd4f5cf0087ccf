import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { type BackendName, useBackend } from "interplay/models";

const root = new URL("../..", import.meta.url);

/** What a script prints, and what it warns of, in a process of its own. */
async function printed(
  script: string,
): Promise<{ text: string; warnings: string }> {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", script],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const [text, warnings] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  ) as [string, string];
  assert(success, text + warnings);
  return { text, warnings };
}

Deno.test("useBackend() switches, and says to what", async () => {
  for (const name of ["cpu", "wasm", "cpu"] as BackendName[]) {
    assertEquals(await useBackend(name), name);
    assertEquals(tf.getBackend(), name);
  }
  assertEquals(await useBackend("wasm"), "wasm");
});

Deno.test("useBackend() called again before it has ended takes its turn, and the last call holds", async () => {
  const { text } = await printed(`
    import * as tf from "@tensorflow/tfjs";
    import { useBackend } from "interplay/models";
    const names = ["wasm", "wasm", "cpu", "no such", "wasm"];
    const calls = await Promise.allSettled(names.map((name) => useBackend(name)));
    console.log(calls.map(({ value, reason }) => value ?? reason.name).join());
    console.log(tf.getBackend(), (await tf.ones([2, 2]).matMul(tf.ones([2, 1])).data()).join());`);
  assertEquals(text, "wasm,wasm,cpu,OptionsError,wasm\nwasm 2,2\n");
});

Deno.test("useBackend() spares a notebook the advertisement of tfjs", async () => {
  const script = (choose: string) => `
    import * as tf from "@tensorflow/tfjs";
    import { useBackend } from "interplay/models";
    ${choose}
    console.log(tf.tensor1d([1, 2]).sum().dataSync()[0]);`;
  for (const backend of ["cpu", "wasm"]) {
    assertEquals(
      await printed(script(`await useBackend("${backend}");`)),
      { text: "3\n", warnings: "" },
    );
  }
});

/** Runs `body` where `navigator.gpu` is `gpu`. */
async function withGpu(
  gpu: unknown,
  body: () => Promise<void>,
): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(navigator, "gpu");
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  try {
    await body();
  } finally {
    if (before) Object.defineProperty(navigator, "gpu", before);
    else Reflect.deleteProperty(navigator, "gpu");
  }
}

/** WebGPU with one adapter of which this is known, and no device behind it. */
function pretended(info: Record<string, unknown>) {
  return { requestAdapter: () => Promise.resolve({ info }) };
}

Deno.test("useBackend() says that there is no adapter for WebGPU", async () => {
  for (
    const gpu of [undefined, { requestAdapter: () => Promise.resolve(null) }]
  ) {
    await withGpu(gpu, async () => {
      const error = await assertRejects(() => useBackend("webgpu"), Error);
      assertEquals(
        error.message,
        "Cannot use the webgpu backend: expected a WebGPU adapter, received none",
      );
      assertEquals(await useBackend("auto"), "wasm");
    });
  }
});

Deno.test('useBackend("auto") takes no software for a GPU', async () => {
  const named = (description: string, isFallbackAdapter = false) =>
    pretended({ description, device: "0", vendor: "1", isFallbackAdapter });
  for (
    const gpu of [
      named("Some GPU", true),
      named("llvmpipe (LLVM 15.0.6, 256 bits)"),
      named("SwiftShader Device"),
    ]
  ) {
    await withGpu(gpu, async () => {
      assertEquals(await useBackend("auto"), "wasm");
      assertEquals(tf.getBackend(), "wasm");
    });
  }
});

Deno.test('useBackend("auto") falls back to WASM where a GPU is promised and none starts', async () => {
  const { text } = await printed(`
    import * as tf from "@tensorflow/tfjs";
    import { useBackend } from "interplay/models";
    const info = { description: "GPU", device: "", vendor: "", isFallbackAdapter: false };
    const adapter = { info, features: new Set(), limits: {},
      requestDevice: () => Promise.reject(new Error("lost")) };
    Object.defineProperty(navigator, "gpu", {
      value: { requestAdapter: () => Promise.resolve(adapter) } });
    console.warn = console.error = () => {};
    console.log(await useBackend("auto"), tf.getBackend(), (await tf.ones([2]).data()).join());`);
  assertEquals(text, "wasm wasm 1,1\n");
});

/** Losses and a gradient of two models on a backend, read without a synchronous call. */
async function lossesOn(backend: BackendName): Promise<number[]> {
  const { text } = await printed(`
    import * as tf from "@tensorflow/tfjs";
    import { convNet, mlp, useBackend } from "interplay/models";
    await useBackend("${backend}");
    for (const name of ["dataSync", "arraySync"]) {
      tf.Tensor.prototype[name] = () => { throw new Error(name); };
    }
    const numbers = [];
    for (const model of [
      mlp({ inputDimension: 16, hidden: [5], classes: 3 }),
      convNet({ inputShape: [4, 4, 1], classes: 3, filters: [2], dimension: 4 }),
    ]) {
      const x = tf.tensor2d(Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)), [6, 16]);
      const y = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2], "int32"), 3);
      const { value, grads } = tf.variableGrads(
        () => tf.losses.softmaxCrossEntropy(y, model.forward(x, { training: true }).logits),
        model.weights.map((w) => w.variable));
      numbers.push(...await value.data());
      const [first] = model.weights;
      numbers.push(...await grads[first.variable.name].data());
      numbers.push(...(await model.head()).weights.data);
    }
    console.log(JSON.stringify(numbers));
    Deno.exit(0); // the device would keep the process alive`);
  return JSON.parse(text);
}

Deno.test("models compute on WebGPU as on the CPU where there is an adapter, and say so where there is none", async () => {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) {
    await assertRejects(() => useBackend("webgpu"), Error, "received none");
    return;
  }
  const [gpu, cpu] = await Promise.all([lossesOn("webgpu"), lossesOn("cpu")]);
  assertEquals(gpu.length, cpu.length);
  // float32, sums of at most 64 products of size about 1
  gpu.forEach((x, i) => assert(Math.abs(x - cpu[i]!) < 1e-5));
});

Deno.test("useBackend() refuses a name it does not know", async () => {
  const error = await assertRejects(
    () => useBackend("tpu" as BackendName),
    Error,
  );
  assertEquals(
    error.message,
    'Cannot use the backend: expected "auto", "wasm", "cpu" or "webgpu", received "tpu"',
  );
});
