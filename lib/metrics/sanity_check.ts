import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import { type Displayable, displayable } from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import { alignment, uniformity } from "./alignment.ts";
import { modalityGap } from "./modality_gap.ts";
import { recallAtK } from "./recall_at_k.ts";
import { batchInterplay } from "./batch_interplay.ts";
import { cka } from "./cka.ts";
import { interClassEntropy, intraClassEntropy } from "./class_entropy.ts";
import {
  collapseEntropy,
  collapseMir,
  equiangularEntropy,
} from "./closed_forms.ts";
import { daviesBouldin, silhouette } from "./clustering.ts";
import { codingRate, codingRateReduction } from "./coding_rate.ts";
import { type MetricName, metricNames } from "./describe.ts";
import { gram } from "./gram.ts";
import { classInterplay, interplay } from "./interplay.ts";
import { gramEntropy, matrixEntropy } from "./matrix_entropy.ts";
import {
  gramHdr,
  gramMir,
  gramMutualInformation,
  hdr,
  matrixMutualInformation,
  mir,
} from "./mutual_information.ts";
import { neuralCollapse } from "./neural_collapse.ts";
import { reference } from "./reference.ts";
import {
  effectiveRank,
  participationRatio,
  spectrum,
  stableRank,
} from "./spectrum.ts";
import { vendiScore } from "./vendi_score.ts";

/** One closed form held against the function that should give it. */
export interface SanityCheckRow {
  /** The metric that is checked. */
  readonly metric: MetricName;
  /** What is claimed, in words. */
  readonly claim: string;
  /** The value by its closed form. */
  readonly expected: number;
  /** The value by the function. */
  readonly actual: number;
  /** The largest difference that passes. */
  readonly tolerance: number;
  /** Whether `actual` is within `tolerance` of `expected`. */
  readonly passed: boolean;
}

/** The outcome of a self-test. */
export interface SanityCheck extends Displayable {
  /** Whether every row passed. */
  readonly passed: boolean;
  /** One row a closed form. */
  readonly rows: readonly SanityCheckRow[];
}

/** Classes of the frames that are checked. */
const CLASSES = 10;

/** A claim, its closed form, and the call that must give it. */
type Claim = readonly [claim: string, expected: number, actual: () => number];

const TOLERANCE = 1e-12;

/** `C` unit vectors with common cosine `rho`: the rows of `aI + b11ᵀ`. */
function equiangular(rho: number): number[][] {
  const a = Math.sqrt(1 - rho);
  const b = (Math.sqrt(1 + (CLASSES - 1) * rho) - a) / CLASSES;
  return Array.from(
    { length: CLASSES },
    (_, i) => Array.from({ length: CLASSES }, (_, j) => (i === j ? a : 0) + b),
  );
}

