/**
 * Option schemas that several metrics share.
 *
 * @module
 */

import { z } from "zod";

/** Order of a Rényi entropy: positive, infinity included. */
export const order = z.custom<number>(
  (x) => typeof x === "number" && x > 0,
  "expected a positive number or Infinity",
);

/** `{ alpha }`, 1 if left out. */
export const alphaOptions = z.strictObject({ alpha: order.default(1) });

/** A seed of {@linkcode Random}. */
export const seed = z.int().default(0);

/** How many samples to draw where a metric looks at pairs; all of them if left out. */
export const sampleSize = z.int().min(2).optional();
