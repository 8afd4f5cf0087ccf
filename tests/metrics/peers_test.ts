/** Defects found in other libraries; none of them here. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  gramEntropy,
  interplay,
  mir,
  neuralCollapse,
  vendiScore,
} from "interplay/metrics";

const triangle = [[1, 0], [-0.5, Math.sqrt(0.75)], [-0.5, -Math.sqrt(0.75)]];

Deno.test("vendiScore() heeds its order q", () => {
  const Z = [[1, 0], [1, 0], [0, 1]];
  assertAlmostEquals(vendiScore(Z, { q: 2 }), 1 / (4 / 9 + 1 / 9), 1e-14);
  assert(vendiScore(Z, { q: 2 }) < vendiScore(Z));
});

Deno.test("gramEntropy() of order 2 does not assume a unit diagonal", () => {
  assertAlmostEquals(
    gramEntropy([[3, 0], [0, 1]], { alpha: 2 }),
    -Math.log(10 / 16),
    1e-14,
  );
});

Deno.test("neuralCollapse() takes the bias into its decision", () => {
  const labels = [0, 1, 2];
  const biased = neuralCollapse(triangle, labels, {
    weights: triangle,
    bias: [0, 100, 0],
  });
  assertEquals(
    neuralCollapse(triangle, labels, { weights: triangle }).nc4.agreement,
    1,
  );
  assertAlmostEquals(biased.nc4.agreement, 1 / 3, 1e-15);
});

Deno.test("mir() multiplies Grams, not features: at collapse of ten classes it is below 1", () => {
  const Z = Array.from(
    { length: 10 },
    (_, i) => Array.from({ length: 10 }, (_, j) => (i === j ? 1 : 0) - 0.1),
  );
  assertAlmostEquals(mir(Z, Z), 0.952351, 1e-6);
});

Deno.test("interplay() edits none of its inputs, frozen ones included", () => {
  const Z = Object.freeze(triangle.map((row) => Object.freeze([...row])));
  const weights = Float32Array.from(triangle.flat());
  const before = [...weights];
  interplay(Z, Object.freeze([0, 1, 2]), {
    weights: { data: weights, shape: [3, 2] },
  });
  assertEquals([...weights], before);
});
