import { z } from "zod";
import type { Chart, ChartPanel } from "../core/chart.ts";
import { formatNumber } from "../core/table.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
} from "../training/evaluate.ts";
import { recomputeStatistics } from "./_batch_statistics.ts";
import { PAPER, PAPER_SETTING } from "./_paper.ts";
import { risingNumbers } from "./_rising.ts";
import { Table, unless } from "./_table.ts";
import { assignWeights, weightsOf } from "./_weights.ts";
import { type Departure, departure, weightsBetween } from "./_weight_path.ts";
import { buildData, type DataConfig, dataConfig } from "./data_config.ts";
import { defineExperiment } from "./define_experiment.ts";
import {
  EPOCH_UNITS,
  type EpochColumns,
  epochColumns,
} from "./epoch_columns.ts";
import type { ExperimentEvent } from "./event.ts";
import type { Conclusion, Experiment, Observations } from "./experiment.ts";
import type { Lab } from "./lab.ts";
import { buildModel, type ModelConfig, modelConfig } from "./model_config.ts";
import type { ColumnsOf, ExperimentShape } from "./result.ts";
import { supervisedRun } from "./supervised_run.ts";
import { type TrainingConfig, trainingConfig } from "./training_config.ts";

/** Configuration of {@linkcode linearModeConnectivity}. */
export interface LinearModeConnectivityConfig {
  /** What is learnt. */
  readonly data: DataConfig;
  /** What learns. */
  readonly model: ModelConfig;
  /** How it learns; its learning rate is replaced by each of `learningRates`. */
  readonly training: TrainingConfig;
  /** Learning rates, rising; two networks are trained at each. */
  readonly learningRates: readonly number[];
  /** Places on the path that are measured, both ends included. */
  readonly points: number;
  /**
   * Running statistics of batch normalisation between the ends: "interpolate" them like weights, as the paper
   * does, or "recompute" them on the training set, without which a fall may be theirs and not the weights'.
   * Networks without any are the same either way.
   */
  readonly batchStatistics: "interpolate" | "recompute";
  /** Samples a batch of the values that are means over batches, as in the paper. */
  readonly batch: number;
  /** Repetitions behind the values for shuffled labels. */
  readonly permutations: number;
}

/** A network at an end of a path, after its training. */
export interface PathEndColumns extends EpochColumns {
  /** Learning rate at the first step. */
  readonly learningRate: number;
  /** "first" or "second": which order of the samples it has seen. */
  readonly order: string;
}

/** A network on the straight line between two others. */
export interface PathColumns {
  /** Learning rate of the networks at the ends. */
  readonly learningRate: number;
  /** `ω`: 0 at the first network, 1 at the second. */
  readonly position: number;
  /** Test accuracy. */
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** Matrix entropy of the representations, in nats. */
  readonly entropyRepresentations: number;
  /** Matrix entropy of the head rows of the labels, in nats. */
  readonly entropyHead: number;
  /** In nats. */
  readonly mutualInformation: number;
  /** Matrix mutual information ratio. */
  readonly mir: number;
  /** The same with permuted labels. */
  readonly mirShuffled: number;
  /** What MIR would be at neural collapse. */
  readonly mirCollapse: number;
  /** Place of MIR between shuffled labels (0) and collapse (1). */
  readonly mirCalibrated: number;
  /** Matrix entropy difference ratio. */
  readonly hdr: number;
  /** Mean MIR of batches, as in the figures of the paper. */
  readonly batchMir: number;
  /** Mean HDR of batches. */
  readonly batchHdr: number;
}

/** The numbers of {@linkcode linearModeConnectivity}, at the lowest and at the highest learning rate. */
export type LinearModeConnectivitySummary = {
  /** Largest fall of accuracy below the line between both ends, at the lowest learning rate. */
  readonly accuracyBarrierLow: number;
  /** At the highest. */
  readonly accuracyBarrierHigh: number;
  /** Largest rise of the loss above that line, in nats, at the lowest learning rate. */
  readonly lossBarrierLow: number;
  /** At the highest. */
  readonly lossBarrierHigh: number;
  /** Mean accuracy of both ends, at the lowest learning rate. */
  readonly endAccuracyLow: number;
  /** At the highest. */
  readonly endAccuracyHigh: number;
  /** Least accuracy on the path, at the highest learning rate. */
  readonly leastAccuracyHigh: number;
  /** Largest rise of MIR above the line, at the lowest learning rate. */
  readonly mirHumpLow: number;
  /** At the highest. */
  readonly mirHumpHigh: number;
  /** Largest fall of MIR below the line, at the highest learning rate. */
  readonly mirDipHigh: number;
  /** Largest departure of HDR from the line, at the highest learning rate. */
  readonly hdrDepartureHigh: number;
};

