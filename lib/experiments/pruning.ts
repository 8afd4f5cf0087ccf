import { z } from "zod";
import type { Chart, ChartReference } from "../core/chart.ts";
import { formatNumber } from "../core/table.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import { evaluate, type HostMatrix } from "../training/evaluate.ts";
import type { Classifier } from "../models/classifier.ts";
import type { TrainingRun } from "../training/run.ts";
import {
  compareFeatures,
  type FeatureComparison,
} from "./_feature_comparison.ts";
import { MagnitudeMask, zeroShare } from "./_magnitude_mask.ts";
import { PAPER, PAPER_SETTING } from "./_paper.ts";
import { risingNumbers } from "./_rising.ts";
import { Table, unless } from "./_table.ts";
import { buildData, type DataConfig, dataConfig } from "./data_config.ts";
import { defineExperiment } from "./define_experiment.ts";
import type { ExperimentEvent } from "./event.ts";
import type { Conclusion, Experiment, Observations } from "./experiment.ts";
import type { Lab } from "./lab.ts";
import { buildModel, type ModelConfig, modelConfig } from "./model_config.ts";
import type { ColumnsOf, ExperimentShape } from "./result.ts";
import { supervisedRun } from "./supervised_run.ts";
import { type TrainingConfig, trainingConfig } from "./training_config.ts";

/** Configuration of {@linkcode pruning}. */
export interface PruningConfig {
  /** What is learnt. */
  readonly data: DataConfig;
  /** What learns. */
  readonly model: ModelConfig;
  /** How the dense network learns. */
  readonly training: TrainingConfig;
  /** How pruned networks learn on, what is pruned staying at 0. */
  readonly fineTuning: TrainingConfig;
  /** Shares of the weights in matrices and kernels that are pruned, rising, in `[0, 1)`. */
  readonly sparsities: readonly number[];
  /** Samples of the test set whose features are compared; MIR of two sets of features costs their cube. */
  readonly compared: number;
  /** Samples a batch of the values that are means over batches, as in the paper. */
  readonly batch: number;
}

/** A network after pruning and fine-tuning, held against the dense one. */
export interface PrunedColumns {
  /** Share of the weights that was to be pruned. */
  readonly sparsity: number;
  /** Share of the weights that are 0 after fine-tuning. */
  readonly zeroShare: number;
  /** Test accuracy right after pruning. */
  readonly prunedAccuracy: number;
  /** Test accuracy after fine-tuning. */
  readonly accuracy: number;
  /** Mean cross-entropy after fine-tuning, in nats. */
  readonly loss: number;
  /** Samples behind entropy, MIR and HDR. */
  readonly samples: number;
  /** Matrix entropy of the features after fine-tuning, in nats. */
  readonly entropy: number;
  /** MIR of the dense and the pruned network's features. */
  readonly mir: number;
  /** HDR of the same. */
  readonly hdr: number;
  /** Mean of that MIR over batches. */
  readonly batchMir: number;
  /** Mean of that HDR over batches. */
  readonly batchHdr: number;
  /** MIR of the pruned network's features and head, on the whole test set. */
  readonly headMir: number;
  /** HDR of the same. */
  readonly headHdr: number;
}

/** What MIR and HDR of the dense network's features would be against something else. */
export interface PruningYardstickColumns {
  /** "itself", "another network" (same training, other initial weights), or "shuffled" (itself, other samples). */
  readonly against: string;
  /** Accuracy of that network. */
  readonly accuracy: number;
  /** Samples behind entropy, MIR and HDR. */
  readonly samples: number;
  /** Matrix entropy of that network's features, in nats. */
  readonly entropy: number;
  /** Matrix mutual information ratio. */
  readonly mir: number;
  /** Matrix entropy difference ratio. */
  readonly hdr: number;
  /** Mean MIR of batches. */
  readonly batchMir: number;
  /** Mean HDR of batches. */
  readonly batchHdr: number;
}

