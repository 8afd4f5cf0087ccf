import { z } from "zod";
import type { Chart } from "../core/chart.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import { formatNumber } from "../core/table.ts";
import {
  BATCH_UNITS,
  type BatchColumns,
  batchColumns,
} from "./batch_columns.ts";
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
import { PAPER, PAPER_SETTING } from "./_paper.ts";
import {
  entropyReferences,
  hdrReferences,
  mirReferences,
  REFERENCE_UNITS,
  type ReferenceColumns,
  referenceColumns,
  referenceNamed,
} from "./reference_columns.ts";
import type { ColumnsOf, ExperimentShape } from "./result.ts";
import { supervisedRun } from "./supervised_run.ts";
import { Table, unless } from "./_table.ts";
import { type TrainingConfig, trainingConfig } from "./training_config.ts";

/** Configuration of {@linkcode trainingDynamics}. */
export interface TrainingDynamicsConfig {
  /** What is learnt. */
  readonly data: DataConfig;
  /** What learns. */
  readonly model: ModelConfig;
  /** How it learns. */
  readonly training: TrainingConfig;
  /** Samples a batch of the values that are means over batches, as in the paper. */
  readonly batch: number;
  /** Repetitions behind the values for shuffled labels and for random features. */
  readonly permutations: number;
}

/** The numbers of {@linkcode trainingDynamics}, all at the end of training. */
export type TrainingDynamicsSummary = {
  /** Test accuracy. */
  readonly accuracy: number;
  /** Matrix entropy of the representations, in nats. */
  readonly entropyRepresentations: number;
  /** Matrix entropy of the head, in nats. */
  readonly entropyHead: number;
  /** MIR of the whole test set. */
  readonly mir: number;
  /** Its place between shuffled labels (0) and collapse (1). */
  readonly mirCalibrated: number;
  /** HDR of the whole test set. */
  readonly hdr: number;
  /** Mean MIR of batches. */
  readonly batchMir: number;
  /** Mean HDR of batches. */
  readonly batchHdr: number;
  /** Mean entropy of the representations of batches, in nats. */
  readonly batchEntropyRepresentations: number;
  /** `tr(Σ_W Σ_B⁺)/C`. */
  readonly nc1Pinv: number;
  /** Distance of the class means from a simplex frame. */
  readonly nc2EtfError: number;
  /** Distance of head and class means. */
  readonly nc3SelfDuality: number;
  /** Agreement with the nearest class mean. */
  readonly nc4Agreement: number;
  /** Correlation of MIR with accuracy over the measurements. */
  readonly mirWithAccuracy: number;
  /** Correlation of HDR with accuracy over the measurements. */
  readonly hdrWithAccuracy: number;
};

/** What {@linkcode trainingDynamics} takes and gives. */
export interface TrainingDynamicsShape extends ExperimentShape {
  /** Configuration. */
  readonly config: TrainingDynamicsConfig;
  /** What is learnt from and measured on. */
  readonly data: "train" | "test";
  /** Tables: one row an epoch, and the yardsticks at the end. */
  readonly series: {
    readonly epochs: ColumnsOf<EpochColumns & BatchColumns>;
    readonly references: ColumnsOf<ReferenceColumns>;
  };
  /** Numbers at the end of training. */
  readonly summary: TrainingDynamicsSummary;
  /** Claims of the paper. */
  readonly claims:
    | "mirRises"
    | "hdrFalls"
    | "collapseNotReached"
    | "featureEntropyRises"
    | "headEntropyDips"
    | "entropiesMissCollapse";
}

type Shape = TrainingDynamicsShape;

type EpochRow = EpochColumns & BatchColumns;

type Claims<Names extends Shape["claims"]> = Pick<
  Conclusion<Shape>["claims"],
  Names
>;

/** From here on a correlation counts as "together". */
const TOGETHER = 0.5;

/** Within this distance, in nats or without unit, a value counts as reached. */
const NEAR = 0.02;

