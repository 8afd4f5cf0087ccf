import * as tf from "@tensorflow/tfjs";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import { registerWasmKernels } from "./_wasm/register.ts";

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

/**
 * Chooses where tensors are computed from now on, and says what was chosen.
 *
 * `"wasm"` runs on any machine and is what `"auto"` takes; its matrix products are made faster for
 * training. `"cpu"` is plain JavaScript: slow, and the reference. `"webgpu"` needs a GPU; values are
 * there to be awaited (`data()`), never read synchronously.
 *
 * @param name The backend; "auto" if left out.
 * @returns The name of the backend in use.
 * @throws {OptionsError} There is no backend of this name.
 * @throws {Error} The backend is not available here.
 *
 * @example
 * ```ts
 * import { useBackend } from "interplay/models";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await useBackend("auto"), "wasm");
 * ```
 */
export async function useBackend(
  name: "auto" | BackendName = "auto",
): Promise<BackendName> {
  const chosen = name === "auto" ? "wasm" : name;
  if (!["wasm", "cpu", "webgpu"].includes(chosen)) {
    new Check("use the backend").fail(
      OptionsError,
      '"auto", "wasm", "cpu" or "webgpu"',
      JSON.stringify(name),
    );
  }
  await prepare(chosen);
  silenceBanner();
  if (!await tf.setBackend(chosen)) {
    throw new Error(
      `Cannot use the ${chosen} backend: expected it to start, received a failure`,
    );
  }
  await tf.ready();
  return chosen;
}
