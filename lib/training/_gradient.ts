import * as tf from "@tensorflow/tfjs";
import type { TensorScope } from "../core/tensor_scope.ts";
import type { ComposedLoss } from "./_objective.ts";

/** A loss, its gradients, and what is to be known of both. */
export interface Gradient {
  readonly loss: number;
  /** Length of the gradient, all variables taken together. */
  readonly norm: number;
  readonly parts: Record<string, number>;
  /** By name of the variable; those that the loss does not depend on are missing. */
  readonly gradients: tf.NamedTensorMap;
}

/** `√Σ g²` over all gradients. */
function globalNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => {
    const squares = gradients.map((g) => tf.sum(tf.square(g)));
    return tf.sqrt(tf.addN(squares)) as tf.Scalar;
  });
}

/** Loss and gradients; everything that is a number comes to the host in one reading. */
export async function differentiate(
  compute: () => ComposedLoss,
  variables: tf.Variable[],
  scope: TensorScope,
): Promise<Gradient> {
  const parts = new Map<string, tf.Scalar>();
  const { numbers, gradients } = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => {
      const composed = compute();
      for (const [name, part] of Object.entries(composed.parts)) {
        parts.set(name, scope.own(tf.keep(tf.cast(part.clone(), "float32"))));
      }
      return composed.loss;
    }, variables);
    const norm = globalNorm(Object.values(grads));
    return {
      numbers: tf.stack([value, norm, ...parts.values()]),
      gradients: grads,
    };
  });
  scope.own(numbers);
  for (const gradient of Object.values(gradients)) scope.own(gradient);
  const [loss, norm, ...values] = await numbers.data();
  const names = [...parts.keys()];
  return {
    loss: loss!,
    norm: norm!,
    parts: Object.fromEntries(names.map((name, i) => [name, values[i]!])),
    gradients,
  };
}

/** Gradients of length `norm` brought to at most `limit`, as torch does it; call it in a tidy. */
export function clipped(
  gradients: tf.NamedTensorMap,
  norm: number,
  limit = Infinity,
): tf.NamedTensorMap {
  if (norm <= limit) return gradients;
  const factor = limit / (norm + 1e-6);
  const entries = Object.entries(gradients)
    .map(([name, gradient]) => [name, tf.mul(gradient, factor)] as const);
  return Object.fromEntries(entries);
}
