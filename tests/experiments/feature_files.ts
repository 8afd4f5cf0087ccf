/** Files of image and text features, as an encoder leaves them, for the tests of cross-modal experiments. */

import { syntheticModalities } from "interplay/data";
import {
  bytesOf,
  npy,
  safetensors,
  type Tensor,
  zip,
} from "../data/array_files.ts";
import type { Bytes } from "../data/local_server.ts";

/** An array by the name of the file it goes into. */
export interface NamedArray {
  readonly name: string;
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** Drawn features under the names that are expected where none are given. */
export function features(
  options: { classes: number; samplesPerClass: number; dimension: number },
): NamedArray[] {
  const { image: train, classText } = syntheticModalities(options);
  const { image: test } = syntheticModalities({ ...options, seed: 1 });
  const rows = [train.labels.length];
  return [
    { name: "train_features", data: train.inputs, shape: train.shape },
    { name: "train_labels", data: train.labels, shape: rows },
    { name: "test_features", data: test.inputs, shape: test.shape },
    { name: "test_labels", data: test.labels, shape: rows },
    { name: "text_features", data: classText.inputs, shape: classText.shape },
  ];
}

const bytes = ({ data }: NamedArray) =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);

const isFloat = ({ data }: NamedArray) => data instanceof Float32Array;

function npyOf(array: NamedArray): Promise<Bytes> {
  const descr = isFloat(array) ? "<f4" : "<i4";
  return npy(descr, `(${array.shape.join(", ")},)`, bytes(array));
}

/** One safetensors file. */
export async function asSafetensors(
  arrays: readonly NamedArray[],
): Promise<Bytes> {
  let at = 0;
  const tensors = arrays.map((array): [string, Tensor] => {
    const from = at;
    at += array.data.byteLength;
    const dtype = isFloat(array) ? "F32" : "I32";
    return [array.name, {
      ...{ dtype, shape: [...array.shape] },
      data_offsets: [from, at],
    }];
  });
  const values = await bytesOf(arrays.map(bytes));
  return await safetensors(Object.fromEntries(tensors), values);
}

/** One npz file. */
export async function asNpz(arrays: readonly NamedArray[]): Promise<Bytes> {
  const parts = arrays.map(async (array) => ({
    name: `${array.name}.npy`,
    content: await npyOf(array),
  }));
  return await zip(await Promise.all(parts));
}

/** A folder with an npy file for each. */
export async function asFolder(
  arrays: readonly NamedArray[],
  folder: string,
): Promise<void> {
  await Deno.mkdir(folder);
  for (const array of arrays) {
    await Deno.writeFile(`${folder}/${array.name}.npy`, await npyOf(array));
  }
}
