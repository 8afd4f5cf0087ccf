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
