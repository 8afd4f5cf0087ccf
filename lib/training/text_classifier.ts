import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { NotFiniteError, OptionsError, ShapeError } from "../core/errors.ts";
import { TensorScope } from "../core/tensor_scope.ts";
import type { Tensor, Tensor2D } from "../core/tfjs_types.ts";
import { type Samples, sampleSize } from "../data/data_set.ts";
import type {
  Classifier,
  ClassifierHead,
  ClassifierWeight,
  Forward,
} from "../models/classifier.ts";

/** Options of {@linkcode textClassifier}. */
export interface TextClassifierOptions {
  /**
   * What of the text side is trained: an "adapter" (if left out), one linear map for all classes that adds to
   * their features and can be taken to other classes, or the "head", the feature of each class by itself.
   */
  readonly train?: "adapter" | "head";
  /** What cosines are multiplied by, `exp` of CLIP's logit scale; 100 if left out. */
  readonly scale?: number;
  /** Whether that number is trained as well, by its logarithm; false if left out. */
  readonly trainScale?: boolean;
}

/** A classifier whose head is made of text features. */
export interface TextClassifier extends Classifier {
  /** The text feature of each class as it is now, `[C, d]`, of length 1; differentiable, yours to dispose. */
  text(): Tensor2D;
  /**
   * The same adapter for other classes: a classifier with weights of its own, yours to dispose. Fails where
   * each class has a trained feature, for others have none.
   */
  withClasses(text: Samples): TextClassifier;
}

const textClassifierOptions = z.strictObject({
  train: z.enum(["adapter", "head"]).default("adapter"),
  scale: z.number().positive().default(100),
  trainScale: z.boolean().default(false),
});

type Options = z.output<typeof textClassifierOptions>;

/** Rows scaled to length 1. */
function unit(x: tf.Tensor): tf.Tensor2D {
  return tf.div(x, tf.norm(x, "euclidean", 1, true));
}

/** The classifier; see {@linkcode textClassifier}. */
class CosineClassifier implements TextClassifier {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly dimension: number;
  readonly classes: number;
  readonly weights: readonly ClassifierWeight[];
  readonly layers: readonly string[] = ["representation"];
  readonly #options: Options;
  readonly #texts: Samples;
  readonly #base: tf.Tensor2D;
  readonly #trained: tf.Variable;
  readonly #logScale: tf.Variable;

