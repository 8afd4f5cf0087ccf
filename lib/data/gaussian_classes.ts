import { z } from "zod";
import { Check } from "../core/check.ts";
import { Random } from "../core/random.ts";
import { type DataSet, showable } from "./data_set.ts";

/** Options of {@linkcode gaussianClasses}. */
export interface GaussianClassesOptions {
  /** Number of classes; 3 if left out. */
  readonly classes?: number;
  /** Samples of each class; 100 if left out. */
  readonly samplesPerClass?: number;
  /** Dimension of a sample; 2 if left out. */
  readonly dimension?: number;
  /** Length of each class mean; 4 if left out. In high dimension two means are √2 times that apart. */
  readonly separation?: number;
  /** Standard deviation around the mean in each direction; 1 if left out. */
  readonly noise?: number;
  /** Fixes means and samples; 0 if left out. */
  readonly seed?: number;
}

const gaussianOptions = z.strictObject({
  classes: z.int().positive().default(3),
  samplesPerClass: z.int().positive().default(100),
  dimension: z.int().positive().default(2),
  separation: z.number().nonnegative().default(4),
  noise: z.number().nonnegative().default(1),
  seed: z.int().default(0),
});

/** A vector of this length in a uniformly random direction. */
function direction(
  random: Random,
  dimension: number,
  length: number,
): Float64Array {
  const vector = random.normals(dimension);
  const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return vector.map((x) => length * x / norm);
}

/**
 * Gaussian clouds, one a class, around means in random directions: vectors whose difficulty is one
 * number, `separation / noise`. Class after class comes in turn: sample `i` is of class `i mod classes`.
 *
 * @param options Number and size of the classes, dimension, separation, noise and seed.
 * @returns Vectors `[classes · samplesPerClass, dimension]`.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { gaussianClasses } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const clouds = gaussianClasses({ classes: 2, samplesPerClass: 3, dimension: 5 });
 * assertEquals(clouds.shape, [6, 5]);
 * assertEquals([...clouds.labels], [0, 1, 0, 1, 0, 1]);
 * ```
 */
export function gaussianClasses(options: GaussianClassesOptions = {}): DataSet {
  const check = new Check("draw Gaussian classes");
  const { classes, samplesPerClass, dimension, separation, noise, seed } = check
    .options(gaussianOptions, options);
  const random = new Random(seed);
  const samples = classes * samplesPerClass;
  const inputs = new Float32Array(samples * dimension);
  for (let c = 0; c < classes; c++) {
    const mean = direction(random.fork(`mean ${c}`), dimension, separation);
    const draw = random.fork(`samples ${c}`);
    for (let i = c; i < samples; i += classes) {
      for (let j = 0; j < dimension; j++) {
        inputs[i * dimension + j] = mean[j]! + noise * draw.normal();
      }
    }
  }
  return showable({
    name: `gaussianClasses(seed ${seed})`,
    inputs,
    shape: [samples, dimension],
    labels: Int32Array.from({ length: samples }, (_, i) => i % classes),
    classes,
    classNames: Array.from({ length: classes }, (_, c) => `${c}`),
  });
}
