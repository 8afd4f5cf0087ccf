import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import type { Classifier } from "./classifier.ts";
import type { Pass } from "./_encoder.ts";
import { EncoderClassifier } from "./_encoder_classifier.ts";
import { batchNorm } from "./_network/batch_norm.ts";
import { convolution } from "./_network/convolution.ts";
import { linearMap } from "./_network/dense.ts";
import { type Network, NetworkEncoder } from "./_network/network_encoder.ts";
import { Weights } from "./_network/weights.ts";

/** Options of {@linkcode wideResNet}. */
export interface WideResNetOptions {
  /** Layers with weights, `6n + 4`: 28 in the paper. */
  readonly depth: number;
  /** Factor of the channels: 2 for CIFAR-10, 8 for CIFAR-100 in the paper. */
  readonly widen: number;
  /** Height, width and channels of an image: `[32, 32, 3]`. */
  readonly inputShape: readonly [
    height: number,
    width: number,
    channels: number,
  ];
  /** Number of classes. */
  readonly classes: number;
  /** "leakyRelu" (slope 0.1, as the semi-supervised literature has it) if left out, or "relu". */
  readonly activation?: "leakyRelu" | "relu";
  /**
   * Weight of a batch in the running statistics, in `(0, 1]`; 0.1 if left out. The paper's family takes 0.001,
   * which needs thousands of steps before evaluation means anything.
   */
  readonly statisticsMomentum?: number;
  /** Fixes the initial weights; 0 if left out. */
  readonly seed?: number;
}

const size = z.int().positive();

const wideResNetOptions = z.strictObject({
  depth: z.int().min(10).refine((depth) => depth % 6 === 4, {
    error: "Invalid input: expected 6n + 4, as in 10, 16, 22, 28",
  }),
  widen: size,
  inputShape: z.tuple([size, size, size]),
  classes: size,
  activation: z.enum(["leakyRelu", "relu"]).default("leakyRelu"),
  statisticsMomentum: z.number().gt(0).max(1).default(0.1),
  seed: z.int().default(0),
});

type Options = z.output<typeof wideResNetOptions>;

/** One stage of the network. */
type Stage = (x: tf.Tensor4D, pass: Pass) => tf.Tensor4D;

/** Of batch normalisation, as the paper's family has it. */
const EPSILON = 1e-3;

/** Batch normalisation and the rectifier after it. */
function activationStage(
  weights: Weights,
  layer: string,
  channels: number,
  { statisticsMomentum: momentum, activation }: Options,
): Stage {
  const slope = activation === "relu" ? 0 : 0.1;
  return batchNorm(weights, layer, {
    channels,
    epsilon: EPSILON,
    momentum,
    slope,
  });
}

/** A convolution without bias, of variance `2 / fan-out` (He et al., 2015). */
function convolutionStage(
  weights: Weights,
  layer: string,
  { inputs, outputs, size, stride = 1 }: {
    inputs: number;
    outputs: number;
    size: number;
    stride?: number;
  },
): (x: tf.Tensor4D) => tf.Tensor4D {
  const variance = 2 / (size ** 2 * outputs);
  const plan = { inputs, outputs, size, stride, variance };
  return convolution(weights, layer, plan);
}

