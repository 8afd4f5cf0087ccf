import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import type { Classifier } from "./classifier.ts";
import { EncoderClassifier } from "./_encoder_classifier.ts";
import { convolutionBlock } from "./_network/convolution.ts";
import { dense, linearMap } from "./_network/dense.ts";
import { dropout } from "./_network/dropout.ts";
import { type Network, NetworkEncoder } from "./_network/network_encoder.ts";
import { Weights } from "./_network/weights.ts";

/** Options of {@linkcode convNet}. */
export interface ConvNetOptions {
  /** Height, width and channels of an image: `[28, 28, 1]`. */
  readonly inputShape: readonly [
    height: number,
    width: number,
    channels: number,
  ];
  /** Number of classes. */
  readonly classes: number;
  /** Channels of each block; `[16, 32]` if left out. */
  readonly filters?: readonly number[];
  /** Height and width of the filters; 3 if left out. */
  readonly filterSize?: number;
  /** Width of the representations; 64 if left out. */
  readonly dimension?: number;
  /** Share of the representation's units dropped at a training step, in `[0, 1)`; 0 if left out. */
  readonly dropout?: number;
  /** Fixes the initial weights, and with the step what is dropped; 0 if left out. */
  readonly seed?: number;
}

const size = z.int().positive();

const convNetOptions = z.strictObject({
  inputShape: z.tuple([size, size, size]),
  classes: size,
  filters: z.array(size).min(1).default([16, 32]),
  filterSize: size.default(3),
  dimension: size.default(64),
  dropout: z.number().min(0).lt(1).default(0),
  seed: z.int().default(0),
});

type Options = z.output<typeof convNetOptions>;

/** Numbers that are left of an image after so many halvings of its sides. */
function flatSize({ inputShape, filters }: Options): number {
  const [height, width] = inputShape;
  const halved = (side: number) => Math.floor(side / 2 ** filters.length);
  return halved(height) * halved(width) * filters.at(-1)!;
}

function build(weights: Weights, options: Options): Network {
  const { inputShape, filters, filterSize, classes, dimension } = options;
  const blocks = filters.map((outputs, i) => {
    const name = `block_${i + 1}`;
    const inputs = filters[i - 1] ?? inputShape[2];
    const variance = 2 / (inputs * filterSize ** 2);
    const plan = { inputs, outputs, size: filterSize, variance };
    return { name, apply: convolutionBlock(weights, name, plan) };
  });
  const flat = flatSize(options);
  const representation = dense(weights, "representation", {
    inputs: flat,
    outputs: dimension,
    variance: 2 / flat,
  });
  const drop = dropout("representation", {
    rate: options.dropout,
    seed: options.seed,
  });
  return {
    inputShape,
    layers: [...blocks.map(({ name }) => name), "representation"],
    head: linearMap(weights, "head", {
      inputs: dimension,
      outputs: classes,
      variance: 1 / dimension,
    }),
    encode: (batch, pass) => {
      const image = blocks.reduce(
        (x, { name, apply }) => pass.through(name, apply(x)),
        batch as tf.Tensor4D,
      );
      const row = tf.reshape<tf.Rank.R2>(image, [-1, flat]);
      const z = tf.relu(representation(row));
      return pass.through("representation", drop(z, pass));
    },
  };
}

/**
 * A small convolutional network: blocks of a convolution, pooling by halves and a rectifier, then a dense
 * layer named "representation" and a linear head named "head".
 *
 * Convolutions keep the size of the image (zeros around it), pooling takes the largest of 2 × 2 pixels. Weights
 * start Gaussian with variance `2 / fan-in` (He et al., 2015), the head's with `1 / fan-in`; biases start at 0.
 *
 * @param options Shape, sizes, dropout and seed.
 * @returns The classifier; dispose it when done.
 * @throws {OptionsError} An option is unknown or out of range, or the image is too small for so many blocks.
 *
 * @example
 * ```ts
 * import { convNet, useBackend } from "interplay/models";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const model = convNet({ inputShape: [28, 28, 1], classes: 10, filters: [8, 16] });
 * assertEquals(model.layers, ["block_1", "block_2", "representation"]);
 * assertEquals((await model.head()).weights.shape, [10, 64]);
 * model.dispose();
 * ```
 */
export function convNet(options: ConvNetOptions): Classifier {
  const check = new Check("build a conv-net");
  const parsed = check.options(convNetOptions, options);
  const { inputShape, filters, dimension, classes, seed } = parsed;
  if (flatSize(parsed) === 0) {
    const least = 2 ** filters.length;
    check.fail(
      OptionsError,
      `images of at least ${least} × ${least} pixels for ${filters.length} blocks`,
      `${inputShape[0]} × ${inputShape[1]}`,
    );
  }
  const sizes = [inputShape.join("×"), ...filters, dimension, classes];
  return new EncoderClassifier(
    `convNet(${sizes.join("-")}, seed ${seed})`,
    new NetworkEncoder(
      (weights) => build(weights, parsed),
      Weights.seeded(seed),
    ),
  );
}
