import * as tf from "@tensorflow/tfjs";
import { convolutionKernels } from "./convolution.ts";
import { Heap } from "./heap.ts";
import { gather } from "./gather.ts";
import { identity } from "./identity.ts";
import { matrixProductKernels } from "./matrix_product.ts";
import { normalizationKernels } from "./normalization.ts";
import type { OwnKernel } from "./own_kernel.ts";
import { sumKernels } from "./sums.ts";
import { windowKernels } from "./windows.ts";

const kernels: readonly OwnKernel[] = [
  ...matrixProductKernels,
  ...convolutionKernels,
  ...windowKernels,
  ...sumKernels,
  ...normalizationKernels,
  gather,
  identity,
];

/** The kernel as tfjs calls it; `before` computes what it leaves. */
function configOf(
  { name, run }: OwnKernel,
  before: tf.KernelConfig | undefined,
): tf.KernelConfig {
  return {
    ...before,
    kernelName: name,
    backendName: "wasm",
    kernelFunc: (call) => {
      const { inputs, attrs = {}, backend } = call;
      const heap = Heap.of(backend);
      const out = heap.attempt(() => run({ heap, inputs, attrs, backend }));
      if (out !== undefined) return out;
      if (before !== undefined) return before.kernelFunc(call);
      throw new Error(
        `Cannot run ${name} on the WASM backend: expected float32 with the channels last, received another form`,
      );
    },
  };
}

let registered = false;

/**
 * Adds to the WASM backend the kernels that training needs and it lacks, and replaces those that are slow; once,
 * whatever number of calls.
 */
export function registerWasmKernels(): void {
  if (registered) return;
  for (const kernel of kernels) {
    const before = tf.getKernel(kernel.name, "wasm");
    if (before !== undefined) tf.unregisterKernel(kernel.name, "wasm");
    tf.registerKernel(configOf(kernel, before));
  }
  registered = true;
}
