import { gainWords, helps } from "./_gain.ts";
import { ALONE, type Arm, plain, SUPERVISED } from "./_semi_supervised_arms.ts";
import { semiSupervisedCharts } from "./_semi_supervised_charts.ts";
import { Findings } from "./_semi_supervised_findings.ts";
import type { Conclusion, Observations } from "./experiment.ts";
import type {
  SemiSupervisedColumns,
  SemiSupervisedShape as Shape,
  SemiSupervisedSummary,
} from "./semi_supervised.ts";

/** What the two papers claim, in accuracy: each a way to train and what it is held against. */
const CONTRASTS: Readonly<Record<Shape["claims"], readonly [Arm, Arm]>> = {
  freeMatchHelps: [plain("freeMatch"), ALONE],
  freeMatchLeads: [plain("freeMatch"), plain("fixMatch")],
  mutualInformationHelps: [
    { method: "freeMatch", term: "mutualInformation" },
    plain("freeMatch"),
  ],
  entropyDifferenceHelps: [
    { method: "freeMatch", term: "entropyDifference" },
    plain("freeMatch"),
  ],
};

function claimOf(
  findings: Findings,
  claim: Shape["claims"],
  worthwhile: number,
) {
  const gain = findings.gain(...CONTRASTS[claim]);
  if (gain.n === 0) return { here: "not tried", holds: null };
  return {
    here: `accuracy ${gainWords(gain)}`,
    holds: helps([gain], worthwhile),
  };
}

/** A gain with its interval, as numbers of the summary. */
function gainNumbers<Name extends string>(
  findings: Findings,
  name: Name,
  claim: Shape["claims"],
) {
  const { mean, low, high } = findings.gain(...CONTRASTS[claim]);
  return { [name]: mean, [`${name}Low`]: low, [`${name}High`]: high } as Record<
    Name | `${Name}Low` | `${Name}High`,
    number
  >;
}

function summary(findings: Findings): SemiSupervisedSummary {
  const mean = (
    method: Arm["method"],
    column: keyof SemiSupervisedColumns = "accuracy",
  ) => findings.over(plain(method), column).mean;
  return {
    supervisedAccuracy: mean(SUPERVISED),
    pseudoLabelAccuracy: mean("pseudoLabel"),
    fixMatchAccuracy: mean("fixMatch"),
    freeMatchAccuracy: mean("freeMatch"),
    ...gainNumbers(findings, "freeMatchGain", "freeMatchHelps"),
    ...gainNumbers(findings, "overFixMatchGain", "freeMatchLeads"),
    ...gainNumbers(findings, "mutualInformationGain", "mutualInformationHelps"),
    ...gainNumbers(findings, "entropyDifferenceGain", "entropyDifferenceHelps"),
    supervisedMir: mean(SUPERVISED, "mir"),
    freeMatchMir: mean("freeMatch", "mir"),
    supervisedHdr: mean(SUPERVISED, "hdr"),
    freeMatchHdr: mean("freeMatch", "hdr"),
  };
}

/** What the rows amount to. */
export function conclude(observations: Observations<Shape>): Conclusion<Shape> {
  const { config, rows } = observations;
  const findings = new Findings(rows.epochs, config);
  const claim = (name: Shape["claims"]) =>
    claimOf(findings, name, config.worthwhile);
  return {
    summary: summary(findings),
    claims: {
      freeMatchHelps: claim("freeMatchHelps"),
      freeMatchLeads: claim("freeMatchLeads"),
      mutualInformationHelps: claim("mutualInformationHelps"),
      entropyDifferenceHelps: claim("entropyDifferenceHelps"),
    },
    charts: semiSupervisedCharts(observations),
  };
}
