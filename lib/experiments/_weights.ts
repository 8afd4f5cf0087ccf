/**
 * The weights of models, read, assigned, and as a safetensors file, which PyTorch and JAX read as well.
 *
 * @module
 */

import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs";
import { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { readSafetensors } from "../data/read_safetensors.ts";
import type { Classifier } from "../models/classifier.ts";

/** The weights of one model, by name: "hidden_1/kernel". */
export type Weights = ReadonlyMap<string, WeightValues>;

/** One weight. */
export interface WeightValues {
  /** Sizes of its axes. */
  readonly shape: readonly number[];
  /** Its values, row-major. */
  readonly data: Float32Array;
}

/** The weights of several models, by the name they are kept under. */
export type KeptWeights = ReadonlyMap<string, Weights>;

/** Stands between the name of a model and that of a weight in a file. */
const SEPARATOR = ": ";

/** Copies the weights of a model to the host. */
export async function weightsOf(model: Classifier): Promise<Weights> {
  const weights = new Map<string, WeightValues>();
  for (const { name, variable } of model.weights) {
    const data = Float32Array.from(await variable.data());
    weights.set(name, { shape: [...variable.shape], data });
  }
  return weights;
}

/** SHA-256 of names, shapes and values, in hexadecimal. */
export function weightsChecksum(weights: Weights): string {
  const hash = createHash("sha256");
  for (const [name, { shape, data }] of weights) {
    hash.update(`${name} ${shape.join("x")}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

/** Gives a model these weights; names and shapes must be its own. */
export function assignWeights(model: Classifier, weights: Weights): void {
  const check = new Check(`give ${model.name} its weights`);
  if (weights.size !== model.weights.length) {
    const expected = `${model.weights.length} weights`;
    check.fail(FormatError, expected, weights.size);
  }
  for (const { name, variable } of model.weights) {
    const values = weights.get(name);
    const shape = variable.shape.join(" × ");
    if (values?.shape.join(" × ") !== shape) {
      const received = values?.shape.join(" × ") ?? "none";
      check.fail(FormatError, `${shape} values as \`${name}\``, received);
    }
    tf.tidy(() => variable.assign(tf.tensor(values!.data, [...values!.shape])));
  }
}

/** Ends with spaces, so that the values after it start at a multiple of eight. */
function paddedHeader(json: string): Uint8Array {
  const words = new TextEncoder().encode(json);
  const padded = new Uint8Array(Math.ceil(words.length / 8) * 8).fill(0x20);
  padded.set(words);
  return padded;
}

/** As the bytes of a safetensors file, the names of models and weights joined. */
export function encodeWeights(kept: KeptWeights): Uint8Array<ArrayBuffer> {
  const header: Record<string, object> = {};
  const parts: Float32Array[] = [];
  let at = 0;
  for (const [model, weights] of kept) {
    for (const [name, { shape, data }] of weights) {
      header[model + SEPARATOR + name] = {
        dtype: "F32",
        shape,
        data_offsets: [at, at += data.byteLength],
      };
      parts.push(data);
    }
  }
  const words = paddedHeader(JSON.stringify(header));
  const bytes = new Uint8Array(8 + words.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(words.length), true);
  bytes.set(words, 8);
  let place = 8 + words.length;
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), place);
    place += byteLength;
  }
  return bytes;
}

/** What {@linkcode encodeWeights} was given; from a file or from its bytes. */
export async function decodeWeights(
  source: string | Uint8Array<ArrayBuffer>,
): Promise<KeptWeights> {
  const kept = new Map<string, Map<string, WeightValues>>();
  const tensors = await readSafetensors(source);
  for (const [joined, { shape, data }] of Object.entries(tensors)) {
    const at = joined.lastIndexOf(SEPARATOR);
    const [model, name] = [
      joined.slice(0, at),
      joined.slice(at + SEPARATOR.length),
    ];
    if (!kept.has(model)) kept.set(model, new Map());
    kept.get(model)!.set(name, { shape, data: Float32Array.from(data) });
  }
  return kept;
}
