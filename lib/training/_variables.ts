import * as tf from "@tensorflow/tfjs";

/**
 * Variables with the values that tensors have now. Nothing is copied until either is assigned to: then the
 * other keeps the old values.
 */
export function copyOf(tensors: readonly tf.Tensor[]): tf.Variable[] {
  return tensors.map((x) => tf.tidy(() => tf.variable(x.clone(), false)));
}

/** Gives variables the values of tensors in the same order. */
export function assignAll(
  variables: readonly tf.Variable[],
  tensors: readonly tf.Tensor[],
): void {
  variables.forEach((variable, i) => variable.assign(tensors[i]!));
}
