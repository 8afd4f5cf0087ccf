import { z } from "zod";
import type { Chart } from "../core/chart.ts";
import { formatNumber } from "../core/table.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import { PAPER, PAPER_SETTING } from "./_paper.ts";
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

/** Configuration of {@linkcode labelSmoothing}. */
export interface LabelSmoothingConfig {
  /** What is learnt. */
  readonly data: DataConfig;
  /** What learns; the same initial weights at every smoothing. */
  readonly model: ModelConfig;
  /** How it learns; its `labelSmoothing` is replaced by each of `smoothings`. */
  readonly training: TrainingConfig;
  /** Samples a batch of the values that are means over batches, as in the paper. */
  readonly batch: number;
  /** `ε` of the targets `(1 − ε)·y + ε/C`. */
  readonly smoothings: readonly number[];
}

/** What is found at one smoothing, after training. */
export interface SmoothingColumns {
  /** `ε` of the targets. */
  readonly smoothing: number;
  /** Test accuracy. */
  readonly accuracy: number;
  /** Matrix entropy of the representations of the test set, in nats. */
  readonly entropyRepresentations: number;
  /** Matrix entropy of the head, in nats. */
  readonly entropyHead: number;
  /** MIR of the whole test set. */
  readonly mir: number;
  /** What MIR would be at collapse. */
  readonly mirCollapse: number;
  /** What MIR is with shuffled labels. */
  readonly mirShuffled: number;
  /** HDR of the whole test set. */
  readonly hdr: number;
  /** Mean MIR of batches, as in the paper. */
  readonly batchMir: number;
  /** Mean HDR of batches. */
  readonly batchHdr: number;
  /** `tr(Σ_W Σ_B⁺)/C`. */
  readonly nc1Pinv: number;
}

/** The numbers of {@linkcode labelSmoothing}. */
export type LabelSmoothingSummary = {
  /** Test accuracy without smoothing. */
  readonly accuracy: number;
  /** Best less worst accuracy. */
  readonly accuracySpread: number;
  /** MIR without smoothing. */
  readonly mir: number;
  /** Largest less smallest MIR. */
  readonly mirSpread: number;
  /** HDR without smoothing. */
  readonly hdr: number;
  /** Largest less smallest HDR. */
  readonly hdrSpread: number;
  /** Largest less smallest mean MIR of batches. */
  readonly batchMirSpread: number;
};

/** What {@linkcode labelSmoothing} takes and gives. */
export interface LabelSmoothingShape extends ExperimentShape {
  /** Configuration. */
  readonly config: LabelSmoothingConfig;
  /** What is learnt from and measured on. */
  readonly data: "train" | "test";
  /** One table: a row a smoothing. */
  readonly series: {
    readonly smoothings: ColumnsOf<SmoothingColumns>;
  };
  /** Numbers over all smoothings. */
  readonly summary: LabelSmoothingSummary;
  /** Claims of the paper. */
  readonly claims: "accuracyStays" | "mirStays" | "hdrStays";
}

type Shape = LabelSmoothingShape;

/** Numbers without unit within this distance hardly vary. */
const HARDLY = 0.05;

function stageName(smoothing: number): string {
  return `smoothing ${smoothing}`;
}

/** Trains at one smoothing. */
async function* trainAt(
  lab: Lab<Shape>,
  smoothing: number,
): AsyncGenerator<ExperimentEvent, void> {
  using scope = new TensorScope();
  const model = scope.own(lab.model());
  const run = supervisedRun(lab, model, {
    labelSmoothing: smoothing,
    evaluation: { mode: "both", size: lab.config.batch },
  });
  const trained = yield* lab.follow(run);
  const { record } = trained;
  yield lab.row("smoothings", {
    smoothing,
    accuracy: record.accuracy,
    entropyRepresentations: record.entropy.representations,
    entropyHead: record.entropy.head,
    mir: record.mir,
    mirCollapse: record.reference?.collapse.mir ?? NaN,
    mirShuffled: record.reference?.shuffled.mir.mean ?? NaN,
    hdr: record.hdr,
    batchMir: record.batches?.mir.mean ?? NaN,
    batchHdr: record.batches?.hdr.mean ?? NaN,
    nc1Pinv: record.nc1.pinv,
  });
  await lab.keep(stageName(smoothing), model, trained);
}

async function* run(lab: Lab<Shape>): AsyncGenerator<ExperimentEvent, void> {
  for (const smoothing of lab.config.smoothings) {
    yield* lab.stage(stageName(smoothing), () => trainAt(lab, smoothing));
  }
}

