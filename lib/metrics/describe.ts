import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import { type Displayable, displayable } from "../core/rich.ts";
import { renderTable } from "../core/table.ts";

/** What one must know to read a metric. */
export interface MetricDescription {
  /** In words. */
  readonly title: string;
  /** `"nats"`, `"dimensions"`, `"samples"`, or `"1"` for a pure number. */
  readonly unit: string;
  /** Smallest and largest value; `N` rows, `d` columns, `C` classes. */
  readonly range: string;
  /** What a higher or lower value means. */
  readonly direction: string;
  /** The value at exact neural collapse of `C` balanced classes. */
  readonly collapse: string;
  /** Leading terms of the arithmetic. */
  readonly cost: string;
  /** Where the definition is from. */
  readonly source: string;
}

/** The name of a metric function of this library. */
export type MetricName =
  | "gram"
  | "matrixEntropy"
  | "gramEntropy"
  | "matrixMutualInformation"
  | "mir"
  | "hdr"
  | "gramMutualInformation"
  | "gramMir"
  | "gramHdr"
  | "interplay"
  | "classInterplay"
  | "batchInterplay"
  | "reference"
  | "collapseMir"
  | "collapseEntropy"
  | "equiangularEntropy"
  | "neuralCollapse"
  | "spectrum"
  | "effectiveRank"
  | "stableRank"
  | "participationRatio"
  | "vendiScore"
  | "cka"
  | "codingRate"
  | "codingRateReduction"
  | "intraClassEntropy"
  | "interClassEntropy"
  | "alignment"
  | "uniformity"
  | "modalityGap"
  | "recallAtK"
  | "silhouette"
  | "daviesBouldin";

const UNVEILING = "Song et al., ICML 2024";
const EXPLORING = "Song et al., arXiv 2409.16767";
const SMALLEST = "N d min(N, d) + eig(min(N, d))";
const MIR_COLLAPSE = "1/(C−1) + (C−2) log(C−2) / ((C−1) log(C−1))";

