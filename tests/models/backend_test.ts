import { assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { type BackendName, useBackend } from "interplay/models";

Deno.test("useBackend() switches, and says to what", async () => {
  for (const name of ["cpu", "wasm", "cpu"] as BackendName[]) {
    assertEquals(await useBackend(name), name);
    assertEquals(tf.getBackend(), name);
  }
  assertEquals(await useBackend(), "wasm");
});

Deno.test("useBackend() spares a notebook the advertisement of tfjs", async () => {
  const script = (choose: string) => `
    import * as tf from "@tensorflow/tfjs";
    import { useBackend } from "interplay/models";
    ${choose}
    console.log(tf.tensor1d([1, 2]).sum().dataSync()[0]);`;
  const run = async (code: string) => {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", code],
      cwd: new URL("../..", import.meta.url),
      env: { NO_COLOR: "1" },
    }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  };
  assertEquals(await run(script(`await useBackend("cpu");`)), "3\n");
  assertEquals(await run(script(`await useBackend("wasm");`)), "3\n");
});

Deno.test("useBackend() says that there is no GPU", async () => {
  const gpu = Object.getOwnPropertyDescriptor(navigator, "gpu");
  const none = { requestAdapter: () => Promise.resolve(null) };
  Object.defineProperty(navigator, "gpu", { value: none, configurable: true });
  try {
    const error = await assertRejects(() => useBackend("webgpu"), Error);
    assertEquals(
      error.message,
      "Cannot use the webgpu backend: expected a WebGPU adapter, received none",
    );
  } finally {
    if (gpu) Object.defineProperty(navigator, "gpu", gpu);
    else Reflect.deleteProperty(navigator, "gpu");
  }
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
