/**
 * The sanity table of README: each metric with its unit and range, and its value on unrelated features
 * and at exact neural collapse, computed here. `deno task readme` writes it into README; a test compares.
 *
 * @module
 */

import { Random, renderTable } from "interplay";
import * as metrics from "interplay/metrics";
import type { Head, MetricName } from "interplay/metrics";

const SAMPLES = 1000;
const DIMENSION = 64;
const CLASSES = 10;

interface Case {
  Z: number[][];
  labels: number[];
  head: Head & { weights: number[][] };
}

function gaussian(rows: number, random: Random): number[][] {
  return Array.from(
    { length: rows },
    () => Array.from(random.normals(DIMENSION)),
  );
}

function unrelated(): Case {
  const random = new Random(0);
  const labels = Array.from({ length: SAMPLES }, (_, i) => i % CLASSES);
  return {
    Z: gaussian(SAMPLES, random),
    labels,
    head: { weights: gaussian(CLASSES, random) },
  };
}

function collapsed(): Case {
  const labels = Array.from({ length: SAMPLES }, (_, i) => i % CLASSES);
  const weights = Array.from(
    { length: CLASSES },
    (_, c) =>
      Array.from(
        { length: DIMENSION },
        (_, j) => j < CLASSES ? (c === j ? 1 : 0) - 1 / CLASSES : 0,
      ),
  );
  return { Z: labels.map((c) => weights[c]!), labels, head: { weights } };
}

/** One number a row: name in the table, function, value on a case. */
type Row = readonly [
  name: string,
  metric: MetricName,
  value: (c: Case) => number,
];

const own = ({ labels, head }: Case) => labels.map((c) => head.weights[c]!);
const sample = (c: Case) =>
  metrics.interplay(c.Z, c.labels, c.head, { reference: false });
const classes = (c: Case) =>
  metrics.classInterplay(c.Z, c.labels, c.head, { reference: false });
const collapse = (c: Case) => metrics.neuralCollapse(c.Z, c.labels, c.head);

const ROWS: readonly Row[] = [
  ["`matrixEntropy(Z)`", "matrixEntropy", ({ Z }) => metrics.matrixEntropy(Z)],
  [
    "`interplay(…).mutualInformation`",
    "matrixMutualInformation",
    (c) => sample(c).mutualInformation,
  ],
  ["`interplay(…).mir`", "mir", (c) => sample(c).mir],
  ["`interplay(…).hdr`", "hdr", (c) => sample(c).hdr],
  ["`classInterplay(…).mir`", "mir", (c) => classes(c).mir],
  [
    "`neuralCollapse(…).nc1.pinv`",
    "neuralCollapse",
    (c) => collapse(c).nc1.pinv,
  ],
  [
    "`neuralCollapse(…).nc2.etfError`",
    "neuralCollapse",
    (c) => collapse(c).nc2.etfError,
  ],
  [
    "`neuralCollapse(…).nc3.selfDuality`",
    "neuralCollapse",
    (c) => collapse(c).nc3.selfDuality,
  ],
  [
    "`neuralCollapse(…).nc4.agreement`",
    "neuralCollapse",
    (c) => collapse(c).nc4.agreement,
  ],
  ["`effectiveRank(Z)`", "effectiveRank", ({ Z }) => metrics.effectiveRank(Z)],
  ["`stableRank(Z)`", "stableRank", ({ Z }) => metrics.stableRank(Z)],
  [
    "`participationRatio(Z)`",
    "participationRatio",
    ({ Z }) => metrics.participationRatio(Z),
  ],
  [
    "`vendiScore(Z, { q: 2 })`",
    "vendiScore",
    ({ Z }) => metrics.vendiScore(Z, { q: 2 }),
  ],
  ["`cka(Z, W[labels])`", "cka", (c) => metrics.cka(c.Z, own(c))],
  ["`codingRate(Z)`", "codingRate", ({ Z }) => metrics.codingRate(Z)],
  [
    "`codingRateReduction(Z, labels)`",
    "codingRateReduction",
    ({ Z, labels }) => metrics.codingRateReduction(Z, labels),
  ],
  [
    "`intraClassEntropy(Z, labels)`",
    "intraClassEntropy",
    ({ Z, labels }) => metrics.intraClassEntropy(Z, labels),
  ],
  [
    "`interClassEntropy(Z, labels)`",
    "interClassEntropy",
    ({ Z, labels }) => metrics.interClassEntropy(Z, labels),
  ],
  [
    "`alignment(Z, W[labels])`",
    "alignment",
    (c) => metrics.alignment(c.Z, own(c)),
  ],
  ["`uniformity(Z)`", "uniformity", ({ Z }) => metrics.uniformity(Z)],
  [
    "`modalityGap(Z, W[labels])`",
    "modalityGap",
    (c) => metrics.modalityGap(c.Z, own(c)),
  ],
  [
    "`recallAtK(Z, W[labels])`",
    "recallAtK",
    (c) => metrics.recallAtK(c.Z, own(c)),
  ],
  [
    "`silhouette(Z, labels)`",
    "silhouette",
    ({ Z, labels }) => metrics.silhouette(Z, labels),
  ],
  [
    "`daviesBouldin(Z, labels)`",
    "daviesBouldin",
    ({ Z, labels }) => metrics.daviesBouldin(Z, labels),
  ],
];

/** Unit, range and direction; the record of neural collapse has two kinds of numbers. */
function reading(
  name: string,
  metric: MetricName,
): readonly [string, string, string] {
  if (name.includes(".nc4.")) {
    return ["1", "[0, 1]", "higher: nearer to collapse"];
  }
  if (metric === "neuralCollapse") {
    return ["1", "[0, ∞)", "lower: nearer to collapse"];
  }
  const { unit, range, direction } = metrics.describe(metric);
  return [unit, range, direction];
}

/** Three digits are what a reader compares with; rounding of an exact 0 is shown as 0. */
function short(x: number): number {
  return Math.abs(x) < 1e-12 ? 0 : Number(x.toPrecision(3));
}

/** The table in Markdown. */
export function sanityTable(): string {
  const cases = [unrelated(), collapsed()];
  const bundle = renderTable({
    columns: [
      "number",
      "unit",
      "range",
      "random",
      "collapse",
      "how to read it",
    ],
    rows: ROWS.map(([name, metric, value]) => {
      const [unit, range, direction] = reading(name, metric);
      return [
        name,
        unit,
        range,
        ...cases.map((c) => short(value(c))),
        direction,
      ];
    }),
  });
  return String(bundle["text/markdown"]);
}

const BEGIN = "<!-- deno-fmt-ignore-start -->";
const END = "<!-- deno-fmt-ignore-end -->";

/** `readme` with the table between its two markers replaced. */
export function withSanityTable(readme: string): string {
  const from = readme.indexOf(BEGIN);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) {
    throw new Error("README has lost the markers of the sanity table");
  }
  return `${readme.slice(0, from)}${BEGIN}\n\n${sanityTable()}\n\n${
    readme.slice(to)
  }`;
}

if (import.meta.main) {
  const path = new URL("../../README.md", import.meta.url);
  await Deno.writeTextFile(
    path,
    withSanityTable(await Deno.readTextFile(path)),
  );
}
