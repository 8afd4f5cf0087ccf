/**
 * The table of the battery: one row a metric, with the laws it keeps.
 *
 * @module
 */

import * as metrics from "interplay/metrics";
import type { MatrixLike, MetricName } from "interplay/metrics";

/** What the rows are computed from. */
export interface Sample {
  Z: MatrixLike;
  labels: number[];
  weights: MatrixLike;
  bias: number[];
  /** Another view of the samples, of another width. */
  second: MatrixLike;
}

/** A metric with the laws it keeps. */
export interface Row {
  name: string;
  /** The function behind it. */
  metric: MetricName;
  compute(sample: Sample): number;
  /** Positive factors on the rows change nothing. */
  rowScaling: boolean;
  /** Having every sample twice changes nothing. */
  duplication: boolean;
  /** Each row must have a direction. */
  directions: boolean;
  range(sample: Sample): [number, number];
  /** The same with the views exchanged. */
  swapped?: (sample: Sample) => number;
}

const size = (Z: MatrixLike) => (Z as number[][]).length;
const width = (Z: MatrixLike) => (Z as number[][])[0]!.length;
const head = ({ weights, bias }: Sample) => ({ weights, bias });
const own = ({ weights, labels }: Sample) =>
  labels.map((c) => Array.from((toRows(weights))[c]!));

/** Nested arrays of any kind of matrix, to pick rows from. */
function toRows(matrix: MatrixLike): ArrayLike<number>[] {
  if ("to2DArray" in matrix) return matrix.to2DArray();
  if (!("shape" in matrix)) return matrix as ArrayLike<number>[];
  const data = "dataSync" in matrix ? matrix.dataSync() : matrix.data;
  const [rows, columns] = matrix.shape as [number, number];
  return Array.from(
    { length: rows },
    (_, i) => Array.from({ length: columns }, (_, j) => data[i * columns + j]!),
  );
}

const logSmallest = (
  { Z }: Sample,
): [number, number] => [0, Math.log(Math.min(size(Z), width(Z)))];
const rank = (
  { Z }: Sample,
): [number, number] => [1, Math.min(size(Z), width(Z))];
const ratio = (): [number, number] => [0, 1];
const nonNegative = (): [number, number] => [0, Infinity];

const EXACT = { reference: false } as const;

/** A row whose laws are those of everything that looks at directions only. */
const directional = { rowScaling: true, duplication: true, directions: true };

/** A row that sees lengths. */
const metric = { rowScaling: false, duplication: true, directions: true };

/** A row of class statistics, for which a zero row is a sample like any other. */
const statistic = { rowScaling: false, duplication: true, directions: false };

const gramOf = (Z: MatrixLike) => metrics.gram(Z);

