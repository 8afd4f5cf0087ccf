/** The setting of the paper at full size, on samples of CIFAR's shape: two steps of each training. */

import { assertEquals } from "@std/assert";
import {
  informationLoss,
  linearModeConnectivity,
  pruning,
} from "interplay/experiments";

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
