/** Small data and models that the training tests share. */

import { gaussianClasses, split } from "interplay/data";
import { type Classifier, mlp } from "interplay/models";
import type { SupervisedData } from "interplay/training";

/** Three well separated clouds in five dimensions: 96 samples to learn from, 24 to measure on. */
export function clouds(): SupervisedData {
  const data = gaussianClasses({
    classes: 3,
    samplesPerClass: 40,
    dimension: 5,
    separation: 8,
  });
  return split(data, { test: 0.2 });
}

/** A model that fits the clouds. */
export function cloudModel(seed = 0): Classifier {
  return mlp({ inputDimension: 5, hidden: [8, 6], classes: 3, seed });
}
