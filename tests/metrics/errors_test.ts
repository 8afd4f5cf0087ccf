/** Bad input: the exact message of each way to be wrong. */

import { assertEquals, assertThrows } from "@std/assert";
import {
  DefinitenessError,
  LabelError,
  NotFiniteError,
  OptionsError,
  ShapeError,
} from "interplay";
import * as metrics from "interplay/metrics";

const Z = [[1, 2], [3, 4], [5, 7]];
const labels = [0, 1, 0];
const head = { weights: [[1, 0], [0, 1]] };
const wrong = (value: unknown) => value as never;

type ErrorClass = new (message: string) => Error;

/** One wrong call: what is wrong, the call, and what it throws. */
type Case = readonly [
  what: string,
  call: () => unknown,
  type: ErrorClass,
  message: string,
];

const CASES: readonly Case[] = [
  [
    "an empty matrix",
    () => metrics.matrixEntropy([]),
    ShapeError,
    "Cannot compute the matrix entropy: expected at least 1 row in `Z`, received 0",
  ],
  [
    "rows without columns",
    () => metrics.matrixEntropy([[], []]),
    ShapeError,
    "Cannot compute the matrix entropy: expected at least 1 column in `Z`, received 0",
  ],
  [
    "a ragged matrix",
    () => metrics.mir([[1, 2], [3]], Z),
    ShapeError,
    "Cannot compute MIR: expected 2 columns in row 1 of `Z1`, received 1",
  ],
  [
    "NaN",
    () => metrics.hdr(Z, [[1, 2], [NaN, 1], [2, 2]]),
    NotFiniteError,
    "Cannot compute HDR: expected finite numbers in `Z2`, received NaN at [1, 0]",
  ],
  [
    "infinity",
    () => metrics.spectrum([[1, 2], [3, -Infinity]]),
    NotFiniteError,
    "Cannot compute the spectrum: expected finite numbers in `Z`, received -Infinity at [1, 1]",
  ],
  [
    "a zero row",
    () => metrics.gram([[1, 2], [0, 0]]),
    NotFiniteError,
    "Cannot compute the Gram matrix: expected no zero row in `Z`, received zeros in row 1",
  ],
  [
    "a vector",
    () => metrics.matrixEntropy(wrong([1, 2, 3])),
    ShapeError,
    "Cannot compute the matrix entropy: expected a matrix as `Z`, received rank 1",
  ],
  [
    "a tensor of rank 3",
    () => metrics.matrixEntropy({ data: [1, 2], shape: [1, 1, 2] }),
    ShapeError,
    "Cannot compute the matrix entropy: expected a matrix as `Z`, received rank 3",
  ],
  [
    "nested arrays of rank 3",
    () => metrics.matrixEntropy(wrong([[[1], [2]]])),
    ShapeError,
    "Cannot compute the matrix entropy: expected a matrix as `Z`, received rank 3",
  ],
  [
    "no matrix at all",
    () => metrics.matrixEntropy(wrong(null)),
    ShapeError,
    "Cannot compute the matrix entropy: expected a matrix as `Z`, received null",
  ],
  [
    "a string for a number",
    () => metrics.matrixEntropy(wrong([[1, "2"]])),
    ShapeError,
    'Cannot compute the matrix entropy: expected numbers in `Z`, received "2" at [0, 1]',
  ],
  [
    "a shape that the data do not fill",
    () => metrics.matrixEntropy({ data: [1, 2, 3], shape: [2, 2] }),
    ShapeError,
    "Cannot compute the matrix entropy: expected 4 values for 2 × 2 in `Z`, received 3",
  ],
  [
    "views of different samples",
    () => metrics.mir(Z, Z.slice(1)),
    ShapeError,
    "Cannot compute MIR: expected 3 rows in `Z2`, received 2",
  ],
  [
    "too few labels",
    () => metrics.interplay(Z, [0, 1], head),
    ShapeError,
    "Cannot compute the interplay: expected 3 labels in `labels`, received 2",
  ],
  [
    "a label out of range",
    () => metrics.interplay(Z, [0, 1, 2], head),
    LabelError,
    "Cannot compute the interplay: expected an integer in [0, 2) in `labels`, received 2 at index 2",
  ],
  [
    "a negative label",
    () => metrics.silhouette(Z, [0, -1, 1]),
    LabelError,
    "Cannot compute the silhouette coefficient: expected a non-negative integer in `labels`, received -1 at index 1",
  ],
  [
    "a fractional label",
    () => metrics.neuralCollapse(Z, [0, 1, 0.5], head),
    LabelError,
    "Cannot compute neural collapse: expected an integer in [0, 2) in `labels`, received 0.5 at index 2",
  ],
  [
    "a head of another width",
    () => metrics.interplay(Z, labels, { weights: [[1, 0, 0], [0, 1, 0]] }),
    ShapeError,
    "Cannot compute the interplay: expected 2 columns in `head.weights`, received 3 " +
    "(rows are classes: transpose a tfjs dense kernel)",
  ],
  [
    "a bias of another length",
    () => metrics.neuralCollapse(Z, labels, { ...head, bias: [1] }),
    ShapeError,
    "Cannot compute neural collapse: expected 2 values in `head.bias`, received 1",
  ],
  [
    "a head that is none",
    () => metrics.interplay(Z, labels, wrong([[1, 0]])),
    ShapeError,
    "Cannot compute the interplay: expected `{ weights, bias? }` as `head`, received an array",
  ],
  [
    "a zero row in the head",
    () => metrics.interplay(Z, labels, { weights: [[1, 0], [0, 0]] }),
    NotFiniteError,
    "Cannot compute the interplay: expected no zero row in `head.weights`, received zeros in row 1",
  ],
  [
    "one class only, where two are needed",
    () => metrics.neuralCollapse(Z, [0, 0, 0], { weights: [[1, 0]] }),
    LabelError,
    "Cannot compute neural collapse: expected at least 2 classes, received 1",
  ],
  [
    "one class only, among clusters",
    () => metrics.daviesBouldin(Z, [4, 4, 4]),
    LabelError,
    "Cannot compute the Davies–Bouldin index: expected at least 2 classes in `labels`, received 1",
  ],
  [
    "a class of the head without samples",
    () => metrics.classInterplay(Z, [0, 0, 0], head),
    LabelError,
    "Cannot compute the interplay of class means: expected every class of the head in `labels`, " +
    "received no sample of class 1",
  ],
  [
    "alpha zero",
    () => metrics.matrixEntropy(Z, { alpha: 0 }),
    OptionsError,
    "Cannot compute the matrix entropy: ✖ expected a positive number or Infinity\n  → at alpha",
  ],
  [
    "alpha below zero",
    () => metrics.mir(Z, Z, { alpha: -1 }),
    OptionsError,
    "Cannot compute MIR: ✖ expected a positive number or Infinity\n  → at alpha",
  ],
  [
    "an unknown option",
    () => metrics.matrixEntropy(Z, wrong({ aplha: 2 })),
    OptionsError,
    'Cannot compute the matrix entropy: ✖ Unrecognized key: "aplha"',
  ],
  [
    "a Gram that is not square",
    () => metrics.gramEntropy([[1, 0]]),
    ShapeError,
    "Cannot compute the entropy of a Gram matrix: expected a square matrix as `K`, received 1 × 2",
  ],
  [
    "a Gram that is not symmetric",
    () => metrics.gramEntropy([[1, 0.5], [0.4, 1]]),
    ShapeError,
    "Cannot compute the entropy of a Gram matrix: expected a symmetric matrix as `K`, " +
    "received 0.4 and 0.5 at [1, 0] and its mirror",
  ],
  [
    "a Gram that is not positive semidefinite",
    () => metrics.gramEntropy([[1, 2], [2, 1]]),
    DefinitenessError,
    "Cannot compute the entropy of a Gram matrix: expected a positive semidefinite matrix as `K`, " +
    "received one with eigenvalue -1",
  ],
  [
    "a Gram without trace",
    () => metrics.gramMir([[0, 0], [0, 0]], [[1, 0], [0, 1]]),
    DefinitenessError,
    "Cannot compute MIR of two Grams: expected a positive trace of `K1`, received 0",
  ],
  [
    "one class at collapse",
    () => metrics.collapseMir(1),
    OptionsError,
    "Cannot compute MIR at collapse: expected an integer of at least 2 as `classes`, received 1",
  ],
  [
    "a cosine that no frame has",
    () => metrics.equiangularEntropy(3, -0.6),
    OptionsError,
    "Cannot compute the equiangular entropy: expected a number in [-0.5, 1] as `rho`, received -0.6",
  ],
  [
    "too few rows for unbiased CKA",
    () => metrics.cka(Z, Z, { unbiased: true }),
    ShapeError,
    "Cannot compute CKA: expected at least 4 rows in `X`, received 3",
  ],
  [
    "views of different widths",
    () => metrics.alignment(Z, [[1], [2], [3]]),
    ShapeError,
    "Cannot compute the alignment: expected 2 columns in `Y`, received 1",
  ],
  [
    "one row without a pair",
    () => metrics.uniformity([[1, 2]]),
    ShapeError,
    "Cannot compute the uniformity: expected at least 2 rows in `Z`, received 1",
  ],
  [
    "an unknown metric",
    () => metrics.sanityCheck(wrong("entropy")),
    OptionsError,
    `Cannot run the sanity check: expected one of ${
      metrics.metricNames.join(", ")
    }, received "entropy"`,
  ],
  [
    "no permutations",
    () => metrics.reference(labels, { permutations: 0 }),
    OptionsError,
    "Cannot compute the reference: ✖ Too small: expected number to be >0\n  → at permutations",
  ],
  [
    "classes that contradict the head",
    () => metrics.reference(labels, { classes: 3, head }),
    ShapeError,
    "Cannot compute the reference: expected 3 rows in `head.weights`, received 2",
  ],
  [
    "an accumulator fed with another width",
    () => new metrics.EntropyAccumulator().update(Z).update([[1, 2, 3]]),
    ShapeError,
    "Cannot accumulate the matrix entropy: expected 2 columns in `batch`, received 3",
  ],
  [
    "an accumulator that has seen nothing",
    () => new metrics.InterplayAccumulator(head).compute(),
    ShapeError,
    "Cannot compute the accumulated interplay: expected at least 1 row, received 0",
  ],
  [
    "accumulators of different heads",
    () =>
      new metrics.CollapseAccumulator(head).merge(
        new metrics.CollapseAccumulator({ weights: [[1, 0], [0, 2]] }),
      ),
    ShapeError,
    "Cannot merge accumulators of neural collapse: expected accumulators of one head, " +
    "received two different ones",
  ],
];

for (const [what, call, type, message] of CASES) {
  Deno.test(`metrics say what is wrong with ${what}`, () => {
    const error = assertThrows(call, type) as Error;
    assertEquals(error.message, message);
    assertEquals(error.name, type.name);
  });
}

Deno.test("interplay() is NaN where an entropy is 0: one class, or two at collapse", () => {
  const one = metrics.interplay(Z, [0, 0, 0], { weights: [[1, 0]] });
  assertEquals([one.entropy.head, one.mir, one.hdr], [0, NaN, 1]);
  const two = metrics.interplay([[1, 0], [-1, 0]], [0, 1], {
    weights: [[2, 0], [-3, 0]],
  });
  assertEquals([two.mir, two.hdr, two.mutualInformation], [NaN, NaN, 0]);
  assertEquals(two.reference?.collapse.mir, NaN);
});
