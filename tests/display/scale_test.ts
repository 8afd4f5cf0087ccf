import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Scale } from "../../lib/display/_svg/scale.ts";

function linear(low: number, high: number, pixels = 400): Scale {
  return new Scale({ type: "linear", range: [low, high] }, 0, pixels);
}

function labels(scale: Scale, spacing = 80): string[] {
  return scale.ticks(spacing).map((tick) => tick.label);
}

Deno.test("Scale.pixel() is linear on a linear axis and logarithmic on a log axis", () => {
  assertAlmostEquals(linear(0, 10).pixel(2.5), 100);
  const log = new Scale({ type: "log", range: [0, 4] }, 0, 400);
  assertAlmostEquals(log.pixel(100), 200);
  assert(Number.isNaN(log.pixel(0)) && Number.isNaN(log.pixel(-1)));
});

Deno.test("Scale.pixel() runs backwards on a reversed range", () => {
  assertAlmostEquals(linear(10, 0).pixel(10), 0);
});

Deno.test("Scale.ticks() are round numbers with one number of decimals", () => {
  assertEquals(labels(linear(0, 1)), [
    "0.0",
    "0.2",
    "0.4",
    "0.6",
    "0.8",
    "1.0",
  ]);
  assertEquals(labels(linear(0, 50)), ["0", "10", "20", "30", "40", "50"]);
  assertEquals(labels(linear(-1, 1), 200), ["−1", "0", "1"]);
});

Deno.test("Scale.ticks() writes large numbers as powers", () => {
  assertEquals(labels(linear(0, 4e6), 100), [
    "0",
    "10⁶",
    "2·10⁶",
    "3·10⁶",
    "4·10⁶",
  ]);
});

Deno.test("Scale.ticks() of a log axis are decades, near one in full and far from it as powers", () => {
  const near = new Scale({ type: "log", range: [-2, 1] }, 0, 400);
  assertEquals(labels(near), ["0.01", "0.1", "1", "10"]);
  const far = new Scale({ type: "log", range: [-6, 0] }, 0, 300);
  assertEquals(labels(far, 100), ["10⁻⁶", "10⁻³", "1"]);
});

Deno.test("Scale.ticks() of a short log axis are 1, 2 and 5, or linear", () => {
  assertEquals(labels(new Scale({ type: "log", range: [-1, 0] }, 0, 400)), [
    "0.1",
    "0.2",
    "0.5",
    "1",
  ]);
  const short = new Scale(
    { type: "log", range: [Math.log10(2.1), Math.log10(2.4)] },
    0,
    400,
  );
  assert(short.ticks(80).length >= 2);
});

Deno.test("Scale.ticks() takes the ticks it is given", () => {
  const named = new Scale(
    {
      type: "linear",
      range: [0, 2],
      tickvals: [0, 1],
      ticktext: ["cat", "dog"],
    },
    0,
    9,
  );
  assertEquals(named.ticks(80), [{ value: 0, label: "cat" }, {
    value: 1,
    label: "dog",
  }]);
});

Deno.test("Scale.ticks() lie within any range, are few and evenly spaced", () => {
  const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      number,
      fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      (low, span) => {
        fc.pre(low + span - low > span / 2);
        const ticks = linear(low, low + span).ticks(50);
        assert(ticks.length <= 12);
        for (const { value } of ticks) {
          assert(
            value >= low - 1e-6 * span && value <= low + 1.000001 * span,
          );
        }
      },
    ),
  );
});

Deno.test("Scale.ticks() of whole numbers have no half between them", () => {
  const epochs = new Scale(
    { type: "linear", range: [0.9, 3.1], dtick: 1 },
    0,
    900,
  );
  assertEquals(labels(epochs, 50), ["1", "2", "3"]);
});