export const BATTERY: readonly Row[] = [
  {
    ...directional,
    name: "gram",
    metric: "gram",
    duplication: false,
    compute: ({ Z }) => gramOf(Z).data.reduce((sum, x) => sum + x * x, 0),
    range: ({ Z }) => [size(Z), size(Z) ** 2],
  },
  ...[0.5, 1, 2, Infinity].map((alpha): Row => ({
    ...directional,
    name: `matrixEntropy α=${alpha}`,
    metric: "matrixEntropy",
    compute: ({ Z }) => metrics.matrixEntropy(Z, { alpha }),
    range: logSmallest,
  })),
  {
    ...directional,
    name: "gramEntropy",
    metric: "gramEntropy",
    compute: ({ Z }) => metrics.gramEntropy(gramOf(Z)),
    range: logSmallest,
  },
  {
    ...directional,
    name: "matrixMutualInformation",
    metric: "matrixMutualInformation",
    compute: ({ Z, second }) => metrics.matrixMutualInformation(Z, second),
    swapped: ({ Z, second }) => metrics.matrixMutualInformation(second, Z),
    range: ({ Z, second }) => [
      0,
      Math.min(metrics.matrixEntropy(Z), metrics.matrixEntropy(second)),
    ],
  },
  {
    ...directional,
    name: "mir",
    metric: "mir",
    compute: ({ Z, second }) => metrics.mir(Z, second),
    swapped: ({ Z, second }) => metrics.mir(second, Z),
    range: ratio,
  },
  {
    ...directional,
    name: "hdr",
    metric: "hdr",
    compute: ({ Z, second }) => metrics.hdr(Z, second),
    swapped: ({ Z, second }) => metrics.hdr(second, Z),
    range: ratio,
  },
  {
    ...directional,
    name: "gramMutualInformation",
    metric: "gramMutualInformation",
    compute: ({ Z, second }) =>
      metrics.gramMutualInformation(gramOf(Z), gramOf(second)),
    swapped: ({ Z, second }) =>
      metrics.gramMutualInformation(gramOf(second), gramOf(Z)),
    range: nonNegative,
  },
  {
    ...directional,
    name: "gramMir",
    metric: "gramMir",
    compute: ({ Z, second }) => metrics.gramMir(gramOf(Z), gramOf(second)),
    swapped: ({ Z, second }) => metrics.gramMir(gramOf(second), gramOf(Z)),
    range: ratio,
  },
  {
    ...directional,
    name: "gramHdr",
    metric: "gramHdr",
    compute: ({ Z, second }) => metrics.gramHdr(gramOf(Z), gramOf(second)),
    swapped: ({ Z, second }) => metrics.gramHdr(gramOf(second), gramOf(Z)),
    range: ratio,
  },
  ...(["mutualInformation", "mir", "hdr"] as const).map((key): Row => ({
    ...directional,
    name: `interplay.${key}`,
    metric: "interplay",
    compute: (s) => metrics.interplay(s.Z, s.labels, head(s), EXACT)[key],
    range: key === "mutualInformation" ? logSmallest : ratio,
  })),
  ...(["mutualInformation", "mir", "hdr"] as const).map((key): Row => ({
    ...statistic,
    name: `classInterplay.${key}`,
    metric: "classInterplay",
    compute: (s) => metrics.classInterplay(s.Z, s.labels, head(s), EXACT)[key],
    range: key === "mutualInformation" ? logSmallest : ratio,
  })),
  {
    ...directional,
    name: "batchInterplay of one batch",
    metric: "batchInterplay",
    compute: (s) =>
      metrics.batchInterplay(s.Z, s.labels, head(s), { size: s.labels.length })
        .mir.mean,
    range: ratio,
  },
  {
    ...directional,
    name: "reference",
    metric: "reference",
    compute: (s) =>
      metrics.reference(s.labels, {
        representations: s.Z,
        head: head(s),
        permutations: 1,
      }).collapse.entropy.joint,
    range: ({ labels }) => [0, Math.log(labels.length)],
  },
  ...(["pinv", "quotient", "cdnv"] as const).map((key): Row => ({
    ...statistic,
    name: `neuralCollapse.nc1.${key}`,
    metric: "neuralCollapse",
    compute: (s) => metrics.neuralCollapse(s.Z, s.labels, head(s)).nc1[key],
    range: nonNegative,
  })),
  ...(["equinormMeans", "equiangularMeans", "etfError"] as const).map((
    key,
  ): Row => ({
    ...statistic,
    name: `neuralCollapse.nc2.${key}`,
    metric: "neuralCollapse",
    compute: (s) => metrics.neuralCollapse(s.Z, s.labels, head(s)).nc2[key],
    range: nonNegative,
  })),
  ...(["selfDuality", "structureError"] as const).map((key): Row => ({
    ...statistic,
    name: `neuralCollapse.nc3.${key}`,
    metric: "neuralCollapse",
    compute: (s) => metrics.neuralCollapse(s.Z, s.labels, head(s)).nc3[key],
    range: () => [0, 4],
  })),
  {
    ...statistic,
    name: "neuralCollapse.nc4.agreement",
    metric: "neuralCollapse",
    compute: (s) =>
      metrics.neuralCollapse(s.Z, s.labels, head(s)).nc4.agreement,
    range: ratio,
  },
  {
    ...directional,
    name: "spectrum",
    metric: "spectrum",
    compute: ({ Z }) => metrics.spectrum(Z)[0]!,
    range: ratio,
  },
  {
    ...directional,
    name: "effectiveRank",
    metric: "effectiveRank",
    compute: ({ Z }) => metrics.effectiveRank(Z),
    range: rank,
  },
  {
    ...metric,
    name: "effectiveRank of singular values",
    metric: "effectiveRank",
    compute: ({ Z }) => metrics.effectiveRank(Z, { of: "singularValues" }),
    range: rank,
  },
  {
    ...metric,
    name: "stableRank",
    metric: "stableRank",
    compute: ({ Z }) => metrics.stableRank(Z),
    range: rank,
  },
  {
    ...metric,
    name: "participationRatio",
    metric: "participationRatio",
    compute: ({ Z }) => metrics.participationRatio(Z),
    range: rank,
  },
  ...[0.5, 1, 2, Infinity].map((q): Row => ({
    ...directional,
    name: `vendiScore q=${q}`,
    metric: "vendiScore",
    compute: ({ Z }) => metrics.vendiScore(Z, { q }),
    range: rank,
  })),
  {
    ...statistic,
    name: "cka",
    metric: "cka",
    compute: ({ Z, second }) => metrics.cka(Z, second),
    swapped: ({ Z, second }) => metrics.cka(second, Z),
    range: ratio,
  },
  {
    ...statistic,
    name: "cka unbiased",
    metric: "cka",
    duplication: false,
    compute: ({ Z, second }) => metrics.cka(Z, second, { unbiased: true }),
    swapped: ({ Z, second }) => metrics.cka(second, Z, { unbiased: true }),
    range: () => [-1, 1],
  },
  {
    ...directional,
    name: "codingRate",
    metric: "codingRate",
    compute: ({ Z }) => metrics.codingRate(Z),
    range: (
      { Z },
    ) => [Math.log(1 + 4 * width(Z)) / 2, width(Z) * Math.log(5) / 2],
  },
  {
    ...directional,
    name: "codingRateReduction",
    metric: "codingRateReduction",
    compute: ({ Z, labels }) => metrics.codingRateReduction(Z, labels),
    range: ({ Z }) => [0, metrics.codingRate(Z)],
  },
  {
    ...directional,
    name: "intraClassEntropy",
    metric: "intraClassEntropy",
    compute: ({ Z, labels }) => metrics.intraClassEntropy(Z, labels),
    range: logSmallest,
  },
  {
    ...statistic,
    name: "interClassEntropy",
    metric: "interClassEntropy",
    compute: ({ Z, labels }) => metrics.interClassEntropy(Z, labels),
    range: logSmallest,
  },
  {
    ...directional,
    name: "alignment",
    metric: "alignment",
    compute: (s) => metrics.alignment(s.Z, own(s)),
    swapped: (s) => metrics.alignment(own(s), s.Z),
    range: () => [0, 4],
  },
  {
    ...directional,
    name: "uniformity",
    metric: "uniformity",
    duplication: false,
    compute: ({ Z }) => metrics.uniformity(Z),
    range: () => [-8, 0],
  },
  {
    ...directional,
    name: "modalityGap",
    metric: "modalityGap",
    compute: ({ Z, weights }) => metrics.modalityGap(Z, weights),
    swapped: ({ Z, weights }) => metrics.modalityGap(weights, Z),
    range: () => [0, 2],
  },
  ...[1, 2].map((k): Row => ({
    ...directional,
    name: `recallAtK k=${k}`,
    metric: "recallAtK",
    compute: ({ Z, labels, weights }) =>
      metrics.recallAtK(Z, weights, {
        k,
        queryLabels: labels,
        keyLabels: [...toRows(weights).keys()],
      }),
    range: ratio,
  })),
  {
    ...statistic,
    name: "silhouette",
    metric: "silhouette",
    duplication: false,
    compute: ({ Z, labels }) => metrics.silhouette(Z, labels),
    range: () => [-1, 1],
  },
  {
    ...statistic,
    name: "daviesBouldin",
    metric: "daviesBouldin",
    compute: ({ Z, labels }) => metrics.daviesBouldin(Z, labels),
    range: nonNegative,
  },
];