/** The numbers of {@linkcode pruning}. */
export type PruningSummary = {
  /** Test accuracy of the dense network. */
  readonly denseAccuracy: number;
  /** Test accuracy at the highest sparsity. */
  readonly sparsestAccuracy: number;
  /** The same, before fine-tuning. */
  readonly sparsestPrunedAccuracy: number;
  /** Largest loss of accuracy against the dense network, over the sparsities. */
  readonly accuracyLoss: number;
  /** Least MIR over the sparsities. */
  readonly leastMir: number;
  /** Largest MIR less the least. */
  readonly mirRange: number;
  /** Largest HDR less the least. */
  readonly hdrRange: number;
  /** The range of MIR as means over batches. */
  readonly batchMirRange: number;
  /** The range of HDR as means over batches. */
  readonly batchHdrRange: number;
  /** MIR of the dense network's features and themselves. */
  readonly selfMir: number;
  /** MIR of the dense network's features and those of another network. */
  readonly anotherMir: number;
  /** MIR of the dense network's features and its own of other samples. */
  readonly shuffledMir: number;
};

/** What {@linkcode pruning} takes and gives. */
export interface PruningShape extends ExperimentShape {
  /** Configuration. */
  readonly config: PruningConfig;
  /** What is learnt from and measured on. */
  readonly data: "train" | "test";
  /** Tables: one row a sparsity, and the yardsticks. */
  readonly series: {
    readonly pruned: ColumnsOf<PrunedColumns>;
    readonly yardsticks: ColumnsOf<PruningYardstickColumns>;
  };
  /** Numbers over the sparsities. */
  readonly summary: PruningSummary;
  /** Claims of the paper, and whether the first of them means anything. */
  readonly claims:
    | "mirConstant"
    | "hdrConstant"
    | "accuracyKept"
    | "mirTellsNetworks";
}

type Shape = PruningShape;

/** A range of MIR or HDR below this counts as nearly constant. */
const CONSTANT = 0.05;

/** A loss of accuracy below this counts as little. */
const LITTLE = 0.02;

/** The paper does not say how long it fine-tunes, nor at which rate: a tenth of the training, at a tenth. */
const FINE_TUNING = {
  ...PAPER_SETTING.training,
  steps: Math.round(2 ** 20 / 10),
  learningRate: 3e-3,
};

const DENSE = "dense";
const ANOTHER = "another network";

function prunedName(sparsity: number): string {
  return `sparsity ${sparsity}`;
}

async function featuresOf(
  model: Classifier,
  { test }: Lab<Shape>["data"],
): Promise<HostMatrix> {
  return (await evaluate(model, test)).representations;
}

/** Features of the dense network, whose weights are kept. */
async function denseFeatures(lab: Lab<Shape>): Promise<HostMatrix> {
  using scope = new TensorScope();
  const model = scope.own(lab.model());
  lab.restore(DENSE, model);
  return await featuresOf(model, lab.data);
}

function comparison(
  dense: HostMatrix,
  other: HostMatrix,
  { config, shuffled = false }: {
    config: Shape["config"];
    shuffled?: boolean;
  },
): FeatureComparison {
  const { compared: samples, batch } = config;
  return compareFeatures(dense, other, { samples, batch, shuffled });
}

async function* trainDense(
  lab: Lab<Shape>,
): AsyncGenerator<ExperimentEvent, void> {
  const { config, data } = lab;
  using scope = new TensorScope();
  const model = scope.own(lab.model());
  const run = supervisedRun(lab, model, { reference: false });
  const trained = yield* lab.follow(run);
  const { accuracy } = trained.record;
  const features = await featuresOf(model, data);
  for (const shuffled of [false, true]) {
    yield lab.row("yardsticks", {
      against: shuffled ? "shuffled" : "itself",
      accuracy,
      ...comparison(features, features, { config, shuffled }),
    });
  }
  await lab.keep(DENSE, model, trained);
}

