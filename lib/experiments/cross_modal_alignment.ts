import { z } from "zod";
import { TensorScope } from "../core/tensor_scope.ts";
import type { DataSet } from "../data/data_set.ts";
import { fewShot } from "../data/few_shot.ts";
import { selectClasses } from "../data/select_classes.ts";
import type { Classifier } from "../models/classifier.ts";
import { evaluate } from "../training/evaluate.ts";
import type { TrainingRun } from "../training/run.ts";
import type { Schedule } from "../training/schedule.ts";
import {
  type TextClassifier,
  textClassifier,
} from "../training/text_classifier.ts";
import {
  type CrossModalData,
  trainCrossModal,
} from "../training/train_cross_modal.ts";
import {
  alignmentUnits,
  baseToNewRows,
  bestWeight,
  conclude,
  settingRows,
} from "./_alignment_conclusion.ts";
import {
  type AlignmentMethod,
  type AlignmentSetting,
  ALONE,
  CROSS_ENTROPY,
  METHODS,
  optionsOf,
  sweptSettings,
} from "./_alignment_methods.ts";
import {
  type CrossModalColumns,
  crossModalMeasures,
} from "./_cross_modal_measures.ts";
import { PAPER } from "./_paper.ts";
import { rising, risingNumbers } from "./_rising.ts";
import { defineExperiment } from "./define_experiment.ts";
import type { ExperimentEvent, RowEvent } from "./event.ts";
import type { Experiment } from "./experiment.ts";
import type { Lab } from "./lab.ts";
import {
  buildModalities,
  type ModalitiesConfig,
  modalitiesConfig,
} from "./modalities_config.ts";
import type { ColumnsOf, ExperimentShape } from "./result.ts";

/** So many images of each class, and how long they are learnt from. */
export interface Shots {
  /** Images of each class. */
  readonly shots: number;
  /** Passes over them. */
  readonly epochs: number;
}

/** How the text side learns, by SGD. */
export interface AlignmentLearning {
  /** Images a step. */
  readonly batchSize: number;
  /** The largest. */
  readonly learningRate: number;
  /** Its course over a training. */
  readonly schedule: Schedule;
  /** Share of the step before that is kept. */
  readonly momentum: number;
  /** Adds to the gradient. */
  readonly weightDecay: number;
}

/** Configuration of {@linkcode crossModalAlignment}. */
export interface CrossModalAlignmentConfig {
  /** Frozen features of two modalities. */
  readonly data: ModalitiesConfig;
  /**
   * What learns, as `textClassifier` has it: an "adapter" for all texts, or the "head", a linear classifier that
   * begins as the texts; then no class can be new, and base-to-new is left out.
   */
  readonly textSide: "adapter" | "head";
  /** What cosines are multiplied by. */
  readonly scale: number;
  /** How it learns. */
  readonly training: AlignmentLearning;
  /** What is compared with cross-entropy alone. */
  readonly methods: readonly AlignmentMethod[];
  /** Shares `λ` that are tried, rising, in `(0, 1]`. */
  readonly lambdas: readonly number[];
  /** Factors `α` of VNE that are tried, rising. */
  readonly alphas: readonly number[];
  /** What weights are chosen with. */
  readonly sweep: Shots;
  /** What is compared, by rising shots. */
  readonly fewShot: readonly Shots[];
  /** The same for base and new classes. */
  readonly baseToNew: Shots;
  /** Draws of shots that are compared, and as many others that weights are chosen by; at least 2. */
  readonly seeds: number;
  /** How sure the intervals are, in `(0, 1)`. */
  readonly level: number;
  /** The least difference in accuracy that would count as help. */
  readonly worthwhile: number;
}

/** What is measured of a text side, on the whole test set. */
export interface AlignmentColumns extends CrossModalColumns {
  /** Test accuracy. */
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
}

/** A way to train, as tables have it. */
export interface AlignmentSettingColumns {
  /** "crossEntropy", or the method. */
  readonly method: string;
  /** `λ`, or `α` of VNE; 0 for cross-entropy alone. */
  readonly weight: number;
}

