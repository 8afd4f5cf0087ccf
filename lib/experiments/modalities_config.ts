import { z } from "zod";
import { Check } from "../core/check.ts";
import type { DataSet } from "../data/data_set.ts";
import {
  loadMultipleFeatures,
  type MultipleFeatures,
} from "../data/load_multiple_features.ts";
import {
  syntheticModalities,
  type SyntheticModalitiesOptions,
} from "../data/synthetic_modalities.ts";
import { type ArrayNames, readFeatures } from "./_feature_files.ts";
import { parted } from "./_parted.ts";
import { RelativeView } from "./_relative_views.ts";
import { VIEWS } from "./_views.ts";
import type { ConfigSchema } from "./schema.ts";

/** Image-like and text-like features drawn from numbers; see `syntheticModalities`. */
export interface SyntheticModalitiesData
  extends Required<Omit<SyntheticModalitiesOptions, "samplesPerClass">> {
  /** Tells configurations apart. */
  readonly kind: "synthetic";
  /** Images to take shots of. */
  readonly train: number;
  /** Images to measure on. */
  readonly test: number;
}

/**
 * Two of the six descriptions of handwritten digits of `loadMultipleFeatures`. One stands for the image; the
 * mean of the other over a class stands for its text. Both are told by their cosines with the same digits, the
 * anchors, and so come into one space.
 */
export interface MultipleFeaturesModalities {
  /** Tells configurations apart. */
  readonly kind: "multipleFeatures";
  /** The description in the place of the image. */
  readonly image: keyof MultipleFeatures;
  /** The description in the place of the text. */
  readonly text: keyof MultipleFeatures;
  /** Digits both are told by: the width of the features. */
  readonly anchors: number;
  /** Digits to take shots of, and of which a text is the mean. */
  readonly train: number;
  /** Digits to measure on. */
  readonly test: number;
  /** Fixes which digits. */
  readonly seed: number;
}

/** Features that an encoder such as CLIP has left in files. */
export interface FeatureFilesData {
  /** Tells configurations apart. */
  readonly kind: "files";
  /**
   * A `.safetensors` or `.npz` file, or a folder with a `.npy` file for each array; within
   * `INTERPLAY_DATA_DIR`, where that is set and the path is not absolute.
   */
  readonly path: string;
  /** What the arrays in it are called. */
  readonly names: ArrayNames;
}

/** Which features of two modalities an experiment learns from and measures on. */
export type ModalitiesConfig =
  | SyntheticModalitiesData
  | MultipleFeaturesModalities
  | FeatureFilesData;

/** Frozen features of two modalities in one space. */
export interface Modalities {
  /** Image features `[N, d]` to take shots of. */
  readonly train: DataSet;
  /** The text feature of each class, a sample a class: `[C, d]`. */
  readonly text: DataSet;
  /** Image features `[M, d]` to measure on. */
  readonly test: DataSet;
}

const name = (own: string) => z.string().min(1).default(own);

/**
 * Checks and completes a {@linkcode ModalitiesConfig}; part of the schema of an experiment.
 *
 * @example
 * ```ts
 * import { modalitiesConfig } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const config = modalitiesConfig.parse({ kind: "multipleFeatures" });
 * assertEquals(config.kind === "multipleFeatures" && [config.image, config.text], ["karhunen", "fourier"]);
 * ```
 */
export const modalitiesConfig: ConfigSchema<ModalitiesConfig> = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("synthetic"),
      train: z.int().positive().default(500),
      test: z.int().positive().default(500),
      classes: z.int().min(2).default(10),
      dimension: z.int().min(2).default(64),
      spread: z.number().nonnegative().default(2),
      noise: z.number().nonnegative().default(0.5),
      gap: z.number().nonnegative().default(1),
      agreement: z.number().min(0).max(1).default(0.4),
      seed: z.int().default(0),
    }),
    z.strictObject({
      kind: z.literal("multipleFeatures"),
      image: z.enum(VIEWS).default("karhunen"),
      text: z.enum(VIEWS).default("fourier"),
      anchors: z.int().min(2).default(100),
      train: z.int().positive().default(500),
      test: z.int().positive().default(1000),
      seed: z.int().default(0),
    }),
    z.strictObject({
      kind: z.literal("files"),
      path: z.string().min(1),
      names: z.strictObject({
        trainFeatures: name("train_features"),
        trainLabels: name("train_labels"),
        testFeatures: name("test_features"),
        testLabels: name("test_labels"),
        textFeatures: name("text_features"),
      }).prefault({}),
    }),
  ]);

function drawn(config: SyntheticModalitiesData): Modalities {
  const { kind: _, train, test, ...world } = config;
  const { image, classText } = syntheticModalities({
    ...world,
    samplesPerClass: Math.ceil((train + test) / world.classes),
  });
  const { train: known, test: unseen } = parted(image, config);
  return { train: known, text: classText, test: unseen };
}

/** Of one description: anchors, and digits to learn from and to measure on. The same ones of each. */
function anchored(
  view: DataSet,
  { anchors, train, test, seed }: MultipleFeaturesModalities,
): Record<"anchors" | "train" | "test", DataSet> {
  const whole = parted(view, { train: anchors + train, test, seed });
  const known = parted(whole.train, { train, test: anchors, seed });
  return { anchors: known.test, train: known.train, test: whole.test };
}

async function described(
  config: MultipleFeaturesModalities,
): Promise<Modalities> {
  const check = new Check("build the modalities");
  const all = await loadMultipleFeatures();
  const image = anchored(all[config.image], config);
  const text = anchored(all[config.text], config);
  const seen = new RelativeView(check, image.anchors);
  const told = new RelativeView(check, text.anchors);
  return {
    train: seen.of(image.train),
    text: told.ofClasses(text.train),
    test: seen.of(image.test),
  };
}

/**
 * Loads or makes the features that a configuration describes. The same configuration gives the same features,
 * whatever the seed of the run.
 *
 * @param config Which features, how many, and which of them.
 * @returns Image features to learn from and to measure on, and a text feature a class, all of one width.
 * @throws {ShapeError} There are not as many samples, or arrays do not fit each other.
 * @throws {LabelError} A label has no text.
 * @throws {FormatError} A file is damaged or lacks an array.
 * @throws {Error} A file is nowhere, and no mirror could be reached.
 *
 * @example
 * ```ts
 * import { buildModalities, modalitiesConfig } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const config = modalitiesConfig.parse({ kind: "synthetic", classes: 4, train: 40, test: 20 });
 * const { train, text, test } = await buildModalities(config);
 * assertEquals([train.shape, text.shape, test.shape], [[40, 64], [4, 64], [20, 64]]);
 * ```
 */
export async function buildModalities(
  config: ModalitiesConfig,
): Promise<Modalities> {
  switch (config.kind) {
    case "synthetic":
      return drawn(config);
    case "multipleFeatures":
      return await described(config);
    case "files":
      return await readFeatures(config.path, config.names);
  }
}