/** What {@linkcode linearModeConnectivity} takes and gives. */
export interface LinearModeConnectivityShape extends ExperimentShape {
  /** Configuration. */
  readonly config: LinearModeConnectivityConfig;
  /** What is learnt from and measured on. */
  readonly data: "train" | "test";
  /** Tables: the networks at the ends, and the paths between them. */
  readonly series: {
    readonly ends: ColumnsOf<PathEndColumns>;
    readonly path: ColumnsOf<PathColumns>;
  };
  /** Numbers of the paths. */
  readonly summary: LinearModeConnectivitySummary;
  /** Claims of the paper. */
  readonly claims:
    | "lowRateConnects"
    | "highRateSeparates"
    | "chanceBetween"
    | "mirHumpBetween"
    | "flatWhereConnected";
}

type Shape = LinearModeConnectivityShape;

type Claims<Names extends Shape["claims"]> = Pick<
  Conclusion<Shape>["claims"],
  Names
>;

type Order = "first" | "second";

const ORDERS: readonly Order[] = ["first", "second"];

/** A fall of accuracy below this counts as none (Frankle et al., ICML 2020). */
const CONNECTED = 0.02;

/** A departure of MIR or HDR below this counts as flat. */
const FLAT = 0.05;

/** Accuracy of up to this multiple of chance counts as chance. */
const NEAR_CHANCE = 1.5;

function endName(learningRate: number, order: Order): string {
  return `learning rate ${learningRate}, ${order} order`;
}

function pathName(learningRate: number): string {
  return `learning rate ${learningRate}, path`;
}

function stages({ learningRates }: Shape["config"]): string[] {
  return learningRates.flatMap((rate) => [
    ...ORDERS.map((order) => endName(rate, order)),
    pathName(rate),
  ]);
}

/** From the same initial weights whatever the order: the model is that of the seed of the run. */
async function* trainEnd(
  lab: Lab<Shape>,
  learningRate: number,
  order: Order,
): AsyncGenerator<ExperimentEvent, void> {
  using scope = new TensorScope();
  const model = scope.own(lab.model());
  const seed = 2 * lab.seed + ORDERS.indexOf(order);
  const run = supervisedRun(lab, model, {
    learningRate,
    seed,
    reference: false,
  });
  const trained = yield* lab.follow(run);
  const columns = epochColumns(trained.record);
  yield lab.row("ends", { learningRate, order, ...columns });
  await lab.keep(endName(learningRate, order), model, trained);
}

function pathColumns(
  { accuracy, loss, measures }: Evaluation,
  place: Pick<PathColumns, "learningRate" | "position">,
): PathColumns {
  const { entropy, mutualInformation, mir, hdr, reference, batches } = measures;
  return {
    ...place,
    accuracy,
    loss,
    entropyRepresentations: entropy.representations,
    entropyHead: entropy.head,
    mutualInformation,
    mir,
    mirShuffled: reference?.shuffled.mir.mean ?? NaN,
    mirCollapse: reference?.collapse.mir ?? NaN,
    mirCalibrated: measures.mirCalibrated ?? NaN,
    hdr,
    batchMir: batches?.mir.mean ?? NaN,
    batchHdr: batches?.hdr.mean ?? NaN,
  };
}

/** How networks on a path are measured. */
function measurement(
  { batch: size, permutations, training }: Shape["config"],
): EvaluateOptions {
  const { temperature = 1 } = training;
  const reference = { permutations, seed: 0 };
  return { mode: "both", size, reference, temperature };
}

