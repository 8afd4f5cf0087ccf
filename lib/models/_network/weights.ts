import * as tf from "@tensorflow/tfjs";
import { Random } from "../../core/random.ts";
import type { ClassifierWeight } from "../classifier.ts";

/** Initial values of a weight. */
export type Draw = (random: Random, size: number) => Float32Array;

/** Gaussian numbers of this variance. */
export function gaussian(variance: number): Draw {
  const scale = Math.sqrt(variance);
  return (random, size) => {
    const values = random.normals(size);
    // Float32Array.from with a function takes several times as long, and large networks have millions.
    for (let i = 0; i < size; i++) values[i]! *= scale;
    return new Float32Array(values);
  };
}

/** The same number everywhere. */
export function constant(value: number): Draw {
  return (_, size) => new Float32Array(size).fill(value);
}

/** What a weight is before it has values. */
export interface WeightPlan {
  /** Its shape. */
  readonly shape: readonly number[];
  /** Its initial values. */
  readonly draw: Draw;
  /** Whether gradients change it; true if left out. */
  readonly trainable?: boolean;
}

/** Makes the weights of a network one by one, and remembers them: new ones, or copies of others. */
export class Weights {
  /** Those made so far. */
  readonly made: ClassifierWeight[] = [];
  #source: (name: string, layer: string, plan: WeightPlan) => tf.Tensor;

  private constructor(
    source: (name: string, layer: string, plan: WeightPlan) => tf.Tensor,
  ) {
    this.#source = source;
  }

  /** Draws from a stream of its own for each layer. */
  static seeded(seed: number): Weights {
    const random = new Random(seed);
    return new Weights((_, layer, { shape, draw }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return tf.tensor(draw(random.fork(layer), size), [...shape]);
    });
  }

  /** Copies those of the same names. */
  static copying(weights: readonly ClassifierWeight[]): Weights {
    const byName = new Map(weights.map((w) => [w.name, w.variable]));
    return new Weights((name) => tf.clone(byName.get(name)!));
  }

  /** The weight `part` of `layer`; one part of a layer at most is random. */
  make<R extends tf.Rank>(
    layer: string,
    part: string,
    plan: WeightPlan,
  ): tf.Variable<R> {
    const name = `${layer}/${part}`;
    const trainable = plan.trainable ?? true;
    const variable = tf.tidy(() =>
      tf.variable(this.#source(name, layer, plan), trainable)
    );
    this.made.push({ name, variable, trainable });
    return variable as tf.Variable<R>;
  }
}
