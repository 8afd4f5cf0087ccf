import * as tf from "@tensorflow/tfjs";
import type { Check } from "../../core/check.ts";
import { ShapeError } from "../../core/errors.ts";
import type { ClassifierWeight } from "../classifier.ts";
import type { Encoded, Encoder, LinearMap, Pass } from "../_encoder.ts";
import { layerKind, layerName, type Place, placesBefore } from "./graph.ts";
import { findHeadPlace, type HeadPlace, namedPlace } from "./head.ts";
import { copyOf } from "./layers_copy.ts";
import { withSeededDropout } from "./layer_dropout.ts";
import { layerWeights } from "./layer_weights.ts";

/** How the parts of a model are found, and its dropout seeded. */
export interface LayersPlan {
  /** Says what goes wrong. */
  readonly check: Check;
  /** Name of the layer that makes the representations. */
  readonly representationLayer: string | undefined;
  /** Name of the layer that makes the logits. */
  readonly headLayer: string | undefined;
  /** Of the dropout layers. */
  readonly seed: number;
}

/** Shape of one sample of the one input. */
function sampleShape(check: Check, inputs: readonly Place[]): number[] {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    return check.fail(ShapeError, "a model of one input", inputs.length);
  }
  const shape = input.shape.slice(1);
  if (shape.some((size) => size === null)) {
    check.fail(
      ShapeError,
      "a model of one input shape",
      `an open one, [${input.shape.map((size) => size ?? "null").join(", ")}]`,
    );
  }
  return shape as number[];
}

/** Names of the layers before the head, in order, the representation last. */
function layersBefore(
  { headInput, representation }: HeadPlace,
): string[] {
  const names = placesBefore([headInput])
    .filter((place) => layerKind(place) !== "InputLayer")
    .map(layerName);
  const last = layerName(representation);
  return [...new Set(names.filter((name) => name !== last)), last];
}

/** The encoder of a tfjs layers model. */
export class LayersEncoder implements Encoder {
  readonly inputShape: readonly number[];
  readonly layers: readonly string[];
  readonly weights: readonly ClassifierWeight[];
  readonly head: LinearMap;
  #model: tf.LayersModel;
  #plan: LayersPlan;
  #owns: boolean;
  #at: HeadPlace;
  #places: readonly Place[];
  #parts = new Map<string, tf.LayersModel>();

  /** Works on `model`, and disposes it with itself if it `owns` it. */
  constructor(model: tf.LayersModel, plan: LayersPlan, owns: boolean) {
    const { check } = plan;
    this.#model = model;
    this.#plan = plan;
    this.#owns = owns;
    this.#places = placesBefore(model.outputs);
    this.inputShape = sampleShape(check, model.inputs);
    const { outputs } = model;
    this.#at = findHeadPlace(check, {
      places: this.#places,
      outputs,
      ...plan,
    });
    this.layers = layersBefore(this.#at);
    this.weights = layerWeights(model);
    const [kernel, bias] = this.#at.head.sourceLayer.weights.map((weight) =>
      weight.read()
    );
    this.head = {
      kernel: kernel as tf.Tensor2D,
      bias: bias as tf.Tensor1D | undefined,
      scale: 1,
    };
  }

  encode(batch: tf.Tensor, pass: Pass): Encoded {
    const { training, step, wanted } = pass;
    const { representation, headInput } = this.#at;
    const kept = wanted.map((name) => this.#placeOf(name));
    const places = [...new Set([representation, headInput, ...kept])];
    const part = this.#partTo(places);
    const apply = () => [part.apply(batch, { training })].flat();
    const outputs = training && step !== undefined
      ? withSeededDropout(this.#model, { ...this.#plan, step }, apply)
      : apply();
    const at = (place: Place) => outputs[places.indexOf(place)] as tf.Tensor2D;
    wanted.forEach((name, i) => pass.through(name, at(kept[i]!)));
    return { representations: at(representation), headInput: at(headInput) };
  }

  copy(): LayersEncoder {
    return new LayersEncoder(copyOf(this.#model), this.#plan, true);
  }

  dispose(): void {
    if (this.#owns) this.#model.dispose();
  }

  #placeOf(layer: string): Place {
    const { representation } = this.#at;
    if (layer === layerName(representation)) return representation;
    const { check } = this.#plan;
    return namedPlace(check, this.#places, { name: layer, what: "layers" });
  }

  /** The part of the model from its input to these places, each of which is there once. */
  #partTo(places: readonly Place[]): tf.LayersModel {
    const key = places.map(({ id }) => id).join();
    let part = this.#parts.get(key);
    if (part === undefined) {
      const { inputs } = this.#model;
      part = tf.model({ inputs, outputs: [...places] });
      this.#parts.set(key, part);
    }
    return part;
  }
}