/** One training. */
export interface AlignmentRunColumns
  extends AlignmentSettingColumns, AlignmentColumns {
  /** "sweep", where weights are chosen, or "fewShot", where they are compared. */
  readonly part: string;
  /** Images of each class. */
  readonly shots: number;
  /** Fixes the shots and their order. */
  readonly seed: number;
}

/** One way to train over all seeds, held against cross-entropy alone seed by seed. */
export interface AlignmentComparisonColumns
  extends AlignmentSettingColumns, AlignmentColumns {
  /** "sweep" or "fewShot". */
  readonly part: string;
  /** Images of each class. */
  readonly shots: number;
  /** Seeds behind it. */
  readonly seeds: number;
  /** Mean of the difference in accuracy of the same seed. */
  readonly difference: number;
  /** Lower end of its interval, by Student's t. */
  readonly "difference.low": number;
  /** Upper end. */
  readonly "difference.high": number;
}

/** Accuracy on the classes that were learnt and on those that were not. */
export interface BaseToNewColumns {
  /** Accuracy among the first half of the classes, of which the shots were. */
  readonly base: number;
  /** Accuracy among the second half, by the same adapter. */
  readonly new: number;
  /** Harmonic mean of both. */
  readonly harmonic: number;
  /** Mean cosine of an image of a new class with the text of its class. */
  readonly newSimilarity: number;
}

/** One training on base classes. */
export interface BaseToNewRunColumns
  extends AlignmentSettingColumns, BaseToNewColumns {
  /** Fixes the shots and their order. */
  readonly seed: number;
}

/** The same over all seeds. */
export interface BaseToNewComparisonColumns
  extends AlignmentSettingColumns, BaseToNewColumns {
  /** Seeds behind it. */
  readonly seeds: number;
  /** Mean of the difference in the harmonic mean from cross-entropy alone. */
  readonly difference: number;
  /** Lower end of its interval, by Student's t. */
  readonly "difference.low": number;
  /** Upper end. */
  readonly "difference.high": number;
}

/** Before anything is learnt. */
export interface ZeroShotColumns extends AlignmentColumns, BaseToNewColumns {}

/**
 * The numbers of {@linkcode crossModalAlignment}. Accuracies are means over all numbers of shots, gains means of
 * the differences from cross-entropy alone of the same shots.
 */
export type CrossModalAlignmentSummary = {
  /** Accuracy before anything is learnt. */
  readonly zeroShotAccuracy: number;
  /** Accuracy by cross-entropy alone. */
  readonly crossEntropyAccuracy: number;
  /** Accuracy by the class-wise loss. */
  readonly classwiseAccuracy: number;
  /** `λ` of the class-wise loss, as the sweep chose it. */
  readonly classwiseLambda: number;
  /** Gain by the class-wise loss. */
  readonly classwiseGain: number;
  /** Lower end of its interval. */
  readonly classwiseGainLow: number;
  /** Upper end. */
  readonly classwiseGainHigh: number;
  /** Gain by the modal variant. */
  readonly modalGain: number;
  /** Gain by the variant over everything. */
  readonly allGain: number;
  /** Gain by VNE. */
  readonly vonNeumannEntropyGain: number;
  /** Gain by weakening the cross-entropy. */
  readonly weakenedGain: number;
  /**
   * What the class-wise loss adds to the cosine of images and texts of a class: the difference from
   * `(1 − λ)·L_ce` with the same `λ`, over all of the sweep.
   */
  readonly similarityGain: number;
  /** What it takes from the modality gap, likewise. */
  readonly gapReduction: number;
  /** Harmonic mean of base and new accuracy before anything is learnt. */
  readonly zeroShotHarmonic: number;
  /** The same by cross-entropy alone. */
  readonly crossEntropyHarmonic: number;
  /** Gain in it by the class-wise loss. */
  readonly harmonicGain: number;
  /** Lower end of its interval. */
  readonly harmonicGainLow: number;
  /** Upper end. */
  readonly harmonicGainHigh: number;
};

