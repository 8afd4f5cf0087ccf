import { Check } from "../core/check.ts";
import { NotFiniteError } from "../core/errors.ts";
import { gatherInputs } from "../data/subset.ts";
import {
  type BatchInterplay,
  batchInterplay,
} from "../metrics/batch_interplay.ts";
import type { InterplayValues } from "../metrics/mod.ts";
import { interplay } from "../metrics/interplay.ts";
import { neuralCollapse } from "../metrics/neural_collapse.ts";
import type { ClassifierHead } from "../models/classifier.ts";
import type {
  CompleteEvaluateOptions,
  HostMatrix,
  InterplayMeasures,
} from "./evaluate.ts";

/** What measures are taken of. */
export interface Sides {
  readonly representations: HostMatrix;
  readonly labels: Int32Array;
  readonly head: ClassifierHead;
}

/**
 * The samples that have a direction. Rectified units can all be off for a sample; a zero vector has no
 * cosine with anything, and one of them should not end a run of hours.
 */
export function directed(
  { representations: { data, shape: [rows, columns] }, labels, head }: Sides,
): Sides {
  const row = (i: number) => data.subarray(i * columns, (i + 1) * columns);
  const kept = Uint32Array.from({ length: rows }, (_, i) => i)
    .filter((i) => row(i).some((x) => x !== 0));
  if (kept.length === rows) {
    return { representations: { data, shape: [rows, columns] }, labels, head };
  }
  if (kept.length === 0) {
    new Check("evaluate the model").fail(
      NotFiniteError,
      "a representation that is not zero",
      `${rows} zero rows: every unit is off (try a smaller learning rate)`,
    );
  }
  const Z = gatherInputs({ inputs: data, shape: [rows, columns] }, kept);
  return {
    representations: { data: Z, shape: [kept.length, columns] },
    labels: Int32Array.from(kept, (i) => labels[i]!),
    head,
  };
}

/** Means over batches in the form of a record; entropies add up, and so do their means. */
function meanValues(
  { representations, head, mutualInformation, mir, hdr, ...rest }:
    BatchInterplay,
): InterplayValues & { samples: number } {
  const joint = representations.mean + head.mean - mutualInformation.mean;
  return {
    entropy: { representations: representations.mean, head: head.mean, joint },
    mutualInformation: mutualInformation.mean,
    mir: mir.mean,
    hdr: hdr.mean,
    samples: rest.batches * rest.size,
  };
}

/** Everything `interplay` (or `batchInterplay`) and `neuralCollapse` say, as plain fields. */
export function measureSides(
  sides: Sides,
  { mode, size, reference, estimate }: CompleteEvaluateOptions,
): InterplayMeasures {
  const { representations, labels, head } = directed(sides);
  const collapse = neuralCollapse(sides.representations, sides.labels, head);
  const batches = mode === "whole"
    ? undefined
    : batchInterplay(representations, labels, head, { size });
  if (mode === "batches" && batches) {
    const classes = head.weights.shape[0];
    return { ...meanValues(batches), classes, batches, ...collapse };
  }
  const whole = estimate
    ? interplay(representations, labels, head, {
      reference,
      estimate: "slq",
      ...estimate,
    })
    : interplay(representations, labels, head, { reference });
  return { ...whole, ...(batches ? { batches } : {}), ...collapse };
}
