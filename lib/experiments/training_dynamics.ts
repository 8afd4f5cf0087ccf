import { z } from "zod";
import { TensorScope } from "../core/tensor_scope.ts";
import { conclude } from "./_dynamics_conclusion.ts";
import { PAPER, PAPER_SETTING } from "./_paper.ts";
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
import type { Experiment } from "./experiment.ts";
import type { Lab } from "./lab.ts";
import { buildModel, type ModelConfig, modelConfig } from "./model_config.ts";
import {
  REFERENCE_UNITS,
  type ReferenceColumns,
  referenceColumns,
} from "./reference_columns.ts";
import type { ColumnsOf, ExperimentShape } from "./result.ts";
import { supervisedRun } from "./supervised_run.ts";
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