/** What {@linkcode crossModalAlignment} takes and gives. */
export interface CrossModalAlignmentShape extends ExperimentShape {
  /** Configuration. */
  readonly config: CrossModalAlignmentConfig;
  /** Images to take shots of, texts of the classes, and images to measure on. */
  readonly data: "train" | "text" | "test";
  /** Tables: every training, and every way to train over its seeds. */
  readonly series: {
    readonly runs: ColumnsOf<AlignmentRunColumns>;
    readonly settings: ColumnsOf<AlignmentComparisonColumns>;
    readonly zeroShot: ColumnsOf<ZeroShotColumns>;
    readonly baseToNewRuns: ColumnsOf<BaseToNewRunColumns>;
    readonly baseToNew: ColumnsOf<BaseToNewComparisonColumns>;
  };
  /** Accuracies and differences. */
  readonly summary: CrossModalAlignmentSummary;
  /** Claims of the paper, but for the last two, which are ours. */
  readonly claims:
    | "alignmentHelps"
    | "alignmentBeatsVne"
    | "alignmentGeneralizes"
    | "classwiseIsBest"
    | "moreThanWeakening"
    | "similarityRises";
}

type Shape = CrossModalAlignmentShape;
type Config = CrossModalAlignmentConfig;

const ZERO_SHOT = "zero-shot";
const DIFFERENCES = "differences";

/** One training: what is trained, with how many shots, by which seed of its part. */
interface Trial {
  readonly part: "sweep" | "fewShot" | "baseToNew";
  readonly plan: Shots;
  readonly place: number;
  readonly method: AlignmentMethod | typeof ALONE;
  /** Chosen by the sweep if left out. */
  readonly weight?: number;
}

const WORDS = {
  sweep: "sweep",
  fewShot: "few-shot",
  baseToNew: "base-to-new",
} as const;

function places({ seeds }: Config): number[] {
  return Array.from({ length: seeds }, (_, i) => i);
}

/** The trainings of a part: for each seed and number of shots every way to train. */
function trialsOf(
  config: Config,
  part: Trial["part"],
  plans: readonly Shots[],
): Trial[] {
  const settings: Pick<Trial, "method" | "weight">[] = part === "sweep"
    ? sweptSettings(config)
    : [CROSS_ENTROPY, ...config.methods.map((method) => ({ method }))];
  return places(config).flatMap((place) =>
    plans.flatMap((plan) =>
      settings.map((setting) => ({ part, plan, place, ...setting }))
    )
  );
}

/** Everything that is trained; the sweep comes first, for it chooses the weights of the others. */
function trials(config: Config): Trial[] {
  return [
    ...trialsOf(config, "sweep", [config.sweep]),
    ...trialsOf(config, "fewShot", config.fewShot),
    ...(config.textSide === "adapter"
      ? trialsOf(config, "baseToNew", [config.baseToNew])
      : []),
  ];
}

function stageName({ part, plan: { shots }, place, ...setting }: Trial) {
  const { method, weight } = setting;
  const how = method === ALONE
    ? "cross-entropy alone"
    : [method, weight ?? []].flat().join(" ");
  return `${WORDS[part]}, ${shots} shots, draw ${place + 1}, ${how}`;
}

/**
 * The seed of a training. No two of a run are the same but for those that are compared, and no two runs have
 * one in common; the sweep has others than what is compared.
 */
function seedOf({ config: { seeds }, seed: first }: Lab<Shape>, trial: Trial) {
  const { part, place } = trial;
  return first * 2 * seeds + (part === "sweep" ? seeds : 0) + place;
}

function settingOf(lab: Lab<Shape>, { method, weight }: Trial) {
  if (method === ALONE) return CROSS_ENTROPY;
  const rows = lab.rows("runs") as readonly AlignmentRunColumns[];
  return { method, weight: weight ?? bestWeight(rows, method) };
}

function classifierOf({ textSide: train, scale }: Config, text: DataSet) {
  return textClassifier(text, { train, scale });
}

/** The first half of the classes, of which shots are, and the second. */
function halves({ text: { classes } }: Lab<Shape>["data"]) {
  const all = Array.from({ length: classes }, (_, c) => c);
  const middle = Math.ceil(classes / 2);
  return { base: all.slice(0, middle), fresh: all.slice(middle) };
}

