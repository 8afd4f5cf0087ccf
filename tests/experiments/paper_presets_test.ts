/**
 * The paper's setting at full size: the network, the batch-norm and the optimizer of the `paper` presets, two
 * steps each, on Gaussian clouds in the shape of CIFAR, which is not at hand where tests run.
 */

import { assert, assertEquals } from "@std/assert";
import {
  labelSmoothing,
  temperatureSweep,
  trainingDynamics,
} from "interplay/experiments";

const twoSteps = {
  preset: "paper",
  data: {
    kind: "gaussian",
    shape: [32, 32, 3],
    classes: 10,
    train: 32,
    test: 32,
  },
  training: { steps: 2, batchSize: 16, evaluation: { every: { steps: 2 } } },
  batch: 16,
} as const;

Deno.test("trainingDynamics has a paper preset: WRN-28-2 on CIFAR-10, 2^20 steps", () => {
  const { data, model, training } =
    trainingDynamics({ preset: "paper" }).config;
  assertEquals([data.kind, data.train, data.test], ["cifar10", 50_000, 10_000]);
  assertEquals(model, {
    kind: "wideResNet",
    depth: 28,
    widen: 2,
    statisticsMomentum: 0.1,
  });
  assertEquals([training.steps, training.batchSize], [2 ** 20, 64]);
  assertEquals(
    [training.learningRate, training.schedule, training.weightDecay],
    [0.03, "cosine", 5e-4],
  );
  assertEquals(training.momentum, 0.9);
});

Deno.test("trainingDynamics takes two steps of its paper preset at full size", async () => {
  const { series, evaluations, outcome } = await trainingDynamics({
    ...twoSteps,
    permutations: 1,
  });
  assertEquals([outcome, series.epochs.step], ["completed", [0, 2]]);
  assertEquals(evaluations.length, 1);
  assert(series.epochs.loss.every(Number.isFinite));
  assert(series.epochs.mir.every((mir) => mir > 0 && mir <= 1));
});

Deno.test("temperatureSweep and labelSmoothing take two steps of their paper presets at full size", async () => {
  const sweep = await temperatureSweep({ ...twoSteps, temperatures: [0.5] });
  assert(sweep.series.temperatures.entropyRepresentations[0]! >= 0);
  assertEquals(sweep.series.epochs.epoch, [0, 1]);
  const smoothing = await labelSmoothing({ ...twoSteps, smoothings: [0.1] });
  assert(smoothing.series.smoothings.accuracy[0]! <= 1);
});