async function* run(lab: Lab<Shape>): AsyncGenerator<ExperimentEvent, void> {
  const { batch, permutations } = lab.config;
  yield* lab.stage("training", async function* () {
    using scope = new TensorScope();
    const model = scope.own(lab.model());
    const run = supervisedRun(lab, model, {
      evaluation: { mode: "both", size: batch },
      reference: { when: "last", permutations },
    });
    const trained = yield* lab.follow(run, (record) => [
      lab.row("epochs", { ...epochColumns(record), ...batchColumns(record) }),
    ]);
    for (const row of referenceColumns(trained.record.reference!)) {
      yield lab.row("references", row);
    }
    await lab.keep("trained", model, trained);
  });
}

/** What the claims are judged by. */
class Findings {
  readonly batch: number;
  readonly epochs: Table<EpochRow>;
  readonly references: readonly ReferenceColumns[];
  readonly collapse: ReferenceColumns | undefined;
  readonly shuffled: ReferenceColumns | undefined;
  readonly mirWithAccuracy: number;
  readonly hdrWithAccuracy: number;

  constructor({ config, rows }: Observations<Shape>) {
    this.batch = config.batch;
    this.epochs = new Table<EpochRow>(rows.epochs);
    this.references = rows.references;
    this.collapse = referenceNamed(rows.references, "collapse");
    this.shuffled = referenceNamed(rows.references, "shuffled");
    this.mirWithAccuracy = this.epochs.correlation("mir", "accuracy");
    this.hdrWithAccuracy = this.epochs.correlation("hdr", "accuracy");
  }
}

function summary(
  { epochs, shuffled, collapse, ...found }: Findings,
): TrainingDynamicsSummary {
  const mir = epochs.last("mir");
  const [floor, top] = [shuffled?.mir ?? NaN, collapse?.mir ?? NaN];
  return {
    accuracy: epochs.last("accuracy"),
    entropyRepresentations: epochs.last("entropyRepresentations"),
    entropyHead: epochs.last("entropyHead"),
    mir,
    mirCalibrated: (mir - floor) / (top - floor),
    hdr: epochs.last("hdr"),
    batchMir: epochs.last("batchMir"),
    batchHdr: epochs.last("batchHdr"),
    batchEntropyRepresentations: epochs.last("batchEntropyRepresentations"),
    nc1Pinv: epochs.last("nc1Pinv"),
    nc2EtfError: epochs.last("nc2EtfError"),
    nc3SelfDuality: epochs.last("nc3SelfDuality"),
    nc4Agreement: epochs.last("nc4Agreement"),
    mirWithAccuracy: found.mirWithAccuracy,
    hdrWithAccuracy: found.hdrWithAccuracy,
  };
}

/** "MIR 0.12 → 0.56, correlation 0.9 over 13 measurements; in batches of 64: 0.6 → 0.8". */
function together(
  { epochs, batch }: Findings,
  { name, column, inBatches, correlation }: {
    name: string;
    column: "mir" | "hdr";
    inBatches: "batchMir" | "batchHdr";
    correlation: number;
  },
): string {
  return `${name} ${epochs.course(column)}, correlation ${
    formatNumber(correlation)
  } over ${epochs.rows.length} measurements; in batches of ${batch}: ${
    epochs.course(inBatches)
  }`;
}

function ratioClaims(found: Findings): Claims<"mirRises" | "hdrFalls"> {
  const { mirWithAccuracy: mir, hdrWithAccuracy: hdr } = found;
  return {
    mirRises: {
      here: together(found, {
        name: "MIR",
        column: "mir",
        inBatches: "batchMir",
        correlation: mir,
      }),
      holds: unless([mir], () => mir >= TOGETHER),
    },
    hdrFalls: {
      here: together(found, {
        name: "HDR",
        column: "hdr",
        inBatches: "batchHdr",
        correlation: hdr,
      }),
      holds: unless([hdr], () => hdr <= -TOGETHER),
    },
  };
}

