/** Estimates at the level of metrics: what they say about the exact value, and about their own error. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { DenseMatrix, jupyterDisplay, OptionsError, Random } from "interplay";
import {
  type Estimate,
  hdr,
  interplay,
  matrixEntropy,
  matrixMutualInformation,
  mir,
} from "interplay/metrics";

const random = new Random(77);
const normal = (rows: number, columns: number) =>
  new DenseMatrix(random.normals(rows * columns), rows, columns);

/** Features of `classes` classes, in turn, with a spread of their own. */
function features(rows: number, columns: number, classes: number): DenseMatrix {
  const centres = normal(classes, columns);
  const data = random.normals(rows * columns).map((x, i) =>
    centres.row(Math.floor(i / columns) % classes)[i % columns]! + 0.7 * x
  );
  return new DenseMatrix(data, rows, columns);
}

const Z = features(150, 24, 6);
const labels = Array.from({ length: 150 }, (_, i) => i % 6);
const head = { weights: normal(6, 24) };
const slq = { estimate: "slq", standardError: 0.02, maxProbes: 32 } as const;

/** Most of the estimates lie within two of their own standard errors of the exact value. */
function assertCovered(exact: number, draw: (seed: number) => Estimate): void {
  const scores = Array.from({ length: 60 }, (_, seed) => {
    const { value, standardError } = draw(seed);
    return (value - exact) / standardError;
  });
  const within = scores.filter((z) => Math.abs(z) <= 2).length / scores.length;
  assert(within >= 0.85, `${within} of ${scores}`);
}

Deno.test("matrixEntropy() estimated covers the exact entropy, at every order and normalisation", () => {
  for (const alpha of [0.5, 1, 3]) {
    for (const normalize of ["none", "logN"] as const) {
      const order = { alpha, normalize };
      assertCovered(
        matrixEntropy(Z, order),
        (seed) => matrixEntropy(Z, { ...order, ...slq, seed }),
      );
    }
  }
});

Deno.test("matrixEntropy() of order 2 is exact when an estimate is asked for", () => {
  const { value, ...rest } = matrixEntropy(Z, { alpha: 2, estimate: "slq" });
  assertAlmostEquals(value, matrixEntropy(Z, { alpha: 2 }), 1e-12);
  assertEquals(rest, { standardError: 0, probes: 0, steps: 0 });
});

Deno.test("matrixMutualInformation() and mir() estimated cover the exact values", () => {
  const Y = features(150, 20, 6);
  for (const alpha of [1, 3]) {
    assertCovered(
      matrixMutualInformation(Z, Y, { alpha }),
      (seed) => matrixMutualInformation(Z, Y, { alpha, ...slq, seed }),
    );
    assertCovered(
      mir(Z, Y, { alpha }),
      (seed) => mir(Z, Y, { alpha, ...slq, seed }),
    );
  }
});

Deno.test("mir() estimated carries the error of the joint entropy over by the smaller entropy", () => {
  const Y = features(150, 20, 6);
  const information = matrixMutualInformation(Z, Y, slq);
  const ratio = mir(Z, Y, slq);
  const smaller = Math.min(matrixEntropy(Z), matrixEntropy(Y));
  assertAlmostEquals(ratio.value, information.value / smaller, 1e-14);
  assertAlmostEquals(
    ratio.standardError,
    information.standardError / smaller,
    1e-14,
  );
  assertEquals(ratio.probes, information.probes);
});

Deno.test("hdr() estimated is exact while both sides are small", () => {
  const Y = features(150, 20, 6);
  assertEquals(hdr(Z, Y, slq), {
    value: hdr(Z, Y),
    standardError: 0,
    probes: 0,
    steps: 0,
  });
});

Deno.test("mutual information and ratios estimate a side beyond 1024 dimensions, with its error", () => {
  const wide = normal(1100, 1060);
  const narrow = normal(1100, 3);
  const options = { estimate: "slq", standardError: 0.05 } as const;
  const difference = hdr(wide, narrow, options);
  const exact = hdr(wide, narrow);
  assert(difference.probes > 0 && difference.standardError > 0);
  assertAlmostEquals(difference.value, exact, 4 * difference.standardError);
});

