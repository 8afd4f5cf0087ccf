/**
 * Every metric against the golden values: a row names the value and says how the library computes it.
 * The library and the generator share no code and no algorithm.
 */

import { assert } from "@std/assert";
import {
  alignment,
  cka,
  classInterplay,
  codingRate,
  codingRateReduction,
  daviesBouldin,
  effectiveRank,
  gramEntropy,
  gramHdr,
  gramMir,
  gramMutualInformation,
  hdr,
  interClassEntropy,
  interplay,
  InterplayAccumulator,
  intraClassEntropy,
  matrixEntropy,
  matrixMutualInformation,
  mir,
  neuralCollapse,
  participationRatio,
  reference,
  silhouette,
  spectrum,
  stableRank,
  uniformity,
  vendiScore,
} from "interplay/metrics";
import {
  symmetricEigen,
  symmetricEigenvalues,
} from "../../lib/linalg/eigen.ts";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import {
  type GoldenCase,
  goldenCases,
  goldenEigen,
  type GoldenExpected,
  linearGram,
} from "./inputs.ts";

// 1e-10 is what is asked of a float64 metric; 1e-14 is the rounding of entropies of order one, which is
// all that is left of an HDR near collapse or of a value that is 0.
const relative = 1e-10;
const absolute = 1e-14;

/** Asserts that every number of `golden` stands in `actual` at the same place. */
function assertGolden(actual: unknown, golden: unknown, path: string): void {
  if (typeof golden === "number") {
    assert(typeof actual === "number", `${path} is ${actual}`);
    const gap = Math.abs(Number(actual) - golden);
    assert(
      gap <= relative * Math.abs(golden) + absolute,
      `${path} is ${actual}, golden ${golden}, apart by ${gap}`,
    );
    return;
  }
  for (const [key, item] of Object.entries(golden as object)) {
    assertGolden((actual as never)?.[key], item, `${path}.${key}`);
  }
}

type Values = { [name: string]: unknown };
type Compute = (golden: GoldenCase) => unknown;

/** `compute` at each key of `golden`, which are orders, widths or temperatures. */
function byKey(
  golden: Record<string, number>,
  compute: (key: number) => number,
): Values {
  return Object.fromEntries(
    Object.keys(golden).map((key) => [key, compute(Number(key))]),
  );
}

function informationOf({ representations: X, second: Y }: GoldenCase): Values {
  const orders = { "1": 1, "2": 2 };
  return {
    mutualInformation: byKey(
      orders,
      (alpha) => matrixMutualInformation(X, Y, { alpha }),
    ),
    mir: byKey(orders, (alpha) => mir(X, Y, { alpha })),
    hdr: byKey(orders, (alpha) => hdr(X, Y, { alpha })),
  };
}

function gramInformationOf(golden: GoldenCase): Values {
  const K = linearGram(golden.representations);
  const L = linearGram(golden.second);
  const orders = { "1": 1, "2": 2 };
  return {
    mutualInformation: byKey(
      orders,
      (alpha) => gramMutualInformation(K, L, { alpha }),
    ),
    mir: byKey(orders, (alpha) => gramMir(K, L, { alpha })),
    hdr: byKey(orders, (alpha) => gramHdr(K, L, { alpha })),
  };
}

function collapseOf({ representations: Z, labels, head }: GoldenCase): Values {
  const withBias = neuralCollapse(Z, labels, head);
  const { nc4 } = neuralCollapse(Z, labels, { weights: head.weights });
  return {
    ...withBias,
    nc4: { ...withBias.nc4, agreementWithoutBias: nc4.agreement },
  };
}

/** The contract's part of the generator's record: it also holds what the contract decided against. */
function contractOf(expected: GoldenExpected): Values {
  return {
    ...expected,
    classInterplay: expected.classInterplay.samples,
    interClassEntropy: expected.interClassEntropy.raw,
  };
}

/** Size of the decomposition behind the joint entropy when the rows are gone. */
function streamedSize({ head: { weights } }: GoldenCase): number {
  return weights.length * (weights[0]?.length ?? 0);
}