async function* walk(
  lab: Lab<Shape>,
  learningRate: number,
): AsyncGenerator<ExperimentEvent, void> {
  const { config, data } = lab;
  const { points, batchStatistics, training: { batchSize = 64 } } = config;
  using scope = new TensorScope();
  const model = scope.own(lab.model());
  const endWeights = async (order: Order) => {
    lab.restore(endName(learningRate, order), model);
    return await weightsOf(model);
  };
  const first = await endWeights("first");
  const second = await endWeights("second");
  for (let i = 0; i < points; i++) {
    const position = i / (points - 1);
    assignWeights(model, weightsBetween(first, second, position));
    if (batchStatistics === "recompute") {
      await recomputeStatistics(model, data.train, batchSize);
    }
    const evaluation = await evaluate(model, data.test, measurement(config));
    yield lab.row("path", pathColumns(evaluation, { learningRate, position }));
    yield lab.step({ step: i + 1, steps: points });
  }
}

async function* run(lab: Lab<Shape>): AsyncGenerator<ExperimentEvent, void> {
  for (const rate of lab.config.learningRates) {
    for (const order of ORDERS) {
      yield* lab.stage(
        endName(rate, order),
        () => trainEnd(lab, rate, order),
      );
    }
    yield* lab.stage(pathName(rate), () => walk(lab, rate));
  }
}

/** One path, as the claims look at it. */
class Path {
  readonly rate: number;
  readonly rows: Table<PathColumns>;

  constructor(rows: readonly PathColumns[], rate: number) {
    this.rate = rate;
    this.rows = new Table(rows.filter((row) => row.learningRate === rate));
  }

  departure(column: keyof PathColumns) {
    const { rows } = this;
    return departure(rows.column("position"), rows.column(column));
  }

  get barrier(): number {
    return this.departure("accuracy").below;
  }

  get endAccuracy(): number {
    const { rows } = this;
    return (rows.first("accuracy") + rows.last("accuracy")) / 2;
  }

  get leastAccuracy(): number {
    return this.rows.rows.length === 0 ? NaN : this.rows.lowest("accuracy");
  }

  /** Largest departure of MIR or HDR, whichever is larger. */
  get unevenness(): number {
    const both = [this.departure("mir"), this.departure("hdr")];
    return Math.max(...both.flatMap(({ above, below }) => [above, below]));
  }

  /** "accuracy falls 0.12 below the line between its ends (learning rate 0.3)". */
  get fall(): string {
    return `accuracy falls ${
      formatNumber(this.barrier)
    } below the line between its ends (learning rate ${this.rate})`;
  }
}

/** The paths at the lowest and at the highest learning rate. */
class Findings {
  readonly low: Path;
  readonly high: Path;
  readonly chance: number;

  constructor({ config, data, rows }: Observations<Shape>) {
    const { learningRates } = config;
    this.low = new Path(rows.path, learningRates[0]!);
    this.high = new Path(rows.path, learningRates.at(-1)!);
    this.chance = 1 / data.test.classes;
  }
}

function summary({ low, high }: Findings): LinearModeConnectivitySummary {
  const hdr = high.departure("hdr");
  return {
    accuracyBarrierLow: low.barrier,
    accuracyBarrierHigh: high.barrier,
    lossBarrierLow: low.departure("loss").above,
    lossBarrierHigh: high.departure("loss").above,
    endAccuracyLow: low.endAccuracy,
    endAccuracyHigh: high.endAccuracy,
    leastAccuracyHigh: high.leastAccuracy,
    mirHumpLow: low.departure("mir").above,
    mirHumpHigh: high.departure("mir").above,
    mirDipHigh: high.departure("mir").below,
    hdrDepartureHigh: Math.max(hdr.above, hdr.below),
  };
}

/** Whether both ends have learnt anything; if not, there is nothing to connect. */
function isLearnt({ rows }: Path, chance: number): boolean {
  const ends = [rows.first("accuracy"), rows.last("accuracy")];
  return ends.every((accuracy) => accuracy > NEAR_CHANCE * chance);
}

function accuracyClaims(
  { low, high, chance }: Findings,
): Claims<"lowRateConnects" | "highRateSeparates" | "chanceBetween"> {
  const judged = (path: Path, test: () => boolean) =>
    isLearnt(path, chance) ? unless([path.barrier], test) : null;
  return {
    lowRateConnects: {
      here: low.fall,
      holds: judged(low, () => low.barrier < CONNECTED),
    },
    highRateSeparates: {
      here: high.fall,
      holds: judged(high, () => high.barrier >= CONNECTED),
    },
    chanceBetween: {
      here: `least accuracy ${formatNumber(high.leastAccuracy)}, chance ${
        formatNumber(chance)
      }`,
      holds: judged(high, () => high.leastAccuracy <= NEAR_CHANCE * chance),
    },
  };
}

