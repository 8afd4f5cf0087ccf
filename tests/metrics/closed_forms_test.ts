/** Closed forms, to 1e-12. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Random } from "interplay";
import * as metrics from "interplay/metrics";

const TOLERANCE = 1e-12;
const { log } = Math;

/** `C` unit vectors with common cosine `rho`, `[C, C]`. */
function frame(classes: number, rho: number): number[][] {
  const a = Math.sqrt(1 - rho);
  const b = (Math.sqrt(Math.max(0, 1 + (classes - 1) * rho)) - a) / classes;
  return Array.from(
    { length: classes },
    (_, i) => Array.from({ length: classes }, (_, j) => (i === j ? a : 0) + b),
  );
}

function equicorrelation(classes: number, rho: number): number[][] {
  return Array.from(
    { length: classes },
    (_, i) => Array.from({ length: classes }, (_, j) => i === j ? 1 : rho),
  );
}

/** Published to six digits: C, H, H of the joint, MI, MIR. */
const TABLE = [
  [3, 0.693147, 1.039721, 0.346574, 0.5],
  [5, 1.386294, 1.602056, 1.170533, 0.844361],
  [10, 2.197225, 2.301921, 2.092529, 0.952351],
  [50, 3.89182, 3.912019, 3.871622, 0.99481],
  [100, 4.59512, 4.60517, 4.58507, 0.997813],
  [113, 4.718499, 4.727387, 4.70961, 0.998116],
  [1000, 6.906755, 6.907755, 6.905754, 0.999855],
] as const;

for (const [classes, entropy, joint, information, ratio] of TABLE) {
  Deno.test(`collapseMir() and its parts are the published values for ${classes} classes`, () => {
    const rho = -1 / (classes - 1);
    assertAlmostEquals(metrics.collapseEntropy(classes), entropy, 6e-7);
    assertAlmostEquals(
      metrics.equiangularEntropy(classes, rho * rho),
      joint,
      6e-7,
    );
    assertAlmostEquals(
      metrics.collapseMir(classes) * metrics.collapseEntropy(classes),
      information,
      6e-7,
    );
    assertAlmostEquals(metrics.collapseMir(classes), ratio, 6e-7);
  });
}

for (const classes of [3, 4, 5, 10, 50, 100]) {
  Deno.test(`mir() of a simplex frame of ${classes} is the theorem, from rows and from Grams`, () => {
    const rho = -1 / (classes - 1);
    const rows = frame(classes, rho);
    const gram = equicorrelation(classes, rho);
    assertAlmostEquals(
      metrics.matrixEntropy(rows),
      log(classes - 1),
      TOLERANCE,
    );
    assertAlmostEquals(
      metrics.matrixEntropy(rows, { alpha: 2 }),
      log(classes - 1),
      TOLERANCE,
    );
    assertAlmostEquals(metrics.gramEntropy(gram), log(classes - 1), TOLERANCE);
    assertAlmostEquals(
      metrics.mir(rows, rows),
      metrics.collapseMir(classes),
      TOLERANCE,
    );
    assertAlmostEquals(
      metrics.gramMir(gram, gram),
      metrics.collapseMir(classes),
      TOLERANCE,
    );
    assertAlmostEquals(metrics.hdr(rows, rows), 0, TOLERANCE);
  });

  Deno.test(`mir() of equiangular vectors of unequal cosines is the closed form for ${classes}`, () => {
    for (
      const [first, second] of [[0.3, 0.6], [-0.5 / (classes - 1), 0.9], [
        0,
        0.25,
      ]] as const
    ) {
      const h1 = metrics.equiangularEntropy(classes, first);
      const h2 = metrics.equiangularEntropy(classes, second);
      const h12 = metrics.equiangularEntropy(classes, first * second);
      const expected = (h1 + h2 - h12) / Math.min(h1, h2);
      assertAlmostEquals(
        metrics.mir(frame(classes, first), frame(classes, second)),
        expected,
        TOLERANCE,
      );
      const difference = Math.abs(h1 - h2) / Math.max(h1, h2);
      assertAlmostEquals(
        metrics.hdr(frame(classes, first), frame(classes, second)),
        difference,
        TOLERANCE,
      );
    }
  });

  Deno.test(`interplay() at balanced collapse of ${classes} classes is the corollary`, () => {
    const rows = frame(classes, -1 / (classes - 1));
    const labels = Array.from({ length: 3 * classes }, (_, i) => i % classes);
    const record = metrics.interplay(
      labels.map((c) => rows[c]!.map((x) => (c + 1) * x)),
      labels,
      { weights: rows },
      { reference: { permutations: 1 } },
    );
    assertAlmostEquals(record.mir, metrics.collapseMir(classes), TOLERANCE);
    assertAlmostEquals(
      record.entropy.joint,
      record.reference!.collapse.entropy.joint,
      TOLERANCE,
    );
    assertAlmostEquals(record.hdr, 0, TOLERANCE);
  });
}

