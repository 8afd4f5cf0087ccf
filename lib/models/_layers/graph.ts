import type * as tf from "@tensorflow/tfjs";

/** One output of a layer in a model: a layer may be used in several places, and this tells which. */
export type Place = tf.SymbolicTensor;

/** All places that these outputs are computed from, inputs first. */
export function placesBefore(outputs: readonly Place[]): Place[] {
  const found = new Set<Place>();
  const visit = (place: Place) => {
    if (found.has(place)) return;
    for (const input of place.inputs) visit(input);
    found.add(place);
  };
  for (const output of outputs) visit(output);
  return [...found];
}

/** Name of the layer at a place. */
export function layerName(place: Place): string {
  return place.sourceLayer.name;
}

/** Kind of the layer at a place: "Dense". */
export function layerKind(place: Place): string {
  return place.sourceLayer.getClassName();
}

/** The layers of a model inside another; `undefined` where a layer is none. */
export function innerLayers(
  layer: tf.layers.Layer,
): tf.layers.Layer[] | undefined {
  return (layer as { layers?: tf.layers.Layer[] }).layers;
}

/** The layers of a model, those of models inside it included, by a path of names. */
export function layersByPath(
  layers: readonly tf.layers.Layer[],
  path = "",
): [path: string, layer: tf.layers.Layer][] {
  return layers.flatMap((layer) => {
    const here = path + layer.name;
    const inner = innerLayers(layer);
    return inner === undefined
      ? [[here, layer] as [string, tf.layers.Layer]]
      : layersByPath(inner, `${here}/`);
  });
}
