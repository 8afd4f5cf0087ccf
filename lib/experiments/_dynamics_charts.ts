/**
 * How a run of training dynamics is drawn.
 *
 * @module
 */

import type { Chart } from "../core/chart.ts";
import type { Observations } from "./experiment.ts";
import {
  entropyReferences,
  hdrReferences,
  mirReferences,
} from "./reference_columns.ts";
import type { TrainingDynamicsShape } from "./training_dynamics.ts";

/** Entropies, MIR, HDR and accuracy over the epochs. */
export function interplayChart(
  { config: { batch }, rows: { references } }: Observations<
    TrainingDynamicsShape
  >,
): Chart {
  const inBatches = { label: `batches of ${batch}`, dash: "dash" } as const;
  return {
    name: "interplay",
    title: "Training dynamics",
    table: "epochs",
    x: { column: "epoch", title: "epoch" },
    panels: [
      {
        title: "entropy (nats)",
        lines: [
          { column: "entropyRepresentations", label: "H of features" },
          { column: "entropyHead", label: "H of head" },
        ],
        references: entropyReferences(references),
      },
      {
        title: "MIR",
        lines: [
          { column: "mir", label: "whole test set" },
          { column: "batchMir", ...inBatches },
        ],
        references: mirReferences(references),
      },
      {
        title: "HDR",
        lines: [
          { column: "hdr", label: "whole test set" },
          { column: "batchHdr", ...inBatches },
        ],
        references: hdrReferences(references),
      },
      { title: "accuracy", lines: [{ column: "accuracy", label: "test" }] },
    ],
    notes: [
      "The horizontal lines are for the whole test set: collapse, shuffled labels, random features.",
    ],
  };
}

/** The measures of neural collapse over the epochs. */
export function collapseChart(): Chart {
  return {
    name: "collapse",
    title: "Neural collapse over training",
    table: "epochs",
    x: { column: "epoch", title: "epoch" },
    panels: [
      {
        title: "NC1",
        log: true,
        lines: [
          { column: "nc1Pinv", label: "tr Σw Σb⁺ / C" },
          { column: "nc1Quotient", label: "tr Σw / tr Σb" },
          { column: "nc1Cdnv", label: "CDNV" },
        ],
      },
      {
        title: "NC2",
        log: true,
        lines: [
          { column: "nc2EquinormMeans", label: "norms, means" },
          { column: "nc2EquinormHead", label: "norms, head" },
          { column: "nc2EquiangularMeans", label: "angles, means" },
          { column: "nc2EquiangularHead", label: "angles, head" },
          { column: "nc2EtfError", label: "ETF error" },
        ],
      },
      {
        title: "NC3",
        log: true,
        lines: [
          { column: "nc3SelfDuality", label: "self-duality" },
          { column: "nc3StructureError", label: "structure" },
        ],
      },
      {
        title: "NC4",
        lines: [{ column: "nc4Agreement", label: "agreement" }],
      },
    ],
  };
}
