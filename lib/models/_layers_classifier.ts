import * as tf from "@tensorflow/tfjs";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type {
  Classifier,
  ClassifierHead,
  ClassifierWeight,
  Forward,
} from "./classifier.ts";

/** `[d, C]` as tfjs keeps it to `[C, d]`. */
function transposed(
  values: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      out[j * rows + i] = values[i * columns + j]!;
    }
  }
  return out;
}

/** The weights of a model; names of tfjs are made unique over the process, so layers name them anew. */
function weightsOf(model: tf.LayersModel): ClassifierWeight[] {
  return model.layers.flatMap((layer) =>
    layer.weights.map((weight) => ({
      name: `${layer.name}/${weight.originalName.split("/").at(-1)}`,
      variable: weight.read() as tf.Variable,
      trainable: weight.trainable,
    }))
  );
}

/** A classifier made of a tfjs-layers model whose last layer is a dense one, the head. */
export class LayersClassifier implements Classifier {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly dimension: number;
  readonly classes: number;
  readonly model: tf.LayersModel;
  readonly weights: readonly ClassifierWeight[];
  #encoder: tf.LayersModel;
  #head: tf.layers.Layer;

  /** Takes `model` over; its layers `representation` and `head` are found by name. */
  constructor(
    model: tf.LayersModel,
    { name, representation, head }: {
      name: string;
      representation: string;
      head: string;
    },
  ) {
    this.name = name;
    this.model = model;
    this.weights = weightsOf(model);
    this.#encoder = tf.model({
      inputs: model.inputs,
      outputs: model.getLayer(representation).output as tf.SymbolicTensor,
    });
    this.#head = model.getLayer(head);
    const [dimension, classes] = this.#kernel().shape as [number, number];
    this.inputShape = model.inputs[0]!.shape.slice(1) as number[];
    this.dimension = dimension;
    this.classes = classes;
  }

  forward(
    inputs: tf.Tensor,
    { training = false }: { training?: boolean } = {},
  ): Forward {
    return tf.tidy(() => {
      const representations = this.#encode(inputs, training);
      return { representations, logits: this.#apply(representations) };
    });
  }

  representations(inputs: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() => this.#encode(inputs, false));
  }

  logits(inputs: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() => this.#apply(this.#encode(inputs, false)));
  }

  async head(): Promise<ClassifierHead> {
    const kernel = this.#kernel();
    const bias = this.#bias();
    const data = transposed(
      await kernel.data(),
      kernel.shape as [number, number],
    );
    const weights = { data, shape: [this.classes, this.dimension] as const };
    return bias === undefined
      ? { weights }
      : { weights, bias: Float32Array.from(await bias.data()) };
  }

  dispose(): void {
    this.model.dispose();
  }

  /** The variable that `tf.variableGrads` differentiates by, not a copy. */
  #kernel(): tf.Tensor2D {
    return this.#head.weights[0]!.read() as tf.Tensor2D;
  }

  #bias(): tf.Tensor | undefined {
    return this.#head.weights[1]?.read();
  }

  #encode(inputs: tf.Tensor, training: boolean): tf.Tensor2D {
    const [samples] = inputs.shape;
    const values = this.inputShape.reduce((a, b) => a * b, 1);
    if (samples === undefined || inputs.size !== samples * values) {
      new Check(`apply ${this.name}`).fail(
        ShapeError,
        `samples of ${this.inputShape.join(" × ")}`,
        inputs.shape.slice(1).join(" × ") || "a scalar",
      );
    }
    const batch = tf.reshape(inputs, [samples, ...this.inputShape]);
    return this.#encoder.apply(batch, { training }) as tf.Tensor2D;
  }

  /** The linear part alone, whatever activation the layer ends with. */
  #apply(representations: tf.Tensor2D): tf.Tensor2D {
    const product = tf.matMul<tf.Tensor2D>(representations, this.#kernel());
    const bias = this.#bias();
    return bias === undefined ? product : tf.add<tf.Tensor2D>(product, bias);
  }
}