async function measured(
  model: Classifier,
  test: DataSet,
  { accuracy, loss }: { accuracy: number; loss: number },
): Promise<AlignmentColumns> {
  const { weights } = await model.head();
  return { accuracy, loss, ...crossModalMeasures(test, weights) };
}

/** Accuracy and similarity of a classifier on some classes. */
async function measuredOn(
  model: TextClassifier,
  { text, test }: { text: DataSet; test: DataSet },
  classes: readonly number[],
) {
  using scope = new TensorScope();
  const own = scope.own(model.withClasses(selectClasses(text, classes)));
  const images = selectClasses(test, classes);
  const evaluation = await evaluate(own, images, { estimate: {} });
  return await measured(own, images, evaluation);
}

async function baseToNewOf(
  lab: Lab<Shape>,
  model: TextClassifier,
): Promise<BaseToNewColumns> {
  const { base: learnt, fresh: others } = halves(lab.data);
  const { accuracy: base } = await measuredOn(model, lab.data, learnt);
  const fresh = await measuredOn(model, lab.data, others);
  return {
    base,
    new: fresh.accuracy,
    harmonic: 2 * base * fresh.accuracy / (base + fresh.accuracy),
    newSimilarity: fresh.similarity,
  };
}

const NO_NEW_CLASSES: BaseToNewColumns = {
  base: NaN,
  new: NaN,
  harmonic: NaN,
  newSimilarity: NaN,
};

async function* beforehand(
  lab: Lab<Shape>,
): AsyncGenerator<RowEvent, void> {
  const { config, data } = lab;
  using scope = new TensorScope();
  const model = scope.own(classifierOf(config, data.text));
  const evaluation = await evaluate(model, data.test, { estimate: {} });
  yield lab.row("zeroShot", {
    ...await measured(model, data.test, evaluation),
    ...(config.textSide === "adapter"
      ? await baseToNewOf(lab, model)
      : NO_NEW_CLASSES),
  });
}

/** The training of a trial; measured before and after, kept ten times on the way. */
function trainingOf(
  lab: Lab<Shape>,
  { model, data, setting, trial }: {
    model: Classifier;
    data: CrossModalData;
    setting: AlignmentSetting;
    trial: Trial;
  },
): TrainingRun {
  const { config: { training }, signal } = lab;
  const { epochs } = trial.plan;
  const { checkpoint } = lab.checkpoint();
  const every = { epochs: Math.ceil(epochs / 10) };
  return trainCrossModal(model, data, {
    ...training,
    ...optionsOf(setting, training),
    epochs,
    seed: seedOf(lab, trial),
    signal,
    reference: false,
    evaluation: { every: { epochs }, estimate: {} },
    ...(checkpoint && { checkpoint: { ...checkpoint, every } }),
  });
}

/** The shots of a trial. */
function shotsOf(lab: Lab<Shape>, pool: DataSet, trial: Trial): DataSet {
  const { plan: { shots } } = trial;
  return fewShot(pool, { shots, seed: seedOf(lab, trial) }).labelled;
}

async function* trainOnAll(
  lab: Lab<Shape>,
  trial: Trial,
): AsyncGenerator<ExperimentEvent, void> {
  const { config, data: { train, text, test } } = lab;
  const setting = settingOf(lab, trial);
  using scope = new TensorScope();
  const model = scope.own(classifierOf(config, text));
  const data = { train: shotsOf(lab, train, trial), test };
  const run = trainingOf(lab, { model, data, setting, trial });
  const trained = yield* lab.follow(run);
  yield lab.row("runs", {
    part: trial.part,
    shots: trial.plan.shots,
    seed: seedOf(lab, trial),
    ...setting,
    ...await measured(model, test, trained.record),
  });
  const isKept = trial.part === "fewShot" &&
    trial.plan === config.fewShot.at(-1);
  if (isKept) await lab.keep(stageName(trial), model, trained);
}

