import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Check } from "../../lib/core/check.ts";
import { ShapeError } from "../../lib/core/mod.ts";
import {
  decimate,
  extent,
  quantized,
  readSeries,
  rounded,
} from "../../lib/display/_series.ts";

const check = new Check("draw curves");

Deno.test("readSeries() turns NaN, infinities, null and undefined into gaps", () => {
  const values = [1, NaN, Infinity, -Infinity, null, undefined, 2];
  assertEquals([...readSeries(check, values as number[], "y")], [
    1,
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
    2,
  ]);
});

Deno.test("readSeries() takes typed arrays, tensors and flat data with a shape", () => {
  const tensor = { shape: [2], dataSync: () => Float32Array.of(1, 2) };
  assertEquals([...readSeries(check, tensor, "y")], [1, 2]);
  assertEquals([...readSeries(check, Int32Array.of(1, 2), "y")], [1, 2]);
  assertEquals([...readSeries(check, { shape: [2], data: [1, 2] }, "y")], [
    1,
    2,
  ]);
});

Deno.test("readSeries() names the argument and the place of what is no number", () => {
  assertThrows(
    () => readSeries(check, [1, "2"] as unknown as number[], "loss"),
    ShapeError,
    "Cannot draw curves: expected numbers in `loss`, received string at 1",
  );
  assertThrows(
    () => readSeries(check, [], "loss"),
    ShapeError,
    "at least 1 value in `loss`, received 0",
  );
  assertThrows(
    () => readSeries(check, 3 as unknown as number[], "loss"),
    ShapeError,
    "received number",
  );
});

Deno.test("extent() skips what is not finite and is undefined without any", () => {
  assertEquals(extent([NaN, 3, -1, Infinity]), [-1, 3]);
  assertEquals(extent([NaN]), undefined);
});

Deno.test("rounded() keeps five digits, integers, and makes gaps null", () => {
  assertEquals(rounded([1 / 3, 1234567, NaN]), [0.33333, 1234567, null]);
});

Deno.test("rounded() keeps as many digits as a narrow spread needs", () => {
  assertEquals(rounded([1000.00123, 1000.00234]), [1000.00123, 1000.00234]);
});

Deno.test("quantized() is within half a unit of the fifth digit of the spread", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 2 }),
    (list) => {
      const values = Float64Array.from(list);
      const [low = 0, high = 0] = extent(values) ?? [];
      const step = Math.max(
        (high - low || Math.abs(low) || 1) * 5.001e-5,
        1e-100,
      );
      quantized(values).forEach((x, i) => {
        assert(Math.abs(x - (values[i] ?? 0)) <= step);
      });
    },
  ));
});

Deno.test("decimate() keeps a series that fits whole", () => {
  assertEquals(decimate(Float64Array.of(3, 1, 2), 3), [0, 1, 2]);
});

Deno.test("decimate() keeps a spike of one point in a hundred thousand", () => {
  const y = new Float64Array(100_000);
  y[54_321] = 7;
  y[54_322] = -7;
  const kept = decimate(y, 100);
  assert(kept.includes(54_321) && kept.includes(54_322));
  assertEquals([kept[0], kept.at(-1)], [0, 99_999]);
});

Deno.test("decimate() keeps a gap that falls into a bucket", () => {
  const y = Float64Array.from({ length: 1000 }, (_, i) => i === 500 ? NaN : i);
  assert(decimate(y, 60).includes(500));
});

Deno.test("decimate() keeps extremes, order and limit for any series", () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(NaN, Infinity, -Infinity),
  );
  fc.assert(fc.property(
    fc.array(value, { minLength: 1, maxLength: 400 }),
    fc.integer({ min: 8, max: 60 }),
    (list, limit) => {
      const y = Float64Array.from(list);
      const kept = decimate(y, limit);
      assert(kept.length <= Math.max(limit, 8));
      assertEquals(kept, [...new Set(kept)].sort((a, b) => a - b));
      const of = (indices: Iterable<number>) =>
        extent(Array.from(indices, (i) => y[i] ?? NaN));
      assertEquals(of(kept), of(y.keys()));
    },
  ));
});
