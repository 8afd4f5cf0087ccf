import { z } from "zod";
import type { Chart, ChartLine } from "../core/chart.ts";
import { formatNumber } from "../core/table.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import { daviesBouldin, silhouette } from "../metrics/clustering.ts";
import { evaluate } from "../training/evaluate.ts";
import { PAPER, PAPER_SETTING } from "./_paper.ts";
import { Table, unless } from "./_table.ts";
import { buildData, type DataConfig, dataConfig } from "./data_config.ts";
import { defineExperiment } from "./define_experiment.ts";
import type { ExperimentEvent } from "./event.ts";
import type { Conclusion, Experiment, Observations } from "./experiment.ts";
import type { Lab } from "./lab.ts";
import { buildModel, type ModelConfig, modelConfig } from "./model_config.ts";
import {
  entropyReferences,
  REFERENCE_UNITS,
  type ReferenceColumns,
  referenceColumns,
} from "./reference_columns.ts";
import type { ColumnsOf, ExperimentShape } from "./result.ts";
import { supervisedRun } from "./supervised_run.ts";
import { type TrainingConfig, trainingConfig } from "./training_config.ts";

/** Configuration of {@linkcode temperatureSweep}. */
export interface TemperatureSweepConfig {
  /** What is learnt. */
  readonly data: DataConfig;
  /** What learns; the same initial weights at every temperature. */
  readonly model: ModelConfig;
  /** How it learns; its `temperature` is replaced by each of `temperatures`. */
  readonly training: TrainingConfig;
  /** Samples a batch of the values that are means over batches, as in the paper. */
  readonly batch: number;
  /** By which the logits are divided in training. */
  readonly temperatures: readonly number[];
  /**
   * Whether the learning rate is multiplied by the temperature. The gradient of `softmax(z/τ)` is divided by
   * `τ`: without this, a short run at a high temperature has hardly learnt, and one at a low temperature
   * takes steps too large for its learning rate. The paper does not say that it does so.
   */
  readonly scaleLearningRate: boolean;
  /** Samples behind the silhouette coefficient at most, whose cost grows with their square. */
  readonly silhouetteSamples: number;
}

/** What is found at one temperature, after training. */
export interface TemperatureColumns {
  /** By which the logits were divided. */
  readonly temperature: number;
  /** Test accuracy. */
  readonly accuracy: number;
  /** Matrix entropy of the representations of the test set, in nats. */
  readonly entropyRepresentations: number;
  /** Matrix entropy of the head, in nats. */
  readonly entropyHead: number;
  /** Mean entropy of the representations over batches, as in the paper, in nats. */
  readonly batchEntropyRepresentations: number;
  /** Whether samples are nearer to their class than to the next, in `[−1, 1]`. */
  readonly silhouette: number;
  /** Spread of the classes against the distance of their means; lower is better separated. */
  readonly daviesBouldin: number;
}

/** What is found on the way. */
export interface TemperatureEpochColumns {
  /** By which the logits are divided. */
  readonly temperature: number;
  /** Passes over the training set so far. */
  readonly epoch: number;
  /** Test accuracy. */
  readonly accuracy: number;
  /** Matrix entropy of the representations of the test set, in nats. */
  readonly entropyRepresentations: number;
}

/** The numbers of {@linkcode temperatureSweep}. */
export type TemperatureSweepSummary = {
  /** Entropy of the representations at the lowest temperature, in nats. */
  readonly entropyAtLowest: number;
  /** The same at the highest. */
  readonly entropyAtHighest: number;
  /** Rank correlation of entropy and temperature. */
  readonly entropyWithTemperature: number;
  /** Best less worst accuracy. */
  readonly accuracySpread: number;
  /** Rank correlation of the silhouette coefficient and temperature. */
  readonly silhouetteWithTemperature: number;
  /** Rank correlation of the Davies–Bouldin index and temperature. */
  readonly daviesBouldinWithTemperature: number;
};

/** What {@linkcode temperatureSweep} takes and gives. */
export interface TemperatureSweepShape extends ExperimentShape {
  /** Configuration. */
  readonly config: TemperatureSweepConfig;
  /** What is learnt from and measured on. */
  readonly data: "train" | "test";
  /** Tables: a row a temperature, the way there, and the yardsticks of the last. */
  readonly series: {
    readonly temperatures: ColumnsOf<TemperatureColumns>;
    readonly epochs: ColumnsOf<TemperatureEpochColumns>;
    readonly references: ColumnsOf<ReferenceColumns>;
  };
  /** Numbers over all temperatures. */
  readonly summary: TemperatureSweepSummary;
  /** Claims of the paper. */
  readonly claims:
    | "entropyFalls"
    | "accuracyStays"
    | "silhouetteRises"
    | "daviesBouldinFalls";
}

