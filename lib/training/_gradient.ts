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

/**
 * What `compute` gives, while gradients are recorded. An error inside a recording would leave all that was
 * recorded behind: it is kept for later, and something that costs nothing is differentiated in its place.
 */
class Recording {
  readonly #compute: () => ComposedLoss;
  #failure: { error: unknown } | undefined;
  /** The parts by name, to be disposed. */
  readonly parts = new Map<string, tf.Scalar>();

  constructor(compute: () => ComposedLoss) {
    this.#compute = compute;
  }

  loss(variables: readonly tf.Variable[]): tf.Scalar {
    try {
      const { loss, parts } = this.#compute();
      for (const [name, part] of Object.entries(parts)) {
        this.parts.set(name, tf.keep(tf.cast(part.clone(), "float32")));
      }
      return loss;
    } catch (error) {
      this.#failure = { error };
      return tf.addN(variables.map((x) => tf.sum(x))) as tf.Scalar;
    }
  }

  /** Throws what was kept. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}

/** Loss and gradients; everything that is a number comes to the host in one reading. */
export async function differentiate(
  compute: () => ComposedLoss,
  variables: tf.Variable[],
  scope: TensorScope,
): Promise<Gradient> {
  const recording = new Recording(compute);
  const { numbers, gradients } = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(
      () => recording.loss(variables),
      variables,
    );
    for (const part of recording.parts.values()) scope.own(part);
    recording.check();
    const norm = globalNorm(Object.values(grads));
    return {
      numbers: tf.stack([value, norm, ...recording.parts.values()]),
      gradients: grads,
    };
  });
  scope.own(numbers);
  for (const gradient of Object.values(gradients)) scope.own(gradient);
  const [loss, norm, ...values] = await numbers.data();
  const names = [...recording.parts.keys()];
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
