import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { fromFileUrl } from "@std/path";

const script = fromFileUrl(new URL("webgpu_fixture.ts", import.meta.url));

/** What the runs come to on a backend, in a process of its own. */
async function numbersOn(backend: string): Promise<number[]> {
  const folder = await Deno.makeTempDir();
  try {
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          "run",
          "--quiet",
          "-P=tests",
          script,
          backend,
          join(folder, "run.ckpt"),
        ],
        env: { NO_COLOR: "1" },
      },
    ).output();
    assert(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("all kinds of training give on WebGPU, where there is one, what they give on the CPU", async () => {
  const cpu = await numbersOn("cpu");
  assert(cpu.every(Number.isFinite));
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return;
  const gpu = await numbersOn("webgpu");
  assertEquals(gpu.length, cpu.length);
  // float32 through four steps.
  gpu.forEach((x, i) =>
    assert(Math.abs(x - cpu[i]!) < 1e-4, `${x} for ${cpu[i]}`)
  );
});