function collapseClaims(
  { epochs, collapse }: Findings,
): Claims<"collapseNotReached" | "entropiesMissCollapse"> {
  const [mir, hdr] = [epochs.last("mir"), epochs.last("hdr")];
  const target = collapse?.mir ?? NaN;
  const entropy = collapse?.entropy ?? NaN;
  const features = epochs.last("entropyRepresentations");
  const head = epochs.last("entropyHead");
  const miss = [features, head].map((h) => Math.abs(h - entropy));
  return {
    collapseNotReached: {
      here: `MIR ends at ${formatNumber(mir)} (collapse: ${
        formatNumber(target)
      }), HDR at ${formatNumber(hdr)} (collapse: 0)`,
      holds: unless(
        [mir, target, hdr],
        () => target - mir > NEAR && hdr > NEAR,
      ),
    },
    entropiesMissCollapse: {
      here: `features ${formatNumber(features)}, head ${
        formatNumber(head)
      }, collapse ${formatNumber(entropy)} nats`,
      holds: unless(miss, () => miss.every((distance) => distance > NEAR)),
    },
  };
}

function entropyClaims(
  { epochs }: Findings,
): Claims<"featureEntropyRises" | "headEntropyDips"> {
  const first = epochs.first("entropyRepresentations");
  const last = epochs.last("entropyRepresentations");
  const lowest = epochs.lowest("entropyHead");
  const ends = [epochs.first("entropyHead"), epochs.last("entropyHead")];
  return {
    featureEntropyRises: {
      here: `${epochs.course("entropyRepresentations")} nats`,
      holds: unless([first, last], () => first < last / 2),
    },
    headEntropyDips: {
      here: `${epochs.course("entropyHead")} nats, lowest ${
        formatNumber(lowest)
      }`,
      holds: unless(ends, () => ends.every((end) => end - lowest > NEAR)),
    },
  };
}

function conclude(observations: Observations<Shape>): Conclusion<Shape> {
  const found = new Findings(observations);
  return {
    summary: summary(found),
    claims: {
      ...ratioClaims(found),
      ...collapseClaims(found),
      ...entropyClaims(found),
    },
    charts: [interplayChart(found), collapseChart()],
  };
}

function interplayChart(found: Findings): Chart {
  const { batch } = found;
  const inBatches = { label: `batches of ${batch}`, dash: "dash" } as const;
  return {
    name: "interplay",
    title: "Training dynamics",
    table: "epochs",
    x: { column: "epoch", title: "epoch" },
    panels: [
      {
        title: "entropy (nats)",
        lines: [
          { column: "entropyRepresentations", label: "H of features" },
          { column: "entropyHead", label: "H of head" },
        ],
        references: entropyReferences(found.references),
      },
      {
        title: "MIR",
        lines: [
          { column: "mir", label: "whole test set" },
          { column: "batchMir", ...inBatches },
        ],
        references: mirReferences(found.references),
      },
      {
        title: "HDR",
        lines: [
          { column: "hdr", label: "whole test set" },
          { column: "batchHdr", ...inBatches },
        ],
        references: hdrReferences(found.references),
      },
      { title: "accuracy", lines: [{ column: "accuracy", label: "test" }] },
    ],
    notes: [
      "The horizontal lines are for the whole test set: collapse, shuffled labels, random features.",
    ],
  };
}

function collapseChart(): Chart {
  return {
    name: "collapse",
    title: "Neural collapse over training",
    table: "epochs",
    x: { column: "epoch", title: "epoch" },
    panels: [
      {
        title: "NC1",
        log: true,
        lines: [
          { column: "nc1Pinv", label: "tr Σw Σb⁺ / C" },
          { column: "nc1Quotient", label: "tr Σw / tr Σb" },
          { column: "nc1Cdnv", label: "CDNV" },
        ],
      },
      {
        title: "NC2",
        log: true,
        lines: [
          { column: "nc2EquinormMeans", label: "norms, means" },
          { column: "nc2EquinormHead", label: "norms, head" },
          { column: "nc2EquiangularMeans", label: "angles, means" },
          { column: "nc2EquiangularHead", label: "angles, head" },
          { column: "nc2EtfError", label: "ETF error" },
        ],
      },
      {
        title: "NC3",
        log: true,
        lines: [
          { column: "nc3SelfDuality", label: "self-duality" },
          { column: "nc3StructureError", label: "structure" },
        ],
      },
      {
        title: "NC4",
        lines: [{ column: "nc4Agreement", label: "agreement" }],
      },
    ],
  };
}

