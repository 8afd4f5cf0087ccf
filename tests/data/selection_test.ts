import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  batches,
  checksum,
  dataSet,
  gaussianClasses,
  split,
  subset,
} from "interplay/data";
import { OptionsError, ShapeError } from "../../lib/core/errors.ts";
import { numbered } from "./numbered.ts";

const labels = fc.array(fc.nat(2), { minLength: 5, maxLength: 60 });

Deno.test("subset() takes the samples at the indices, in their order", () => {
  const data = dataSet({
    inputs: Float32Array.of(0, 1, 10, 11, 20, 21),
    shape: [3, 1, 2],
    labels: [0, 1, 2],
  });
  const taken = subset(data, [2, 0, 2]);
  assertEquals(taken.inputs, Float32Array.of(20, 21, 0, 1, 20, 21));
  assertEquals(taken.labels, Int32Array.of(2, 0, 2));
  assertEquals(taken.shape, [3, 1, 2]);
  assertEquals(taken.classes, 3);
});

Deno.test("subset() copies", () => {
  const data = numbered([0, 1, 2]);
  subset(data, [0]).inputs[0] = 99;
  assertEquals(data.inputs[0], 0);
});

Deno.test("subset() refuses an index that is none", () => {
  const data = numbered([0, 1, 2]);
  const cases: [number[], string][] = [
    [[0, 3], "expected an integer in [0, 3) in `indices`, received 3 at 1"],
    [[-1], "expected an integer in [0, 3) in `indices`, received -1 at 0"],
    [[0.5], "expected an integer in [0, 3) in `indices`, received 0.5 at 0"],
    [[], "expected at least 1 index, received 0"],
  ];
  for (const [indices, message] of cases) {
    const error = assertThrows(() => subset(data, indices), ShapeError);
    assertEquals(error.message, `Cannot take a subset: ${message}`);
  }
});

Deno.test("split() loses and repeats no sample", () => {
  fc.assert(
    fc.property(labels, fc.integer(), fc.boolean(), (y, seed, stratify) => {
      const { train, test } = split(numbered(y), { test: 0.3, seed, stratify });
      assertEquals(test.labels.length, Math.round(0.3 * y.length));
      const all = [...train.inputs, ...test.inputs].sort((a, b) => a - b);
      assertEquals(all, y.map((_, i) => i));
      for (const part of [train, test]) {
        part.inputs.forEach((i, k) => assertEquals(part.labels[k], y[i]));
      }
    }),
  );
});

Deno.test("split() gives each class its share to within one sample when stratified", () => {
  fc.assert(fc.property(labels, fc.integer(), (y, seed) => {
    const { test } = split(numbered(y), { test: 0.4, seed });
    for (const c of [0, 1, 2]) {
      const whole = y.filter((label) => label === c).length;
      const taken = test.labels.filter((label) => label === c).length;
      assert(Math.abs(taken - whole * test.labels.length / y.length) < 1);
    }
  }));
});

Deno.test("split() takes a number of samples as well as a share", () => {
  const data = gaussianClasses({ classes: 2, samplesPerClass: 50 });
  assertEquals(split(data, { test: 30 }).test.labels.length, 30);
});

Deno.test("split() is fixed by its seed", () => {
  const data = gaussianClasses({ classes: 4, samplesPerClass: 25 });
  const sums = [1, 1, 2].map((seed) => checksum(split(data, { seed }).test));
  assertEquals(sums[0], sums[1]);
  assert(sums[0] !== sums[2]);
});

Deno.test("split() refuses a part without samples", () => {
  const data = numbered([0, 1, 2]);
  const error = assertThrows(() => split(data, { test: 3 }), ShapeError);
  assertEquals(
    error.message,
    "Cannot split the data: expected a test set of at least 1 and fewer than 3 samples, received 3",
  );
  assertThrows(() => split(data, { test: 0.01 }), ShapeError, "received 0");
  assertThrows(() => split(data, { test: 1.5 }), OptionsError);
});

Deno.test("batches() visits each sample once an epoch", () => {
  fc.assert(
    fc.property(labels, fc.integer({ min: 1, max: 20 }), (y, size) => {
      const epoch = batches(numbered(y), { size });
      assertEquals(
        epoch.flatMap((b) => [...b]).sort((a, b) => a - b),
        y.map((_, i) => i),
      );
      assert(epoch.slice(0, -1).every((batch) => batch.length === size));
    }),
  );
});

Deno.test("batches() orders by seed and epoch, whatever the size", () => {
  const data = numbered(new Array(40).fill(0));
  const order = (options: Parameters<typeof batches>[1]) =>
    batches(data, options).flatMap((batch) => [...batch]);
  assertEquals(
    order({ seed: 3, epoch: 2 }),
    order({ seed: 3, epoch: 2, size: 7 }),
  );
  assert(
    order({ seed: 3, epoch: 2 }).join() !== order({ seed: 3, epoch: 3 }).join(),
  );
  assert(order({ seed: 3 }).join() !== order({ seed: 4 }).join());
});

Deno.test("batches() keeps the order of the data without shuffling", () => {
  const [first, last] = batches(numbered([0, 0, 0]), {
    size: 2,
    shuffle: false,
  });
  assertEquals([...first!, ...last!], [0, 1, 2]);
});

Deno.test("batches() leaves out a smaller last batch on request", () => {
  const sizes = batches(numbered([0, 0, 0, 0, 0]), { size: 2, dropLast: true });
  assertEquals(sizes.map((batch) => batch.length), [2, 2]);
});

Deno.test("gaussianClasses() without noise puts each class on its mean", () => {
  const data = gaussianClasses({
    classes: 3,
    samplesPerClass: 4,
    dimension: 6,
    separation: 2.5,
    noise: 0,
  });
  for (let i = 0; i < 12; i++) {
    const row = data.inputs.subarray(6 * i, 6 * i + 6);
    assertEquals(row, data.inputs.subarray(6 * (i % 3), 6 * (i % 3) + 6));
    // float32 storage: 2⁻²⁴ relative an entry.
    assert(Math.abs(Math.hypot(...row) - 2.5) < 1e-6);
  }
});

Deno.test("gaussianClasses() has the noise it was asked for", () => {
  const { inputs } = gaussianClasses({
    classes: 1,
    samplesPerClass: 5000,
    dimension: 4,
    separation: 0,
    noise: 3,
  });
  const variance = inputs.reduce((sum, x) => sum + x * x, 0) / inputs.length;
  // 20,000 draws: five standard errors, 5 · 9 · √(2/20000).
  assert(Math.abs(variance - 9) < 0.45, `${variance}`);
});

Deno.test("gaussianClasses() draws a class apart from the number of classes", () => {
  const two = gaussianClasses({ classes: 2, samplesPerClass: 3, dimension: 2 });
  const five = gaussianClasses({
    classes: 5,
    samplesPerClass: 3,
    dimension: 2,
  });
  assertEquals(five.inputs.slice(0, 4), two.inputs.slice(0, 4));
});