const DESCRIPTIONS: Record<MetricName, MetricDescription> = {
  gram: {
    title: "row-normalised Gram",
    unit: "1",
    range: "[−1, 1]",
    direction: "1 for parallel rows",
    collapse: "1 within classes, −1/(C−1) between",
    cost: "N² d",
    source: `${UNVEILING}, Def. 4.1`,
  },
  matrixEntropy: {
    title: "matrix entropy",
    unit: "nats",
    range: "[0, log min(N, d)]",
    direction: "higher: more directions in use",
    collapse: "log(C−1)",
    cost: SMALLEST,
    source: `${UNVEILING}, Def. 3.1`,
  },
  gramEntropy: {
    title: "matrix entropy of a Gram",
    unit: "nats",
    range: "[0, log N]",
    direction: "higher: more directions in use",
    collapse: "log(C−1)",
    cost: "eig(N)",
    source: `${UNVEILING}, Def. 3.1`,
  },
  matrixMutualInformation: {
    title: "matrix mutual information",
    unit: "nats",
    range: "[0, min(H₁, H₂)]",
    direction: "higher: more in common",
    collapse: `log(C−1) · MIR`,
    cost: "eig(min(N, d₁ d₂))",
    source: `${UNVEILING}, Def. 3.2`,
  },
  mir: {
    title: "matrix mutual information ratio",
    unit: "1",
    range: "[0, 1]",
    direction: "higher: more in common; high as well when N is small beside d",
    collapse: MIR_COLLAPSE,
    cost: "eig(min(N, d₁ d₂))",
    source: `${UNVEILING}, Def. 4.2`,
  },
  hdr: {
    title: "matrix entropy difference ratio",
    unit: "1",
    range: "[0, 1]",
    direction: "lower: entropies agree",
    collapse: "0",
    cost: "eig(min(N, d₁)) + eig(min(N, d₂))",
    source: `${UNVEILING}, Def. 4.3`,
  },
  gramMutualInformation: {
    title: "mutual information of two Grams",
    unit: "nats",
    range: "[0, min(H₁, H₂)] for constant diagonals",
    direction: "higher: more in common",
    collapse: "log(C−1) · MIR",
    cost: "3 eig(N)",
    source: `${UNVEILING}, Def. 3.2`,
  },
  gramMir: {
    title: "MIR of two Grams",
    unit: "1",
    range: "[0, 1] for constant diagonals",
    direction: "higher: more in common",
    collapse: MIR_COLLAPSE,
    cost: "3 eig(N)",
    source: `${UNVEILING}, Def. 4.2`,
  },
  gramHdr: {
    title: "HDR of two Grams",
    unit: "1",
    range: "[0, 1]",
    direction: "lower: entropies agree",
    collapse: "0",
    cost: "2 eig(N)",
    source: `${UNVEILING}, Def. 4.3`,
  },
  interplay: {
    title: "interplay of representations and head",
    unit: "nats and ratios",
    range: "entropies [0, log N], MIR and HDR [0, 1]",
    direction: "MIR towards its value at collapse, HDR towards 0",
    collapse: `entropies log(C−1), MIR ${MIR_COLLAPSE}, HDR 0`,
    cost:
      "eig(min(N, d min(C, d))), 2 · permutations times more with the reference",
    source: `${EXPLORING}, Corollary IV.5`,
  },
  classInterplay: {
    title: "interplay of class means and head",
    unit: "nats and ratios",
    range: "entropies [0, log C], MIR and HDR [0, 1]",
    direction: "MIR towards its value at collapse, HDR towards 0",
    collapse: `entropies log(C−1), MIR ${MIR_COLLAPSE}, HDR 0`,
    cost: "N d² + eig(C)",
    source: `${EXPLORING}, Theorem IV.4`,
  },
  batchInterplay: {
    title: "interplay as means over batches",
    unit: "nats and ratios",
    range: "entropies [0, log size], MIR and HDR [0, 1]",
    direction: "as interplay; MIR higher the smaller the batch",
    collapse: "its field collapseMir",
    cost: "N/size · eig(size)",
    source: `${EXPLORING}, figures`,
  },
  reference: {
    title: "yardsticks of the interplay",
    unit: "nats and ratios",
    range: "as interplay",
    direction: "read a MIR between shuffled and collapse",
    collapse: "its field collapse",
    cost: "2 · permutations · interplay",
    source: "this library",
  },
  collapseMir: {
    title: "MIR at neural collapse",
    unit: "1",
    range: "[0.5, 1)",
    direction: "grows with C",
    collapse: MIR_COLLAPSE,
    cost: "1",
    source: `${UNVEILING}, Theorem 4.2`,
  },
  collapseEntropy: {
    title: "matrix entropy at neural collapse",
    unit: "nats",
    range: "[0, ∞)",
    direction: "grows with C",
    collapse: "log(C−1)",
    cost: "1",
    source: `${UNVEILING}, proof of Theorem 4.2`,
  },
  equiangularEntropy: {
    title: "matrix entropy of equiangular vectors",
    unit: "nats",
    range: "[0, log C]",
    direction: "highest for orthogonal vectors",
    collapse: "log(C−1) at cosine −1/(C−1)",
    cost: "1",
    source: "eigenvalues of the equicorrelation matrix",
  },
  neuralCollapse: {
    title: "neural collapse NC1 to NC4",
    unit: "1",
    range: "[0, ∞), NC4 [0, 1]",
    direction: "lower: nearer to collapse; NC4 higher",
    collapse: "0, NC4 1",
    cost: "N d² + eig(min(C, d))",
    source: "Papyan, Han and Donoho, PNAS 2020",
  },
  spectrum: {
    title: "spectrum of the row-normalised Gram",
    unit: "1",
    range: "[0, 1], sum 1",
    direction: "flat: many directions; steep: few",
    collapse: "C−1 values of 1/(C−1)",
    cost: SMALLEST,
    source: `${UNVEILING}, Def. 3.1`,
  },
  effectiveRank: {
    title: "effective rank",
    unit: "dimensions",
    range: "[1, min(N, d)]",
    direction: "higher: more directions in use",
    collapse: "C−1",
    cost: SMALLEST,
    source: "Roy and Vetterli, EUSIPCO 2007",
  },
  stableRank: {
    title: "stable rank",
    unit: "dimensions",
    range: "[1, min(N, d)]",
    direction: "higher: energy in more directions",
    collapse: "C−1 for centred features",
    cost: SMALLEST,
    source: "Rudelson and Vershynin, J. ACM 2007",
  },
  participationRatio: {
    title: "participation ratio",
    unit: "dimensions",
    range: "[1, min(N, d)]",
    direction: "higher: energy in more directions",
    collapse: "C−1 for centred features",
    cost: SMALLEST,
    source: "Gao et al., bioRxiv 2017",
  },
  vendiScore: {
    title: "Vendi score",
    unit: "samples",
    range: "[1, min(N, d)]",
    direction: "higher: more diverse",
    collapse: "C−1",
    cost: SMALLEST,
    source: "Friedman and Dieng, TMLR 2023",
  },
  cka: {
    title: "centred kernel alignment",
    unit: "1",
    range: "[0, 1]; unbiased about [−1, 1]",
    direction: "higher: more alike",
    collapse: "1 between features and head rows",
    cost: "N d₁ d₂",
    source: "Kornblith et al., ICML 2019",
  },
  codingRate: {
    title: "coding rate",
    unit: "nats",
    range: "[½ log(1 + d/ε²), ½ d log(1 + 1/ε²)]",
    direction: "higher: more spread",
    collapse: "½ (C−1) log(1 + d/((C−1) ε²))",
    cost: "N d min(N, d)",
    source: "Yu et al., NeurIPS 2020",
  },
  codingRateReduction: {
    title: "coding rate reduction",
    unit: "nats",
    range: "[0, codingRate]",
    direction: "higher: classes apart and each compact",
    collapse: "½ (C−1) log(1 + d/((C−1) ε²)) − ½ log(1 + d/ε²)",
    cost: "N d min(N, d) + one factorisation a class",
    source: "Yu et al., NeurIPS 2020",
  },
  intraClassEntropy: {
    title: "matrix entropy within classes",
    unit: "nats",
    range: "[0, log min(max N_c, d)]",
    direction: "lower: classes more compact",
    collapse: "0",
    cost: "eig(min(N_c, d)) a class",
    source: EXPLORING,
  },
  interClassEntropy: {
    title: "matrix entropy between classes",
    unit: "nats",
    range: "[0, log min(C, d)]",
    direction: "higher: class means more spread",
    collapse: "log(C−1)",
    cost: "N d + eig(min(C, d))",
    source: EXPLORING,
  },
  alignment: {
    title: "alignment",
    unit: "1",
    range: "[0, 4]",
    direction: "lower: pairs closer",
    collapse: "0 between features and head rows",
    cost: "N d",
    source: "Wang and Isola, ICML 2020",
  },
  uniformity: {
    title: "uniformity",
    unit: "1",
    range: "[−4t, 0]",
    direction: "lower: more uniform",
    collapse: "log of (1 + (C−1) exp(−2tC/(C−1)))/C for many samples",
    cost: "N² d",
    source: "Wang and Isola, ICML 2020",
  },
  modalityGap: {
    title: "modality gap",
    unit: "1",
    range: "[0, 2]",
    direction: "lower: modalities closer",
    collapse: "0 between features and head rows",
    cost: "(N + M) d",
    source: "Liang et al., NeurIPS 2022",
  },
  recallAtK: {
    title: "recall at k",
    unit: "1",
    range: "[0, 1]",
    direction: "higher: more queries find what they seek",
    collapse: "1 between features and head rows",
    cost: "N M d",
    source: "Karpathy and Fei-Fei, CVPR 2015",
  },
  silhouette: {
    title: "silhouette coefficient",
    unit: "1",
    range: "[−1, 1]",
    direction: "higher: classes better separated",
    collapse: "1",
    cost: "N² d",
    source: "Rousseeuw, J. Comput. Appl. Math. 1987",
  },
  daviesBouldin: {
    title: "Davies–Bouldin index",
    unit: "1",
    range: "[0, ∞)",
    direction: "lower: classes better separated",
    collapse: "0",
    cost: "N d + C² d",
    source: "Davies and Bouldin, IEEE TPAMI 1979",
  },
};