function interplayClaims(
  { low, high }: Findings,
): Claims<"mirHumpBetween" | "flatWhereConnected"> {
  const whole = high.departure("mir");
  const inBatches = high.departure("batchMir");
  const rise = (of: Departure) =>
    `rises up to ${formatNumber(of.above)} above the line and falls ${
      formatNumber(of.below)
    } below it`;
  const isHump = (of: Departure) => of.above >= FLAT && of.above > of.below;
  return {
    mirHumpBetween: {
      here: `MIR ${rise(whole)}; in batches it ${rise(inBatches)}`,
      holds: high.barrier >= CONNECTED
        ? unless([whole.above], () => isHump(whole) || isHump(inBatches))
        : null,
    },
    flatWhereConnected: {
      here: `MIR and HDR stay within ${
        formatNumber(low.unevenness)
      } of the line (learning rate ${low.rate})`,
      holds: low.barrier < CONNECTED
        ? unless([low.unevenness], () => low.unevenness < FLAT)
        : null,
    },
  };
}

/** A panel with one line for each learning rate. */
function panel(
  { learningRates }: Shape["config"],
  { column, ...rest }: Omit<ChartPanel, "lines"> & {
    column: keyof PathColumns;
  },
): ChartPanel {
  const dashes = [undefined, "dash", "dot", "dashdot"] as const;
  const lines = learningRates.map((learningRate, i) => {
    const dash = dashes[i % dashes.length];
    return {
      column,
      label: `learning rate ${learningRate}`,
      where: { learningRate },
      ...(dash === undefined ? {} : { dash }),
    };
  });
  return { ...rest, lines };
}

const X = { column: "position", title: "ω, from the first to the second" };

function pathChart({ config, data, rows }: Observations<Shape>): Chart {
  const collapse = rows.path[0]?.mirCollapse ?? NaN;
  return {
    name: "path",
    title: "Between two minima",
    table: "path",
    x: X,
    panels: [
      panel(config, {
        column: "accuracy",
        title: "accuracy",
        references: [{
          label: "chance",
          value: 1 / data.test.classes,
          dash: "dot",
        }],
      }),
      panel(config, {
        column: "mir",
        title: "MIR",
        references: [{ label: "collapse", value: collapse }],
      }),
      panel(config, {
        column: "mirCalibrated",
        title: "MIR, calibrated",
        references: [
          { label: "collapse", value: 1 },
          { label: "shuffled", value: 0, dash: "dashdot" },
        ],
      }),
      panel(config, {
        column: "hdr",
        title: "HDR",
        references: [{ label: "collapse", value: 0 }],
      }),
    ],
    notes: [
      "Calibrated: the place of MIR between its values for shuffled labels and at collapse, at each ω anew.",
    ],
  };
}

function entropyChart({ config, data }: Observations<Shape>): Chart {
  const { classes } = data.test;
  const collapse = { label: "collapse", value: Math.log(classes - 1) };
  return {
    name: "entropy",
    title: "Loss and entropies between two minima",
    table: "path",
    x: X,
    panels: [
      panel(config, {
        column: "loss",
        title: "loss (nats)",
        references: [{
          label: "chance",
          value: Math.log(classes),
          dash: "dot",
        }],
      }),
      panel(config, {
        column: "entropyRepresentations",
        title: "H of features (nats)",
        references: [collapse],
      }),
      panel(config, {
        column: "entropyHead",
        title: "H of head (nats)",
        references: [collapse],
      }),
    ],
  };
}

function conclude(observations: Observations<Shape>): Conclusion<Shape> {
  const found = new Findings(observations);
  return {
    summary: summary(found),
    claims: { ...accuracyClaims(found), ...interplayClaims(found) },
    charts: [pathChart(observations), entropyChart(observations)],
  };
}

