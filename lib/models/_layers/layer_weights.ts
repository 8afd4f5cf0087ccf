import type * as tf from "@tensorflow/tfjs";
import type { ClassifierWeight } from "../classifier.ts";
import { layersByPath } from "./graph.ts";

/** Appends "_2", "_3", … to names that were there before. */
function distinct(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

/** The weights of a model. tfjs makes their names unique over the process, so layers name them anew. */
export function layerWeights(model: tf.LayersModel): ClassifierWeight[] {
  const trainable = new Set(model.trainableWeights);
  const found = layersByPath(model.layers).flatMap(([path, layer]) =>
    layer.weights.map((weight) => ({
      name: `${path}/${weight.originalName.split("/").at(-1)}`,
      variable: weight.read() as tf.Variable,
      trainable: trainable.has(weight),
    }))
  );
  const names = distinct(found.map(({ name }) => name));
  return found.map((weight, i) => ({ ...weight, name: names[i]! }));
}
