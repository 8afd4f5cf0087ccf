/** What must hold for every input. */

import { assert, assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import * as metrics from "interplay/metrics";

const entry = fc.integer({ min: -8, max: 8 }).map((x) => x / 4);
const rows = (samples: number, dimension: number) =>
  fc.array(
    fc.array(entry, { minLength: dimension, maxLength: dimension })
      .filter((row) => row.some((x) => x !== 0)),
    { minLength: samples, maxLength: samples },
  );

/** Two views of 2 to 9 samples, of 1 to 4 dimensions each: ties, duplicates and rank defects included. */
const views = fc.tuple(
  fc.integer({ min: 2, max: 9 }),
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 4 }),
).chain(([n, d1, d2]) => fc.tuple(rows(n, d1), rows(n, d2)));

const SLACK = 1e-12;

Deno.test("matrixMutualInformation() obeys max(H₁, H₂) ≤ H₁₂ ≤ H₁ + H₂", () => {
  fc.assert(
    fc.property(views, ([Z1, Z2]) => {
      const h1 = metrics.matrixEntropy(Z1);
      const h2 = metrics.matrixEntropy(Z2);
      const information = metrics.matrixMutualInformation(Z1, Z2);
      const joint = h1 + h2 - information;
      assert(
        joint >= Math.max(h1, h2) - SLACK,
        `joint ${joint} below ${h1}, ${h2}`,
      );
      assert(information >= 0);
    }),
    { numRuns: 300 },
  );
});

Deno.test("mir() and hdr() lie in [0, 1] or are NaN exactly where they are 0/0", () => {
  fc.assert(
    fc.property(views, ([Z1, Z2]) => {
      const h1 = metrics.matrixEntropy(Z1);
      const h2 = metrics.matrixEntropy(Z2);
      const mir = metrics.mir(Z1, Z2);
      const hdr = metrics.hdr(Z1, Z2);
      if (Math.min(h1, h2) === 0) assert(Number.isNaN(mir));
      else assert(mir >= 0 && mir <= 1 + SLACK, `MIR ${mir}`);
      if (Math.max(h1, h2) === 0) assert(Number.isNaN(hdr));
      else assert(hdr >= 0 && hdr <= 1, `HDR ${hdr}`);
    }),
    { numRuns: 300 },
  );
});

Deno.test("rows and their Gram give the same entropies, MI, MIR and HDR", () => {
  fc.assert(
    fc.property(views, ([Z1, Z2]) => {
      const K1 = metrics.gram(Z1);
      const K2 = metrics.gram(Z2);
      assertAlmostEquals(
        metrics.gramEntropy(K1),
        metrics.matrixEntropy(Z1),
        SLACK,
      );
      assertAlmostEquals(
        metrics.gramMutualInformation(K1, K2),
        metrics.matrixMutualInformation(Z1, Z2),
        SLACK,
      );
    }),
    { numRuns: 300 },
  );
});

Deno.test("matrixEntropy() falls with its order and stays below log of the rank", () => {
  fc.assert(fc.property(views, ([Z]) => {
    const entropies = [0.3, 0.7, 1, 1.5, 2, 5, Infinity].map((alpha) =>
      metrics.matrixEntropy(Z, { alpha })
    );
    entropies.slice(1).forEach((h, i) => assert(h <= entropies[i]! + SLACK));
    assert(entropies[0]! <= Math.log(Math.min(Z.length, Z[0]!.length)) + SLACK);
  }));
});

Deno.test("matrixEntropy() is continuous in its order at 1", () => {
  fc.assert(fc.property(views, ([Z]) => {
    const at = metrics.matrixEntropy(Z);
    assertAlmostEquals(metrics.matrixEntropy(Z, { alpha: 1 + 1e-7 }), at, 1e-5);
    assertAlmostEquals(metrics.matrixEntropy(Z, { alpha: 1 - 1e-7 }), at, 1e-5);
  }));
});

Deno.test("spectrum() has sum 1 and descends", () => {
  fc.assert(fc.property(views, ([Z]) => {
    const values = metrics.spectrum(Z);
    assertAlmostEquals(values.reduce((a, b) => a + b, 0), 1, SLACK);
    values.slice(1).forEach((x, i) => assert(x >= 0 && x <= values[i]!));
  }));
});

Deno.test("interplay() is mir() against the head row of each label", () => {
  const cases = fc.tuple(
    fc.integer({ min: 3, max: 40 }),
    fc.integer({ min: 1, max: 3 }),
  )
    .chain(([n, d]) =>
      fc.tuple(
        rows(n, d),
        rows(3, d),
        fc.array(fc.nat(2), { minLength: n, maxLength: n }),
      )
    );
  fc.assert(
    fc.property(cases, ([Z, weights, labels]) => {
      const record = metrics.interplay(Z, labels, { weights }, {
        reference: false,
      });
      const expanded = labels.map((c) => weights[c]!);
      const information = metrics.matrixMutualInformation(Z, expanded);
      assertAlmostEquals(record.mutualInformation, information, SLACK);
      assertAlmostEquals(
        record.entropy.head,
        metrics.matrixEntropy(expanded),
        SLACK,
      );
    }),
    { numRuns: 200 },
  );
});