/** The names of all metric functions, in the order of the documentation. */
export const metricNames: readonly MetricName[] = Object.keys(
  DESCRIPTIONS,
) as MetricName[];

/** The description of a metric whose name is certain. */
export function descriptionOf(metric: MetricName): MetricDescription {
  return DESCRIPTIONS[metric];
}

/**
 * What one must know to read a metric: unit, range, direction, value at collapse, cost and source.
 *
 * @param metric The name of the function, or the function itself.
 * @returns The description; it shows itself as a table.
 * @throws {OptionsError} There is no metric of that name.
 *
 * @example
 * ```ts
 * import { describe, mir } from "interplay/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(describe("matrixEntropy").unit, "nats");
 * assertEquals(describe(mir).range, "[0, 1]");
 * ```
 */
export function describe(
  metric: MetricName | ((...args: never[]) => unknown),
): MetricDescription & Displayable {
  const name = typeof metric === "function" ? metric.name : metric;
  if (!Object.hasOwn(DESCRIPTIONS, name)) {
    new Check("describe a metric").fail(
      OptionsError,
      `one of ${metricNames.join(", ")}`,
      JSON.stringify(name),
    );
  }
  const record = { ...descriptionOf(name as MetricName) };
  return displayable(record, (description) =>
    renderTable({
      columns: ["", name],
      rows: Object.entries(description),
    }));
}
