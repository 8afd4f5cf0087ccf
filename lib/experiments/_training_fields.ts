/**
 * What the training part of a configuration has in common, however the network is trained.
 *
 * @module
 */

import { z } from "zod";

/** What an experiment decides itself, or what is no part of a configuration. */
const OWN = [
  "seed",
  "signal",
  "checkpoint",
  "reference",
  "earlyStop",
  "afterStep",
] as const;

/** The same within `evaluation`. */
const OWN_EVALUATION = ["mode", "size"] as const;

const share = z.number().min(0).max(1);

/** How much a random view changes: the options of `augment` that are no part of which view it is. */
export const viewFields = {
  shift: share.optional(),
  flip: z.boolean().optional(),
  operations: z.int().nonnegative().optional(),
  magnitude: share.optional(),
  cutout: share.optional(),
  fill: share.optional(),
  noise: z.number().nonnegative().optional(),
  dropout: z.number().min(0).lt(1).optional(),
};

const decided = (own: readonly string[]) =>
  z.record(z.string(), z.unknown()).superRefine((value, context) => {
    for (const key of own) {
      if (!(key in value)) continue;
      const message = "expected nothing: the experiment decides";
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

/** A record without the fields that an experiment decides itself. */
export const undecided = decided(OWN).and(
  z.looseObject({ evaluation: decided(OWN_EVALUATION).optional() }),
);

/** Without what the experiment decides, and without what has no value: JSON has no `undefined`. */
export function plainFields(
  read: { readonly evaluation: object },
): Record<string, unknown> {
  const without = (fields: object, own: readonly string[]) =>
    Object.fromEntries(
      Object.entries(fields).filter(([key, value]) =>
        value !== undefined && !own.includes(key)
      ),
    );
  return {
    ...without(read, OWN),
    evaluation: without(read.evaluation, OWN_EVALUATION),
  };
}
