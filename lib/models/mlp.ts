import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { Random } from "../core/random.ts";
import type { Classifier } from "./classifier.ts";
import { LayersClassifier } from "./_layers_classifier.ts";

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
  /** Fixes the initial weights; 0 if left out. */
  readonly seed?: number;
}

const mlpOptions = z.strictObject({
  inputDimension: z.int().positive(),
  classes: z.int().positive(),
  hidden: z.array(z.int().positive()).min(1).default([128, 64]),
  activation: z.enum(["relu", "elu", "tanh", "linear"]).default("relu"),
  seed: z.int().default(0),
});

/** A dense layer with Gaussian weights of variance `gain / fan-in` and no bias to begin with. */
function initialize(
  layer: tf.layers.Layer,
  random: Random,
  gain: number,
): void {
  const [rows, columns] = layer.weights[0]!.shape as [number, number];
  const scale = Math.sqrt(gain / rows);
  const kernel = random.fork(layer.name).normals(rows * columns);
  tf.tidy(() =>
    layer.setWeights([
      tf.tensor2d(Float32Array.from(kernel, (x) => scale * x), [rows, columns]),
      tf.zeros([columns]),
    ])
  );
}

/** Name of layer `i` of an MLP with `hidden` hidden layers. */
function layerName(i: number, hidden: number): string {
  if (i === hidden) return "head";
  return i === hidden - 1 ? "representation" : `hidden_${i + 1}`;
}

/**
 * A multi-layer perceptron: dense layers, the last hidden one named "representation", and a linear head
 * named "head".
 *
 * Weights start Gaussian, with variance `2 / fan-in` before a rectifier (He et al., 2015) and
 * `1 / fan-in` elsewhere, drawn from this library's generator; biases start at 0.
 *
 * @param options Sizes, activation and seed.
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
  const check = new Check("build an MLP");
  const { inputDimension, classes, hidden, activation, seed } = check.options(
    mlpOptions,
    options,
  );
  const layers = [...hidden, classes].map((units, i) =>
    tf.layers.dense({
      units,
      activation: i < hidden.length ? activation : "linear",
      kernelInitializer: "zeros",
      name: layerName(i, hidden.length),
    })
  );
  const input = tf.input({ shape: [inputDimension] });
  const logits = layers.reduce(
    (x, layer) => layer.apply(x) as tf.SymbolicTensor,
    input,
  );
  const random = new Random(seed);
  const gain = activation === "relu" || activation === "elu" ? 2 : 1;
  layers.forEach((layer, i) =>
    initialize(layer, random, i < hidden.length ? gain : 1)
  );
  const sizes = [inputDimension, ...hidden, classes].join("-");
  return new LayersClassifier(tf.model({ inputs: input, outputs: logits }), {
    name: `mlp(${sizes}, ${activation}, seed ${seed})`,
    representation: "representation",
    head: "head",
  });
}