function conclude({ rows, config }: Observations<Shape>): Conclusion<Shape> {
  const table = new Table<SmoothingColumns>(rows.smoothings);
  const spread = (name: keyof SmoothingColumns) =>
    table.highest(name) - table.lowest(name);
  const stays = (name: keyof SmoothingColumns) => ({
    here: `between ${formatNumber(table.lowest(name))} and ${
      formatNumber(table.highest(name))
    } over ${table.rows.length} smoothings`,
    holds: unless(
      table.rows.length < 2 ? [NaN] : [spread(name)],
      () => spread(name) <= HARDLY,
    ),
  });
  return {
    summary: {
      accuracy: table.first("accuracy"),
      accuracySpread: spread("accuracy"),
      mir: table.first("mir"),
      mirSpread: spread("mir"),
      hdr: table.first("hdr"),
      hdrSpread: spread("hdr"),
      batchMirSpread: spread("batchMir"),
    },
    claims: {
      accuracyStays: stays("accuracy"),
      mirStays: stays("mir"),
      hdrStays: stays("hdr"),
    },
    charts: [smoothingChart(table, config)],
  };
}

function smoothingChart(
  table: Table<SmoothingColumns>,
  { batch }: LabelSmoothingConfig,
): Chart {
  const inBatches = { label: `batches of ${batch}`, dash: "dash" } as const;
  return {
    name: "smoothing",
    title: "Training with smoothed labels",
    table: "smoothings",
    x: { column: "smoothing", title: "smoothing ε" },
    panels: [
      { title: "accuracy", lines: [{ column: "accuracy", label: "test" }] },
      {
        title: "MIR",
        lines: [
          { column: "mir", label: "whole test set" },
          { column: "batchMir", ...inBatches },
          { column: "mirShuffled", label: "shuffled", dash: "dashdot" },
        ],
        references: [{ label: "collapse", value: table.last("mirCollapse") }],
      },
      {
        title: "HDR",
        lines: [
          { column: "hdr", label: "whole test set" },
          { column: "batchHdr", ...inBatches },
        ],
        references: [{ label: "collapse", value: 0 }],
      },
      {
        title: "entropy (nats)",
        lines: [
          { column: "entropyRepresentations", label: "H of features" },
          { column: "entropyHead", label: "H of head" },
        ],
      },
    ],
  };
}

/**
 * What label smoothing does to the interplay: the same network trained with targets smoothed by each of
 * several `ε`; accuracy, MIR and HDR.
 *
 * `quick` trains a perceptron at five smoothings; `paper` is the paper's setting, whose values it does not
 * give.
 *
 * @param options Preset and seed, and whatever of the configuration shall be different.
 * @returns The run: await it for the result, iterate it for its events.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { labelSmoothing } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const { series, summary } = await labelSmoothing({
 *   smoothings: [0, 0.1],
 *   data: { kind: "gaussian" },
 *   model: { hidden: [8, 6] },
 *   training: { epochs: 2, batchSize: 16 },
 * });
 * assertEquals(series.smoothings.smoothing, [0, 0.1]);
 * console.log(summary.mirSpread);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, on label smoothing.
 */
export const labelSmoothing: Experiment<LabelSmoothingShape> = defineExperiment<
  Shape
>({
  name: "labelSmoothing",
  title: "Label smoothing",
  description:
    "Trains with labels smoothed by several amounts and measures accuracy, MIR and HDR.",
  paper: {
    source: PAPER,
    section: "Label smoothing",
    values: {
      accuracySpread: "hardly varies",
      mirSpread: "hardly varies",
      hdrSpread: "hardly varies",
    },
    claims: {
      accuracyStays: {
        statement: "Accuracy hardly varies with smoothing",
        paper: "hardly varies",
      },
      mirStays: {
        statement: "MIR hardly varies with smoothing",
        paper: "hardly varies",
      },
      hdrStays: {
        statement: "HDR hardly varies with smoothing",
        paper: "hardly varies",
      },
    },
  },
  schema: z.strictObject({
    data: dataConfig,
    model: modelConfig,
    training: trainingConfig,
    batch: z.int().min(2).default(64),
    smoothings: z.array(z.number().min(0).lt(1)).min(1).default([
      0,
      0.05,
      0.1,
      0.2,
      0.3,
    ]),
  }),
  presets: {
    quick: {
      data: { kind: "mnistOrDrawn" },
      model: { kind: "mlp" },
      training: { epochs: 10, learningRate: 0.05 },
    },
    paper: PAPER_SETTING,
  },
  units: {
    smoothings: {
      smoothing: "1",
      accuracy: "1",
      entropyRepresentations: "nats",
      entropyHead: "nats",
      mir: "1",
      mirCollapse: "1",
      mirShuffled: "1",
      hdr: "1",
      batchMir: "1",
      batchHdr: "1",
      nc1Pinv: "1",
    },
  },
  stages: ({ smoothings }) => smoothings.map(stageName),
  data: ({ data }) => buildData(data),
  model: ({ model }, { train }, seed) => buildModel(model, train, seed),
  run,
  conclude,
});
