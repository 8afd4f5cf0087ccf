/**
 * Runs the same computation on the CPU and the WASM backend, for tests that compare them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import { Random } from "../../lib/core/random.ts";

/** Standard normal numbers of this seed in this shape. */
export function normals<R extends tf.Rank = tf.Rank>(
  seed: number,
  shape: readonly number[],
): tf.Tensor<R> {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from(new Random(seed).normals(size));
  return tf.tensor<tf.Rank>(values, [...shape]) as tf.Tensor<R>;
}

/** The largest difference between the backends over all tensors that `body` makes, shapes being equal. */
export async function differenceToCpu(
  body: () => tf.Tensor[],
): Promise<number> {
  const runs: { shape: number[]; values: ArrayLike<number> }[][] = [];
  for (const backend of ["cpu", "wasm"] as const) {
    await useBackend(backend);
    runs.push(
      tf.tidy(() =>
        body().map((x) => ({ shape: x.shape, values: x.dataSync().slice() }))
      ),
    );
  }
  const [cpu, wasm] = runs as [typeof runs[0], typeof runs[0]];
  assertEquals(wasm.map((x) => x.shape), cpu.map((x) => x.shape));
  return Math.max(
    ...cpu.flatMap(({ values }, i) =>
      Array.from(values, (x, k) => Math.abs(x - wasm[i]!.values[k]!))
    ),
  );
}

/** The result of `f` and its gradients under random weights, so that no two entries count alike. */
export function withGradients(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
): tf.Tensor[] {
  const y = f(...inputs);
  const weights = normals(99, y.shape);
  const loss = (...xs: tf.Tensor[]) => tf.sum(tf.mul(f(...xs), weights));
  return [y, ...tf.grads(loss)(inputs)];
}

interface Allocator {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Pieces of memory of the WASM backend that `body` takes and does not give back. */
export async function unfreed(body: () => void): Promise<number> {
  await useBackend("wasm");
  const { wasm } = tf.backend() as unknown as { wasm: Allocator };
  const { _malloc: take, _free: free } = wasm;
  let count = 0;
  wasm._malloc = (bytes) => (count++, take(bytes));
  wasm._free = (address) => (count--, free(address));
  try {
    tf.tidy(body);
  } finally {
    Object.assign(wasm, { _malloc: take, _free: free });
  }
  return count;
}