/**
 * Whether two minima are connected by a straight line: two networks from the same initial weights see the
 * samples in different orders, and every network `(1 − ω)·h₁ + ω·h₂` between their weights is measured on the
 * test set, for each of several learning rates.
 *
 * MIR is read beside its value for shuffled labels, which changes along the path as well: a hump of MIR that
 * the shuffled labels have too says nothing of the classes.
 *
 * `quick` trains perceptrons on MNIST's 10,000 test images (drawn digits where they are not at hand);
 * `paper` is the paper's setting, its learning rates included.
 *
 * @param options Preset and seed, and whatever of the configuration shall be different.
 * @returns The run: await it for the result, iterate it for its events.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { linearModeConnectivity } from "interplay/experiments";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const { summary, series } = await linearModeConnectivity({
 *   data: { kind: "gaussian" },
 *   model: { hidden: [8] },
 *   training: { epochs: 2 },
 *   learningRates: [0.001],
 *   points: 3,
 * });
 * assertEquals(series.path.position, [0, 0.5, 1]);
 * assert(summary.accuracyBarrierLow < 0.1);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, on linear mode connectivity.
 * @see Frankle, Dziugaite, Roy and Carbin, "Linear Mode Connectivity and the Lottery Ticket Hypothesis",
 * ICML 2020.
 */
export const linearModeConnectivity: Experiment<LinearModeConnectivityShape> =
  defineExperiment<Shape>({
    name: "linearModeConnectivity",
    title: "Linear mode connectivity",
    description:
      "Trains two networks from the same weights with the samples in different orders, and measures the " +
      "networks on the straight line between them.",
    paper: {
      source: PAPER,
      section: "Linear mode connectivity",
      values: {
        accuracyBarrierLow: "none at 3e-4 (CIFAR-10), none (CIFAR-100)",
        leastAccuracyHigh: "chance for ω in 0.4–0.6 at 3e-2 (CIFAR-10)",
        mirHumpHigh: "a hump at 3e-2 (CIFAR-10)",
      },
      claims: {
        lowRateConnects: {
          statement: "At a low learning rate accuracy does not fall between",
          paper: "connected at 3e-4 (CIFAR-10), and on CIFAR-100",
        },
        highRateSeparates: {
          statement: "At a high learning rate accuracy falls between",
          paper: "not connected at 3e-2 (CIFAR-10), less so at 3e-3",
        },
        chanceBetween: {
          statement: "At a high learning rate it falls to chance",
          paper: "chance for ω in 0.4–0.6 at 3e-2 (CIFAR-10)",
        },
        mirHumpBetween: {
          statement: "Where accuracy falls, MIR has a hump",
          paper: "a hump of MIR at 3e-2 (CIFAR-10)",
        },
        flatWhereConnected: {
          statement: "Where networks are connected, MIR and HDR are flat",
          paper: "flat on CIFAR-100",
        },
      },
    },
    schema: z.strictObject({
      data: dataConfig,
      model: modelConfig,
      training: trainingConfig,
      learningRates: risingNumbers(z.number().positive(), "learning rates")
        .default([3e-4, 3e-3, 3e-2]),
      points: z.int().min(3).default(21),
      batchStatistics: z.enum(["interpolate", "recompute"]).default(
        "interpolate",
      ),
      batch: z.int().min(2).default(64),
      permutations: z.int().positive().default(2),
    }),
    presets: {
      quick: {
        data: { kind: "mnistOrDrawn", train: 3000, test: 1000 },
        model: { kind: "mlp" },
        training: { epochs: 6, batchSize: 32 },
        learningRates: [3e-3, 3e-2, 1.5e-1],
        points: 11,
      },
      paper: PAPER_SETTING,
    },
    units: {
      ends: { learningRate: "1", order: "text", ...EPOCH_UNITS },
      path: {
        learningRate: "1",
        position: "1",
        accuracy: "1",
        loss: "nats",
        entropyRepresentations: "nats",
        entropyHead: "nats",
        mutualInformation: "nats",
        mir: "1",
        mirShuffled: "1",
        mirCollapse: "1",
        mirCalibrated: "1",
        hdr: "1",
        batchMir: "1",
        batchHdr: "1",
      },
    },
    stages,
    data: ({ data }) => buildData(data),
    model: ({ model }, { train }, seed) => buildModel(model, train, seed),
    run,
    conclude,
  });
