import { z } from "zod";
import { Check } from "../core/check.ts";
import type { Head, MatrixLike, VectorLike } from "../core/matrix.ts";
import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { renderTable, type TableCell } from "../core/table.ts";
import { gatherRows } from "../linalg/rows.ts";
import { alignment, uniformity } from "./alignment.ts";
import { cka } from "./cka.ts";
import { interClassEntropy, intraClassEntropy } from "./class_entropy.ts";
import { daviesBouldin, silhouette } from "./clustering.ts";
import { codingRate, codingRateReduction } from "./coding_rate.ts";
import { descriptionOf, type MetricName } from "./describe.ts";
import {
  classInterplay,
  interplay,
  type InterplayRecord,
} from "./interplay.ts";
import {
  collapseRows,
  type NeuralCollapse,
  neuralCollapse,
} from "./neural_collapse.ts";
import { seed } from "./_options.ts";
import { effectiveRank, participationRatio, stableRank } from "./spectrum.ts";
import { vendiScore } from "./vendi_score.ts";

/** Every metric of this library on one set of representations; entropies and rates in nats. */
export interface Report extends Displayable {
  /** Rows of the representations, `N`. */
  readonly samples: number;
  /** Rows of the head, `C`. */
  readonly classes: number;
  /** Columns of the representations, `d`. */
  readonly dimension: number;
  /** {@linkcode interplay} over samples. */
  readonly interplay: InterplayRecord;
  /** {@linkcode classInterplay} over class means. */
  readonly classInterplay: InterplayRecord;
  /** {@linkcode neuralCollapse}. */
  readonly neuralCollapse: NeuralCollapse;
  /** {@linkcode effectiveRank} of the Gram. */
  readonly effectiveRank: number;
  /** {@linkcode stableRank}. */
  readonly stableRank: number;
  /** {@linkcode participationRatio}. */
  readonly participationRatio: number;
  /** {@linkcode vendiScore} of order 2; of order 1 it is the effective rank. */
  readonly vendiScore: number;
  /** {@linkcode cka}, unbiased, of the representations and the head row of each label. */
  readonly cka: number;
  /** {@linkcode codingRate}. */
  readonly codingRate: number;
  /** {@linkcode codingRateReduction}. */
  readonly codingRateReduction: number;
  /** {@linkcode intraClassEntropy}. */
  readonly intraClassEntropy: number;
  /** {@linkcode interClassEntropy}. */
  readonly interClassEntropy: number;
  /** {@linkcode alignment} of the representations and the head row of each label. */
  readonly alignment: number;
  /** {@linkcode uniformity}, of a sample of at most `sampleSize`. */
  readonly uniformity: number;
  /** {@linkcode silhouette}, of a sample of at most `sampleSize`. */
  readonly silhouette: number;
  /** {@linkcode daviesBouldin}. */
  readonly daviesBouldin: number;
}

/** Options of {@linkcode report}. */
export interface ReportOptions {
  /** Repetitions behind the shuffled and random references; 5 if left out. */
  readonly permutations?: number;
  /** Samples drawn for the two metrics that look at all pairs; 2,000 if left out. */
  readonly sampleSize?: number;
  /** Seed of references and sample; 0 if left out. */
  readonly seed?: number;
}

const reportOptions = z.strictObject({
  permutations: z.int().positive().default(5),
  sampleSize: z.int().min(2).default(2000),
  seed,
});

/** Value at collapse and with shuffled labels of a row of the interplay. */
function interplayRows(record: InterplayRecord): TableCell[][] {
  const { collapse, shuffled } = record.reference ?? {};
  const nats = descriptionOf("matrixEntropy");
  const entropy = (name: string, side: "representations" | "head") => [
    name,
    record.entropy[side],
    nats.unit,
    nats.range,
    arrow(nats.direction),
    collapse?.entropy[side],
    null,
  ];
  const compared = (
    metric: MetricName,
    key: "mutualInformation" | "mir" | "hdr",
  ) => {
    const { title, unit, range, direction } = descriptionOf(metric);
    const row: TableCell[] = [
      title,
      record[key],
      unit,
      range,
      arrow(direction),
    ];
    return [...row, collapse?.[key], shuffled?.[key].mean];
  };
  return [
    entropy("entropy of representations", "representations"),
    entropy("entropy of head", "head"),
    compared("matrixMutualInformation", "mutualInformation"),
    compared("mir", "mir"),
    compared("hdr", "hdr"),
  ];
}

/** Metrics that are one number in the report, with their value at balanced collapse. */
const SCALARS: Readonly<
  Partial<
    Record<
      MetricName & keyof Report,
      (classes: number, dimension: number) => number
    >
  >
> = {
  effectiveRank: (classes) => classes - 1,
  stableRank: (classes) => classes - 1,
  participationRatio: (classes) => classes - 1,
  vendiScore: (classes) => classes - 1,
  cka: () => 1,
  codingRate: collapsedRate,
  codingRateReduction: (classes, dimension) =>
    collapsedRate(classes, dimension) - collapsedRate(2, dimension),
  intraClassEntropy: () => 0,
  interClassEntropy: (classes) => Math.log(classes - 1),
  alignment: () => 0,
  uniformity: (classes) =>
    Math.log(
      (1 + (classes - 1) * Math.exp(-4 * classes / (classes - 1))) / classes,
    ),
  silhouette: () => 1,
  daviesBouldin: () => 0,
};

