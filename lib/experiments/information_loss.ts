import { z } from "zod";
import { type Chart, intervalColumns } from "../core/chart.ts";
import { formatNumber } from "../core/table.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import type { EpochRecord } from "../training/history.ts";
import { helps } from "./_gain.ts";
import { interval } from "./_interval.ts";
import { PAPER, PAPER_SETTING } from "./_paper.ts";
import { risingNumbers } from "./_rising.ts";
import { Table } from "./_table.ts";
import { buildData, type DataConfig, dataConfig } from "./data_config.ts";
import { defineExperiment } from "./define_experiment.ts";
import type { ExperimentEvent, RowEvent } from "./event.ts";
import type { Conclusion, Experiment, Observations } from "./experiment.ts";
import type { Lab } from "./lab.ts";
import { buildModel, type ModelConfig, modelConfig } from "./model_config.ts";
import {
  hdrReferences,
  mirReferences,
  REFERENCE_UNITS,
  type ReferenceColumns,
  referenceColumns,
} from "./reference_columns.ts";
import type { ColumnsOf, ExperimentShape } from "./result.ts";
import { supervisedRun } from "./supervised_run.ts";
import { type TrainingConfig, trainingConfig } from "./training_config.ts";

/**
 * What is added to the cross-entropy, times `λ`: −MI, the difference of entropies |ΔH|, −MIR, or HDR, each of
 * a batch's representations against the head rows of its labels.
 */
export type LossTermName =
  | "mutualInformation"
  | "entropyDifference"
  | "mir"
  | "hdr";

/** Configuration of {@linkcode informationLoss}. */
export interface InformationLossConfig {
  /** What is learnt. */
  readonly data: DataConfig;
  /** What learns. */
  readonly model: ModelConfig;
  /** How it learns. */
  readonly training: TrainingConfig;
  /** Which terms are tried, each alone. */
  readonly terms: readonly LossTermName[];
  /** By what they are multiplied, rising. */
  readonly lambdas: readonly number[];
  /** Seeds, each of which trains with cross-entropy alone and with every term and `λ`; at least 2. */
  readonly seeds: number;
  /** How sure the intervals of all `λ` of a term are together, in `(0, 1)`. */
  readonly level: number;
  /** The least difference in accuracy that would count as help; that of the paper is 0.002. */
  readonly worthwhile: number;
  /** Repetitions behind the values for shuffled labels and for random features. */
  readonly permutations: number;
}

/** What is measured of a network, and averaged over those of a setting. */
export interface InformationColumns {
  /** Test accuracy. */
  readonly accuracy: number;
  /** Mean cross-entropy on the test set, in nats. */
  readonly loss: number;
  /** Matrix entropy of the representations of the test set, in nats. */
  readonly entropyRepresentations: number;
  /** Matrix entropy of the head rows of its labels, in nats. */
  readonly entropyHead: number;
  /** In nats. */
  readonly mutualInformation: number;
  /** Matrix mutual information ratio. */
  readonly mir: number;
  /** Matrix entropy difference ratio. */
  readonly hdr: number;
}

/** One training run. */
export interface InformationRunColumns extends InformationColumns {
  /** Fixes initial weights and the order of the samples. */
  readonly seed: number;
  /** "none", or the term. */
  readonly term: string;
  /** Its factor; 0 for none. */
  readonly lambda: number;
}

/** One term and factor over all seeds, held against cross-entropy alone seed by seed. */
export interface InformationSettingColumns extends InformationColumns {
  /** "none", or the term. */
  readonly term: string;
  /** Its factor; 0 for none. */
  readonly lambda: number;
  /** Mean of the difference in accuracy of the same seed. */
  readonly difference: number;
  /** Lower end of its interval, by Student's t. */
  readonly "difference.low": number;
  /** Upper end. */
  readonly "difference.high": number;
  /** Seeds behind it. */
  readonly seeds: number;
}

/**
 * The numbers of {@linkcode informationLoss}: accuracy with cross-entropy alone, and for each term the difference
 * at the `λ` whose interval has the highest lower end.
 */
export type InformationLossSummary = {
  /** Mean test accuracy with cross-entropy alone. */
  readonly accuracy: number;
  /** Mean difference in accuracy with −λ·MI. */
  readonly mutualInformationGain: number;
  /** Lower end of its interval. */
  readonly mutualInformationGainLow: number;
  /** Upper end. */
  readonly mutualInformationGainHigh: number;
  /** Mean difference in accuracy with λ·|ΔH|. */
  readonly entropyDifferenceGain: number;
  /** Lower end of its interval. */
  readonly entropyDifferenceGainLow: number;
  /** Upper end. */
  readonly entropyDifferenceGainHigh: number;
  /** Mean difference in accuracy with −λ·MIR. */
  readonly mirGain: number;
  /** Lower end of its interval. */
  readonly mirGainLow: number;
  /** Upper end. */
  readonly mirGainHigh: number;
  /** Mean difference in accuracy with λ·HDR. */
  readonly hdrGain: number;
  /** Lower end of its interval. */
  readonly hdrGainLow: number;
  /** Upper end. */
  readonly hdrGainHigh: number;
};