  constructor(texts: Samples, options: Options) {
    const [classes, dimension] = [texts.shape[0]!, sampleSize(texts)];
    const { train, scale, trainScale } = options;
    this.name =
      `textClassifier(${dimension}-${classes}, ${train}, scale ${scale})`;
    this.inputShape = [dimension];
    this.dimension = dimension;
    this.classes = classes;
    this.#options = options;
    this.#texts = texts;
    this.#base = tf.tidy(() =>
      tf.keep(unit(tf.tensor2d(texts.inputs, [classes, dimension])))
    );
    this.#trained = tf.tidy(() =>
      tf.variable(
        train === "head"
          ? this.#base.clone()
          : tf.zeros([dimension, dimension]),
      )
    );
    this.#logScale = tf.tidy(() =>
      tf.variable(tf.scalar(Math.log(scale)), trainScale)
    );
    this.weights = [
      { name: `text/${train}`, variable: this.#trained, trainable: true },
      { name: "logit_scale", variable: this.#logScale, trainable: trainScale },
    ];
  }

  text(): tf.Tensor2D {
    return tf.tidy(() => {
      if (this.#options.train === "head") return unit(this.#trained);
      const added = tf.matMul(this.#base, this.#trained as tf.Tensor2D);
      return unit(tf.add(this.#base, added));
    });
  }

  forward(inputs: Tensor): Forward {
    return tf.tidy(() => {
      const representations = this.#represent(inputs);
      const cosines = tf.matMul<tf.Tensor2D>(
        representations,
        this.text(),
        false,
        true,
      );
      return { representations, logits: this.#scaled(cosines) };
    });
  }

  representations(inputs: Tensor): Tensor2D {
    return tf.tidy(() => this.#represent(inputs));
  }

  logits(inputs: Tensor): Tensor2D {
    return tf.tidy(() => this.forward(inputs).logits);
  }

  activations(inputs: Tensor, layers: readonly string[]): Tensor2D[] {
    const unknown = layers.find((layer) => !this.layers.includes(layer));
    if (unknown !== undefined) {
      new Check(`hand out activations of ${this.name}`).fail(
        OptionsError,
        `layers out of ${this.layers.join(", ")}`,
        unknown,
      );
    }
    return layers.map(() => this.representations(inputs));
  }

  async head(): Promise<ClassifierHead> {
    using scope = new TensorScope();
    const rows = scope.own(tf.tidy(() => this.#scaled(this.text())));
    const data = await rows.data() as Float32Array;
    return { weights: { data, shape: [this.classes, this.dimension] } };
  }

  copy(): CosineClassifier {
    const other = new CosineClassifier(this.#texts, this.#options);
    other.#take(this);
    return other;
  }

  withClasses(text: Samples): TextClassifier {
    const check = new Check(`give ${this.name} other classes`);
    if (this.#options.train === "head") {
      check.fail(
        OptionsError,
        'a classifier with `train: "adapter"`',
        "a head",
      );
    }
    checkTexts(check, text, this.dimension);
    const other = new CosineClassifier(text, this.#options);
    other.#take(this);
    return other;
  }

  dispose(): void {
    tf.dispose([this.#base, this.#trained, this.#logScale]);
  }

  #take(other: CosineClassifier): void {
    this.#trained.assign(other.#trained);
    this.#logScale.assign(other.#logScale);
  }

  #scaled(x: tf.Tensor2D): tf.Tensor2D {
    return tf.mul(x, tf.exp(this.#logScale));
  }

  #represent(inputs: tf.Tensor): tf.Tensor2D {
    const [samples] = inputs.shape;
    if (samples === undefined || inputs.size !== samples * this.dimension) {
      new Check(`apply ${this.name}`).fail(
        ShapeError,
        `samples of ${this.dimension}`,
        inputs.shape.slice(1).join(" × ") || "a scalar",
      );
    }
    return unit(tf.reshape(inputs, [samples, this.dimension]));
  }
}

/** Fails unless there is a feature a class, of this width if given, with a direction. */
function checkTexts(check: Check, text: Samples, dimension?: number): void {
  const width = sampleSize(text);
  if (dimension !== undefined && width !== dimension) {
    check.fail(ShapeError, `text features of ${dimension} values`, width);
  }
  for (let c = 0; c < text.shape[0]!; c++) {
    const row = text.inputs.subarray(c * width, (c + 1) * width);
    if (row.every((x) => x === 0)) {
      check.fail(
        NotFiniteError,
        "text features that are not zero",
        `zeros for class ${c}`,
      );
    }
  }
}

/**
 * A classifier of image features by the text features of the classes, as CLIP has it: logits are cosines times
 * a scale. Images are frozen; what is trained is on the text side.
 *
 * Representations are the image features scaled to length 1, the head the text features of length 1, times the
 * scale. The "adapter" is a linear map `A [d, d]` that begins at zero: the feature of class `c` is the
 * direction of `t_c + t_c A`. As it is one for all classes, `withClasses` takes it to classes that it has never
 * seen. The "head" trains the feature of each class. Both begin as zero-shot classification.
 *
 * @param text The text feature of each class, a sample a class: `[C, d]`.
 * @param options What is trained, and the scale.
 * @returns The classifier; dispose it when done.
 * @throws {NotFiniteError} A text feature is zero.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { syntheticModalities } from "interplay/data";
 * import { useBackend } from "interplay/models";
 * import { evaluate, textClassifier } from "interplay/training";
 * import { assert } from "@std/assert";
 *
 * await useBackend("auto");
 * const { image, classText } = syntheticModalities({ classes: 5 });
 * const model = textClassifier(classText);
 * const { accuracy } = await evaluate(model, image); // zero-shot
 * assert(accuracy > 0.5);
 * model.dispose();
 * ```
 *
 * @see Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021.
 */
export function textClassifier(
  text: Samples,
  options: TextClassifierOptions = {},
): TextClassifier {
  const check = new Check("build a text classifier");
  const parsed = check.options(textClassifierOptions, options);
  checkTexts(check, text);
  return new CosineClassifier(text, parsed);
}