/** Coding rate at `ε = ½` of `C` balanced classes at a simplex; of 2 classes it is that of one line. */
function collapsedRate(classes: number, dimension: number): number {
  return (classes - 1) * Math.log(1 + dimension / ((classes - 1) * 0.25)) / 2;
}

/** "higher: more directions in use" as an arrow; `describe` has the words. */
function arrow(direction: string): string {
  return direction.startsWith("higher") ? "↑" : "↓";
}

function display(report: Omit<Report, keyof Displayable>): MimeBundle {
  const atClassLevel = interplayRows(report.classInterplay).map((
    [name, ...cells],
  ) => [
    `${name}, class means`,
    ...cells,
  ]);
  const collapse = collapseRows(report.neuralCollapse).map(([name, value]) => [
    name,
    value,
    "1",
    "[0, ∞)",
    "↓",
    0,
    null,
  ]);
  const { agreement } = report.neuralCollapse.nc4;
  const scalars = Object.entries(SCALARS).map(
    ([name, atCollapse]): TableCell[] => {
      const metric = name as keyof typeof SCALARS;
      const { title, unit, range, direction } = descriptionOf(metric);
      const collapse = atCollapse(report.classes, report.dimension);
      return [
        title,
        report[metric] as number,
        unit,
        range,
        arrow(direction),
        collapse,
        null,
      ];
    },
  );
  return renderTable({
    caption:
      `N = ${report.samples}, d = ${report.dimension}, C = ${report.classes}`,
    columns: [
      "metric",
      "value",
      "unit",
      "range",
      "↑↓",
      "at collapse",
      "shuffled labels",
    ],
    rows: [
      ...interplayRows(report.interplay),
      [
        "MIR between shuffled (0) and collapse (1)",
        report.interplay.mirCalibrated,
        "1",
      ],
      ...atClassLevel,
      ...collapse,
      [
        "NC4 agreement",
        agreement,
        "1",
        "[0, 1]",
        "↑",
        1,
        null,
      ],
      ...scalars,
    ].map((row) => Array.from({ length: 7 }, (_, j) => row[j])),
  });
}

/** Gives the numbers their display. */
export function showReport(report: Omit<Report, keyof Displayable>): Report {
  return displayable(report, display);
}

/**
 * Everything at once: the interplay with its references, neural collapse, ranks, rates, class entropies,
 * alignment and clustering of one set of representations. Entropies and rates in nats.
 *
 * Where a metric needs two views, the second is the head row of each sample's label. The record shows
 * itself as a table with unit, range, direction and reference of each number.
 *
 * Cost: that of {@linkcode interplay} with reference, plus `sampleSize² d`.
 *
 * @param Z Representations, `[N, d]`, `N` at least 4, no zero row.
 * @param labels `[N]`, integers in `[0, C)`, every class at least once.
 * @param head `weights [C, d]` and, if it has one, `bias [C]`.
 * @param options Effort and seed.
 * @returns The record.
 * @throws {ShapeError} Representations, labels and head do not fit each other.
 * @throws {LabelError} A label is out of range, a class has no sample, or there is one class only.
 * @throws {NotFiniteError} An entry is not finite, or a row or a class mean is zero.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { Random, report } from "interplay";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const random = new Random(1);
 * const labels = Array.from({ length: 60 }, (_, i) => i % 3);
 * const head = { weights: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] };
 * const Z = labels.map((c) => head.weights[c]!.map((x) => x + 0.1 * random.normal()));
 * const everything = report(Z, labels, head);
 * assertEquals(everything.samples, 60);
 * assert(everything.silhouette > 0.7);
 * ```
 */
export function report(
  Z: MatrixLike,
  labels: VectorLike,
  head: Head,
  options: ReportOptions = {},
): Report {
  const check = new Check("make the report");
  const { permutations, sampleSize, seed } = check.options(
    reportOptions,
    options,
  );
  const x = check.directions(Z, "Z");
  const dense = check.head(head, x.columns);
  const y = check.labels(labels, "labels", x.rows, dense.weights.rows);
  const headRows = gatherRows(dense.weights, y);
  return showReport({
    samples: x.rows,
    classes: dense.weights.rows,
    dimension: x.columns,
    interplay: interplay(x, y, dense, { reference: { permutations, seed } }),
    classInterplay: classInterplay(x, y, dense, {
      reference: { permutations, seed },
    }),
    neuralCollapse: neuralCollapse(x, y, dense),
    effectiveRank: effectiveRank(x),
    stableRank: stableRank(x),
    participationRatio: participationRatio(x),
    vendiScore: vendiScore(x, { q: 2 }),
    cka: cka(x, headRows, { unbiased: true }),
    codingRate: codingRate(x),
    codingRateReduction: codingRateReduction(x, y),
    intraClassEntropy: intraClassEntropy(x, y),
    interClassEntropy: interClassEntropy(x, y),
    alignment: alignment(x, headRows),
    uniformity: uniformity(x, { sampleSize, seed }),
    silhouette: silhouette(x, y, { sampleSize, seed }),
    daviesBouldin: daviesBouldin(x, y),
  });
}
