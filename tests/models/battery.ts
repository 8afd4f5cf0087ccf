/**
 * Every model as a row: small, so that the CPU backend trains it in a moment. `battery_test.ts` asks the same of
 * all.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import {
  type Classifier,
  convNet,
  fromLayersModel,
  linearHead,
  mlp,
  modularTransformer,
  wideResNet,
} from "interplay/models";
import { Random } from "../../lib/core/random.ts";

/** A model, and what to feed it with. */
export interface BatteryRow {
  readonly name: string;
  /** Builds it anew. */
  readonly build: (seed: number) => Classifier;
  /** Values of one sample, drawn. */
  readonly sample: (random: Random) => number[];
  /** A learning rate that suits it. */
  readonly learningRate: number;
  /** Steps in which it clearly learns; 30 if left out. */
  readonly steps?: number;
  /** Whether it drops units in training. */
  readonly drops?: boolean;
}

function normals(size: number) {
  return (random: Random) => [...random.normals(size)];
}

/** A tfjs model as users write them, behind a classifier that owns it. */
function layersModel(seed: number): Classifier {
  const layers = [
    tf.layers.dense({ units: 12, inputShape: [6], name: "hidden" }),
    tf.layers.batchNormalization({ name: "norm" }),
    tf.layers.activation({ activation: "relu", name: "rectifier" }),
    tf.layers.dropout({ rate: 0.2, name: "drop" }),
    tf.layers.dense({ units: 3, activation: "softmax", name: "answer" }),
  ];
  const model = tf.sequential({ layers });
  const random = new Random(seed);
  const drawn = (w: tf.Tensor, i: number) => {
    const scale = 1 / Math.sqrt(w.shape[0]!);
    const values = random.fork(i).normals(w.size);
    return tf.tensor(Float32Array.from(values, (x) => scale * x), w.shape);
  };
  tf.tidy(() =>
    model.setWeights(
      model.getWeights().map((w, i) => w.rank === 1 ? w : drawn(w, i)),
    )
  );
  const classifier = fromLayersModel(model, { seed }).copy();
  model.dispose();
  return classifier;
}

/** The models. */
export const battery: readonly BatteryRow[] = [
  {
    name: "mlp",
    build: (seed) =>
      mlp({ inputDimension: 6, hidden: [8, 5], classes: 3, seed }),
    sample: normals(6),
    learningRate: 0.1,
  },
  {
    name: "mlp with dropout",
    build: (seed) =>
      mlp({
        inputDimension: 6,
        hidden: [16, 12],
        classes: 3,
        activation: "tanh",
        dropout: 0.3,
        seed,
      }),
    sample: normals(6),
    learningRate: 0.1,
    drops: true,
  },
  {
    name: "convNet",
    build: (seed) =>
      convNet({
        inputShape: [8, 9, 2],
        classes: 3,
        filters: [4, 6],
        dimension: 7,
        seed,
      }),
    sample: normals(144),
    learningRate: 0.05,
  },
  {
    name: "convNet with dropout",
    build: (seed) =>
      convNet({
        inputShape: [8, 8, 1],
        classes: 3,
        filters: [6, 8],
        filterSize: 2,
        dimension: 16,
        dropout: 0.2,
        seed,
      }),
    sample: normals(64),
    learningRate: 0.1,
    drops: true,
  },
  {
    name: "wideResNet",
    build: (seed) =>
      wideResNet({
        depth: 10,
        widen: 1,
        inputShape: [4, 4, 1],
        classes: 3,
        seed,
      }),
    sample: normals(16),
    learningRate: 0.05,
    steps: 8,
  },
  {
    name: "wideResNet with plain rectifiers",
    build: (seed) =>
      wideResNet({
        depth: 10,
        widen: 1,
        inputShape: [2, 4, 3],
        classes: 3,
        activation: "relu",
        seed,
      }),
    sample: normals(24),
    learningRate: 0.05,
    steps: 8,
  },
  {
    name: "modularTransformer",
    build: (seed) =>
      modularTransformer({
        modulus: 5,
        dimension: 12,
        heads: 3,
        hidden: 16,
        seed,
      }),
    sample: (random) => [random.integer(5), random.integer(5), 5],
    learningRate: 0.1,
  },
  {
    name: "fromLayersModel",
    build: layersModel,
    sample: normals(6),
    learningRate: 0.1,
    drops: true,
  },
  {
    name: "linearHead",
    build: (seed) => linearHead({ inputDimension: 6, classes: 3, seed }),
    sample: normals(6),
    learningRate: 0.3,
  },
  {
    name: "linearHead, scaled, without bias",
    build: (seed) =>
      linearHead({
        inputDimension: 6,
        classes: 3,
        bias: false,
        scale: 4,
        seed,
      }),
    sample: normals(6),
    learningRate: 0.03,
  },
];

/** A batch of `n` samples, row-major, and a class for each. */
export function batchOf(
  { sample }: BatteryRow,
  { n, classes, seed = 0 }: { n: number; classes: number; seed?: number },
): { inputs: Float32Array; labels: Int32Array } {
  const random = new Random(seed);
  const rows = Array.from({ length: n }, () => sample(random));
  return {
    inputs: Float32Array.from(rows.flat()),
    labels: Int32Array.from({ length: n }, () => random.integer(classes)),
  };
}
