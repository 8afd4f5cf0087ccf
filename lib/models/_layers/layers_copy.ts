import type * as tf from "@tensorflow/tfjs";
import { OptionsError } from "../../core/errors.ts";
import { innerLayers } from "./graph.ts";
import { layerWeights } from "./layer_weights.ts";

/** A model of the same layers, its weights drawn anew. */
function rebuilt(model: tf.LayersModel): tf.LayersModel {
  const Model = model.constructor as typeof tf.LayersModel;
  try {
    return Model.fromConfig<tf.LayersModel>(Model, model.getConfig());
  } catch (cause) {
    throw new OptionsError(
      `Cannot copy ${model.name}: expected layers that tfjs builds from their configuration, received ${
        cause instanceof Error ? cause.message : cause
      }`,
    );
  }
}

/** Freezes what is frozen; the configuration of a model inside a model does not say. */
function freezeAlike(
  from: readonly tf.layers.Layer[],
  to: readonly tf.layers.Layer[],
): void {
  from.forEach((layer, i) => {
    const other = to[i]!;
    other.trainable = layer.trainable;
    freezeAlike(innerLayers(layer) ?? [], innerLayers(other) ?? []);
  });
}

/** A model of the same layers with the same weights. */
export function copyOf(model: tf.LayersModel): tf.LayersModel {
  const copy = rebuilt(model);
  freezeAlike(model.layers, copy.layers);
  const weights = new Map(
    layerWeights(model).map(({ name, variable }) => [name, variable]),
  );
  for (const { name, variable } of layerWeights(copy)) {
    variable.assign(weights.get(name)!);
  }
  return copy;
}