/**
 * How information flows while a network learns: test accuracy, the matrix entropies of representations and
 * head, their mutual information, MIR and HDR, and neural collapse, over the epochs; each for the whole test
 * set, and the interplay beside it as means over batches of 64, as the paper has it.
 *
 * `quick` trains a perceptron on MNIST's 10,000 test images (drawn digits where they are not at hand) for
 * ten epochs, the learning rate rising over the first two so that the rise can be seen; `paper` is the paper's setting.
 *
 * @param options Preset and seed, and whatever of the configuration shall be different.
 * @returns The run: await it for the result, iterate it for its events.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { trainingDynamics } from "interplay/experiments";
 * import { assert } from "@std/assert";
 *
 * const { summary, series } = await trainingDynamics({
 *   data: { kind: "gaussian" },
 *   model: { hidden: [8, 6] },
 *   training: { epochs: 3, batchSize: 16 },
 *   batch: 32,
 * });
 * assert(summary.mir > 0 && summary.mir < 1);
 * console.log(series.epochs.accuracy, series.epochs.mir);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, on training dynamics and on entropy alone.
 */
export const trainingDynamics: Experiment<TrainingDynamicsShape> =
  defineExperiment<Shape>({
    name: "trainingDynamics",
    title: "Training dynamics",
    description:
      "Trains a network and measures entropies, MIR, HDR and neural collapse after every epoch.",
    paper: {
      source: PAPER,
      section: "Training dynamics, and entropy alone",
      values: {
        batchMir:
          "0.53–0.55 (CIFAR-10), about 0.685 (CIFAR-100), read off figures",
        batchHdr: "about 0.2 (CIFAR-10), about 0 (CIFAR-100), read off figures",
        batchEntropyRepresentations:
          "2.4–2.5 nats (CIFAR-10), read off figures",
      },
      claims: {
        mirRises: {
          statement: "MIR rises with test accuracy",
          paper:
            "both rise together, to MIR 0.53–0.55 (CIFAR-10), about 0.685 (CIFAR-100)",
        },
        hdrFalls: {
          statement: "HDR falls as test accuracy rises",
          paper: "falls to about 0.2 (CIFAR-10), about 0 (CIFAR-100)",
        },
        collapseNotReached: {
          statement: "MIR and HDR do not reach their values at neural collapse",
          paper: "never reached",
        },
        featureEntropyRises: {
          statement: "The entropy of the features starts near 0 and rises",
          paper: "from near 0 to 2.4–2.5 nats (CIFAR-10)",
        },
        headEntropyDips: {
          statement: "The entropy of the head drops sharply, then rises",
          paper: "drops, then rises",
        },
        entropiesMissCollapse: {
          statement: "Neither entropy ends at its value at neural collapse",
          paper: "features end above log 9 = 2.197 nats (CIFAR-10)",
        },
      },
    },
    schema: z.strictObject({
      data: dataConfig,
      model: modelConfig,
      training: trainingConfig,
      batch: z.int().min(2).default(64),
      permutations: z.int().positive().default(5),
    }),
    presets: {
      quick: {
        data: { kind: "mnistOrDrawn" },
        model: { kind: "mlp" },
        training: {
          epochs: 10,
          learningRate: 0.05,
          warmup: 250,
          evaluation: { every: { steps: 25 } },
        },
      },
      paper: PAPER_SETTING,
    },
    units: {
      epochs: { ...EPOCH_UNITS, ...BATCH_UNITS },
      references: REFERENCE_UNITS,
    },
    stages: () => ["training"],
    data: ({ data }) => buildData(data),
    model: ({ model }, { train }, seed) => buildModel(model, train, seed),
    run,
    conclude,
  });
