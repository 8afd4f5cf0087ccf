/**
 * A run that uses everything that has to survive a break, small enough for a test. As a program it makes
 * this run with the checkpoint it is given, and says every step.
 */

import type { Classifier } from "interplay/models";
import { useBackend } from "interplay/models";
import {
  type CheckpointOptions,
  type SupervisedOptions,
  type TrainingRun,
  trainSupervised,
} from "interplay/training";
import { Random } from "../../lib/core/random.ts";
import { cloudModel, clouds } from "./fixtures.ts";

/** Momentum, averages, best weights, clipping, terms and views: all that a run remembers. */
export const everything: SupervisedOptions = {
  epochs: 12,
  batchSize: 16,
  learningRate: 0.02,
  optimizer: "adamw",
  warmup: 5,
  clipNorm: 1,
  ema: { decay: 0.9, evaluate: "beside" },
  earlyStop: { metric: "ema.loss", mode: "min" },
  terms: { mutualInformation: 0.05 },
  reference: false,
  seed: 5,
  augment: function jitter(inputs, indices, epoch) {
    const random = new Random(epoch).fork(indices[0]!);
    return inputs.map((x) => x + 0.1 * random.normal());
  },
};

/** That run, with this checkpoint. */
export function everythingRun(
  model: Classifier,
  checkpoint?: CheckpointOptions,
): TrainingRun {
  return trainSupervised(model, clouds(), {
    ...everything,
    ...(checkpoint ? { checkpoint } : {}),
  });
}

if (import.meta.main) {
  await useBackend("cpu");
  const path = Deno.args[0]!;
  const run = everythingRun(cloudModel(), { path, every: { steps: 5 } });
  for await (const event of run) {
    if (event.type === "step") console.log(`step ${event.step}`);
    if (event.type === "resume") console.log(`resume ${event.step}`);
  }
}
