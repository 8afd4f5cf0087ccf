import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Check } from "../core/check.ts";
import {
  informationTerm,
  interplayLoss,
  type InterplayWeights,
  type LossTerm,
  matrixEntropyLoss,
  surrogateLoss,
  vonNeumannEntropyLoss,
} from "../losses/mod.ts";
import type { Classifier } from "../models/classifier.ts";
import { indicatorRows } from "./_cross_entropy.ts";
import { findHead, headRows, type HeadVariable } from "./_head_variable.ts";
import { assignAll, copyOf } from "./_variables.ts";

/** How much of each information term is added to the loss; 0 for what is left out. */
export interface InformationWeights extends InterplayWeights {
  /** Of `matrixEntropyLoss` of the representations. */
  readonly matrixEntropy?: number;
  /** Of `vonNeumannEntropyLoss` of the representations, the `α` of VNE. */
  readonly vonNeumannEntropy?: number;
}

const weight = z.number().default(0);

/** The schema of {@linkcode InformationWeights}. */
export const informationWeights = z.strictObject({
  mutualInformation: weight,
  entropyDifference: weight,
  mir: weight,
  hdr: weight,
  matrixEntropy: weight,
  vonNeumannEntropy: weight,
});

/** All weights. */
export type CompleteInformationWeights = z.output<typeof informationWeights>;

/** Representations `[n, d]` in, the weighted terms out; differentiable. */
export type Term = (representations: tf.Tensor2D) => tf.Scalar;

/** Both sides of the terms: representations and head rows of the same samples. */
interface Sides {
  readonly Z: tf.Tensor2D;
  readonly V: tf.Tensor2D;
}

/** A term of the representations alone, and its weight. */
type Single = ["matrixEntropy" | "vonNeumannEntropy", number];

/** Rows of the matrix that are not all zeros: the others have no direction. */
function directedRows(values: ArrayLike<number>, rows: number): number[] {
  const columns = values.length / rows;
  return Array.from({ length: rows }, (_, i) => i).filter((i) => {
    for (let j = i * columns; j < (i + 1) * columns; j++) {
      if (values[j] !== 0) return true;
    }
    return false;
  });
}

/** Samples that have a direction on both sides. */
function sharedRows(
  rows: number,
  Z: ArrayLike<number>,
  V: ArrayLike<number>,
): number[] {
  const directed = new Set(directedRows(V, rows));
  return directedRows(Z, rows).filter((i) => directed.has(i));
}

/** Some rows of both sides, as products: the gradient of a gather is missing on WASM. */
function pick({ Z, V }: Sides, rows: readonly number[]): Sides {
  if (rows.length === Z.shape[0]) return { Z, V };
  const chosen = indicatorRows(rows, { columns: Z.shape[0] });
  return { Z: tf.matMul(chosen, Z), V: tf.matMul(chosen, V) };
}

/**
 * Information terms of representations against the head row of each sample's label. Gradients flow to both.
 * Samples without a direction (every unit off, or a head row of zeros) take no part; if none is left,
 * the terms are 0.
 */
export class InformationTerm {
  readonly #model: Classifier;
  readonly #head: HeadVariable;
  readonly #pair: InterplayWeights | undefined;
  readonly #single: readonly Single[];
  readonly #isReadable: boolean;

  private constructor(
    model: Classifier,
    head: HeadVariable,
    { weights, isReadable }: {
      weights: CompleteInformationWeights;
      isReadable: boolean;
    },
  ) {
    const { matrixEntropy, vonNeumannEntropy, ...pair } = weights;
    this.#model = model;
    this.#head = head;
    this.#pair = Object.values(pair).some((x) => x !== 0) ? pair : undefined;
    this.#single = Object.entries({ matrixEntropy, vonNeumannEntropy })
      .filter(([, x]) => x !== 0) as Single[];
    this.#isReadable = isReadable;
  }

  /** The terms for a model, `undefined` if no weight is set. */
  static async of(
    check: Check,
    model: Classifier,
    options: {
      weights: CompleteInformationWeights | undefined;
      /** Whether tensors can be read while gradients are recorded; as the backend says, if left out. */
      isReadable?: boolean;
    },
  ): Promise<InformationTerm | undefined> {
    const { weights, isReadable = tf.getBackend() !== "webgpu" } = options;
    if (!weights || Object.values(weights).every((x) => x === 0)) {
      return undefined;
    }
    const head = await findHead(check, model);
    return new InformationTerm(model, head, { weights, isReadable });
  }

  /**
   * The terms for samples of these labels, one row each. Where tensors cannot be read while gradients are
   * recorded, `represent` makes the same representations as the later forward pass beforehand.
   */
  async prepare(
    oneHot: tf.Tensor2D,
    represent: () => tf.Tensor2D,
  ): Promise<Term> {
    if (!this.#isReadable) return await this.#prepared(oneHot, represent);
    return (Z) =>
      tf.tidy(() => {
        const sides = { Z, V: headRows(this.#head, oneHot) };
        const [rows] = Z.shape;
        const shared = sharedRows(rows, Z.dataSync(), sides.V.dataSync());
        return shared.length === 0
          ? tf.scalar(0)
          : this.#losses(pick(sides, shared));
      });
  }

  #losses({ Z, V }: Sides): tf.Scalar {
    const single = { matrixEntropyLoss, vonNeumannEntropyLoss };
    return sum([
      ...(this.#pair ? [interplayLoss(Z, V, this.#pair)] : []),
      ...this.#single.map(([name, x]) => tf.mul(single[`${name}Loss`](Z), x)),
    ]);
  }

  async #prepared(
    oneHot: tf.Tensor2D,
    represent: () => tf.Tensor2D,
  ): Promise<Term> {
    const sides = this.#probe(oneHot, represent);
    const [Z, V] = await Promise.all([sides.Z.data(), sides.V.data()]);
    const shared = sharedRows(sides.Z.shape[0], Z, V);
    const picked = tf.tidy(() => ({ ...pick(sides, shared) }));
    try {
      if (shared.length === 0) return () => tf.scalar(0);
      const terms = await this.#terms(picked);
      return (Z) =>
        tf.tidy(() => {
          const now = pick({ Z, V: headRows(this.#head, oneHot) }, shared);
          return sum(terms.map(({ term, x, isPair }) => {
            const inputs = isPair ? [now.Z, now.V] : [now.Z];
            return tf.mul(surrogateLoss(term, ...inputs), x);
          }));
        });
    } finally {
      tf.dispose({ ...sides });
      tf.dispose({ ...picked });
    }
  }

  /** Both sides now, without a trace: running statistics stay as they are. */
  #probe(oneHot: tf.Tensor2D, represent: () => tf.Tensor2D): Sides {
    const statistics = this.#model.weights
      .filter(({ trainable }) => !trainable)
      .map(({ variable }) => variable);
    const before = copyOf(statistics);
    try {
      return tf.tidy(() => ({
        Z: represent(),
        V: headRows(this.#head, oneHot),
      }));
    } finally {
      assignAll(statistics, before);
      tf.dispose(before);
    }
  }

  async #terms({ Z, V }: Sides) {
    const terms: { term: LossTerm; x: number; isPair: boolean }[] = [];
    if (this.#pair) {
      const term = await informationTerm("interplay", Z, V, this.#pair);
      terms.push({ term, x: 1, isPair: true });
    }
    for (const [name, x] of this.#single) {
      const term = await informationTerm(name, Z);
      terms.push({ term, x, isPair: false });
    }
    return terms;
  }
}

function sum(terms: readonly tf.Tensor[]): tf.Scalar {
  return tf.addN([...terms]) as tf.Scalar;
}
