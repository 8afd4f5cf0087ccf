import type * as tf from "@tensorflow/tfjs";
import { Random } from "../../core/random.ts";
import { layersByPath } from "./graph.ts";

/** A dropout layer of tfjs, which draws anew from its seed at every call. */
interface Dropping {
  seed: number | null | undefined;
}

/**
 * Calls `body` with the dropout layers of a model seeded for this step, and puts back the seeds they had. A seed
 * of 0 would mean none.
 */
export function withSeededDropout<T>(
  model: tf.LayersModel,
  { seed, step }: { seed: number; step: number },
  body: () => T,
): T {
  const random = new Random(seed).fork("dropout");
  const dropping = layersByPath(model.layers)
    .filter(([, layer]) => "rate" in layer && "seed" in layer)
    .map(([path, layer]) => ({
      layer: layer as unknown as Dropping,
      seed: random.fork(path).fork(step).integer(2 ** 31 - 1) + 1,
    }));
  const before = dropping.map(({ layer }) => layer.seed);
  try {
    for (const { layer, seed } of dropping) layer.seed = seed;
    return body();
  } finally {
    dropping.forEach(({ layer }, i) => layer.seed = before[i]);
  }
}