async function* trainOnBase(
  lab: Lab<Shape>,
  trial: Trial,
): AsyncGenerator<ExperimentEvent, void> {
  const { config, data: { train, text, test } } = lab;
  const setting = settingOf(lab, trial);
  const { base } = halves(lab.data);
  using scope = new TensorScope();
  const model = scope.own(classifierOf(config, selectClasses(text, base)));
  const data = {
    train: shotsOf(lab, selectClasses(train, base), trial),
    test: selectClasses(test, base),
  };
  yield* lab.follow(trainingOf(lab, { model, data, setting, trial }));
  yield lab.row("baseToNewRuns", {
    seed: seedOf(lab, trial),
    ...setting,
    ...await baseToNewOf(lab, model),
  });
}

async function* compare(lab: Lab<Shape>): AsyncGenerator<RowEvent, void> {
  const { config } = lab;
  const runs = lab.rows("runs") as readonly AlignmentRunColumns[];
  for (const row of settingRows(runs, config)) yield lab.row("settings", row);
  const other = lab.rows("baseToNewRuns") as readonly BaseToNewRunColumns[];
  for (const row of baseToNewRows(other, config)) {
    yield lab.row("baseToNew", row);
  }
}

async function* run(lab: Lab<Shape>): AsyncGenerator<ExperimentEvent, void> {
  yield* lab.stage(ZERO_SHOT, () => beforehand(lab));
  for (const trial of trials(lab.config)) {
    const work = trial.part === "baseToNew" ? trainOnBase : trainOnAll;
    yield* lab.stage(stageName(trial), () => work(lab, trial));
  }
  yield* lab.stage(DIFFERENCES, () => compare(lab));
}

const shots = z.strictObject({
  shots: z.int().positive(),
  epochs: z.int().positive(),
});

/** Weights in `(0, most]`. */
function weights(most: number) {
  return risingNumbers(z.number().positive().max(most), "weights");
}

/**
 * Cross-modal alignment: whether pulling the text of a class towards its images helps a classifier of frozen
 * image features, a few images of each class being known. The text side learns by cross-entropy (CE) alone; by
 * CE and the alignment loss (CMA) in its three variants, `(1 − λ)·L_ce + λ·L_cma`; by CE and VNE, `L_ce − α·H`;
 * and, to tell a term from what it takes away, by `(1 − λ)·L_ce`.
 *
 * Weights are chosen by accuracy in a sweep, with shots of their own; then all are compared at every number of
 * shots, seed by seed with the same shots, with intervals by Student's t; and once more base-to-new: trained on
 * the first half of the classes, measured on both, each among its own. Beside accuracy stand the similarity of
 * images and texts of a class, the modality gap, and retrieval both ways. The intervals are over draws of shots
 * and their order; the test set, by which weights are chosen as well, is one.
 *
 * The paper trains the context of a prompt through the text encoder (CoOp). Here features are what there is:
 * an adapter for all texts, or the head, stands in its place.
 *
 * `quick` draws modalities, or takes two descriptions of handwritten digits with
 * `data: { kind: "multipleFeatures" }`, and trains a quarter as long as the paper at four times its rate; `paper`
 * reads features that CLIP has left in files, and has the paper's setting. Weights are kept of what had the most
 * shots.
 *
 * @param options Preset and seed, and whatever of the configuration shall be different.
 * @returns The run: await it for the result, iterate it for its events.
 * @throws {OptionsError} An option is unknown or out of range.
 * @throws {LabelError} A class has fewer images than shots (when run).
 *
 * @example
 * ```ts
 * import { crossModalAlignment } from "interplay/experiments";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const { series, summary } = await crossModalAlignment({
 *   data: { classes: 4, dimension: 8, train: 40, test: 40 },
 *   methods: ["classwise"],
 *   lambdas: [0.5],
 *   sweep: { shots: 1, epochs: 2 },
 *   fewShot: [{ shots: 1, epochs: 2 }, { shots: 4, epochs: 2 }],
 *   baseToNew: { shots: 2, epochs: 2 },
 *   seeds: 2,
 * });
 * assertEquals(series.baseToNew.method, ["crossEntropy", "classwise"]);
 * assert(summary.classwiseGainLow <= summary.classwiseGain);
 * ```
 *
 * @see Song, Tan, Zou, Chen, Ma and Huang, arXiv 2409.16767, cross-modal alignment.
 * @see Zhou, Yang, Loy and Liu, "Learning to Prompt for Vision-Language Models", IJCV 2022, for shots and epochs,
 * and "Conditional Prompt Learning for Vision-Language Models", CVPR 2022, for base-to-new.
 * @see Kim, Kang, Hwang, Shin and Rhee, "VNE", CVPR 2023.
 */
