import type { EpochRecord } from "../training/history.ts";

/** The same numbers as means over small batches, as the figures of the paper have them. */
export interface BatchColumns {
  /** Matrix entropy of the representations, in nats; at most the logarithm of the batch size. */
  readonly batchEntropyRepresentations: number;
  /** Matrix entropy of the head rows, in nats. */
  readonly batchEntropyHead: number;
  /** In nats. */
  readonly batchMutualInformation: number;
  /** Matrix mutual information ratio; higher than that of the whole set, since batches are small. */
  readonly batchMir: number;
  /** Matrix entropy difference ratio. */
  readonly batchHdr: number;
  /** What neural collapse would give on these batches. */
  readonly batchCollapseMir: number;
}

/** The units of {@linkcode BatchColumns}. */
export const BATCH_UNITS: Readonly<Record<keyof BatchColumns, string>> = {
  batchEntropyRepresentations: "nats",
  batchEntropyHead: "nats",
  batchMutualInformation: "nats",
  batchMir: "1",
  batchHdr: "1",
  batchCollapseMir: "1",
};

/** The means over batches of a measurement; NaN where it has none. */
export function batchColumns({ batches }: EpochRecord): BatchColumns {
  return {
    batchEntropyRepresentations: batches?.representations.mean ?? NaN,
    batchEntropyHead: batches?.head.mean ?? NaN,
    batchMutualInformation: batches?.mutualInformation.mean ?? NaN,
    batchMir: batches?.mir.mean ?? NaN,
    batchHdr: batches?.hdr.mean ?? NaN,
    batchCollapseMir: batches?.collapseMir.mean ?? NaN,
  };
}