/** The same training from other initial weights, with the samples in another order. */
async function* trainAnother(
  lab: Lab<Shape>,
): AsyncGenerator<ExperimentEvent, void> {
  const { config, data } = lab;
  const seed = -1 - lab.seed;
  using scope = new TensorScope();
  const model = scope.own(lab.model(seed));
  const run = supervisedRun(lab, model, { seed, reference: false });
  const { record: { accuracy } } = yield* lab.follow(run);
  const [dense, features] = [
    await denseFeatures(lab),
    await featuresOf(model, data),
  ];
  yield lab.row("yardsticks", {
    against: ANOTHER,
    accuracy,
    ...comparison(dense, features, { config }),
  });
}

/** Training of what is left, as the configuration has it for that. */
function fineTuningRun(
  lab: Lab<Shape>,
  model: Classifier,
  mask: MagnitudeMask,
): TrainingRun {
  const { config: { fineTuning: training }, data, seed, signal } = lab;
  const checkpoint = () => lab.checkpoint();
  return supervisedRun(
    { config: { training }, data, seed, signal, checkpoint },
    model,
    { reference: false, afterStep: (weights) => mask.apply(weights) },
  );
}

async function* prune(
  lab: Lab<Shape>,
  sparsity: number,
): AsyncGenerator<ExperimentEvent, void> {
  const { config, data } = lab;
  const dense = await denseFeatures(lab);
  using scope = new TensorScope();
  const model = scope.own(lab.model());
  lab.restore(DENSE, model);
  using mask = await MagnitudeMask.of(model, sparsity);
  mask.apply(model.weights);
  const accuracies: number[] = [];
  const trained = yield* lab.follow(
    fineTuningRun(lab, model, mask),
    ({ accuracy }) => {
      accuracies.push(accuracy);
      return [];
    },
  );
  const { record } = trained;
  yield lab.row("pruned", {
    sparsity,
    zeroShare: await zeroShare(model),
    prunedAccuracy: accuracies[0]!,
    accuracy: record.accuracy,
    loss: record.loss,
    ...comparison(dense, await featuresOf(model, data), { config }),
    headMir: record.mir,
    headHdr: record.hdr,
  });
  await lab.keep(prunedName(sparsity), model, trained);
}

async function* run(lab: Lab<Shape>): AsyncGenerator<ExperimentEvent, void> {
  yield* lab.stage(DENSE, () => trainDense(lab));
  yield* lab.stage(ANOTHER, () => trainAnother(lab));
  for (const sparsity of lab.config.sparsities) {
    yield* lab.stage(prunedName(sparsity), () => prune(lab, sparsity));
  }
}

/** What the claims are judged by. */
class Findings {
  readonly pruned: Table<PrunedColumns>;
  readonly itself: PruningYardstickColumns | undefined;
  readonly another: PruningYardstickColumns | undefined;
  readonly shuffled: PruningYardstickColumns | undefined;

  constructor({ rows }: Observations<Shape>) {
    const yardstick = (name: string) =>
      rows.yardsticks.find(({ against }) => against === name);
    this.pruned = new Table(rows.pruned);
    this.itself = yardstick("itself");
    this.another = yardstick(ANOTHER);
    this.shuffled = yardstick("shuffled");
  }

  /** Largest value less the least; NaN where there is nothing to compare. */
  range(column: keyof PrunedColumns): number {
    const { pruned } = this;
    if (pruned.rows.length < 2) return NaN;
    return pruned.highest(column) - pruned.lowest(column);
  }

  /** Largest loss of accuracy against the dense network. */
  get accuracyLoss(): number {
    const { pruned, itself } = this;
    if (pruned.rows.length === 0) return NaN;
    return (itself?.accuracy ?? NaN) - pruned.lowest("accuracy");
  }
}

function summary(found: Findings): PruningSummary {
  const { pruned, itself, another, shuffled } = found;
  return {
    denseAccuracy: itself?.accuracy ?? NaN,
    sparsestAccuracy: pruned.last("accuracy"),
    sparsestPrunedAccuracy: pruned.last("prunedAccuracy"),
    accuracyLoss: found.accuracyLoss,
    leastMir: pruned.rows.length === 0 ? NaN : pruned.lowest("mir"),
    mirRange: found.range("mir"),
    hdrRange: found.range("hdr"),
    batchMirRange: found.range("batchMir"),
    batchHdrRange: found.range("batchHdr"),
    selfMir: itself?.mir ?? NaN,
    anotherMir: another?.mir ?? NaN,
    shuffledMir: shuffled?.mir ?? NaN,
  };
}

