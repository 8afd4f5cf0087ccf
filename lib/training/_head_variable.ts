import * as tf from "@tensorflow/tfjs";
import type { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { Classifier } from "../models/classifier.ts";

/** The weights of a head as the variable that gradients flow to. */
export interface HeadVariable {
  readonly variable: tf.Variable;
  /** Whether it is `[d, C]`, as tfjs keeps kernels, and not `[C, d]`. */
  readonly isKernel: boolean;
}

/** `[rows, columns]` of `values`, transposed. */
function transposed(values: ArrayLike<number>, rows: number, columns: number) {
  return Float32Array.from(
    { length: rows * columns },
    (_, k) => values[(k % rows) * columns + Math.floor(k / rows)]!,
  );
}

function isEqual(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length &&
    Array.prototype.every.call(a, (x, i) => Object.is(x, b[i]));
}

/**
 * Finds the head among the weights of a model: the trainable one that holds the numbers that `head()` gives,
 * the last if there are several. So no name has to be agreed on.
 */
export async function findHead(
  check: Check,
  model: Classifier,
): Promise<HeadVariable> {
  const { classes, dimension } = model;
  const { weights: { data } } = await model.head();
  for (const { variable, trainable } of [...model.weights].reverse()) {
    if (!trainable || variable.size !== data.length) continue;
    const [rows, columns] = variable.shape;
    const values = await variable.data();
    if (rows === classes && columns === dimension && isEqual(values, data)) {
      return { variable, isKernel: false };
    }
    const isKernel = rows === dimension && columns === classes &&
      isEqual(transposed(values, dimension, classes), data);
    if (isKernel) return { variable, isKernel };
  }
  return check.fail(
    ShapeError,
    `trainable weights of ${classes} × ${dimension} that are the head`,
    `none in ${model.name}`,
  );
}

/** The head row of each sample's label, `[n, d]`, from one row a sample that is 1 at its label. */
export function headRows(
  { variable, isKernel }: HeadVariable,
  oneHot: tf.Tensor2D,
): tf.Tensor2D {
  return tf.matMul(oneHot, variable as tf.Tensor2D, false, isKernel);
}
