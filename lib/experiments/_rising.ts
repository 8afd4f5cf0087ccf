import { z } from "zod";

/** A list of at least one item, each above the one before. */
export function rising<T>(
  item: z.ZodType<T>,
  { plural, by }: {
    /** What the items are, for the message. */
    plural: string;
    /** What of an item rises. */
    by: (item: T) => number;
  },
) {
  return z.array(item).min(1).refine(
    (items) => items.every((x, i) => i === 0 || by(x) > by(items[i - 1]!)),
    { error: `Invalid input: expected ${plural} that rise` },
  );
}

/** The same, of numbers. */
export function risingNumbers(item: z.ZodType<number>, plural: string) {
  return rising(item, { plural, by: (x) => x });
}
