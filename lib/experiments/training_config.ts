import { z } from "zod";
import type { ConfigSchema } from "./schema.ts";

/** How a network of an experiment is trained; what is not said here is as in `trainSupervised`. */
export interface TrainingConfig {
  /** Passes over the training set. */
  readonly epochs: number;
  /** Samples a step. */
  readonly batchSize: number;
  /** At the first step. */
  readonly learningRate: number;
  /** Its course over the run. */
  readonly schedule: "constant" | "cosine";
  /** Of the gradient. */
  readonly momentum: number;
  /** On matrices and kernels. */
  readonly weightDecay: number;
}

/**
 * Checks and completes a {@linkcode TrainingConfig}; part of the schema of an experiment. What is left out
 * is as in the paper, but for the length.
 *
 * @example
 * ```ts
 * import { trainingConfig } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(trainingConfig.parse({ epochs: 3 }).learningRate, 0.03);
 * ```
 */
export const trainingConfig: ConfigSchema<TrainingConfig> = z.strictObject({
  epochs: z.int().positive().default(10),
  batchSize: z.int().positive().default(64),
  learningRate: z.number().positive().default(0.03),
  schedule: z.enum(["constant", "cosine"]).default("cosine"),
  momentum: z.number().min(0).lt(1).default(0.9),
  weightDecay: z.number().nonnegative().default(5e-4),
});