Deno.test("mir() and hdr() estimated are NaN, error included, where they are 0/0", () => {
  const parallel = [[1, 2], [2, 4], [3, 6]];
  const ratio = mir([[1, 0], [0, 1], [1, 1]], parallel, slq);
  assertEquals([ratio.value, ratio.standardError], [NaN, NaN]);
  const difference = hdr(parallel, parallel, slq);
  assertEquals([difference.value, difference.standardError], [NaN, NaN]);
});

Deno.test("interplay() estimated covers the exact record and names the error of each number", () => {
  const exact = interplay(Z, labels, head, { reference: false });
  const draw = (seed: number) =>
    interplay(Z, labels, head, { ...slq, seed, reference: false });
  assertCovered(exact.entropy.joint, (seed) => draw(seed).estimate.joint);
  assertCovered(exact.mir, (seed) => draw(seed).estimate.mir);
  const record = draw(0);
  const { estimate } = record;
  assertEquals(record.entropy.representations, exact.entropy.representations);
  assertEquals(record.entropy.head, exact.entropy.head);
  assertEquals(record.entropy.joint, estimate.joint.value);
  assertEquals(record.mutualInformation, estimate.mutualInformation.value);
  assertEquals(record.mir, estimate.mir.value);
  assertEquals(estimate.hdr, {
    value: exact.hdr,
    standardError: 0,
    probes: 0,
    steps: 0,
  });
  assertEquals("representations" in estimate, false);
});

Deno.test("interplay() estimated has a reference near the exact one, and shows its errors", async () => {
  const options = { ...slq, standardError: 0.01 };
  const record = interplay(Z, labels, head, options);
  const exact = interplay(Z, labels, head).reference!;
  const found = record.reference!;
  assertEquals(found.collapse, exact.collapse);
  assertAlmostEquals(found.shuffled.mir.mean, exact.shuffled.mir.mean, 0.03);
  assertAlmostEquals(found.random.mir.mean, exact.random.mir.mean, 0.03);
  const bundle = await record[jupyterDisplay]();
  assertStringIncludes(
    String(bundle["text/plain"]),
    "standard error of joint",
  );
});

Deno.test("estimates repeat bit for bit with their seed, and differ with another", () => {
  const Y = features(150, 20, 6);
  const seeded = (seed: number) => mir(Z, Y, { ...slq, seed });
  assertEquals(seeded(5), seeded(5));
  assert(seeded(5).value !== seeded(6).value);
  const records = [1, 1].map((seed) =>
    interplay(Z, labels, head, { ...slq, seed })
  );
  assertEquals(records[0]!.reference, records[1]!.reference);
});

const wrong = (value: unknown) => value as never;

for (
  const [what, options, message] of [
    [
      "another method",
      { estimate: "exact" },
      'Cannot compute the matrix entropy: ✖ Invalid input: expected "slq"\n  → at estimate',
    ],
    [
      "an error of zero",
      { estimate: "slq", standardError: 0 },
      "Cannot compute the matrix entropy: ✖ Too small: expected number to be >0\n  → at standardError",
    ],
    [
      "three probes",
      { estimate: "slq", maxProbes: 3 },
      "Cannot compute the matrix entropy: ✖ Too small: expected number to be >=4\n  → at maxProbes",
    ],
    [
      "a fractional seed",
      { estimate: "slq", seed: 0.5 },
      "Cannot compute the matrix entropy: ✖ Invalid input: expected int, received number\n  → at seed",
    ],
    [
      "an effort without an estimate",
      { maxProbes: 10 },
      'Cannot compute the matrix entropy: expected `estimate: "slq"` beside `maxProbes`, received none',
    ],
  ] as const
) {
  Deno.test(`estimate refuses ${what}`, () => {
    const thrown = assertThrows(
      () => matrixEntropy(Z, wrong(options)),
      OptionsError,
    );
    assertEquals((thrown as Error).message, message);
  });
}
