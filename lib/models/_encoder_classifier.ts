import * as tf from "@tensorflow/tfjs";
import { Check } from "../core/check.ts";
import { OptionsError, ShapeError } from "../core/errors.ts";
import type {
  Classifier,
  ClassifierHead,
  ClassifierWeight,
  Forward,
  ForwardOptions,
} from "./classifier.ts";
import { type Encoder, Pass } from "./_encoder.ts";
import { applied } from "./_network/dense.ts";

/** `scale · Xᵀ` of a row-major `X [rows, columns]`. */
function transposed(
  values: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  scale: number,
): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      out[j * rows + i] = scale * values[i * columns + j]!;
    }
  }
  return out;
}

/** A classifier around an encoder: shapes, tidiness, and what the host sees. */
export class EncoderClassifier implements Classifier {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly dimension: number;
  readonly classes: number;
  readonly weights: readonly ClassifierWeight[];
  readonly layers: readonly string[];
  #encoder: Encoder;

  /** Takes `encoder` over. */
  constructor(name: string, encoder: Encoder) {
    const [dimension, classes] = encoder.head.kernel.shape;
    this.name = name;
    this.inputShape = encoder.inputShape;
    this.dimension = dimension;
    this.classes = classes;
    this.weights = encoder.weights;
    this.layers = encoder.layers;
    this.#encoder = encoder;
  }

  forward(inputs: tf.Tensor, options: ForwardOptions = {}): Forward {
    return tf.tidy(() => {
      const pass = new Pass(options);
      const batch = this.#batch(inputs);
      const { representations, headInput } = this.#encoder.encode(batch, pass);
      return { representations, logits: this.#apply(headInput) };
    });
  }

  representations(inputs: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() =>
      this.#encoder.encode(this.#batch(inputs), new Pass()).representations
    );
  }

  logits(inputs: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() =>
      this.#apply(
        this.#encoder.encode(this.#batch(inputs), new Pass()).headInput,
      )
    );
  }

  activations(inputs: tf.Tensor, layers: readonly string[]): tf.Tensor2D[] {
    const unknown = layers.find((name) => !this.layers.includes(name));
    if (unknown !== undefined) {
      new Check(`hand out activations of ${this.name}`).fail(
        OptionsError,
        `layers out of ${this.layers.join(", ")}`,
        unknown,
      );
    }
    return tf.tidy(() => {
      const pass = new Pass({}, layers);
      const batch = this.#batch(inputs);
      this.#encoder.encode(batch, pass);
      return layers.map((name) =>
        tf.reshape<tf.Rank.R2>(pass.kept(name), [batch.shape[0]!, -1])
      );
    });
  }

  async head(): Promise<ClassifierHead> {
    const { kernel, bias, scale } = this.#encoder.head;
    const data = transposed(await kernel.data(), kernel.shape, scale);
    const weights = { data, shape: [this.classes, this.dimension] as const };
    if (bias === undefined) return { weights };
    const numbers = await bias.data();
    return { weights, bias: Float32Array.from(numbers, (x) => scale * x) };
  }

  copy(): Classifier {
    return new EncoderClassifier(this.name, this.#encoder.copy());
  }

  dispose(): void {
    this.#encoder.dispose();
  }

  /** The inputs in the shape of the model. */
  #batch(inputs: tf.Tensor): tf.Tensor {
    const [samples] = inputs.shape;
    const values = this.inputShape.reduce((a, b) => a * b, 1);
    if (samples === undefined || inputs.size !== samples * values) {
      new Check(`apply ${this.name}`).fail(
        ShapeError,
        `samples of ${this.inputShape.join(" × ")}`,
        inputs.shape.slice(1).join(" × ") || "a scalar",
      );
    }
    return tf.reshape(inputs, [samples, ...this.inputShape]);
  }

  #apply(x: tf.Tensor2D): tf.Tensor2D {
    const { head } = this.#encoder;
    const logits = applied(head, x);
    return head.scale === 1 ? logits : tf.mul(logits, head.scale);
  }
}
