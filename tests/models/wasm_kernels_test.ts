import { assert, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import { Random } from "../../lib/core/random.ts";

function normals(seed: number, shape: number[]): tf.Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from(new Random(seed).normals(size)), shape);
}

/** The largest difference between what `body` gives on both backends. */
async function differenceToCpu(body: () => tf.Tensor): Promise<number> {
  const values: ArrayLike<number>[] = [];
  for (const backend of ["cpu", "wasm"] as const) {
    await useBackend(backend);
    values.push(tf.tidy(() => body().dataSync().slice()));
  }
  const [cpu, wasm] = values as [Float32Array, Float32Array];
  assertEquals(wasm.length, cpu.length);
  assert(wasm.some((x) => x !== 0));
  return cpu.reduce((max, x, i) => Math.max(max, Math.abs(x - wasm[i]!)), 0);
}

// float32: sums of at most 40 products of size about 1, so a few hundred units of 2⁻²⁴.
const TOLERANCE = 2e-5;

const flags = [[false, false], [true, false], [false, true], [true, true]];

for (const batch of [[], [3], [2, 3]]) {
  for (const [transposeA, transposeB] of flags) {
    const name = `${transposeA ? "Aᵀ" : "A"}·${transposeB ? "Bᵀ" : "B"}`;
    Deno.test(`matMul on WASM is that of the CPU: ${name}, batch [${batch}]`, async () => {
      const difference = await differenceToCpu(() => {
        const a = normals(1, [...batch, ...(transposeA ? [40, 7] : [7, 40])]);
        const b = normals(2, [...batch, ...(transposeB ? [5, 40] : [40, 5])]);
        return tf.matMul(a, b, transposeA, transposeB);
      });
      assert(difference < TOLERANCE, `${difference}`);
    });
  }
}

Deno.test("matMul on WASM broadcasts a batch of one against a transposed batch", async () => {
  const difference = await differenceToCpu(() =>
    tf.matMul(normals(1, [1, 7, 9]), normals(2, [4, 5, 9]), false, true)
  );
  assert(difference < TOLERANCE, `${difference}`);
});

Deno.test("fused matMul on WASM is that of the CPU, with bias, activation and transposes", async () => {
  for (const [transposeA, transposeB] of flags) {
    const difference = await differenceToCpu(() =>
      tf.fused.matMul({
        a: normals(1, transposeA ? [40, 7] : [7, 40]) as tf.Tensor2D,
        b: normals(2, transposeB ? [5, 40] : [40, 5]) as tf.Tensor2D,
        transposeA: transposeA!,
        transposeB: transposeB!,
        bias: normals(3, [5]),
        activation: "relu",
      })
    );
    assert(difference < TOLERANCE, `${difference}`);
  }
});

Deno.test("the gradients of a matMul on WASM are those of the CPU", async () => {
  for (const [transposeA, transposeB] of flags) {
    for (const which of [0, 1]) {
      const difference = await differenceToCpu(() => {
        const a = normals(1, transposeA ? [12, 7] : [7, 12]) as tf.Tensor2D;
        const b = normals(2, transposeB ? [5, 12] : [12, 5]) as tf.Tensor2D;
        const weights = normals(3, [7, 5]);
        const loss = (x: tf.Tensor, y: tf.Tensor) =>
          tf.sum(
            tf.mul(
              tf.matMul(
                x as tf.Tensor2D,
                y as tf.Tensor2D,
                transposeA,
                transposeB,
              ),
              weights,
            ),
          ) as tf.Scalar;
        return tf.grads(loss)([a, b])[which]!;
      });
      assert(difference < TOLERANCE, `${difference}`);
    }
  }
});

Deno.test("transposed products on WASM leave no memory behind", async () => {
  await useBackend("wasm");
  const stored = () =>
    (tf.backend() as unknown as { numDataIds(): number }).numDataIds();
  const product = () =>
    tf.tidy(() => {
      const a = normals(1, [40, 7]) as tf.Tensor2D;
      tf.matMul(a, normals(2, [5, 40]) as tf.Tensor2D, true, true).dataSync();
    });
  product();
  const before = { ...tf.memory(), stored: stored() };
  for (let i = 0; i < 20; i++) product();
  assertEquals({ ...tf.memory(), stored: stored() }, before);
});

Deno.test("useBackend() replaces the kernels once, however often it is called", async () => {
  await useBackend("wasm");
  const kernel = tf.getKernel("BatchMatMul", "wasm");
  await useBackend("cpu");
  await useBackend("wasm");
  assertEquals(tf.getKernel("BatchMatMul", "wasm") === kernel, true);
});