/** Everything the claims are about; made when asked for, since most imports never ask. */
function claims(): Record<MetricName, readonly Claim[]> {
  const frame = equiangular(-1 / (CLASSES - 1));
  const wide = equiangular(0.3);
  const identity = equiangular(0);
  const frameGram = gram(frame);
  const labels = frame.map((_, c) => c);
  const twice = [...frame, ...frame];
  const twiceLabels = [...labels, ...labels];
  const head = { weights: frame };
  const parallel = [[1, 2], [2, 4], [3, 6]];
  const log = Math.log;
  const atCollapse = collapseMir(CLASSES);
  const right = [[1, 0], [0, 1]];
  return {
    gram: [[
      "cosine of a simplex frame",
      -1 / 9,
      () => frameGram.data[1] ?? NaN,
    ]],
    matrixEntropy: [
      ["orthonormal rows: log N", log(CLASSES), () => matrixEntropy(identity)],
      ["parallel rows: 0", 0, () => matrixEntropy(parallel)],
      ["simplex frame: log(C−1)", log(9), () => matrixEntropy(frame)],
      [
        "Rényi-2 of a simplex frame: log(C−1)",
        log(9),
        () => matrixEntropy(frame, { alpha: 2 }),
      ],
    ],
    gramEntropy: [[
      "simplex frame: log(C−1)",
      log(9),
      () => gramEntropy(frameGram),
    ]],
    matrixMutualInformation: [[
      "against orthonormal rows: the other entropy",
      equiangularEntropy(CLASSES, 0.3),
      () => matrixMutualInformation(identity, wide),
    ]],
    mir: [
      ["at collapse: Theorem 4.2", atCollapse, () => mir(frame, frame)],
      ["against orthonormal rows: 1", 1, () => mir(identity, wide)],
    ],
    hdr: [
      ["at collapse: 0", 0, () => hdr(frame, frame)],
      ["against parallel rows: 1", 1, () => hdr(frame.slice(0, 3), parallel)],
    ],
    gramMutualInformation: [[
      "at collapse: MIR · log(C−1)",
      atCollapse * log(9),
      () => gramMutualInformation(frameGram, frameGram),
    ]],
    gramMir: [[
      "at collapse: Theorem 4.2",
      atCollapse,
      () => gramMir(frameGram, frameGram),
    ]],
    gramHdr: [["at collapse: 0", 0, () => gramHdr(frameGram, frameGram)]],
    interplay: [[
      "at collapse: Corollary 4.3",
      atCollapse,
      () => interplay(twice, twiceLabels, head, { reference: false }).mir,
    ]],
    classInterplay: [[
      "at collapse: Theorem 4.2",
      atCollapse,
      () => classInterplay(twice, twiceLabels, head, { reference: false }).mir,
    ]],
    batchInterplay: [[
      "at collapse, batches with every class twice: Corollary 4.3",
      atCollapse,
      () =>
        batchInterplay(twice, twiceLabels, head, { size: 2 * CLASSES }).mir
          .mean,
    ]],
    reference: [[
      "collapse for balanced labels: Corollary 4.3",
      atCollapse,
      () => reference(twiceLabels, { permutations: 1 }).collapse.mir,
    ]],
    collapseMir: [["three classes: 1/2", 0.5, () => collapseMir(3)]],
    collapseEntropy: [[
      "ten classes: log 9",
      log(9),
      () => collapseEntropy(10),
    ]],
    equiangularEntropy: [[
      "simplex frame: log(C−1)",
      log(9),
      () => equiangularEntropy(CLASSES, -1 / 9),
    ]],
    neuralCollapse: [
      [
        "NC1 at collapse: 0",
        0,
        () => neuralCollapse(twice, twiceLabels, head).nc1.pinv,
      ],
      [
        "NC2 at collapse: 0",
        0,
        () => neuralCollapse(twice, twiceLabels, head).nc2.etfError,
      ],
      [
        "NC3 at collapse: 0",
        0,
        () => neuralCollapse(twice, twiceLabels, head).nc3.selfDuality,
      ],
      [
        "NC4 at collapse: 1",
        1,
        () => neuralCollapse(twice, twiceLabels, head).nc4.agreement,
      ],
    ],
    spectrum: [[
      "simplex frame: 1/(C−1)",
      1 / 9,
      () => spectrum(frame)[0] ?? NaN,
    ]],
    effectiveRank: [
      ["simplex frame: C−1", 9, () => effectiveRank(frame)],
      [
        "singular values of a simplex frame: C−1",
        9,
        () => effectiveRank(frame, { of: "singularValues" }),
      ],
    ],
    stableRank: [["simplex frame: C−1", 9, () => stableRank(frame)]],
    participationRatio: [[
      "simplex frame: C−1",
      9,
      () => participationRatio(frame),
    ]],
    vendiScore: [[
      "order 2 of orthonormal rows: N",
      10,
      () => vendiScore(identity, { q: 2 }),
    ]],
    cka: [
      ["of a matrix with itself: 1", 1, () => cka(wide, wide)],
      [
        "unbiased, with itself: 1",
        1,
        () => cka(twice, twice, { unbiased: true }),
      ],
    ],
    codingRate: [[
      "parallel rows: ½ log(1 + d/ε²)",
      log(1 + 2 / 0.25) / 2,
      () => codingRate(parallel),
    ]],
    codingRateReduction: [[
      "one class: 0",
      0,
      () => codingRateReduction(wide, wide.map(() => 0)),
    ]],
    intraClassEntropy: [[
      "at collapse: 0",
      0,
      () => intraClassEntropy(twice, twiceLabels),
    ]],
    interClassEntropy: [[
      "at collapse: log(C−1)",
      log(9),
      () => interClassEntropy(twice, twiceLabels),
    ]],
    alignment: [[
      "right angles: 2",
      2,
      () => alignment(right, [...right].reverse()),
    ]],
    uniformity: [["right angles: −2t", -4, () => uniformity(right)]],
    modalityGap: [[
      "opposite: 2",
      2,
      () => modalityGap([[1, 1], [3, 3]], [[-1, -1]]),
    ]],
    recallAtK: [
      ["itself: 1", 1, () => recallAtK(right, right)],
      [
        "a quarter turn: 0",
        0,
        () => recallAtK(right, [...right.slice(1), right[0]!]),
      ],
    ],
    silhouette: [["at collapse: 1", 1, () => silhouette(twice, twiceLabels)]],
    daviesBouldin: [[
      "at collapse: 0",
      0,
      () => daviesBouldin(twice, twiceLabels),
    ]],
  };
}

function rowOf(
  metric: MetricName,
  [claim, expected, compute]: Claim,
): SanityCheckRow {
  const actual = compute();
  const passed = Math.abs(actual - expected) <= TOLERANCE;
  return { metric, claim, expected, actual, tolerance: TOLERANCE, passed };
}

/**
 * A self-test of the installation: each metric against its closed forms, to `1e-12`. Milliseconds.
 *
 * @param metric The name of one metric; all of them if left out.
 * @returns The rows and whether all passed; shows itself as a table.
 * @throws {OptionsError} There is no metric of that name.
 *
 * @example
 * ```ts
 * import { sanityCheck } from "interplay/metrics";
 * import { assert } from "@std/assert";
 *
 * assert(sanityCheck().passed);
 * assert(sanityCheck("mir").rows.every((row) => row.metric === "mir"));
 * ```
 */
export function sanityCheck(metric?: MetricName): SanityCheck {
  const all = claims();
  if (metric !== undefined && !Object.hasOwn(all, metric)) {
    const expected = `one of ${metricNames.join(", ")}`;
    new Check("run the sanity check").fail(
      OptionsError,
      expected,
      JSON.stringify(metric),
    );
  }
  const rows = (metric === undefined ? metricNames : [metric])
    .flatMap((name) => all[name].map((claim) => rowOf(name, claim)));
  return displayable(
    { passed: rows.every((row) => row.passed), rows },
    (record) =>
      renderTable({
        caption: record.passed ? "All checks passed" : "Some checks FAILED",
        columns: ["metric", "claim", "expected", "actual", "difference", ""],
        rows: record.rows.map((row) => [
          row.metric,
          row.claim,
          row.expected,
          row.actual,
          Math.abs(row.actual - row.expected),
          row.passed ? "pass" : "FAIL",
        ]),
      }),
  );
}
