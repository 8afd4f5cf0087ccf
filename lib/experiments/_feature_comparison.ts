/**
 * Two sets of features of the same samples, held against each other.
 *
 * @module
 */

import { Random } from "../core/random.ts";
import { gatherInputs } from "../data/subset.ts";
import { matrixEntropy } from "../metrics/matrix_entropy.ts";
import { hdr, mir } from "../metrics/mutual_information.ts";
import type { HostMatrix } from "../training/evaluate.ts";

/** How two sets of features agree. */
export interface FeatureComparison {
  /** Samples behind the values that are of all samples at once. */
  readonly samples: number;
  /** Matrix entropy of the second set, in nats. */
  readonly entropy: number;
  /** MIR of all samples at once. */
  readonly mir: number;
  /** HDR of all samples at once. */
  readonly hdr: number;
  /** Mean MIR of batches, as in the figures of the paper; NaN where there is no full one. */
  readonly batchMir: number;
  /** Mean HDR of batches. */
  readonly batchHdr: number;
}

/** Features row by row, those of the same sample side by side. */
interface Sides {
  readonly first: HostMatrix;
  readonly second: HostMatrix;
}

function hasDirection({ data, shape: [, columns] }: HostMatrix, row: number) {
  return data.subarray(row * columns, (row + 1) * columns)
    .some((x) => x !== 0);
}

function rowsOf({ data, shape }: HostMatrix, rows: Uint32Array): HostMatrix {
  const [, columns] = shape;
  return {
    data: gatherInputs({ inputs: data, shape: [...shape] }, rows),
    shape: [rows.length, columns],
  };
}

function picked({ first, second }: Sides, rows: Uint32Array): Sides {
  return { first: rowsOf(first, rows), second: rowsOf(second, rows) };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/**
 * MIR and HDR of the first `samples` samples that have a direction in both sets, and their means over
 * batches of these. `shuffled` pairs each sample of the first set with another one of the second.
 */
export function compareFeatures(
  first: HostMatrix,
  second: HostMatrix,
  { samples, batch, shuffled = false }: {
    samples: number;
    batch: number;
    shuffled?: boolean;
  },
): FeatureComparison {
  const rows = Uint32Array.from({ length: first.shape[0] }, (_, i) => i)
    .filter((i) => hasDirection(first, i) && hasDirection(second, i))
    .subarray(0, samples);
  const paired = picked({ first, second }, rows);
  const order = new Random(0).permutation(rows.length);
  const sides = shuffled
    ? { ...paired, second: rowsOf(paired.second, order) }
    : paired;
  const batches = Array.from(
    { length: Math.floor(rows.length / batch) },
    (_, b) =>
      picked(
        sides,
        Uint32Array.from({ length: batch }, (_, i) => b * batch + i),
      ),
  );
  return {
    samples: rows.length,
    entropy: matrixEntropy(sides.second),
    mir: mir(sides.first, sides.second),
    hdr: hdr(sides.first, sides.second),
    batchMir: mean(batches.map((each) => mir(each.first, each.second))),
    batchHdr: mean(batches.map((each) => hdr(each.first, each.second))),
  };
}
