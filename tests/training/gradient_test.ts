import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import { TensorScope } from "../../lib/core/tensor_scope.ts";
import { indicatorRows } from "../../lib/training/_cross_entropy.ts";
import { clipped, differentiate } from "../../lib/training/_gradient.ts";

/** `x² + 3y` at x = 2, y = 1: gradients 4 and 3, together of length 5. */
async function example<T>(
  body: (found: Awaited<ReturnType<typeof differentiate>>) => T,
): Promise<T> {
  const [x, y, idle] = tf.tidy(() => [
    tf.variable(tf.scalar(2)),
    tf.variable(tf.scalar(1)),
    tf.variable(tf.scalar(7)),
  ]) as [tf.Variable, tf.Variable, tf.Variable];
  try {
    using scope = new TensorScope();
    const compute = () => {
      const square = tf.square(x) as tf.Scalar;
      return {
        loss: tf.add(square, tf.mul(y, 3)) as tf.Scalar,
        parts: { square, count: tf.scalar(3, "int32") },
      };
    };
    return body(await differentiate(compute, [x, y, idle], scope));
  } finally {
    tf.dispose([x, y, idle]);
  }
}

for (const backend of ["cpu", "wasm"] as const) {
  Deno.test(`differentiate() gives loss, parts, norm and the gradients there are on ${backend}`, async () => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    await example(({ loss, norm, parts, gradients }) => {
      assertEquals([loss, norm], [7, 5]);
      assertEquals(parts, { square: 4, count: 3 });
      const values = Object.values(gradients).map((g) => g.dataSync()[0]);
      assertEquals(values, [4, 3]);
    });
    assertEquals(tf.memory().numTensors, before);
  });
}

Deno.test("clipped() brings a long gradient to the limit, and leaves a short one alone", async () => {
  await useBackend("cpu");
  await example(({ norm, gradients }) =>
    tf.tidy(() => {
      const lengths = (limit: number | undefined) => {
        const values = Object.values(clipped(gradients, norm, limit))
          .map((g) => g.dataSync()[0]!);
        return { values, length: Math.hypot(...values) };
      };
      assertAlmostEquals(lengths(1).length, 1, 1e-6);
      assertAlmostEquals(lengths(1).values[0]!, 4 / 5, 1e-6);
      assertEquals(lengths(5).values, [4, 3]);
      assertEquals(lengths(undefined).values, [4, 3]);
      assertEquals(clipped(gradients, norm, 6), gradients);
    })
  );
});

Deno.test("differentiate() leaves no tensor behind when the loss throws", async () => {
  const before = tf.memory().numTensors;
  const x = tf.tidy(() => tf.variable(tf.scalar(1)));
  const scope = new TensorScope();
  const attempt = differentiate(
    () => {
      tf.square(x);
      throw new Error("in the middle");
    },
    [x],
    scope,
  );
  await attempt.catch(() => {});
  scope[Symbol.dispose]();
  x.dispose();
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("indicatorRows() holds fractions on WASM, where tf.oneHot does not", async () => {
  await useBackend("wasm");
  tf.tidy(() => {
    const rows = indicatorRows([1, 0], { columns: 2, on: 0.75, off: 0.25 });
    assertEquals([...rows.dataSync()], [0.25, 0.75, 0.75, 0.25]);
    assertThrows(() => {
      const broken = tf.oneHot([1, 0], 2, 0.75, 0.25, "float32").dataSync();
      assertEquals([...broken], [0.25, 0.75, 0.75, 0.25]);
    });
  });
  await useBackend("cpu");
});
