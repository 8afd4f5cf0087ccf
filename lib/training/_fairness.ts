import * as tf from "@tensorflow/tfjs";

/** `1/h̄` for the histogram of the largest logit of each row, 0 for a class that is nowhere the largest. */
function inverseHistogram(logits: tf.Tensor): tf.Tensor {
  const classes = logits.shape[1]!;
  const predicted = tf.oneHot(tf.argMax(logits, 1), classes);
  const histogram = tf.mean(tf.cast(predicted, "float32"), 0);
  const inverse = tf.div(1, tf.maximum(histogram, 1e-12));
  return tf.where(tf.greater(histogram, 0), inverse, tf.zerosLike(inverse));
}

/** The same as a constant: a histogram does not change with its logits, and its operations have no gradients. */
const constantInverse = tf.customGrad((logits) => ({
  value: inverseHistogram(logits as tf.Tensor),
  gradFunc: () => tf.zerosLike(logits as tf.Tensor),
}));

/**
 * Self-adaptive fairness of FreeMatch: `Σ_c e_c · log SumNorm(p̄/h̄)_c`, with `e = SumNorm(p̃/h̃)` given, `p̄` the
 * mean prediction and `h̄` the histogram of predicted classes over the strong views that are believed. It is
 * minus a cross-entropy, and minimising it spreads predictions over the classes. A class that is predicted by
 * none counts as 0 in `p̄/h̄`, as in the authors' code, and has no gradient.
 *
 * @param logits Of the believed strong views, `[m, C]`, `m ≥ 1`.
 * @param expectation `[C]`.
 */
export function fairness(
  logits: tf.Tensor2D,
  expectation: Float64Array,
): tf.Scalar {
  return tf.tidy(() => {
    const mean = tf.mean(tf.softmax(logits), 0);
    const scaled = tf.mul(mean, constantInverse(logits));
    const normalized = tf.div(scaled, tf.sum(scaled));
    const target = tf.tensor1d(Float32Array.from(expectation));
    const logarithm = tf.log(tf.add(normalized, 1e-12));
    return tf.sum(tf.mul(target, logarithm)) as tf.Scalar;
  });
}
