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

/** Whether `a` is `b` times one positive number, to rounding: a head may scale its logits. */
function isMultiple(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  let [largest, at] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    if (Math.abs(b[i]!) > largest) [largest, at] = [Math.abs(b[i]!), i];
  }
  const factor = largest === 0 ? 1 : a[at]! / b[at]!;
  const tolerance = 1e-6 * factor * largest;
  return factor > 0 && Array.prototype.every.call(
    a,
    (x, i) => Math.abs(x - factor * b[i]!) <= tolerance,
  );
}

/**
 * Finds the head among the weights of a model: the trainable one whose rows have the directions that `head()`
 * gives, the last if there are several. So no name has to be agreed on.
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
    if (rows === classes && columns === dimension && isMultiple(values, data)) {
      return { variable, isKernel: false };
    }
    const isKernel = rows === dimension && columns === classes &&
      isMultiple(transposed(values, dimension, classes), data);
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
