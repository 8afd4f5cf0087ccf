import type * as tf from "@tensorflow/tfjs";
import type { Heap } from "./heap.ts";

/** A call of a kernel, as tfjs makes it. */
export interface KernelCall {
  /** Where the tensors lie. */
  readonly heap: Heap;
  /** By their names in tfjs. */
  readonly inputs: tf.NamedTensorInfoMap;
  /** What else the operation depends on. */
  readonly attrs: tf.NamedAttrMap;
  /** For kernels of tfjs that are called on the way. */
  readonly backend: object;
}

/** What a kernel makes. */
export type Outputs = tf.TensorInfo | tf.TensorInfo[];

/** A kernel of this library for the WASM backend. */
export interface OwnKernel {
  /** The kernel of tfjs that it is, or replaces; or one that only this library knows. */
  readonly name: string;
  /** The result; `undefined` where the kernel that was there before shall compute it. */
  readonly run: (call: KernelCall) => Outputs | undefined;
}

/** The input of a name; fails where tfjs has left it out. */
export function input(
  inputs: tf.NamedTensorInfoMap,
  name: string,
): tf.TensorInfo {
  const tensor = inputs[name];
  if (tensor === undefined) {
    throw new Error(
      `Cannot run a WASM kernel: expected an input \`${name}\`, received none`,
    );
  }
  return tensor;
}
