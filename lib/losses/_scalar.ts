/**
 * From a value with gradients on the host to a differentiable tensor.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { Check } from "../core/check.ts";
import { ShapeError } from "../core/errors.ts";
import type { DenseMatrix } from "../core/matrix.ts";
import { hostLosses } from "./_host_losses.ts";
import type { HostTerm } from "./_term.ts";
import type { LossArguments, LossName } from "./information_term.ts";

/** The scalar of a term, by the one custom gradient of this library. */
export function scalarOf(
  inputs: readonly tf.Tensor[],
  compute: () => HostTerm,
): tf.Scalar {
  const operation = tf.customGrad(() => {
    const { value, gradients } = compute();
    const gradFunc = (dy: tf.Tensor) => gradients().map((g) => scaled(g, dy));
    return { value: tf.scalar(value), gradFunc };
  });
  return operation(...inputs) as tf.Scalar;
}

function scaled({ data, shape }: DenseMatrix, factor: tf.Tensor): tf.Tensor {
  return tf.mul(tf.tensor2d(new Float32Array(data), shape), factor);
}

/** The loss of this name, computed now: its tensors must be readable synchronously. */
export function lossScalar<N extends LossName>(
  name: N,
  ...args: LossArguments[N]
): tf.Scalar {
  const { title, inputs, compute } = hostLosses[name];
  const check = new Check(`compute the ${title}`);
  const tensors = inputs.map((input, i) => tensorOf(check, args[i], input));
  return scalarOf(tensors, () => {
    // Values with their shape stand for a tensor wherever one is read.
    const values = args.map((arg) => readNow(check, arg)) as LossArguments[N];
    return compute(check, ...values);
  });
}

/** Fails unless `value` is a tensor: gradients flow through nothing else. */
export function tensorOf(
  check: Check,
  value: unknown,
  name: string,
): tf.Tensor {
  if (value instanceof tf.Tensor) return value;
  return check.fail(ShapeError, `a tensor as \`${name}\``, typeof value);
}

/** The values of a tensor with its shape; anything else as it is. */
function readNow(check: Check, value: unknown): unknown {
  if (!(value instanceof tf.Tensor)) return value;
  try {
    return { data: value.dataSync(), shape: value.shape };
  } catch (cause) {
    const message =
      "expected tensors that can be read synchronously, received one of the " +
      `${tf.getBackend()} backend (await informationTerm, then use surrogateLoss)`;
    throw new Error(`Cannot ${check.action}: ${message}`, { cause });
  }
}
