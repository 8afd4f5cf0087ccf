import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { modularTransformer, useBackend } from "interplay/models";
import { OptionsError } from "../../lib/core/errors.ts";
import {
  distance,
  product,
  rectified,
  type Rows,
  rowsOf,
  sum,
  weightsByName,
} from "./float64.ts";
import { assignWeights, weightValues } from "./model_weights.ts";

await useBackend("wasm");

/** The residual stream of all three positions after attention of all to all, as one would write it down. */
function attend(
  stream: Rows,
  { query, key, value, output }: Record<
    "query" | "key" | "value" | "output",
    Rows
  >,
  heads: number,
): Rows {
  const [q, k, v] = [query, key, value].map((w) => product(stream, w));
  const width = stream[0]!.length / heads;
  const read = stream.map((_, i) =>
    Array.from({ length: heads }, (_, h) => {
      const part = (row: number[]) => row.slice(h * width, (h + 1) * width);
      const scores = k!.map((row) =>
        product([part(q![i]!)], part(row).map((x) => [x]))[0]![0]! /
        Math.sqrt(width)
      );
      const powers = scores.map(Math.exp);
      const total = powers.reduce((a, b) => a + b);
      return part(v![0]!).map((_, j) =>
        v!.reduce((sum, row, p) => sum + powers[p]! / total * part(row)[j]!, 0)
      );
    }).flat()
  );
  return sum(stream, product(read, output));
}

Deno.test("modularTransformer() computes what float64 computes by hand, over all positions", () => {
  const model = modularTransformer({
    modulus: 5,
    dimension: 6,
    heads: 2,
    hidden: 7,
  });
  assignWeights(
    model,
    weightValues(model).map((w, i) => w.map((x) => x + i / 50)),
  );
  const weight = weightsByName(model);
  const matrix = (layer: string) => rowsOf(weight(`${layer}/kernel`));
  const samples = [[0, 4, 5], [3, 3, 5], [2, 1, 5], [1, 5, 0]];
  const streams = samples.map((tokens) => {
    const start = tokens.map((token, i) =>
      sum([matrix("token")[token]!], matrix("position")[i]!)[0]!
    );
    const [query, key, value, output] = ["query", "key", "value", "output"]
      .map(matrix) as [Rows, Rows, Rows, Rows];
    const read = attend(start, { query, key, value, output }, 2);
    const hidden = rectified(
      sum(product(read, matrix("widen")), weight("widen/bias").values),
    );
    const out = sum(
      product(hidden, matrix("narrow")),
      weight("narrow/bias").values,
    );
    return { attention: read[2]!, hidden: hidden[2]!, out: sum(read, out)[2]! };
  });
  tf.tidy(() => {
    const x = tf.tensor2d(samples);
    const { representations, logits } = model.forward(x);
    const out = streams.map((s) => s.out);
    assert(distance(representations.dataSync(), out) < 1e-5);
    assert(distance(logits.dataSync(), product(out, matrix("head"))) < 1e-5);
    const [attention, hidden] = model.activations(x, ["attention", "hidden"]);
    assert(
      distance(attention!.dataSync(), streams.map((s) => s.attention)) < 1e-5,
    );
    assert(distance(hidden!.dataSync(), streams.map((s) => s.hidden)) < 1e-5);
  });
  model.dispose();
});

Deno.test("modularTransformer() has the sizes of the paper", () => {
  const model = modularTransformer({ modulus: 113 });
  const sizes = model.weights.map((
    { name, variable },
  ) => [name, variable.shape.join()]);
  assertEquals(sizes, [
    ["token/kernel", "114,128"],
    ["position/kernel", "3,128"],
    ["query/kernel", "128,128"],
    ["key/kernel", "128,128"],
    ["value/kernel", "128,128"],
    ["output/kernel", "128,128"],
    ["widen/kernel", "128,512"],
    ["widen/bias", "512"],
    ["narrow/kernel", "512,128"],
    ["narrow/bias", "128"],
    ["head/kernel", "128,113"],
  ]);
  const count = model.weights.reduce((n, { variable }) => n + variable.size, 0);
  assertEquals(count, 226_688);
  assertEquals(model.name, "modularTransformer(113, 128-4×32-512, seed 0)");
  model.dispose();
});

for (const backend of ["wasm", "cpu"] as const) {
  Deno.test(`modularTransformer() takes no token that it does not have (${backend})`, async () => {
    await useBackend(backend);
    const model = modularTransformer({ modulus: 5, dimension: 4, heads: 1 });
    for (const token of [6, 7, -1]) {
      const sample = tf.tensor2d([[token, 1, 5]]);
      assertThrows(() => model.logits(sample), Error, "-1");
      sample.dispose();
    }
    model.dispose();
    await useBackend("wasm");
  });
}

Deno.test("modularTransformer() refuses heads that do not divide its width", () => {
  const error = assertThrows(
    () => modularTransformer({ modulus: 7, dimension: 10, heads: 4 }),
    OptionsError,
  );
  assertEquals(
    error.message,
    "Cannot build a transformer: expected a `dimension` that 4 heads divide, received 10",
  );
});
