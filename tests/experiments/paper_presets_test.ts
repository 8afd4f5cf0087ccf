/** The setting of the paper at full size, on samples of CIFAR's shape: two steps of each training. */

import { assert, assertEquals } from "@std/assert";
import {
  crossModalAlignment,
  informationLoss,
  labelSmoothing,
  linearModeConnectivity,
  pruning,
  semiSupervised,
  temperatureSweep,
  trainingDynamics,
} from "interplay/experiments";

import { asSafetensors, features } from "./feature_files.ts";
import { temporaryFolder } from "./fixtures.ts";

const short = {
  preset: "paper",
  data: {
    kind: "gaussian",
    shape: [32, 32, 3],
    classes: 2,
    train: 4,
    test: 6,
  },
  training: { steps: 2, batchSize: 2 },
} as const;

const WIDE = "wideResNet";

Deno.test("linearModeConnectivity() takes two steps in the setting of the paper, statistics made anew", async () => {
  const { outcome, config, series } = await linearModeConnectivity({
    ...short,
    learningRates: [3e-2],
    points: 3,
    batch: 2,
    permutations: 1,
    batchStatistics: "recompute",
  });
  assertEquals([outcome, config.model.kind], ["completed", WIDE]);
  assertEquals(series.ends.step, [2, 2]);
  assertEquals(series.path.position, [0, 0.5, 1]);
});

Deno.test("pruning() takes two steps in the setting of the paper", async () => {
  const { outcome, config, series } = await pruning({
    ...short,
    fineTuning: { steps: 2, batchSize: 2 },
    sparsities: [0.5],
    compared: 6,
    batch: 2,
  });
  assertEquals([outcome, config.model.kind], ["completed", WIDE]);
  assertEquals(series.pruned.zeroShare, [0.5]);
});

Deno.test("informationLoss() takes two steps in the setting of the paper", async () => {
  const { outcome, config, series } = await informationLoss({
    ...short,
    terms: ["mutualInformation"],
    lambdas: [0.1],
    seeds: 2,
    permutations: 1,
  });
  assertEquals([outcome, config.model.kind], ["completed", WIDE]);
  assertEquals(series.runs.term.length, 4);
});

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
    ...short,
    batch: 2,
    permutations: 1,
  });
  assertEquals([outcome, series.epochs.step], ["completed", [0, 2]]);
  assertEquals(evaluations.length, 1);
  assert(series.epochs.loss.every(Number.isFinite));
  assert(series.epochs.mir.every((mir) => mir > 0 && mir <= 1));
});

Deno.test("temperatureSweep and labelSmoothing take two steps of their paper presets at full size", async () => {
  const sweep = await temperatureSweep({
    ...short,
    batch: 2,
    temperatures: [0.5],
  });
  assert(sweep.series.temperatures.entropyRepresentations[0]! >= 0);
  assertEquals(sweep.series.epochs.epoch, [0, 1]);
  const smoothing = await labelSmoothing({
    ...short,
    batch: 2,
    smoothings: [0.1],
  });
  assert(smoothing.series.smoothings.accuracy[0]! <= 1);
});

Deno.test("semiSupervised has a paper preset: WRN-28-2 on CIFAR-10, 4 labels a class, ratio 7, averages of 0.999", () => {
  const { data, model, labels, training } =
    semiSupervised({ preset: "paper" }).config;
  assertEquals([data.kind, data.train, labels], ["cifar10", 50_000, 4]);
  assertEquals(model, {
    kind: "wideResNet",
    depth: 28,
    widen: 2,
    statisticsMomentum: 0.1,
  });
  assertEquals(
    [training.steps, training.batchSize, training.ratio],
    [2 ** 20, 64, 7],
  );
  assertEquals(
    [training.learningRate, training.schedule, training.momentum],
    [0.03, "fixMatch", 0.9],
  );
  assertEquals(training.ema, { decay: 0.999, evaluate: "instead" });
  assertEquals(
    [training.threshold, training.thresholdDecay, training.fairnessWeight],
    [0.95, 0.999, 0.01],
  );
});

Deno.test("semiSupervised() takes two steps in the setting of the paper, with both terms", async () => {
  const { outcome, config, series } = await semiSupervised({
    ...short,
    training: { steps: 2, batchSize: 2, ratio: 1 },
    data: { ...short.data, standardize: true },
    labels: 1,
    methods: ["freeMatch"],
    seeds: 1,
    permutations: 1,
  });
  assertEquals([outcome, config.model.kind], ["completed", WIDE]);
  assertEquals(series.settings.method.length, 4);
  assertEquals(series.epochs.step, new Array(4).fill([0, 2]).flat());
  assert(series.epochs.loss.every(Number.isFinite));
  assert(series.epochs.maskRate.some((rate) => rate > 0));
});

Deno.test("crossModalAlignment has a paper preset: SGD 0.002 along a cosine, batches of 32, 50 to 200 epochs, seeds 1 to 3", () => {
  const { training, fewShot, lambdas, scale, seeds, textSide } =
    crossModalAlignment({ preset: "paper" }).config;
  assertEquals(training, {
    batchSize: 32,
    learningRate: 0.002,
    schedule: "cosine",
    momentum: 0.9,
    weightDecay: 5e-4,
  });
  assertEquals(
    fewShot.map(({ shots, epochs }) => [shots, epochs]),
    [[1, 50], [2, 100], [4, 100], [8, 200], [16, 200]],
  );
  assertEquals(lambdas.at(-1), 1);
  assertEquals([scale, seeds, textSide], [100, 3, "adapter"]);
});

Deno.test("crossModalAlignment() takes two steps of its paper preset on features of the width of CLIP's", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/features.safetensors`;
  const drawn = features({ classes: 10, samplesPerClass: 2, dimension: 512 });
  await Deno.writeFile(path, await asSafetensors(drawn));
  const twoSteps = { shots: 1, epochs: 2 }; // ten images, one batch an epoch
  const { outcome, series, evaluations, data } = await crossModalAlignment({
    preset: "paper",
    data: { path },
    methods: ["vonNeumannEntropy", "classwise"],
    lambdas: [0.5],
    alphas: [0.1],
    sweep: twoSteps,
    fewShot: [twoSteps],
    baseToNew: twoSteps,
    seeds: 2,
  });
  assertEquals([outcome, data.text.samples], ["completed", 10]);
  assertEquals(series.runs.method.length, 2 * 2 * 3);
  assertEquals(series.baseToNew.method.length, 3);
  assertEquals(evaluations.length, 2 * 3);
  assert(series.runs.loss.every(Number.isFinite));
});