/** "MIR 0.93 → 0.91, in batches 0.97 → 0.96", from the lowest sparsity to the highest. */
function course(
  { pruned }: Findings,
  [column, inBatches]: ["mir", "batchMir"] | ["hdr", "batchHdr"],
): string {
  return `${column.toUpperCase()} ${pruned.course(column)}, in batches ${
    pruned.course(inBatches)
  }`;
}

function claims(found: Findings): Conclusion<Shape>["claims"] {
  const [mir, hdr] = [found.range("mir"), found.range("hdr")];
  const { accuracyLoss } = found;
  const { leastMir, anotherMir, shuffledMir } = summary(found);
  return {
    mirConstant: {
      here: course(found, ["mir", "batchMir"]),
      holds: unless([mir], () => mir < CONSTANT),
    },
    hdrConstant: {
      here: course(found, ["hdr", "batchHdr"]),
      holds: unless([hdr], () => hdr < CONSTANT),
    },
    accuracyKept: {
      here: `accuracy ${found.pruned.course("accuracy")}, at most ${
        formatNumber(accuracyLoss)
      } below the dense network`,
      holds: unless([accuracyLoss], () => accuracyLoss < LITTLE),
    },
    mirTellsNetworks: {
      here: `MIR at least ${formatNumber(leastMir)}; of another network ${
        formatNumber(anotherMir)
      }, of other samples ${formatNumber(shuffledMir)}`,
      holds: unless(
        [leastMir, anotherMir, shuffledMir],
        () => leastMir > Math.max(anotherMir, shuffledMir),
      ),
    },
  };
}

function yardsticks(
  { itself, another, shuffled }: Findings,
  column: "mir" | "hdr" | "entropy",
): ChartReference[] {
  return [
    { label: "itself", value: itself?.[column] ?? NaN },
    { label: ANOTHER, value: another?.[column] ?? NaN, dash: "dot" },
    ...(column === "entropy" ? [] : [
      {
        label: "shuffled",
        value: shuffled?.[column] ?? NaN,
        dash: "dashdot",
      } as const,
    ]),
  ];
}

function prunedChart(found: Findings, { batch }: Shape["config"]): Chart {
  const { itself } = found;
  const samples = itself?.samples ?? 0;
  const inBatches = { label: `batches of ${batch}`, dash: "dash" } as const;
  const all = `${samples} samples`;
  return {
    name: "pruned",
    title: `Dense against pruned, ${samples} samples`,
    table: "pruned",
    x: { column: "sparsity", title: "share of weights pruned" },
    panels: [
      {
        title: "MIR",
        lines: [
          { column: "mir", label: all },
          { column: "batchMir", ...inBatches },
        ],
        references: yardsticks(found, "mir"),
      },
      {
        title: "HDR",
        lines: [
          { column: "hdr", label: all },
          { column: "batchHdr", ...inBatches },
        ],
        references: yardsticks(found, "hdr"),
      },
      {
        title: "H of features (nats)",
        lines: [{ column: "entropy", label: "pruned" }],
        references: yardsticks(found, "entropy"),
      },
      {
        title: "accuracy",
        lines: [
          { column: "accuracy", label: "fine-tuned" },
          { column: "prunedAccuracy", label: "before", dash: "dot" },
        ],
        references: [{ label: DENSE, value: itself?.accuracy ?? NaN }],
      },
    ],
    notes: [
      "The horizontal lines are for the dense network against itself, against another network of the same " +
      "training, and against itself with the samples permuted.",
    ],
  };
}

function conclude(observations: Observations<Shape>): Conclusion<Shape> {
  const found = new Findings(observations);
  return {
    summary: summary(found),
    claims: claims(found),
    charts: [prunedChart(found, observations.config)],
  };
}

