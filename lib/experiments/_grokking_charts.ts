/**
 * How a run of grokking is drawn.
 *
 * @module
 */

import type { Chart } from "../core/chart.ts";
import { formatNumber } from "../core/table.ts";
import { type Findings, GENERALIZED } from "./_grokking_findings.ts";
import {
  entropyReferences,
  hdrReferences,
  mirReferences,
} from "./reference_columns.ts";

/** "Memorized by step 100, halfway by 400, generalized by 1400". */
function milestones(
  { memorizedAt, turnsAt, generalizedAt }: Findings,
): string {
  return `99.9 % of the training pairs at step ${
    formatNumber(memorizedAt)
  }, 50 % of the test pairs at ${formatNumber(turnsAt)}, 95 % at ${
    formatNumber(generalizedAt)
  }.`;
}

const X = { column: "step", title: "step" };

/** Accuracy, MIR, HDR and entropies over the steps. */
export function interplayChart(found: Findings, place: string): Chart {
  const { config: { batch }, references } = found;
  const inBatches = { label: `batches of ${batch}`, dash: "dash" } as const;
  const train = { label: "training pairs", dash: "dot" } as const;
  return {
    name: "interplay",
    title: `Grokking: ${place}`,
    table: "steps",
    x: X,
    panels: [
      {
        title: "accuracy",
        lines: [
          { column: "accuracy", label: "test pairs" },
          { column: "trainAccuracy", ...train },
        ],
        references: [{
          label: "95 %",
          value: GENERALIZED,
        }],
      },
      {
        title: "MIR",
        lines: [
          { column: "mir", label: "test pairs" },
          { column: "batchMir", ...inBatches },
          { column: "trainMir", ...train },
          { column: "mirShuffled", label: "shuffled answers", dash: "dashdot" },
        ],
        references: mirReferences(references),
      },
      {
        title: "HDR",
        lines: [
          { column: "hdr", label: "test pairs" },
          { column: "batchHdr", ...inBatches },
          { column: "trainHdr", ...train },
        ],
        references: hdrReferences(references),
      },
      {
        title: "entropy (nats)",
        lines: [
          { column: "entropyRepresentations", label: "H of features" },
          { column: "entropyHead", label: "H of head" },
        ],
        references: entropyReferences(references),
      },
    ],
    notes: [
      milestones(found),
      "The horizontal lines are for all test pairs at the end: collapse, shuffled answers, random features.",
    ],
  };
}

/** Losses and neural collapse over the steps. */
export function lossChart(found: Findings, place: string): Chart {
  return {
    name: "loss",
    title: `Loss and variability collapse: ${place}`,
    table: "steps",
    x: X,
    panels: [
      {
        title: "loss (nats)",
        log: true,
        lines: [
          { column: "loss", label: "test pairs" },
          { column: "trainLoss", label: "training pairs", dash: "dot" },
        ],
        references: [{
          label: "chance",
          value: Math.log(found.config.data.modulus),
          dash: "dot",
        }],
      },
      {
        title: "NC1",
        log: true,
        lines: [{ column: "nc1Quotient", label: "tr Σw / tr Σb" }],
      },
      {
        title: "NC3",
        lines: [{ column: "nc3SelfDuality", label: "self-duality" }],
        references: [{ label: "collapse", value: 0 }],
      },
    ],
    notes: [milestones(found)],
  };
}