const metrics: Record<keyof GoldenExpected, Compute> = {
  matrixEntropy: ({ representations: Z, expected }) =>
    byKey(expected.matrixEntropy, (alpha) => matrixEntropy(Z, { alpha })),
  matrixEntropyLogN: ({ representations: Z, expected }) =>
    byKey(
      expected.matrixEntropyLogN,
      (alpha) => matrixEntropy(Z, { alpha, normalize: "logN" }),
    ),
  gramEntropy: ({ representations: Z, expected }) => {
    const K = linearGram(Z);
    return byKey(expected.gramEntropy, (alpha) => gramEntropy(K, { alpha }));
  },
  pair: (golden) => {
    const { representations: X, second: Y, expected } = golden;
    return {
      cosine: informationOf(golden),
      gram: gramInformationOf(golden),
      cka: { biased: cka(X, Y), unbiased: cka(X, Y, { unbiased: true }) },
      ...(expected.pair.alignment === undefined
        ? {}
        : { alignment: alignment(X, Y) }),
    };
  },
  interplay: ({ representations: Z, labels, head }) =>
    interplay(Z, labels, head, { reference: false }),
  classInterplay: ({ representations: Z, labels, head }) =>
    classInterplay(Z, labels, head, { reference: false }),
  reference: ({ labels }) => reference(labels, { permutations: 2 }),
  neuralCollapse: collapseOf,
  spectrum: ({ representations: Z, expected }) =>
    spectrum(Z).slice(0, expected.spectrum.length),
  effectiveRank: ({ representations: Z }) => ({
    gram: effectiveRank(Z, { of: "gram" }),
    singularValues: effectiveRank(Z, { of: "singularValues" }),
  }),
  stableRank: ({ representations: Z }) => stableRank(Z),
  participationRatio: ({ representations: Z }) => participationRatio(Z),
  vendiScore: ({ representations: Z, expected }) =>
    byKey(expected.vendiScore, (q) => vendiScore(Z, { q })),
  codingRate: ({ representations: Z, expected }) =>
    byKey(expected.codingRate, (epsilon) => codingRate(Z, { epsilon })),
  codingRateReduction: ({ representations: Z, labels, expected }) =>
    byKey(
      expected.codingRateReduction,
      (epsilon) => codingRateReduction(Z, labels, { epsilon }),
    ),
  intraClassEntropy: ({ representations: Z, labels }) =>
    intraClassEntropy(Z, labels),
  interClassEntropy: ({ representations: Z, labels }) =>
    interClassEntropy(Z, labels),
  uniformity: ({ representations: Z, expected }) =>
    byKey(expected.uniformity, (t) => uniformity(Z, { t })),
  silhouette: ({ representations: Z, labels }) => silhouette(Z, labels),
  daviesBouldin: ({ representations: Z, labels }) => daviesBouldin(Z, labels),
};

for (const golden of await goldenCases()) {
  for (const [name, value] of Object.entries(contractOf(golden.expected))) {
    Deno.test(`${name}() equals the golden value on ${golden.name}`, () => {
      const compute = metrics[name as keyof GoldenExpected];
      assertGolden(compute(golden), value, `${golden.name}.${name}`);
    });
  }

  if (streamedSize(golden) > 1000) continue; // 3 minutes at 7840
  Deno.test(`InterplayAccumulator equals the golden value on ${golden.name} in batches of 7`, () => {
    const { representations: Z, labels, head, expected } = golden;
    const accumulator = new InterplayAccumulator(head);
    for (let at = 0; at < Z.length; at += 7) {
      accumulator.update({
        representations: Z.slice(at, at + 7),
        labels: labels.slice(at, at + 7),
      });
    }
    assertGolden(accumulator.compute(), expected.interplay, golden.name);
  });
}

for (const { name, matrix, eigenvalues, norm } of await goldenEigen()) {
  // The eigenvalues of a symmetric matrix move by no more than the matrix does (Weyl), and a backward
  // stable solver moves it by a small multiple of ε·√n.
  const tolerance = 4e-15 * Math.sqrt(matrix.length) * norm;
  const input = new DenseMatrix(
    Float64Array.from(matrix.flat()),
    matrix.length,
    matrix.length,
  );
  for (
    const [solver, values] of [
      ["symmetricEigenvalues", () => symmetricEigenvalues(input)],
      ["symmetricEigen", () => symmetricEigen(input).values],
    ] as const
  ) {
    Deno.test(`${solver}() agrees with LAPACK on ${name}`, () => {
      const found = values();
      assert(found.length === eigenvalues.length);
      eigenvalues.forEach((x, i) => {
        const gap = Math.abs((found[i] ?? NaN) - x);
        assert(gap <= tolerance, `value ${i}: ${found[i]}, LAPACK ${x}`);
      });
    });
  }
}
