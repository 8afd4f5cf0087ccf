/**
 * The table of the loss battery: one row a loss, with the metric it equals; and the points it is tried at.
 *
 * @module
 */

import {
  hdr,
  matrixEntropy,
  matrixMutualInformation,
  mir,
} from "interplay/metrics";
import * as losses from "interplay/losses";
import type { LossName, Scalar, Tensor } from "interplay/losses";
import { Check } from "../../lib/core/check.ts";
import { DenseMatrix, type MatrixLike } from "../../lib/core/matrix.ts";
import { Random } from "../../lib/core/random.ts";
import { hostLosses } from "../../lib/losses/_host_losses.ts";
import type { HostTerm } from "../../lib/losses/_term.ts";

/** What a loss is computed from. */
export interface Point {
  name: string;
  /** `[N, d₁]`. */
  z1: DenseMatrix;
  /** `[N, d₂]`. */
  z2: DenseMatrix;
  /** `[C, d₁]`. */
  text: DenseMatrix;
  /** `[N]`. */
  labels: number[];
}

/** A loss with the metric it equals. */
export interface Row {
  title: string;
  name: LossName;
  /** The matrices it has gradients by. */
  inputs: "z1" | "z1, z2" | "z1, text";
  /** What it must be, from the metrics. */
  expected(point: Point): number;
  /** The tensor function. */
  loss(tensors: Tensor[], point: Point): Scalar;
  /** What follows the matrices. */
  rest?(point: Point): unknown[];
}

const WEIGHTS = {
  mutualInformation: 0.7,
  entropyDifference: -0.3,
  mir: 1.5,
  hdr: 0.4,
};

/** 0/0, where the metric is `NaN`, is 0 for a loss. */
const orZero = (x: number) => Number.isNaN(x) ? 0 : x;

const difference = ({ z1, z2 }: Point) =>
  Math.abs(matrixEntropy(z1) - matrixEntropy(z2));

/** The mean of the entropies of these sets of rows, each over the logarithm of its size. */
function meanEntropy(sets: ArrayLike<number>[][]): number {
  const entropies = sets.map((rows) =>
    matrixEntropy(rows, { normalize: "logN" })
  );
  return entropies.reduce((a, b) => a + b, 0) / sets.length;
}

const unit = (row: Float64Array) => {
  const length = Math.hypot(...row);
  return row.map((x) => x / length);
};

/** The classes of a point, ascending, with the directions of their images. */
function classesOf({ z1, labels }: Point): [number, Float64Array[]][] {
  return [...new Set(labels)].sort((a, b) => a - b).map((c) => [
    c,
    labels.flatMap((label, i) => label === c ? [unit(z1.row(i))] : []),
  ]);
}

const mean = (rows: Float64Array[]) =>
  rows[0]!.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0));

const alignmentSets: Record<string, (point: Point) => Float64Array[][]> = {
  classwise: (p) => classesOf(p).map(([c, rows]) => [...rows, p.text.row(c)]),
  modal: (p) => classesOf(p).map(([c, rows]) => [mean(rows), p.text.row(c)]),
  all: (p) => [
    classesOf(p).flatMap(([c, rows]) => [...rows, p.text.row(c)]),
  ],
};

export const BATTERY: readonly Row[] = [
  {
    title: "matrixEntropyLoss",
    name: "matrixEntropy",
    inputs: "z1",
    expected: ({ z1 }) => matrixEntropy(z1),
    loss: ([z]) => losses.matrixEntropyLoss(z!),
  },
  {
    title: "vonNeumannEntropyLoss",
    name: "vonNeumannEntropy",
    inputs: "z1",
    expected: ({ z1 }) => -matrixEntropy(z1),
    loss: ([z]) => losses.vonNeumannEntropyLoss(z!),
  },
  {
    title: "mutualInformationLoss",
    name: "mutualInformation",
    inputs: "z1, z2",
    expected: ({ z1, z2 }) => -matrixMutualInformation(z1, z2),
    loss: ([a, b]) => losses.mutualInformationLoss(a!, b!),
  },
  {
    title: "entropyDifferenceLoss",
    name: "entropyDifference",
    inputs: "z1, z2",
    expected: difference,
    loss: ([a, b]) => losses.entropyDifferenceLoss(a!, b!),
  },
  {
    title: "mirLoss",
    name: "mir",
    inputs: "z1, z2",
    expected: ({ z1, z2 }) => -orZero(mir(z1, z2)),
    loss: ([a, b]) => losses.mirLoss(a!, b!),
  },
  {
    title: "hdrLoss",
    name: "hdr",
    inputs: "z1, z2",
    expected: ({ z1, z2 }) => orZero(hdr(z1, z2)),
    loss: ([a, b]) => losses.hdrLoss(a!, b!),
  },
  {
    title: "interplayLoss",
    name: "interplay",
    inputs: "z1, z2",
    expected: (p) =>
      -WEIGHTS.mutualInformation * matrixMutualInformation(p.z1, p.z2) +
      WEIGHTS.entropyDifference * difference(p) -
      WEIGHTS.mir * orZero(mir(p.z1, p.z2)) +
      WEIGHTS.hdr * orZero(hdr(p.z1, p.z2)),
    loss: ([a, b]) => losses.interplayLoss(a!, b!, WEIGHTS),
    rest: () => [WEIGHTS],
  },
  ...(["classwise", "modal", "all"] as const).map((variant): Row => ({
    title: `crossModalAlignmentLoss, ${variant},`,
    name: "crossModalAlignment",
    inputs: "z1, text",
    expected: (p) => meanEntropy(alignmentSets[variant]!(p)),
    loss: ([image, text], { labels }) =>
      losses.crossModalAlignmentLoss(image!, text!, labels, { variant }),
    rest: ({ labels }) => [labels, { variant }],
  })),
];

