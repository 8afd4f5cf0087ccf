import * as tf from "@tensorflow/tfjs";

/**
 * One row for each index: `on` there, `off` elsewhere. Made on the host, since `tf.oneHot` of the WASM
 * backend writes integers where it is asked for floats.
 */
export function indicatorRows(
  indices: ArrayLike<number>,
  { columns, on = 1, off = 0 }: { columns: number; on?: number; off?: number },
): tf.Tensor2D {
  const values = new Float32Array(indices.length * columns).fill(off);
  for (let i = 0; i < indices.length; i++) {
    values[i * columns + indices[i]!] = on;
  }
  return tf.tensor2d(values, [indices.length, columns]);
}

/** One row a sample: 1 at its label, smoothed to `(1 − ε)·y + ε/C`. */
export function targetsOf(
  labels: Int32Array,
  { classes, smoothing = 0 }: { classes: number; smoothing?: number },
): tf.Tensor2D {
  const off = smoothing / classes;
  return indicatorRows(labels, {
    columns: classes,
    on: 1 - smoothing + off,
    off,
  });
}

/** Mean cross-entropy in nats of a softmax of this temperature. */
export function crossEntropy(
  targets: tf.Tensor2D,
  logits: tf.Tensor2D,
  temperature = 1,
): tf.Scalar {
  return tf.tidy(() => {
    const scaled = temperature === 1 ? logits : tf.div(logits, temperature);
    return tf.losses.softmaxCrossEntropy(targets, scaled);
  });
}

/** Share of samples whose largest logit is where their target is largest. */
export function accuracyOf(
  targets: tf.Tensor2D,
  logits: tf.Tensor2D,
): tf.Scalar {
  return tf.tidy(() => {
    const right = tf.equal(tf.argMax(logits, 1), tf.argMax(targets, 1));
    return tf.mean(tf.cast(right, "float32"));
  });
}
