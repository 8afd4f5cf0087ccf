import { gatherInputs } from "../data/subset.ts";
import { batchInterplay } from "../metrics/batch_interplay.ts";
import type { Evaluation } from "../training/evaluate.ts";

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

function withoutValue(): BatchColumns {
  const names = Object.keys(BATCH_UNITS) as (keyof BatchColumns)[];
  return Object.fromEntries(
    names.map((name) => [name, NaN]),
  ) as unknown as BatchColumns;
}

/**
 * Means over batches of `size` samples, in random order. Samples without a direction are left out; NaN where
 * too few have one.
 */
export function batchColumns(
  { representations, labels, head }: Evaluation,
  size: number,
): BatchColumns {
  const { data, shape: [rows, columns] } = representations;
  const kept = Uint32Array.from({ length: rows }, (_, i) => i).filter((i) =>
    data.subarray(i * columns, (i + 1) * columns).some((x) => x !== 0)
  );
  if (kept.length < size && size <= rows) return withoutValue();
  const Z = {
    data: gatherInputs({ inputs: data, shape: [rows, columns] }, kept),
    shape: [kept.length, columns],
  };
  const keptLabels = Int32Array.from(kept, (i) => labels[i]!);
  const of = batchInterplay(Z, keptLabels, head, { size, seed: 0 });
  return {
    batchEntropyRepresentations: of.representations.mean,
    batchEntropyHead: of.head.mean,
    batchMutualInformation: of.mutualInformation.mean,
    batchMir: of.mir.mean,
    batchHdr: of.hdr.mean,
    batchCollapseMir: of.collapseMir.mean,
  };
}