/** What {@linkcode informationLoss} takes and gives. */
export interface InformationLossShape extends ExperimentShape {
  /** Configuration. */
  readonly config: InformationLossConfig;
  /** What is learnt from and measured on. */
  readonly data: "train" | "test";
  /** Tables: a row a run, a row a setting, and the yardsticks with cross-entropy alone. */
  readonly series: {
    readonly runs: ColumnsOf<InformationRunColumns>;
    readonly settings: ColumnsOf<InformationSettingColumns>;
    readonly references: ColumnsOf<ReferenceColumns>;
  };
  /** Differences in accuracy. */
  readonly summary: InformationLossSummary;
  /** Claims of the paper for the first two terms; the last two are ours. */
  readonly claims:
    | "mutualInformationHelps"
    | "entropyDifferenceHelps"
    | "mirHelps"
    | "hdrHelps";
}

type Shape = InformationLossShape;

const TERMS: readonly LossTermName[] = [
  "mutualInformation",
  "entropyDifference",
  "mir",
  "hdr",
];

/** As formulas have them. */
const SIGNS: Readonly<Record<LossTermName, string>> = {
  mutualInformation: "−λ·MI",
  entropyDifference: "λ·|ΔH|",
  mir: "−λ·MIR",
  hdr: "λ·HDR",
};

const NONE = "none";
const DIFFERENCES = "differences";
const { low: LOW, high: HIGH } = intervalColumns("difference") as {
  low: "difference.low";
  high: "difference.high";
};

/** One way to train. */
interface Setting {
  readonly term: LossTermName | typeof NONE;
  readonly lambda: number;
}

function settingsOf({ terms, lambdas }: Shape["config"]): Setting[] {
  return [
    { term: NONE, lambda: 0 },
    ...terms.flatMap((term) => lambdas.map((lambda) => ({ term, lambda }))),
  ];
}

/** Numbers from 0 on, by their place among the seeds of a run: two runs have none in common. */
function places({ seeds }: Shape["config"]): number[] {
  return Array.from({ length: seeds }, (_, i) => i);
}

function stageName(place: number, { term, lambda }: Setting): string {
  const how = term === NONE ? "cross-entropy alone" : `${term} ${lambda}`;
  return `seed ${place + 1}, ${how}`;
}

function stages(config: Shape["config"]): string[] {
  const runs = places(config).flatMap((place) =>
    settingsOf(config).map((setting) => stageName(place, setting))
  );
  return [...runs, DIFFERENCES];
}

function measuredColumns(record: EpochRecord): InformationColumns {
  const { accuracy, loss, entropy, mutualInformation, mir, hdr } = record;
  return {
    accuracy,
    loss,
    entropyRepresentations: entropy.representations,
    entropyHead: entropy.head,
    mutualInformation,
    mir,
    hdr,
  };
}

async function* train(
  lab: Lab<Shape>,
  place: number,
  setting: Setting,
): AsyncGenerator<ExperimentEvent, void> {
  const { config: { seeds, permutations }, seed: first } = lab;
  const { term, lambda } = setting;
  const seed = first * seeds + place;
  const isYardstick = place === 0 && term === NONE;
  using scope = new TensorScope();
  const model = scope.own(lab.model(seed));
  const run = supervisedRun(lab, model, {
    seed,
    ...(term === NONE ? {} : { terms: { [term]: lambda } }),
    reference: isYardstick && { when: "last", permutations },
  });
  const trained = yield* lab.follow(run);
  const { record } = trained;
  yield lab.row("runs", { seed, term, lambda, ...measuredColumns(record) });
  const rows = record.reference ? referenceColumns(record.reference) : [];
  for (const row of rows) yield lab.row("references", row);
  await lab.keep(stageName(place, setting), model, trained);
}

/** Column by column, the mean over runs. */
function means(runs: readonly InformationRunColumns[]): InformationColumns {
  const table = new Table(runs);
  const mean = (name: keyof InformationColumns) =>
    table.column(name).reduce((a, b) => a + b, 0) / runs.length;
  return {
    accuracy: mean("accuracy"),
    loss: mean("loss"),
    entropyRepresentations: mean("entropyRepresentations"),
    entropyHead: mean("entropyHead"),
    mutualInformation: mean("mutualInformation"),
    mir: mean("mir"),
    hdr: mean("hdr"),
  };
}

