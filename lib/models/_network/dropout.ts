import * as tf from "@tensorflow/tfjs";
import { Check } from "../../core/check.ts";
import { OptionsError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import type { Pass } from "../_encoder.ts";

/** `1 / (1 − rate)` where a number is kept, 0 where it is dropped. */
function mask(random: Random, size: number, rate: number): Float32Array {
  const limit = rate * 2 ** 32;
  const kept = 1 / (1 - rate);
  return Float32Array.from(
    { length: size },
    () => random.bits() < limit ? 0 : kept,
  );
}

/**
 * Drops numbers of a batch in training. Which ones follows from seed, layer and step alone: the layers of
 * tfjs drop the same at every call when they are seeded, and cannot be repeated when they are not.
 */
export function dropout(
  layer: string,
  { rate, seed }: { rate: number; seed: number },
): <T extends tf.Tensor>(x: T, pass: Pass) => T {
  const random = new Random(seed).fork("dropout").fork(layer);
  return (x, { training, step }) => {
    if (!training || rate === 0) return x;
    if (step === undefined) {
      return new Check(`drop units of ${layer}`).fail(
        OptionsError,
        "the `step` of the run beside `training`",
        "none",
      );
    }
    const values = mask(random.fork(step), x.size, rate);
    return tf.mul(x, tf.tensor(values, x.shape));
  };
}
