import * as tf from "@tensorflow/tfjs";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import { registerWasmKernels } from "./_wasm/register.ts";
import { computes, hasGpu } from "./_webgpu.ts";

/** Where tensors are computed. */
export type BackendName = "wasm" | "cpu" | "webgpu";

/** The CPU backend recommends packages for Node at its first tensor, unless told it has done so. */
function silenceBanner(): void {
  const cpu = tf.findBackend("cpu") as { firstUse?: boolean } | null;
  if (cpu) cpu.firstUse = false;
}

async function prepare(name: BackendName): Promise<void> {
  if (name === "wasm") {
    await import("@tensorflow/tfjs-backend-wasm");
    registerWasmKernels();
  }
  if (name === "webgpu") {
    const adapter = await navigator.gpu?.requestAdapter();
    if (!adapter) {
      throw new Error(
        "Cannot use the webgpu backend: expected a WebGPU adapter, received none",
      );
    }
    await import("@tensorflow/tfjs-backend-webgpu");
  }
}

async function start(name: BackendName): Promise<BackendName> {
  await prepare(name);
  silenceBanner();
  if (!await tf.setBackend(name)) {
    throw new Error(
      `Cannot use the ${name} backend: expected it to start, received a failure`,
    );
  }
  await tf.ready();
  return name;
}

/** WebGPU where there is a GPU and it computes, else WASM. */
async function startBest(): Promise<BackendName> {
  if (!await hasGpu()) return start("wasm");
  try {
    await start("webgpu");
    if (await computes()) return "webgpu";
  } catch {
    // Whatever a driver fails with, WASM is there.
  }
  return start("wasm");
}

let turn: Promise<unknown> = Promise.resolve();

/** tfjs drops the start of a backend that another overtakes: each waits for the one before. */
function inTurn(choose: () => Promise<BackendName>): Promise<BackendName> {
  const chosen = turn.then(choose);
  turn = chosen.catch(() => {}); // who asked hears of it; the next one goes on
  return chosen;
}

/**
 * Chooses where tensors are computed from now on, and says what was chosen.
 *
 * `"wasm"` runs on any machine, and gives the same bits on all of them; this library adds what it lacks for
 * training. `"webgpu"` needs a GPU or software in its place, which is slow; values are there to be awaited
 * (`data()`), never read synchronously. `"cpu"` is plain JavaScript: slow, and the reference. `"auto"` takes
 * WebGPU where there is a GPU, not software, and a product comes out right; WASM everywhere else.
 *
 * Calls take their turn: two that are made at once both succeed, and the backend of the later one holds.
 *
 * @param name The backend; "auto" if left out.
 * @returns The name of the backend in use.
 * @throws {OptionsError} There is no backend of this name.
 * @throws {Error} The backend is not available here.
 *
 * @example
 * ```ts
 * import { useBackend } from "interplay/models";
 * import { assert } from "@std/assert";
 *
 * const backend = await useBackend("auto");
 * assert(backend === "wasm" || backend === "webgpu");
 * ```
 */
export async function useBackend(
  name: "auto" | BackendName = "auto",
): Promise<BackendName> {
  if (name === "auto") return await inTurn(startBest);
  if (["wasm", "cpu", "webgpu"].includes(name)) {
    return await inTurn(() => start(name));
  }
  return new Check("use the backend").fail(
    OptionsError,
    '"auto", "wasm", "cpu" or "webgpu"',
    JSON.stringify(name),
  );
}
