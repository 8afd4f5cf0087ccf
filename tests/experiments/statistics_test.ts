import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  correlation,
  rankCorrelation,
} from "../../lib/experiments/_correlation.ts";
import { interval } from "../../lib/experiments/_interval.ts";
import { studentQuantile } from "../../lib/experiments/_student.ts";

// R: qt((1 + level)/2, df), as in the tables of every textbook, to the digits R prints with digits = 13.
const quantiles: [level: number, df: number, t: number][] = [
  [0.95, 1, 12.70620473617],
  [0.95, 2, 4.302652729696],
  [0.95, 4, 2.776445105198],
  [0.95, 9, 2.262157162798],
  [0.95, 30, 2.042272456301],
  [0.99, 1, 63.65674116288],
  [0.99, 4, 4.604094871350],
  [0.5, 2, 0.8164965809277], // √(2/3)
];

Deno.test("studentQuantile() is that of the tables", () => {
  for (const [level, df, t] of quantiles) {
    assertAlmostEquals(studentQuantile(level, df), t, 1e-10 * t);
  }
});

Deno.test("studentQuantile() has a closed form for one degree of freedom, and nears the normal for many", () => {
  for (const level of [0.1, 0.5, 0.9, 0.999]) {
    assertAlmostEquals(
      studentQuantile(level, 1),
      Math.tan(Math.PI * level / 2),
      1e-9 * Math.tan(Math.PI * level / 2),
    );
  }
  assertAlmostEquals(studentQuantile(0.95, 1e6), 1.959966, 1e-5);
});

Deno.test("interval() is that of a worked example", () => {
  // 4, 5, 6: mean 5, sd 1, t(0.95, 2) = 4.302653, half 2.484138.
  const { mean, sd, low, high, n } = interval([4, 5, 6], 0.95);
  assertEquals([mean, sd, n], [5, 1, 3]);
  assertAlmostEquals(low, 5 - 2.484138, 1e-6);
  assertAlmostEquals(high, 5 + 2.484138, 1e-6);
});

Deno.test("interval() passes over what is not there, and has no width for one number", () => {
  assertEquals(interval([NaN, 2, NaN], 0.95), {
    mean: 2,
    sd: NaN,
    low: NaN,
    high: NaN,
    n: 1,
  });
  assertEquals(interval([NaN], 0.95).n, 0);
  assert(Number.isNaN(interval([], 0.95).mean));
  assertEquals(interval([3, 3, 3], 0.95).low, 3);
});

Deno.test("correlation() is 1 for lines that rise, −1 for lines that fall, 0 for what has no direction", () => {
  assertAlmostEquals(correlation([1, 2, 3], [5, 7, 9]), 1, 1e-15);
  assertAlmostEquals(correlation([1, 2, 3], [9, 7, 5]), -1, 1e-15);
  assertEquals(correlation([-1, 0, 1], [1, 0, 1]), 0);
  assert(Number.isNaN(correlation([1, 2, 3], [4, 4, 4])));
  assert(Number.isNaN(correlation([1, 2], [3, 4])));
});

Deno.test("rankCorrelation() sees order alone, ties as their mean", () => {
  assertAlmostEquals(rankCorrelation([1, 2, 3, 4], [1, 10, 11, 1e9]), 1, 1e-15);
  // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5/√(4.5 · 5).
  assertAlmostEquals(
    rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4]),
    4.5 / Math.sqrt(4.5 * 5),
    1e-15,
  );
});