Deno.test("gramMir() of a simplex frame of 1000 is the theorem", () => {
  const gram = equicorrelation(1000, -1 / 999);
  assertAlmostEquals(metrics.gramEntropy(gram), log(999), TOLERANCE);
  assertAlmostEquals(
    metrics.gramMir(gram, gram),
    metrics.collapseMir(1000),
    TOLERANCE,
  );
});

Deno.test("matrixEntropy() of two vectors with cosine s is the binary entropy of (1 + s)/2", () => {
  for (const s of [-0.999, -0.5, 0, 0.3, 0.999999]) {
    const p = (1 + s) / 2;
    const expected = -p * log(p) - (1 - p) * log(1 - p);
    assertAlmostEquals(
      metrics.matrixEntropy([[1, 0], [s, Math.sqrt(1 - s * s)]]),
      expected,
      TOLERANCE,
    );
  }
});

Deno.test("matrixEntropy() of one-hot labels is the entropy of their frequencies", () => {
  const counts = [1, 2, 3, 10];
  const rows = counts.flatMap((count, c) =>
    Array.from({ length: count }, () => counts.map((_, j) => j === c ? 1 : 0))
  );
  const expected = -counts.reduce((sum, n) => sum + n / 16 * log(n / 16), 0);
  assertAlmostEquals(metrics.matrixEntropy(rows), expected, TOLERANCE);
});

Deno.test("matrixEntropy() is exactly 0 for parallel and antiparallel rows", () => {
  const direction = [0.1, 0.2, 0.3, -0.7];
  for (const alpha of [0.5, 1, 2, Infinity]) {
    const rows = [1, -2, 1e-200, 1e200, 3.3].map((f) =>
      direction.map((x) => f * x)
    );
    assertEquals(metrics.matrixEntropy(rows, { alpha }), 0);
  }
  assertEquals(metrics.matrixEntropy([[3]]), 0);
  assertEquals(metrics.matrixEntropy([[3]], { normalize: "logN" }), NaN);
});

Deno.test("mir() against the identity is 1 whatever the other side is", () => {
  const identity = frame(6, 0);
  for (const rho of [-0.2, 0.1, 0.99]) {
    assertAlmostEquals(metrics.mir(identity, frame(6, rho)), 1, TOLERANCE);
  }
});

Deno.test("matrixMutualInformation() of a matrix with itself is not its entropy", () => {
  const rows = frame(4, 0.5);
  const information = metrics.matrixMutualInformation(rows, rows);
  assert(information < metrics.matrixEntropy(rows) - 0.01);
});

Deno.test("gramMutualInformation() is NaN for Grams without a common support", () => {
  assertEquals(
    metrics.gramMutualInformation([[1, 0], [0, 0]], [[0, 0], [0, 1]]),
    NaN,
  );
});

Deno.test("reference() at collapse follows unbalanced labels, as published for random batches", () => {
  // C = 2 + 1 samples: E(−1/2) of three classes with counts 2, 1, 1, by hand from its 3 × 3 form.
  const { collapse } = metrics.reference([0, 0, 1, 2], { permutations: 1 });
  const rows = frame(3, -0.5);
  const expanded = [rows[0]!, rows[0]!, rows[1]!, rows[2]!];
  assertAlmostEquals(collapse.mir, metrics.mir(expanded, expanded), TOLERANCE);
  assertAlmostEquals(
    collapse.entropy.head,
    metrics.matrixEntropy(expanded),
    TOLERANCE,
  );
});

Deno.test("reference() puts unrelated features where the paper's readers found them", () => {
  // iid Gaussian features, d = 128, C = 10: MIR 0.90 at 64 samples and 0.63 at 256.
  for (const [samples, mir] of [[64, 0.9], [256, 0.63]] as const) {
    const labels = Array.from({ length: samples }, (_, i) => i % 10);
    const { random } = metrics.reference(labels, {
      dimension: 128,
      permutations: 2,
    });
    assertAlmostEquals(random.mir.mean, mir, 0.015);
  }
});

Deno.test("interplay() calibrates MIR to 0 for shuffled labels and 1 at collapse", () => {
  const rows = frame(5, -0.25);
  const labels = Array.from({ length: 200 }, (_, i) => i % 5);
  const features = labels.map((c) => rows[c]!);
  const head = { weights: rows };
  const options = { reference: { permutations: 8, seed: 3 } };
  assertAlmostEquals(
    metrics.interplay(features, labels, head, options).mirCalibrated!,
    1,
    1e-9,
  );
  const shuffled = new Random(9).shuffle([...labels]);
  const unrelated = metrics.interplay(features, shuffled, head, options)
    .mirCalibrated!;
  assert(Math.abs(unrelated) < 0.2, `received ${unrelated}`);
});

Deno.test("reference() is fixed by its seed and changes with it", () => {
  const labels = Array.from({ length: 40 }, (_, i) => i % 4);
  const of = (seed: number) =>
    metrics.reference(labels, { dimension: 6, permutations: 3, seed });
  assertEquals(of(1), of(1));
  assert(of(1).random.mir.mean !== of(2).random.mir.mean);
  assert(of(1).shuffled.mir.sd > 0);
});
