import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { learningRateAt } from "interplay/training";

Deno.test("learningRateAt() is constant on request", () => {
  for (const step of [0, 5, 9]) {
    assertEquals(
      learningRateAt("constant", { base: 0.3, step, steps: 10 }),
      0.3,
    );
  }
});

Deno.test("learningRateAt() falls along half a cosine", () => {
  const rates = Array.from(
    { length: 101 },
    (_, step) => learningRateAt("cosine", { base: 2, step, steps: 100 }),
  );
  assertEquals(rates[0], 2);
  assertAlmostEquals(rates[100]!, 0, 1e-15);
  // cos(π/3) = 1/2 and cos(2π/3) = −1/2, to rounding.
  const third = learningRateAt("cosine", { base: 2, step: 1, steps: 3 });
  assertAlmostEquals(third, 1.5, 1e-15);
  assert(rates.every((rate, i) => i === 0 || rate < rates[i - 1]!));
});

Deno.test("learningRateAt() of FixMatch is cos(7πk/16K)", () => {
  const rate = (step: number) =>
    learningRateAt("fixMatch", { base: 0.03, step, steps: 2 ** 20 });
  assertEquals(rate(0), 0.03);
  const half = 2 ** 19;
  assertAlmostEquals(rate(half), 0.03 * Math.cos(7 * Math.PI / 32), 1e-15);
  // cos(7π/16) = 0.19509032: the rate ends at a fifth.
  assertAlmostEquals(rate(2 ** 20), 0.03 * 0.19509032201612825, 1e-15);
});

Deno.test("learningRateAt() warms up in even steps, and leaves the rest to the schedule", () => {
  const at = (step: number) =>
    learningRateAt("cosine", { base: 1, step, steps: 20, warmup: 10 });
  assertEquals([0, 4, 9].map(at), [0.1, 0.5, 1]);
  assertEquals(at(10), 1);
  assertAlmostEquals(at(15), 0.5, 1e-15);
  assertAlmostEquals(at(20), 0, 1e-15);
  const constant = { base: 2, step: 3, steps: 9, warmup: 2 };
  assertEquals(learningRateAt("constant", constant), 2);
});
