import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import type { Classifier } from "./classifier.ts";
import { EncoderClassifier } from "./_encoder_classifier.ts";
import { dense, linearMap } from "./_network/dense.ts";
import { dropout } from "./_network/dropout.ts";
import { type Network, NetworkEncoder } from "./_network/network_encoder.ts";
import { Weights } from "./_network/weights.ts";

/** Options of {@linkcode mlp}. */
export interface MlpOptions {
  /** Values of one sample: 784 for 28 × 28 pixels. */
  readonly inputDimension: number;
  /** Number of classes. */
  readonly classes: number;
  /** Widths of the hidden layers, the last of which makes the representations; `[128, 64]` if left out. */
  readonly hidden?: readonly number[];
  /** Of the hidden layers; "relu" if left out. "linear" makes a deep linear network. */
  readonly activation?: "relu" | "elu" | "tanh" | "linear";
  /** Share of the hidden units dropped at a training step, in `[0, 1)`; 0 if left out. */
  readonly dropout?: number;
  /** Fixes the initial weights, and with the step what is dropped; 0 if left out. */
  readonly seed?: number;
}

const mlpOptions = z.strictObject({
  inputDimension: z.int().positive(),
  classes: z.int().positive(),
  hidden: z.array(z.int().positive()).min(1).default([128, 64]),
  activation: z.enum(["relu", "elu", "tanh", "linear"]).default("relu"),
  dropout: z.number().min(0).lt(1).default(0),
  seed: z.int().default(0),
});

type Options = z.output<typeof mlpOptions>;

const activations = {
  relu: (x: tf.Tensor2D) => tf.relu(x),
  elu: (x: tf.Tensor2D) => tf.elu(x),
  tanh: (x: tf.Tensor2D) => tf.tanh(x),
  linear: (x: tf.Tensor2D) => x,
};

/** Name of hidden layer `i` of `hidden`. */
function layerName(i: number, hidden: number): string {
  return i === hidden - 1 ? "representation" : `hidden_${i + 1}`;
}

function build(weights: Weights, options: Options): Network {
  const { inputDimension, hidden, classes, activation, seed } = options;
  const gain = activation === "relu" || activation === "elu" ? 2 : 1;
  const activate = activations[activation];
  const layers = hidden.map((outputs, i) => {
    const name = layerName(i, hidden.length);
    const inputs = hidden[i - 1] ?? inputDimension;
    const plan = { inputs, outputs, variance: gain / inputs };
    const drop = dropout(name, { rate: options.dropout, seed });
    return { name, apply: dense(weights, name, plan), drop };
  });
  const dimension = hidden.at(-1)!;
  return {
    inputShape: [inputDimension],
    layers: layers.map(({ name }) => name),
    head: linearMap(weights, "head", {
      inputs: dimension,
      outputs: classes,
      variance: 1 / dimension,
    }),
    encode: (batch, pass) =>
      layers.reduce(
        (x, { name, apply, drop }) =>
          pass.through(name, drop(activate(apply(x)), pass)),
        batch as tf.Tensor2D,
      ),
  };
}

/**
 * A multi-layer perceptron: dense layers, the last hidden one named "representation", and a linear head
 * named "head".
 *
 * Weights start Gaussian, with variance `2 / fan-in` before a rectifier (He et al., 2015) and
 * `1 / fan-in` elsewhere, drawn from this library's generator; biases start at 0.
 *
 * @param options Sizes, activation, dropout and seed.
 * @returns The classifier; dispose it when done.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { mlp, useBackend } from "interplay/models";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const model = mlp({ inputDimension: 784, hidden: [32, 16], classes: 10, seed: 1 });
 * const { weights, bias } = await model.head();
 * assertEquals(weights.shape, [10, 16]);
 * assertEquals(bias, new Float32Array(10));
 * model.dispose();
 * ```
 */
export function mlp(options: MlpOptions): Classifier {
  const parsed = new Check("build an MLP").options(mlpOptions, options);
  const { inputDimension, hidden, classes, activation, seed } = parsed;
  const sizes = [inputDimension, ...hidden, classes].join("-");
  return new EncoderClassifier(
    `mlp(${sizes}, ${activation}, seed ${seed})`,
    new NetworkEncoder(
      (weights) => build(weights, parsed),
      Weights.seeded(seed),
    ),
  );
}
