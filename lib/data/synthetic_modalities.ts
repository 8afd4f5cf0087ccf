import { z } from "zod";
import { Check } from "../core/check.ts";
import { Random } from "../core/random.ts";
import { type DataSet, showable } from "./data_set.ts";

/** Options of {@linkcode syntheticModalities}. */
export interface SyntheticModalitiesOptions {
  /** Number of classes; 10 if left out. */
  readonly classes?: number;
  /** Pairs of each class; 100 if left out. */
  readonly samplesPerClass?: number;
  /** Dimension of both views; 64 if left out. */
  readonly dimension?: number;
  /** How far the things of a class lie apart, the class itself having length 1; 0.5 if left out. */
  readonly spread?: number;
  /** Length of what a view adds to the thing it shows; 0.5 if left out. */
  readonly noise?: number;
  /** Distance between the two modalities, each a cone of its own; 1 if left out. */
  readonly gap?: number;
  /** Cosine between what image and text mean by a thing, in `[0, 1]`; 0.8 if left out. */
  readonly agreement?: number;
  /** Fixes everything; 0 if left out. */
  readonly seed?: number;
}

/** The same things seen by two encoders; row `i` of both views is of the same thing. */
export interface SyntheticModalities {
  /** Image-like features `[N, d]`, of length 1. */
  readonly image: DataSet;
  /** Text-like features `[N, d]`, of length 1, with the labels of `image`. */
  readonly text: DataSet;
  /** The text of each class, of length 1: a data set of one sample a class, and the head of a zero-shot classifier. */
  readonly classText: DataSet;
}

const modalityOptions = z.strictObject({
  classes: z.int().positive().default(10),
  samplesPerClass: z.int().positive().default(100),
  dimension: z.int().min(2).default(64),
  spread: z.number().nonnegative().default(0.5),
  noise: z.number().nonnegative().default(0.5),
  gap: z.number().nonnegative().default(1),
  agreement: z.number().min(0).max(1).default(0.8),
  seed: z.int().default(0),
});

type Options = z.output<typeof modalityOptions>;

/** A Gaussian vector whose expected length is `length`, up to `1/d`. */
function gaussian(
  random: Random,
  dimension: number,
  length: number,
): Float64Array {
  return random.normals(dimension).map((x) =>
    x * length / Math.sqrt(dimension)
  );
}

/** A vector of length 1 in a uniformly random direction. */
function direction(random: Random, dimension: number): Float64Array {
  const vector = random.normals(dimension);
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

/** What is latent: the classes, and what the texts see of a thing. */
interface World {
  readonly options: Options;
  readonly random: Random;
  /** `[C]`, each of length 1. */
  readonly classes: readonly Float64Array[];
  /** From one cone to the other; each view is moved by half of it. */
  readonly gap: Float64Array;
  /** A signed permutation, which turns nearly every vector by a right angle. */
  readonly order: Uint32Array;
  readonly signs: Float64Array;
}

function makeWorld(options: Options): World {
  const { classes, dimension, gap, seed } = options;
  const random = new Random(seed).fork("modalities");
  const signs = random.fork("signs");
  return {
    options,
    random,
    classes: Array.from(
      { length: classes },
      (_, c) => direction(random.fork(`class ${c}`), dimension),
    ),
    gap: direction(random.fork("gap"), dimension).map((x) => x * gap),
    order: random.fork("order").permutation(dimension),
    signs: Float64Array.from(
      { length: dimension },
      () => signs.uniform() < 0.5 ? -1 : 1,
    ),
  };
}

/** What the text side means by what the image side calls `thing`. */
function meaning(world: World, thing: Float64Array): Float64Array {
  const { agreement } = world.options;
  const other = Math.sqrt(1 - agreement * agreement);
  return thing.map((x, j) =>
    agreement * x + other * world.signs[j]! * thing[world.order[j]!]!
  );
}

/** Adds noise and half the gap, and scales to length 1. */
function view(
  world: World,
  thing: Float64Array,
  { side, noise }: { side: 1 | -1; noise?: Float64Array },
): Float64Array {
  const moved = thing.map((x, j) =>
    x + (noise?.[j] ?? 0) + side * world.gap[j]! / 2
  );
  const length = Math.hypot(...moved);
  return moved.map((x) => x / length);
}

/** Both views of pair `i`. */
function pair(world: World, i: number) {
  const { classes, dimension, spread, noise } = world.options;
  const random = world.random.fork(`pair ${i}`);
  const own = gaussian(random, dimension, spread);
  const thing = world.classes[i % classes]!.map((x, j) => x + own[j]!);
  const imageNoise = gaussian(random, dimension, noise);
  const textNoise = gaussian(random, dimension, noise);
  return {
    image: view(world, thing, { side: 1, noise: imageNoise }),
    text: view(world, meaning(world, thing), { side: -1, noise: textNoise }),
  };
}

function features(
  world: World,
  rows: readonly Float64Array[],
  name: string,
): DataSet {
  const { classes, dimension, seed } = world.options;
  const inputs = new Float32Array(rows.length * dimension);
  rows.forEach((row, i) => inputs.set(row, i * dimension));
  return showable({
    name: `syntheticModalities(seed ${seed}), ${name}`,
    inputs,
    shape: [rows.length, dimension],
    labels: Int32Array.from(rows, (_, i) => i % classes),
    classes,
    classNames: Array.from({ length: classes }, (_, c) => `${c}`),
  });
}

/**
 * Image-like and text-like features of the same things, in one space as CLIP has it: data for cross-modal
 * experiments that need no download, with every difficulty a number.
 *
 * A thing is its class, a random direction, and something of its own (`spread`). The image shows it as it
 * is, the text turned by the angle whose cosine is `agreement`; each adds `noise` and moves by half of
 * `gap` into a cone of its own; all is scaled to length 1. Things come class after class in turn:
 * pair `i` is of class `i mod classes`. Pair `i` depends on the seed and `i` alone.
 *
 * `split`, `fewShot` and `selectClasses` choose the same rows of both views, as their labels are the same.
 *
 * @param options Number and size of the classes, dimension, difficulty and seed.
 * @returns Both views `[classes · samplesPerClass, dimension]`, and the text of each class
 * `[classes, dimension]`, without noise and spread.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { syntheticModalities } from "interplay/data";
 * import { mir } from "interplay/metrics";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const matrix = ({ inputs, shape }: { inputs: Float32Array; shape: readonly number[] }) => ({ data: inputs, shape });
 * const { image, text, classText } = syntheticModalities({ classes: 5, samplesPerClass: 40 });
 * assertEquals([image.shape, classText.shape], [[200, 64], [5, 64]]);
 * assert(mir(matrix(image), matrix(text)) > 0);
 * ```
 *
 * @see Liang, Zhang, Kwon, Yeung and Zou, "Mind the Gap: Understanding the Modality Gap in Multi-modal
 * Contrastive Representation Learning", NeurIPS 2022.
 */
export function syntheticModalities(
  options: SyntheticModalitiesOptions = {},
): SyntheticModalities {
  const check = new Check("draw modalities");
  const world = makeWorld(check.options(modalityOptions, options));
  const { classes, samplesPerClass } = world.options;
  const pairs = Array.from(
    { length: classes * samplesPerClass },
    (_, i) => pair(world, i),
  );
  const classText = world.classes.map((c) =>
    view(world, meaning(world, c), { side: -1 })
  );
  return {
    image: features(world, pairs.map(({ image }) => image), "image"),
    text: features(world, pairs.map(({ text }) => text), "text"),
    classText: features(world, classText, "text of the classes"),
  };
}