export const crossModalAlignment: Experiment<CrossModalAlignmentShape> =
  defineExperiment<Shape>({
    name: "crossModalAlignment",
    title: "Cross-modal alignment",
    description:
      "Trains the text side of two modalities with cross-entropy and alignment terms, few-shot and base-to-new, and compares seed by seed.",
    paper: {
      source: PAPER,
      section: "Cross-modal alignment",
      values: {},
      claims: {
        alignmentHelps: {
          statement: "CMA is more accurate than cross-entropy alone",
          paper: "better than CoOp on the average of 11 data sets",
        },
        alignmentBeatsVne: {
          statement: "CMA is more accurate than VNE",
          paper: "better on the average of 11 data sets",
        },
        alignmentGeneralizes: {
          statement: "CMA has the higher harmonic mean of base and new classes",
          paper: "better than CoOp on the average of 11 data sets",
        },
        classwiseIsBest: {
          statement: "The class-wise variant is the most accurate of the three",
          paper: "the variant it uses",
        },
        moreThanWeakening: {
          statement: "CMA is more accurate than (1 − λ)·CE without it",
          paper: "not tried",
        },
        similarityRises: {
          statement:
            "CMA makes images and texts of a class more alike than (1 − λ)·CE with the same λ",
          paper: "its purpose",
        },
      },
    },
    schema: z.strictObject({
      data: modalitiesConfig,
      textSide: z.enum(["adapter", "head"]).default("adapter"),
      scale: z.number().positive().default(100),
      training: z.strictObject({
        batchSize: z.int().positive().default(32),
        learningRate: z.number().positive().default(0.002),
        schedule: z.enum(["constant", "cosine", "fixMatch"]).default("cosine"),
        momentum: z.number().min(0).lt(1).default(0.9),
        weightDecay: z.number().nonnegative().default(5e-4),
      }).prefault({}),
      methods: z.array(z.enum(METHODS)).min(1).default([...METHODS]),
      lambdas: weights(1).default([0.1, 0.3, 0.5, 0.7, 0.9]),
      alphas: weights(Infinity).default([0.1, 1, 10]),
      sweep: shots,
      fewShot: rising(shots, { plural: "shots", by: (plan) => plan.shots }),
      baseToNew: shots,
      seeds: z.int().min(2).default(3),
      level: z.number().gt(0).lt(1).default(0.95),
      worthwhile: z.number().positive().default(0.005),
    }),
    presets: {
      quick: {
        data: { kind: "synthetic" },
        training: { learningRate: 0.008 },
        sweep: { shots: 4, epochs: 25 },
        fewShot: [
          { shots: 1, epochs: 12 },
          { shots: 2, epochs: 25 },
          { shots: 4, epochs: 25 },
          { shots: 8, epochs: 50 },
          { shots: 16, epochs: 50 },
        ],
        baseToNew: { shots: 16, epochs: 50 },
      },
      paper: {
        data: { kind: "files", path: "clip-features.safetensors" },
        lambdas: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
        alphas: [0.01, 0.1, 1],
        sweep: { shots: 16, epochs: 200 },
        fewShot: [
          { shots: 1, epochs: 50 },
          { shots: 2, epochs: 100 },
          { shots: 4, epochs: 100 },
          { shots: 8, epochs: 200 },
          { shots: 16, epochs: 200 },
        ],
        baseToNew: { shots: 16, epochs: 200 },
      },
    },
    units: alignmentUnits,
    stages: (
      config,
    ) => [ZERO_SHOT, ...trials(config).map(stageName), DIFFERENCES],
    data: ({ data }) => buildModalities(data),
    model: (config, { text }) => classifierOf(config, text),
    run,
    conclude,
  });
