import * as tf from "@tensorflow/tfjs";

interface Operand {
  readonly dataId: object;
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

interface Storage {
  disposeData(dataId: object): boolean;
}

/** Products that the backend computes slowly when an operand is marked as transposed. */
const products = ["BatchMatMul", "_FusedMatMul"];

function wasmKernel(name: string): tf.KernelConfig {
  const kernel = tf.getKernel(name, "wasm");
  if (kernel === undefined) {
    throw new Error(
      `Cannot set up the WASM backend: expected its kernel ${name}, received none`,
    );
  }
  return kernel;
}

/** `x` with its last two axes swapped, in memory of its own. */
function swapLastAxes(x: Operand, backend: object): Operand {
  const perm = x.shape.map((_, axis) => axis);
  perm.push(perm.pop()!, ...perm.splice(-1));
  return wasmKernel("Transpose").kernelFunc({
    inputs: { x: x as tf.TensorInfo },
    backend,
    attrs: { perm },
  }) as Operand;
}

/** The same kernel, with transposed operands written out first. */
function untransposed(kernel: tf.KernelConfig): tf.KernelConfig {
  return {
    ...kernel,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { a, b } = inputs as unknown as { a: Operand; b: Operand };
      const left = attrs?.transposeA ? swapLastAxes(a, backend) : a;
      const right = attrs?.transposeB ? swapLastAxes(b, backend) : b;
      const out = kernel.kernelFunc({
        inputs: { ...inputs, a: left, b: right } as tf.NamedTensorInfoMap,
        attrs: { ...attrs, transposeA: false, transposeB: false },
        backend,
      });
      const storage = backend as Storage;
      if (left !== a) storage.disposeData(left.dataId);
      if (right !== b) storage.disposeData(right.dataId);
      return out;
    },
  };
}

const improved = new Set<string>();

/**
 * Replaces kernels of the WASM backend by faster ones; once, whatever number of calls.
 *
 * The gradient of a matrix product is `Aᵀ·dY` and `dY·Bᵀ`. The backend has a fast path for plain
 * products only and is about ten times slower on these two; copying the operand into its transposed
 * order first costs next to nothing.
 */
export function improveWasmKernels(): void {
  for (const name of products) {
    if (improved.has(name)) continue;
    const kernel = wasmKernel(name);
    tf.unregisterKernel(name, "wasm");
    tf.registerKernel(untransposed(kernel));
    improved.add(name);
  }
}
