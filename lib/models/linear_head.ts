import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import type { Classifier } from "./classifier.ts";
import { EncoderClassifier } from "./_encoder_classifier.ts";
import { linearMap } from "./_network/dense.ts";
import { type Network, NetworkEncoder } from "./_network/network_encoder.ts";
import { Weights } from "./_network/weights.ts";

/** Options of {@linkcode linearHead}. */
export interface LinearHeadOptions {
  /** Values of one sample: the width of the features. */
  readonly inputDimension: number;
  /** Number of classes. */
  readonly classes: number;
  /** Whether logits have a bias; true if left out. */
  readonly bias?: boolean;
  /** What logits are multiplied by: an inverse temperature, 100 for CLIP; 1 if left out. */
  readonly scale?: number;
  /** Fixes the initial weights; 0 if left out. */
  readonly seed?: number;
}

const linearHeadOptions = z.strictObject({
  inputDimension: z.int().positive(),
  classes: z.int().positive(),
  bias: z.boolean().default(true),
  scale: z.number().positive().default(1),
  seed: z.int().default(0),
});

type Options = z.output<typeof linearHeadOptions>;

function build(
  weights: Weights,
  { inputDimension, classes, bias, scale }: Options,
): Network {
  const map = linearMap(weights, "head", {
    inputs: inputDimension,
    outputs: classes,
    variance: 1 / inputDimension,
    bias,
  });
  return {
    inputShape: [inputDimension],
    layers: ["representation"],
    head: { ...map, scale },
    encode: (batch, pass) =>
      pass.through("representation", batch as tf.Tensor2D),
  };
}

/**
 * A linear head on features that are there already, from any network or encoder: the samples are their own
 * representations.
 *
 * Weights start Gaussian with variance `1 / d`, the bias at 0. `scale` multiplies the logits and so the
 * head that metrics see, not the weights that are trained.
 *
 * @param options Sizes, bias, scale and seed.
 * @returns The classifier; dispose it when done.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { linearHead, useBackend } from "interplay/models";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const model = linearHead({ inputDimension: 512, classes: 10, bias: false, scale: 100 });
 * assertEquals(model.weights.map(({ name }) => name), ["head/kernel"]);
 * assertEquals((await model.head()).weights.shape, [10, 512]);
 * model.dispose();
 * ```
 */
export function linearHead(options: LinearHeadOptions): Classifier {
  const check = new Check("build a linear head");
  const parsed = check.options(linearHeadOptions, options);
  const { inputDimension, classes, scale, seed } = parsed;
  const scaled = scale === 1 ? "" : `, scale ${scale}`;
  return new EncoderClassifier(
    `linearHead(${inputDimension}-${classes}${scaled}, seed ${seed})`,
    new NetworkEncoder(
      (weights) => build(weights, parsed),
      Weights.seeded(seed),
    ),
  );
}
