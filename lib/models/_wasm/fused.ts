/**
 * What fused kernels do before and after the product: a row of biases, an activation.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "./heap.ts";
import type { KernelCall } from "./own_kernel.ts";

/** Whether there is no bias but one number a column. */
export function biasFits({ inputs: { bias } }: KernelCall, columns: number) {
  return bias === undefined || bias.shape.join() === String(columns);
}

/** A new tensor of which every row is the bias; zeros where there is none. */
export function biased(
  { heap, inputs: { bias } }: KernelCall,
  shape: readonly number[],
): tf.TensorInfo {
  if (bias === undefined) return heap.zeros(shape);
  const out = heap.empty(shape);
  const [columns] = bias.shape as [number];
  const rows = sizeOf(shape) / columns;
  heap.kernel.repeatRow(heap.address(bias), columns, rows, heap.address(out));
  return out;
}

/** Kernels by the names that fused operations have for them. */
const activations: Readonly<Record<string, string>> = {
  elu: "Elu",
  leakyrelu: "LeakyRelu",
  prelu: "Prelu",
  relu6: "Relu6",
  sigmoid: "Sigmoid",
};

/** Inputs of the kernel of an activation. */
function activationInputs(
  { inputs }: KernelCall,
  x: tf.TensorInfo,
): tf.NamedTensorInfoMap {
  const alpha = inputs["preluActivationWeights"];
  return alpha === undefined ? { x } : { x, alpha };
}

/** `x` under the activation of the call, in place of `x`. */
export function activated(call: KernelCall, x: tf.TensorInfo): tf.TensorInfo {
  const { heap, attrs, backend } = call;
  const activation = String(attrs["activation"] ?? "linear");
  if (activation === "linear") return x;
  if (activation === "relu") {
    heap.kernel.rectify(heap.address(x), sizeOf(x.shape));
    return x;
  }
  const kernel = tf.getKernel(activations[activation] ?? activation, "wasm");
  if (kernel === undefined) {
    throw new Error(
      `Cannot apply the activation: expected one that fused kernels know, received ${activation}`,
    );
  }
  const out = kernel.kernelFunc({
    inputs: activationInputs(call, x),
    attrs: { alpha: attrs["leakyreluAlpha"] ?? 0.2 },
    backend,
  });
  heap.release(x);
  return out as tf.TensorInfo;
}