type Shape = TemperatureSweepShape;

/** From here on a rank correlation counts as "rises" or "falls". */
const TREND = 0.5;

/** Accuracies within this distance count as nearly constant. */
const NEARLY = 0.03;

function stageName(temperature: number): string {
  return `temperature ${temperature}`;
}

/** Trains at one temperature, and looks at the clusters. */
async function* trainAt(
  lab: Lab<Shape>,
  temperature: number,
): AsyncGenerator<ExperimentEvent, void> {
  const { config, data } = lab;
  const { silhouetteSamples: sampleSize, temperatures, training } = config;
  const factor = config.scaleLearningRate ? temperature : 1;
  using scope = new TensorScope();
  const model = scope.own(lab.model());
  const isLast = temperature === temperatures.at(-1);
  const run = supervisedRun(lab, model, {
    temperature,
    learningRate: factor * training.learningRate,
    evaluation: { mode: "both", size: config.batch },
    reference: isLast ? "last" : false,
  });
  const trained = yield* lab.follow(run, (record) => [
    lab.row("epochs", {
      temperature,
      epoch: record.epoch,
      accuracy: record.accuracy,
      entropyRepresentations: record.entropy.representations,
    }),
  ]);
  const { record } = trained;
  const { representations: Z, labels } = await evaluate(model, data.test);
  yield lab.row("temperatures", {
    temperature,
    accuracy: record.accuracy,
    entropyRepresentations: record.entropy.representations,
    entropyHead: record.entropy.head,
    batchEntropyRepresentations: record.batches?.representations.mean ?? NaN,
    silhouette: silhouette(Z, labels, { sampleSize }),
    daviesBouldin: daviesBouldin(Z, labels),
  });
  if (record.reference) {
    for (const row of referenceColumns(record.reference)) {
      yield lab.row("references", row);
    }
  }
  await lab.keep(stageName(temperature), model, trained);
}

async function* run(lab: Lab<Shape>): AsyncGenerator<ExperimentEvent, void> {
  for (const temperature of lab.config.temperatures) {
    const stage = stageName(temperature);
    yield* lab.stage(stage, () => trainAt(lab, temperature));
  }
}

function summary(table: Table<TemperatureColumns>): TemperatureSweepSummary {
  const withTemperature = (name: keyof TemperatureColumns) =>
    table.rankCorrelation(name, "temperature");
  return {
    entropyAtLowest: table.first("entropyRepresentations"),
    entropyAtHighest: table.last("entropyRepresentations"),
    entropyWithTemperature: withTemperature("entropyRepresentations"),
    accuracySpread: table.highest("accuracy") - table.lowest("accuracy"),
    silhouetteWithTemperature: withTemperature("silhouette"),
    daviesBouldinWithTemperature: withTemperature("daviesBouldin"),
  };
}

function conclude(
  { rows, config }: Observations<Shape>,
): Conclusion<Shape> {
  const table = new Table<TemperatureColumns>(rows.temperatures);
  const numbers = summary(table);
  const entropy = numbers.entropyWithTemperature;
  const clusters = numbers.silhouetteWithTemperature;
  const spread = numbers.daviesBouldinWithTemperature;
  const trend = (column: keyof TemperatureColumns, correlation: number) =>
    `${table.course(column)} over τ = ${
      config.temperatures.join(", ")
    }, rank correlation ${formatNumber(correlation)}`;
  return {
    summary: numbers,
    claims: {
      entropyFalls: {
        here: trend("entropyRepresentations", entropy),
        holds: unless([entropy], () => entropy <= -TREND),
      },
      accuracyStays: {
        here: `between ${formatNumber(table.lowest("accuracy"))} and ${
          formatNumber(table.highest("accuracy"))
        }`,
        holds: unless([entropy], () => numbers.accuracySpread <= NEARLY),
      },
      silhouetteRises: {
        here: trend("silhouette", clusters),
        holds: unless([clusters], () => clusters >= TREND),
      },
      daviesBouldinFalls: {
        here: trend("daviesBouldin", spread),
        holds: unless([spread], () => spread <= -TREND),
      },
    },
    charts: [temperatureChart(rows.references, config), epochChart(config)],
  };
}

