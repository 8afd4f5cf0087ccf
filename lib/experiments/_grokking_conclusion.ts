/**
 * What a run of grokking amounts to: its numbers, and the claims of the paper.
 *
 * @module
 */

import { formatNumber } from "../core/table.ts";
import { interplayChart, lossChart } from "./_grokking_charts.ts";
import { type Course, Findings } from "./_grokking_findings.ts";
import { unless } from "./_table.ts";
import type { Conclusion, Observations } from "./experiment.ts";
import type { GrokkingShape, GrokkingSummary } from "./grokking.ts";

type Claims<Names extends GrokkingShape["claims"]> = Pick<
  Conclusion<GrokkingShape>["claims"],
  Names
>;

/** "Long before": this many times as many steps. */
const LONG = 5;

/** A change of MIR or HDR below this counts as none. */
const FLAT = 0.05;

function summary(found: Findings): GrokkingSummary {
  const { steps, memorizedAt, turnsAt, generalizedAt } = found;
  const [mir, hdr] = [found.course("mir"), found.course("hdr")];
  const batchMir = found.course("batchMir");
  const batchHdr = found.course("batchHdr");
  const { peak } = found;
  return {
    memorizedAt,
    turnsAt,
    generalizedAt,
    trainAccuracy: steps.last("trainAccuracy"),
    accuracy: steps.last("accuracy"),
    mirStart: mir.start,
    mirShelf: mir.shelf,
    mirEnd: mir.end,
    hdrStart: hdr.start,
    hdrShelf: hdr.shelf,
    hdrPeak: hdr.peak,
    hdrEnd: hdr.end,
    hdrPeakAt: peak.step,
    trainLossBeforePeak: peak.before,
    trainLossAfterPeak: peak.after,
    batchMirStart: batchMir.start,
    batchMirShelf: batchMir.shelf,
    batchMirEnd: batchMir.end,
    batchHdrStart: batchHdr.start,
    batchHdrShelf: batchHdr.shelf,
    batchHdrPeak: batchHdr.peak,
    batchHdrEnd: batchHdr.end,
  };
}

function accuracyClaims(
  { steps, memorizedAt, generalizedAt }: Findings,
): Claims<"generalizes" | "memorizesFirst"> {
  const last = steps.last("accuracy");
  return {
    generalizes: {
      here: `test accuracy ${formatNumber(last)} after ${
        formatNumber(steps.last("step"))
      } steps`,
      holds: unless([last], () => generalizedAt > 0),
    },
    memorizesFirst: {
      here: `memorized by step ${formatNumber(memorizedAt)}, generalized by ${
        formatNumber(generalizedAt)
      }`,
      holds: unless(
        [memorizedAt, generalizedAt],
        () => generalizedAt >= LONG * memorizedAt,
      ),
    },
  };
}

/** A claim on the course of a ratio: of the whole test set, or in batches, as the paper may have it. */
function courseClaim(
  { whole, inBatches, size }: {
    whole: Course;
    inBatches: Course;
    size: number;
  },
  parts: readonly (keyof Course)[],
  test: (course: Course) => boolean,
): Pick<Claims<"hdrSpikes">["hdrSpikes"], "here" | "holds"> {
  const words = (course: Course) =>
    parts.map((part) => `${part} ${formatNumber(course[part])}`).join(", ");
  const judge = (course: Course) =>
    unless(parts.map((part) => course[part]), () => test(course));
  const verdicts = [judge(whole), judge(inBatches)];
  return {
    here: `${words(whole)}; in batches of ${size}: ${words(inBatches)}`,
    holds: verdicts.includes(null) ? null : verdicts.includes(true),
  };
}

function ratioClaims(
  found: Findings,
): Claims<"mirRisesFirst" | "mirFallsLater" | "hdrFallsFirst" | "hdrSpikes"> {
  const size = found.config.batch;
  const mir = {
    whole: found.course("mir"),
    inBatches: found.course("batchMir"),
    size,
  };
  const hdr = {
    whole: found.course("hdr"),
    inBatches: found.course("batchHdr"),
    size,
  };
  return {
    mirRisesFirst: courseClaim(
      mir,
      ["start", "shelf"],
      ({ start, shelf }) => shelf - start >= FLAT,
    ),
    mirFallsLater: courseClaim(
      mir,
      ["shelf", "end"],
      ({ shelf, end }) => shelf - end >= FLAT,
    ),
    hdrFallsFirst: courseClaim(
      hdr,
      ["start", "shelf"],
      ({ start, shelf }) => start - shelf >= FLAT,
    ),
    hdrSpikes: courseClaim(
      hdr,
      ["shelf", "peak", "end"],
      ({ shelf, peak, end }) => peak - shelf >= FLAT && peak - end >= FLAT,
    ),
  };
}

function peakClaim(found: Findings): Claims<"spikeWithAccuracy"> {
  const { peak: { step, before, after }, generalizedAt } = found;
  const hdr = found.course("hdr");
  return {
    spikeWithAccuracy: {
      here: `HDR is largest at step ${formatNumber(step)}, test accuracy ` +
        `passed 95 % at ${formatNumber(generalizedAt)}; training loss at ` +
        `least ${formatNumber(before)} before, at most ${
          formatNumber(after)
        } after`,
      holds: hdr.peak - hdr.shelf >= FLAT
        ? unless([step, generalizedAt], () => step <= generalizedAt)
        : null,
    },
  };
}

/** Numbers, claims and charts of the rows there are. */
export function conclude(
  observations: Observations<GrokkingShape>,
): Conclusion<GrokkingShape> {
  const found = new Findings(observations);
  const { samples, classes } = observations.data.test;
  const place = `addition mod ${classes}, N = ${samples} test pairs`;
  return {
    summary: summary(found),
    claims: {
      ...accuracyClaims(found),
      ...ratioClaims(found),
      ...peakClaim(found),
    },
    charts: [interplayChart(found, place), lossChart(found, place)],
  };
}