/** One setting over all seeds, held against cross-entropy alone. */
function settingColumns(
  runs: readonly InformationRunColumns[],
  { term, lambda }: Setting,
  level: number,
): InformationSettingColumns {
  const own = runs.filter((run) => run.term === term && run.lambda === lambda);
  const differences = own.map((run) => {
    const alone = runs.find((other) =>
      other.term === NONE && other.seed === run.seed
    );
    return run.accuracy - (alone?.accuracy ?? NaN);
  });
  const { mean, low, high, n } = interval(differences, level);
  return {
    term,
    lambda,
    difference: mean,
    [LOW]: low,
    [HIGH]: high,
    seeds: n,
    ...means(own),
  };
}

async function* compare(
  lab: Lab<Shape>,
): AsyncGenerator<RowEvent, void> {
  const { config } = lab;
  const level = 1 - (1 - config.level) / config.lambdas.length;
  const runs = lab.rows("runs") as readonly InformationRunColumns[];
  for (const setting of settingsOf(config)) {
    yield lab.row("settings", settingColumns(runs, setting, level));
  }
}

async function* run(lab: Lab<Shape>): AsyncGenerator<ExperimentEvent, void> {
  for (const place of places(lab.config)) {
    for (const setting of settingsOf(lab.config)) {
      yield* lab.stage(
        stageName(place, setting),
        () => train(lab, place, setting),
      );
    }
  }
  yield* lab.stage(DIFFERENCES, () => compare(lab));
}

/** The setting of a term whose interval ends highest below; `undefined` where there is none yet. */
function bestOf(
  rows: readonly InformationSettingColumns[],
  term: LossTermName,
): InformationSettingColumns | undefined {
  return rows.filter((row) => row.term === term)
    .toSorted((a, b) => b[LOW] - a[LOW])[0];
}

function claimOf(
  { config, rows }: Observations<Shape>,
  term: LossTermName,
) {
  const best = bestOf(rows.settings, term);
  const gains = rows.settings.filter((row) => row.term === term)
    .map((row) => ({ low: row[LOW], high: row[HIGH] }));
  return {
    here: best === undefined
      ? "not tried"
      : `best with λ = ${best.lambda}: accuracy ${
        formatNumber(best.difference)
      } [${formatNumber(best[LOW])}, ${
        formatNumber(best[HIGH])
      }] over ${best.seeds} seeds`,
    holds: helps(gains, config.worthwhile),
  };
}

function summary({ rows }: Observations<Shape>): InformationLossSummary {
  const alone = rows.settings.find(({ term }) => term === NONE);
  const gains = TERMS.flatMap((term) => {
    const best = bestOf(rows.settings, term);
    return [
      [`${term}Gain`, best?.difference ?? NaN],
      [`${term}GainLow`, best?.[LOW] ?? NaN],
      [`${term}GainHigh`, best?.[HIGH] ?? NaN],
    ];
  });
  return {
    accuracy: alone?.accuracy ?? NaN,
    ...Object.fromEntries(gains),
  } as InformationLossSummary;
}

/** One line for each term, over `λ`. */
function lines(terms: readonly LossTermName[], column: string) {
  const dashes = ["dash", "dot", "dashdot"] as const;
  return terms.map((term, i) => ({
    column,
    label: SIGNS[term],
    where: { term },
    ...(i === 0 ? {} : { dash: dashes[(i - 1) % dashes.length]! }),
  }));
}

function chart({ config, rows }: Observations<Shape>): Chart {
  const { terms, seeds, worthwhile } = config;
  const alone = rows.settings.find(({ term }) => term === NONE);
  const without = (column: keyof InformationColumns) => ({
    label: "cross-entropy alone",
    value: alone?.[column] ?? NaN,
    dash: "dot" as const,
  });
  return {
    name: "terms",
    title: `Information terms, ${seeds} seeds`,
    table: "settings",
    x: { column: "lambda", title: "λ", log: true },
    panels: [
      {
        title: "difference in accuracy",
        lines: lines(terms, "difference"),
        references: [
          { label: "cross-entropy alone", value: 0, dash: "dot" },
          { label: "worthwhile", value: worthwhile },
        ],
      },
      {
        title: "MIR",
        lines: lines(terms, "mir"),
        references: [without("mir"), ...mirReferences(rows.references)],
      },
      {
        title: "HDR",
        lines: lines(terms, "hdr"),
        references: [without("hdr"), ...hdrReferences(rows.references)],
      },
    ],
    notes: [
      `The bands are intervals over seeds, of all λ of a term together ${
        formatNumber(100 * config.level)
      } % sure; what another test set would give is not in them.`,
    ],
  };
}