/** Channels and place of a residual unit. */
interface Unit {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

/**
 * Two convolutions, each after normalisation and rectifier, added to what came in. Where sizes change, that
 * goes through a 1 × 1 convolution; in the first unit of all, it is taken behind the first rectifier.
 */
function residual(
  weights: Weights,
  { name, inputs, outputs, stride }: Unit,
  options: Options,
): Stage {
  const before = activationStage(weights, `${name}.norm_1`, inputs, options);
  const first = convolutionStage(weights, `${name}.conv_1`, {
    inputs,
    outputs,
    size: 3,
    stride,
  });
  const between = activationStage(weights, `${name}.norm_2`, outputs, options);
  const second = convolutionStage(weights, `${name}.conv_2`, {
    inputs: outputs,
    outputs,
    size: 3,
  });
  const shortcut = inputs === outputs && stride === 1
    ? undefined
    : convolutionStage(weights, `${name}.shortcut`, {
      inputs,
      outputs,
      size: 1,
      stride,
    });
  const early = name === "group_1.unit_1";
  return (x, pass) => {
    const active = before(x, pass);
    const out = second(between(first(active), pass));
    return tf.add(out, shortcut ? shortcut(early ? active : x) : x);
  };
}

/** All units, group by group; channels double and sides halve between groups. */
function units({ depth, widen }: Options): Unit[] {
  const perGroup = (depth - 4) / 6;
  return [1, 2, 3].flatMap((group) => {
    const outputs = 16 * widen * 2 ** (group - 1);
    const inputs = group === 1 ? 16 : outputs / 2;
    return Array.from({ length: perGroup }, (_, i) => ({
      name: `group_${group}.unit_${i + 1}`,
      inputs: i === 0 ? inputs : outputs,
      outputs,
      stride: group > 1 && i === 0 ? 2 : 1,
    }));
  });
}

function build(weights: Weights, options: Options): Network {
  const { inputShape, classes, widen } = options;
  const stem = convolutionStage(weights, "stem", {
    inputs: inputShape[2],
    outputs: 16,
    size: 3,
  });
  const stages = units(options).map((unit) => ({
    name: unit.name,
    apply: residual(weights, unit, options),
  }));
  const dimension = 64 * widen;
  const last = activationStage(weights, "norm", dimension, options);
  return {
    inputShape,
    layers: ["stem", ...stages.map(({ name }) => name), "representation"],
    head: linearMap(weights, "head", {
      inputs: dimension,
      outputs: classes,
      variance: 2 / (dimension + classes),
    }),
    encode: (batch, pass) => {
      const image = stages.reduce(
        (x, { name, apply }) => pass.through(name, apply(x, pass)),
        pass.through("stem", stem(batch as tf.Tensor4D)),
      );
      const z = tf.mean<tf.Tensor2D>(last(image, pass), [1, 2]);
      return pass.through("representation", z);
    },
  };
}

/**
 * A wide residual network: a convolution, three groups of pre-activation residual units, a mean over what is
 * left of the image, and a linear head. Representations have `64 · widen` dimensions.
 *
 * As in the semi-supervised literature that the paper follows: batch normalisation (ε = 0.001), leaky
 * rectifiers, no dropout, filters with variance `2 / fan-out` (He et al., 2015), the head Glorot's. 1,467,610
 * trainable weights at depth 28 and width 2 for ten classes, 23.4 million at width 8 for a hundred. On two
 * cores, `{ depth: 10, widen: 1 }` is what trains in minutes.
 *
 * @param options Depth, width, shape, classes, activation, momentum of the running statistics, seed.
 * @returns The classifier; dispose it when done.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { useBackend, wideResNet } from "interplay/models";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const model = wideResNet({ depth: 10, widen: 1, inputShape: [32, 32, 3], classes: 10 });
 * assertEquals(model.dimension, 64);
 * assertEquals(model.layers.slice(0, 2), ["stem", "group_1.unit_1"]);
 * model.dispose();
 * ```
 *
 * @see Zagoruyko and Komodakis, "Wide Residual Networks", BMVC 2016.
 * @see Oliver, Odena, Raffel, Cubuk and Goodfellow, "Realistic Evaluation of Deep Semi-Supervised Learning
 * Algorithms", NeurIPS 2018.
 */
export function wideResNet(options: WideResNetOptions): Classifier {
  const check = new Check("build a wide ResNet");
  const parsed = check.options(wideResNetOptions, options);
  const { depth, widen, inputShape, classes, seed } = parsed;
  return new EncoderClassifier(
    `wideResNet(${depth}-${widen}, ${
      inputShape.join("×")
    }-${classes}, seed ${seed})`,
    new NetworkEncoder(
      (weights) => build(weights, parsed),
      Weights.seeded(seed),
    ),
  );
}