function temperatureChart(
  references: readonly ReferenceColumns[],
  { batch }: TemperatureSweepConfig,
): Chart {
  return {
    name: "temperature",
    title: "Representations after training at different temperatures",
    table: "temperatures",
    x: { column: "temperature", title: "temperature τ", log: true },
    panels: [
      {
        title: "entropy (nats)",
        lines: [
          { column: "entropyRepresentations", label: "H of features" },
          { column: "entropyHead", label: "H of head" },
          {
            column: "batchEntropyRepresentations",
            label: `H of features, batches of ${batch}`,
            dash: "dash",
          },
        ],
        references: entropyReferences(references),
      },
      { title: "accuracy", lines: [{ column: "accuracy", label: "test" }] },
      {
        title: "silhouette",
        lines: [{ column: "silhouette", label: "silhouette" }],
      },
      {
        title: "Davies–Bouldin",
        lines: [{ column: "daviesBouldin", label: "Davies–Bouldin" }],
      },
    ],
  };
}

function epochChart({ temperatures }: TemperatureSweepConfig): Chart {
  const lines = (column: string): ChartLine[] =>
    temperatures.map((temperature) => ({
      column,
      label: `τ = ${temperature}`,
      where: { temperature },
    }));
  return {
    name: "epochs",
    title: "Training at different temperatures",
    table: "epochs",
    x: { column: "epoch", title: "epoch" },
    panels: [
      { title: "H of features (nats)", lines: lines("entropyRepresentations") },
      { title: "accuracy", lines: lines("accuracy") },
    ],
  };
}

/**
 * What the temperature of the softmax does to representations: the same network trained with its logits
 * divided by each of several temperatures; entropy, accuracy, and how well the classes form clusters
 * (silhouette coefficient, Davies–Bouldin index).
 *
 * `quick` trains a perceptron at seven temperatures, with the learning rate scaled by the temperature so that
 * a short run learns at each; `paper` is the paper's setting, whose grid it does not give.
 *
 * @param options Preset and seed, and whatever of the configuration shall be different.
 * @returns The run: await it for the result, iterate it for its events.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { temperatureSweep } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const { series, summary } = await temperatureSweep({
 *   temperatures: [0.5, 1, 2],
 *   data: { kind: "gaussian" },
 *   model: { hidden: [8, 6] },
 *   training: { epochs: 2, batchSize: 16 },
 * });
 * assertEquals(series.temperatures.temperature, [0.5, 1, 2]);
 * console.log(summary.entropyWithTemperature, summary.silhouetteWithTemperature);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, on temperature and clustering.
 */
export const temperatureSweep: Experiment<TemperatureSweepShape> =
  defineExperiment<Shape>({
    name: "temperatureSweep",
    title: "Temperature and clustering",
    description:
      "Trains at several softmax temperatures and measures entropy, accuracy and clustering.",
    paper: {
      source: PAPER,
      section: "Temperature, entropy and clustering",
      values: {
        entropyAtLowest: "3.2 nats at τ = 0.1, read off a figure",
        entropyAtHighest: "1.85 nats at τ = 10, read off a figure",
      },
      claims: {
        entropyFalls: {
          statement: "Feature entropy falls with temperature",
          paper: "from 3.2 to 1.85 nats",
        },
        accuracyStays: {
          statement: "Accuracy is nearly constant over temperatures",
          paper: "nearly constant",
        },
        silhouetteRises: {
          statement: "The silhouette coefficient rises with temperature",
          paper: "rises",
        },
        daviesBouldinFalls: {
          statement: "The Davies–Bouldin index falls with temperature",
          paper: "falls",
        },
      },
    },
    schema: z.strictObject({
      data: dataConfig,
      model: modelConfig,
      training: trainingConfig,
      batch: z.int().min(2).default(64),
      temperatures: z.array(z.number().positive()).min(1).default([
        0.1,
        0.2,
        0.5,
        1,
        2,
        5,
        10,
      ]),
      scaleLearningRate: z.boolean().default(false),
      silhouetteSamples: z.int().min(2).default(2000),
    }),
    presets: {
      quick: {
        data: { kind: "mnistOrDrawn" },
        model: { kind: "mlp" },
        training: { epochs: 10 },
        scaleLearningRate: true,
      },
      paper: PAPER_SETTING,
    },
    units: {
      temperatures: {
        temperature: "1",
        accuracy: "1",
        entropyRepresentations: "nats",
        entropyHead: "nats",
        batchEntropyRepresentations: "nats",
        silhouette: "1",
        daviesBouldin: "1",
      },
      epochs: {
        temperature: "1",
        epoch: "epochs",
        accuracy: "1",
        entropyRepresentations: "nats",
      },
      references: REFERENCE_UNITS,
    },
    stages: ({ temperatures }) => temperatures.map(stageName),
    data: ({ data }) => buildData(data),
    model: ({ model }, { train }, seed) => buildModel(model, train, seed),
    run,
    conclude,
  });
