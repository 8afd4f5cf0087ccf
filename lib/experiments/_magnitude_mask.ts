import * as tf from "@tensorflow/tfjs";
import type { Classifier, ClassifierWeight } from "../models/classifier.ts";

/** Matrices and kernels; biases and scales, which have one axis, are never pruned. */
function prunable({ weights }: Classifier): ClassifierWeight[] {
  return weights.filter(({ trainable, variable }) =>
    trainable && variable.shape.length > 1
  );
}

async function valuesOf(weight: ClassifierWeight): Promise<Float32Array> {
  return Float32Array.from(await weight.variable.data());
}

/** The `count` smallest numbers are marked by 0, all others by 1; of equal ones the first are the smaller. */
export function keepLargest(
  magnitudes: Float32Array,
  count: number,
): Float32Array {
  if (count === 0) return new Float32Array(magnitudes.length).fill(1);
  const threshold = magnitudes.toSorted()[count - 1]!;
  const below = magnitudes.reduce((n, x) => x < threshold ? n + 1 : n, 0);
  let ties = count - below;
  return magnitudes.map((x) => {
    if (x !== threshold) return x < threshold ? 0 : 1;
    return ties-- > 0 ? 0 : 1;
  });
}

/** Which weights of a model are pruned: a mask of zeros and ones for each matrix and kernel. */
export class MagnitudeMask implements Disposable {
  readonly #masks: ReadonlyMap<string, tf.Tensor>;

  private constructor(masks: ReadonlyMap<string, tf.Tensor>) {
    this.#masks = masks;
  }

  /** Prunes the share `sparsity` of all weights in matrices and kernels together, the smallest ones. */
  static async of(model: Classifier, sparsity: number): Promise<MagnitudeMask> {
    const weights = prunable(model);
    const sizes = weights.map(({ variable }) => variable.size);
    const all = new Float32Array(sizes.reduce((a, b) => a + b, 0));
    let at = 0;
    for (const weight of weights) {
      const values = await valuesOf(weight);
      all.set(values.map(Math.abs), at);
      at += values.length;
    }
    const kept = keepLargest(all, Math.round(sparsity * all.length));
    at = 0;
    return new MagnitudeMask(
      new Map(weights.map(({ name, variable: { shape, size } }) => [
        name,
        tf.tensor(kept.slice(at, at += size), shape),
      ])),
    );
  }

  /** Sets what is pruned to 0. */
  apply(weights: readonly ClassifierWeight[]): void {
    for (const { name, variable } of weights) {
      const mask = this.#masks.get(name);
      if (mask) tf.tidy(() => variable.assign(tf.mul(variable, mask)));
    }
  }

  [Symbol.dispose](): void {
    tf.dispose([...this.#masks.values()]);
  }
}

/** Share of the weights in matrices and kernels that are 0. */
export async function zeroShare(model: Classifier): Promise<number> {
  const all = await Promise.all(prunable(model).map(valuesOf));
  const zeros = all.flatMap((values) => values.filter((x) => x === 0).length);
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  return sum(zeros) / sum(all.map(({ length }) => length));
}
