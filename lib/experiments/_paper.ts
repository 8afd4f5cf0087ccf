/**
 * The paper whose experiments these are, and the setting it trains in.
 *
 * @module
 */

import type { Overrides } from "./experiment.ts";
import type { DataConfig } from "./data_config.ts";
import type { ModelConfig } from "./model_config.ts";
import type { TrainingConfig } from "./training_config.ts";

/** The paper. */
export const PAPER =
  "Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767 (and ICML 2024, PMLR 235:46156–46167)";

/**
 * CIFAR-10 with a WRN-28-2: SGD with momentum 0.9 and weight decay 5e-4, learning rate 0.03 along a cosine,
 * batches of 64, 2^20 steps. That images are shifted and mirrored, as the code it builds on does, and how often
 * is measured, the paper does not say.
 */
export const PAPER_SETTING: {
  readonly data: Overrides<DataConfig>;
  readonly model: Overrides<ModelConfig>;
  readonly training: Overrides<TrainingConfig>;
} = {
  data: { kind: "cifar10" },
  model: { kind: "wideResNet", depth: 28, widen: 2 },
  training: {
    steps: 2 ** 20,
    batchSize: 64,
    learningRate: 0.03,
    schedule: "cosine",
    momentum: 0.9,
    weightDecay: 5e-4,
    augment: { view: "weak", flip: true },
    evaluation: { every: { steps: 5000 } },
  },
};