function conclude(observations: Observations<Shape>): Conclusion<Shape> {
  return {
    summary: summary(observations),
    claims: {
      mutualInformationHelps: claimOf(observations, "mutualInformation"),
      entropyDifferenceHelps: claimOf(observations, "entropyDifference"),
      mirHelps: claimOf(observations, "mir"),
      hdrHelps: claimOf(observations, "hdr"),
    },
    charts: [chart(observations)],
  };
}

const MEASURED_UNITS: Readonly<Record<keyof InformationColumns, string>> = {
  accuracy: "1",
  loss: "nats",
  entropyRepresentations: "nats",
  entropyHead: "nats",
  mutualInformation: "nats",
  mir: "1",
  hdr: "1",
};

/**
 * Whether information terms help a network to learn: cross-entropy alone against cross-entropy with −λ·MI,
 * with λ·|ΔH|, with −λ·MIR and with λ·HDR of each batch, over several `λ` and seeds. Accuracies are
 * compared seed by seed, from the same initial weights and in the same order of samples, with an interval
 * by Student's t that holds for all `λ` of a term together (Bonferroni), for the best of several is chosen.
 *
 * A term helps if such an interval lies above 0; it does not if all lie below what would be worthwhile;
 * else it cannot be told, which with few seeds is the usual answer to small differences.
 *
 * `quick` trains perceptrons on few of MNIST's test images (drawn digits where they are not at hand);
 * `paper` is the paper's setting.
 *
 * @param options Preset and seed, and whatever of the configuration shall be different.
 * @returns The run: await it for the result, iterate it for its events.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { informationLoss } from "interplay/experiments";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const { series, summary } = await informationLoss({
 *   data: { kind: "gaussian" },
 *   model: { hidden: [8] },
 *   training: { epochs: 1, batchSize: 32 },
 *   terms: ["mir"],
 *   lambdas: [0.1],
 *   seeds: 2,
 * });
 * assertEquals(series.runs.term, ["none", "mir", "none", "mir"]);
 * assert(summary.mirGainLow <= summary.mirGain && summary.mirGain <= summary.mirGainHigh);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, on information terms in supervised learning.
 */
export const informationLoss: Experiment<InformationLossShape> =
  defineExperiment<Shape>({
    name: "informationLoss",
    title: "Information terms as losses",
    description:
      "Trains with cross-entropy alone and with information terms beside it, and compares accuracies seed by seed.",
    paper: {
      source: PAPER,
      section: "Information terms in supervised learning",
      values: {
        accuracy: "0.9535 (CIFAR-10), 0.8077 (CIFAR-100)",
        mutualInformationGain:
          "0.0022 (CIFAR-10), 0.0019 (CIFAR-100), the better of the two terms",
        entropyDifferenceGain:
          "0.0022 (CIFAR-10), 0.0019 (CIFAR-100), the better of the two terms",
      },
      claims: {
        mutualInformationHelps: {
          statement: "−λ·MI raises accuracy",
          paper: "95.35 → 95.57 % (CIFAR-10), 80.77 → 80.96 % (CIFAR-100), " +
            "best of both terms, without intervals",
        },
        entropyDifferenceHelps: {
          statement: "λ·|ΔH| raises accuracy",
          paper: "the same figures, best of both terms",
        },
        mirHelps: {
          statement: "−λ·MIR raises accuracy",
          paper: "not tried",
        },
        hdrHelps: {
          statement: "λ·HDR raises accuracy",
          paper: "not tried",
        },
      },
    },
    schema: z.strictObject({
      data: dataConfig,
      model: modelConfig,
      training: trainingConfig,
      terms: z.array(z.enum(TERMS)).min(1).default([...TERMS]),
      lambdas: risingNumbers(z.number().positive(), "factors").default([
        0.01,
        0.1,
        1,
      ]),
      seeds: z.int().min(2).default(3),
      level: z.number().gt(0).lt(1).default(0.95),
      worthwhile: z.number().positive().default(0.002),
      permutations: z.int().positive().default(2),
    }),
    presets: {
      quick: {
        data: { kind: "mnistOrDrawn", train: 1000 },
        model: { kind: "mlp", hidden: [64, 32] },
        training: {
          epochs: 12,
          learningRate: 0.05,
          evaluation: { every: { epochs: 12 } },
        },
        lambdas: [0.1, 0.3],
      },
      paper: PAPER_SETTING,
    },
    units: {
      runs: { seed: "1", term: "text", lambda: "1", ...MEASURED_UNITS },
      settings: {
        term: "text",
        lambda: "1",
        difference: "1",
        [LOW]: "1",
        [HIGH]: "1",
        seeds: "1",
        ...MEASURED_UNITS,
      },
      references: REFERENCE_UNITS,
    },
    stages,
    data: ({ data }) => buildData(data),
    model: ({ model }, { train }, seed) => buildModel(model, train, seed),
    run,
    conclude,
  });
