import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { convNet, useBackend } from "interplay/models";
import { OptionsError } from "../../lib/core/errors.ts";
import { normals } from "./both_backends.ts";
import {
  distance,
  product,
  rectified,
  rowsOf,
  sum,
  weightsByName,
} from "./float64.ts";

await useBackend("wasm");

type Image = number[][][];

/** A convolution with zeros around the image, its bias, the largest of 2 × 2 pixels, and a rectifier. */
function block(
  image: Image,
  { values, shape }: { values: number[]; shape: number[] },
  bias: number[],
): Image {
  const [size, , inputs, outputs] = shape as [number, number, number, number];
  const reach = (size - 1) >> 1;
  const at = (y: number, x: number, o: number) => {
    let total = bias[o]!;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        for (let c = 0; c < inputs; c++) {
          const pixel = image[y + i - reach]?.[x + j - reach]?.[c] ?? 0;
          total += pixel * values[((i * size + j) * inputs + c) * outputs + o]!;
        }
      }
    }
    return total;
  };
  const half = (n: number) => Array.from({ length: n >> 1 }, (_, i) => 2 * i);
  return half(image.length).map((y) =>
    half(image[0]!.length).map((x) =>
      bias.map((_, o) =>
        Math.max(
          0,
          ...[[0, 0], [0, 1], [1, 0], [1, 1]].map(([i, j]) =>
            at(y + i!, x + j!, o)
          ),
        )
      )
    )
  );
}

Deno.test("convNet() computes what float64 computes by hand", () => {
  const model = convNet({
    inputShape: [6, 7, 2],
    classes: 3,
    filters: [3, 4],
    dimension: 5,
  });
  const weight = weightsByName(model);
  const x = normals(1, [6, 7, 2]);
  const numbers = [...x.dataSync()];
  let image: Image = Array.from(
    { length: 6 },
    (_, y) =>
      Array.from(
        { length: 7 },
        (_, x) => numbers.slice(2 * (7 * y + x), 2 * (7 * y + x) + 2),
      ),
  );
  for (const name of ["block_1", "block_2"]) {
    const { values } = weight(`${name}/bias`);
    image = block(image, weight(`${name}/kernel`), values);
  }
  const layer = (z: number[][], name: string) =>
    sum(
      product(z, rowsOf(weight(`${name}/kernel`))),
      weight(`${name}/bias`).values,
    );
  const z = rectified(layer([image.flat(2)], "representation"));
  tf.tidy(() => {
    const batch = tf.expandDims(x);
    const { representations, logits } = model.forward(batch);
    assert(distance(representations.dataSync(), z) < 1e-5);
    assert(distance(logits.dataSync(), layer(z, "head")) < 1e-5);
    assertEquals(
      model.activations(batch, ["block_1"])[0]!.shape,
      [1, 3 * 3 * 3],
    );
  });
  x.dispose();
  model.dispose();
});

Deno.test("convNet() has as many weights as its layers, and says what it is", () => {
  const model = convNet({ inputShape: [28, 28, 1], classes: 10 });
  const count = model.weights.reduce((n, { variable }) => n + variable.size, 0);
  assertEquals(
    count,
    (9 * 16 + 16) + (9 * 16 * 32 + 32) + (7 * 7 * 32 * 64 + 64) +
      (64 * 10 + 10),
  );
  assertEquals(model.name, "convNet(28×28×1-16-32-64-10, seed 0)");
  assertEquals(model.layers, ["block_1", "block_2", "representation"]);
  model.dispose();
});

Deno.test("convNet() starts its filters with variance 2/fan-in", () => {
  const model = convNet({
    inputShape: [4, 4, 100],
    classes: 2,
    filters: [100],
  });
  const values = [...model.weights[0]!.variable.dataSync()];
  const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  // 90,000 draws: five standard errors of a variance are 2.4 %.
  assert(Math.abs(variance * 900 / 2 - 1) < 0.024);
  model.dispose();
});

Deno.test("convNet() refuses images too small for its blocks, and unknown options", () => {
  const error = assertThrows(
    () => convNet({ inputShape: [7, 28, 1], classes: 10, filters: [4, 4, 4] }),
    OptionsError,
  );
  assertEquals(
    error.message,
    "Cannot build a conv-net: expected images of at least 8 × 8 pixels for 3 blocks, received 7 × 28",
  );
  const unknown = { inputShape: [8, 8, 1], classes: 2, stride: 2 } as const;
  assertThrows(
    () => convNet(unknown),
    OptionsError,
    'Unrecognized key: "stride"',
  );
});