/** The matrices that `row` has gradients by. */
export function inputsOf(row: Row, point: Point): DenseMatrix[] {
  const { z1, z2, text } = point;
  if (row.inputs === "z1") return [z1];
  return row.inputs === "z1, z2" ? [z1, z2] : [z1, text];
}

/** The loss on the host, in float64, at these matrices. */
export function hostTerm(
  row: Row,
  point: Point,
  matrices: readonly MatrixLike[] = inputsOf(row, point),
): HostTerm {
  // The table is typed by each name; a test goes through all of them with what fits.
  const compute = hostLosses[row.name].compute as (
    check: Check,
    ...args: unknown[]
  ) => HostTerm;
  const check = new Check(`compute the ${hostLosses[row.name].title}`);
  return compute(check, ...matrices, ...row.rest?.(point) ?? []);
}

const dense = (rows: readonly (readonly number[])[]) =>
  new DenseMatrix(Float64Array.from(rows.flat()), rows.length, rows[0]!.length);

function normal(random: Random, rows: number, columns: number): DenseMatrix {
  return new DenseMatrix(random.normals(rows * columns), rows, columns);
}

const gathered = (rows: DenseMatrix, index: readonly number[]) =>
  dense(index.map((i) => Array.from(rows.row(i))));

/** Gaussian sides of these sizes, labels unbalanced. */
export function randomPoint(
  { N, d1, d2, C, seed = 1 }: {
    N: number;
    d1: number;
    d2: number;
    C: number;
    seed?: number;
  },
): Point {
  const random = new Random(seed);
  return {
    name: `N = ${N}, d₁ = ${d1}, d₂ = ${d2}, C = ${C}`,
    z1: normal(random, N, d1),
    z2: normal(random, N, d2),
    text: normal(random, C, d1),
    labels: Array.from({ length: N }, (_, i) => (i % 7) % C),
  };
}

/** Gaussian representations, and the head row of each label on the other side. */
export function headPoint(sizes: { N: number; d: number; C: number }): Point {
  const { N, d, C } = sizes;
  const point = randomPoint({ N, d1: d, d2: d, C, seed: 2 });
  return {
    ...point,
    name: `head rows, N = ${N}, d = ${d}, C = ${C}`,
    z2: gathered(point.text, point.labels),
  };
}

/** Vectors with equal angles, `[C, C]`. */
function simplex(C: number): DenseMatrix {
  const rows = Array.from(
    { length: C },
    (_, i) => Array.from({ length: C }, (_, j) => (i === j ? 1 : 0) - 1 / C),
  );
  return dense(rows);
}

/** Exact neural collapse with `perClass` samples a class. */
export function collapsedPoint(C: number, perClass: number): Point {
  const labels = Array.from({ length: C * perClass }, (_, i) => i % C);
  const etf = simplex(C);
  const z = gathered(etf, labels);
  return { name: `collapse, C = ${C}`, z1: z, z2: z, text: etf, labels };
}

const identity = (n: number) =>
  dense(Array.from(
    { length: n },
    (_, i) => Array.from({ length: n }, (_, j) => i === j ? 1 : 0),
  ));

/** Points without any coincidence: every loss is smooth there. */
export const REGULAR: readonly Point[] = [
  randomPoint({ N: 12, d1: 4, d2: 3, C: 3 }),
  randomPoint({ N: 5, d1: 9, d2: 7, C: 2 }),
  randomPoint({ N: 6, d1: 6, d2: 6, C: 5 }),
  randomPoint({ N: 40, d1: 3, d2: 2, C: 4 }),
  headPoint({ N: 14, d: 6, C: 3 }),
  headPoint({ N: 60, d: 5, C: 3 }),
];

/** Points at which eigenvalues vanish or repeat, entropies agree or are 0. */
export const DEGENERATE: readonly Point[] = [
  {
    name: "identity",
    z1: identity(5),
    z2: identity(5),
    text: identity(5),
    labels: [0, 1, 2, 3, 4],
  },
  collapsedPoint(4, 3),
  collapsedPoint(2, 2),
  {
    name: "rank one",
    z1: dense([[1, 2, 0], [2, 4, 0], [-1, -2, 0], [3, 6, 0]]),
    z2: dense([[1, 1], [2, 2], [3, 3], [1, 1]]),
    text: dense([[1, 2, 0], [2, 4, 0]]),
    labels: [0, 1, 0, 0],
  },
  {
    name: "one side of rank one",
    z1: randomPoint({ N: 7, d1: 3, d2: 3, C: 2 }).z1,
    z2: dense(Array.from({ length: 7 }, (_, i) => [i + 1, -i - 1])),
    text: dense([[1, 0, 0], [0, 1, 0]]),
    labels: [0, 1, 0, 1, 0, 1, 0],
  },
  {
    name: "one row",
    z1: dense([[3, 4]]),
    z2: dense([[1, 2, 3]]),
    text: dense([[3, 4], [1, 0]]),
    labels: [0],
  },
  {
    name: "equal rows",
    z1: dense([[1, 0], [1, 0], [0, 1], [0, 1]]),
    z2: dense([[1, 1], [1, 1], [1, 1], [0, 2]]),
    text: dense([[1, 0], [0, 1]]),
    labels: [0, 0, 1, 1],
  },
];