/**
 * What pruning does to representations: the smallest weights of a trained network are set to 0, those of all
 * matrices and kernels together, it is trained on with these weights held at 0, and MIR and HDR between its
 * features and the dense network's tell how far they have moved.
 *
 * Both are read beside three yardsticks: the dense network against itself, against another one of the same
 * training, and against itself with the samples permuted.
 *
 * `quick` prunes a perceptron on MNIST's 10,000 test images (drawn digits where they are not at hand);
 * `paper` is the paper's setting.
 *
 * @param options Preset and seed, and whatever of the configuration shall be different.
 * @returns The run: await it for the result, iterate it for its events.
 * @throws {OptionsError} An option is unknown or out of range.
 * @throws {NotFiniteError} The head of a class is pruned whole and has no direction (when run).
 *
 * @example
 * ```ts
 * import { pruning } from "interplay/experiments";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const { series, summary } = await pruning({
 *   data: { kind: "gaussian" },
 *   model: { hidden: [8] },
 *   training: { epochs: 2 },
 *   fineTuning: { epochs: 1 },
 *   sparsities: [0, 0.5],
 *   compared: 100,
 *   batch: 20,
 * });
 * assertEquals(series.pruned.zeroShare, [0, 0.5]);
 * assert(summary.leastMir > summary.shuffledMir);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, on pruning.
 * @see Han, Pool, Tran and Dally, "Learning both Weights and Connections for Efficient Neural Networks",
 * NIPS 2015.
 */
export const pruning: Experiment<PruningShape> = defineExperiment<Shape>({
  name: "pruning",
  title: "Pruning",
  description:
    "Prunes a trained network by magnitude, fine-tunes it, and compares its features with those it had.",
  paper: {
    source: PAPER,
    section: "Pruning",
    values: {
      accuracyLoss: "little",
      batchMirRange: "nearly none",
      batchHdrRange: "nearly none",
    },
    claims: {
      mirConstant: {
        statement: "MIR of dense and pruned features is nearly constant",
        paper: "nearly constant for sparsities up to 0.9",
      },
      hdrConstant: {
        statement: "HDR of dense and pruned features is nearly constant",
        paper: "nearly constant for sparsities up to 0.9",
      },
      accuracyKept: {
        statement: "Accuracy is little changed",
        paper: "little changed for sparsities up to 0.9",
      },
      mirTellsNetworks: {
        statement:
          "Pruned features are nearer to the dense ones than another network's are, and than other samples",
        paper: "not looked at",
      },
    },
  },
  schema: z.strictObject({
    data: dataConfig,
    model: modelConfig,
    training: trainingConfig,
    fineTuning: trainingConfig,
    sparsities: risingNumbers(z.number().min(0).lt(1), "sparsities").default([
      ...[0, 0.1, 0.2, 0.3, 0.4],
      ...[0.5, 0.6, 0.7, 0.8, 0.9],
    ]),
    compared: z.int().min(2).default(1000),
    batch: z.int().min(2).default(64),
  }),
  presets: {
    quick: {
      data: { kind: "mnistOrDrawn", train: 4000, test: 2000 },
      model: { kind: "mlp" },
      training: { epochs: 8, learningRate: 0.05 },
      fineTuning: { epochs: 3, learningRate: 0.03 },
    },
    paper: { ...PAPER_SETTING, fineTuning: FINE_TUNING },
  },
  units: {
    pruned: {
      sparsity: "1",
      zeroShare: "1",
      prunedAccuracy: "1",
      accuracy: "1",
      loss: "nats",
      samples: "samples",
      entropy: "nats",
      mir: "1",
      hdr: "1",
      batchMir: "1",
      batchHdr: "1",
      headMir: "1",
      headHdr: "1",
    },
    yardsticks: {
      against: "text",
      accuracy: "1",
      samples: "samples",
      entropy: "nats",
      mir: "1",
      hdr: "1",
      batchMir: "1",
      batchHdr: "1",
    },
  },
  stages: ({ sparsities }) => [
    DENSE,
    ANOTHER,
    ...sparsities.map(prunedName),
  ],
  data: ({ data }) => buildData(data),
  model: ({ model }, { train }, seed) => buildModel(model, train, seed),
  run,
  conclude,
});
