import { z } from "zod";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { LayersModel } from "../core/tfjs_types.ts";
import type { Classifier } from "./classifier.ts";
import { EncoderClassifier } from "./_encoder_classifier.ts";
import { LayersEncoder } from "./_layers/layers_encoder.ts";

/** Options of {@linkcode fromLayersModel}. */
export interface LayersModelOptions {
  /** Name of the layer whose output is the representation; what the head sees if left out. */
  readonly representationLayer?: string;
  /** Name of the dense layer that makes the logits; the last one if left out. */
  readonly headLayer?: string;
  /** What the classifier is called in histories; the name of the model if left out. */
  readonly name?: string;
  /** With the step, fixes what dropout layers drop; 0 if left out. */
  readonly seed?: number;
}

const layersModelOptions = z.strictObject({
  representationLayer: z.string().optional(),
  headLayer: z.string().optional(),
  name: z.string().optional(),
  seed: z.int().default(0),
});

/**
 * A tfjs layers model of your own as a classifier, to be trained and measured like any other. It works on
 * the model itself: what is trained here is trained there.
 *
 * The head is the dense layer that the model ends in; a softmax, in it or after it, is left out, for
 * logits come before. The representation is what the head sees, so a dropout layer between the two counts
 * in training. Weights are called by their layers, so name the layers if names shall be the same in every
 * process.
 *
 * In training with a `step`, dropout layers drop by seed and step; layers that add Gaussian noise cannot be
 * seeded in tfjs, and make a run that cannot be repeated.
 *
 * @param model A built model of one input; yours to dispose, after the classifier.
 * @param options Names of the layers, where they are not to be found as said.
 * @returns The classifier; disposing it frees nothing of the model.
 * @throws {OptionsError} There is no such layer, or no head is found; the message lists the layers.
 * @throws {ShapeError} The model has several inputs or an open shape, or representation and head do not fit.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { fromLayersModel, useBackend } from "interplay/models";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const model = tf.sequential({
 *   layers: [
 *     tf.layers.dense({ units: 16, inputShape: [8], activation: "relu", name: "features" }),
 *     tf.layers.dense({ units: 3, activation: "softmax", name: "answer" }),
 *   ],
 * });
 * const classifier = fromLayersModel(model);
 * assertEquals(classifier.layers, ["features"]);
 * assertEquals((await classifier.head()).weights.shape, [3, 16]);
 * ```
 */
export function fromLayersModel(
  model: LayersModel,
  options: LayersModelOptions = {},
): Classifier {
  const check = new Check("see the model as a classifier");
  const { name, ...parts } = check.options(layersModelOptions, options);
  if (!Array.isArray(model?.layers) || !model.outputs?.length) {
    const received = typeof model === "object" ? "none" : typeof model;
    check.fail(ShapeError, "a tfjs layers model that is built", received);
  }
  const { representationLayer, headLayer, seed } = parts;
  const plan = { check, representationLayer, headLayer, seed };
  return new EncoderClassifier(
    name ?? model.name,
    new LayersEncoder(model, plan, false),
  );
}
