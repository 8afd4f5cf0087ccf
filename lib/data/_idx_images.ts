import type { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { obtain } from "./_remote/obtain.ts";
import type { ParsedLoadOptions, RemoteFile } from "./_remote/remote_file.ts";
import type { NdArray } from "./_arrays/nd_array.ts";
import { type DataSet, dataSet, type DataSetParts } from "./data_set.ts";
import { readIdx } from "./read_idx.ts";

/** A file with images and a file with their labels. */
export interface IdxPair {
  /** Bytes, three axes. */
  readonly images: RemoteFile;
  /** Bytes, one axis. */
  readonly labels: RemoteFile;
}

/** Bytes to `[0, 1]`. */
function scale(check: Check, { data, shape }: NdArray): Float32Array {
  if (!(data instanceof Uint8Array) || shape.length !== 3) {
    const received = `${data.constructor.name} of ${shape.length}`;
    check.fail(FormatError, "images as bytes with 3 axes", received);
  }
  return Float32Array.from(data, (byte) => byte / 255);
}

/** Loads grey images in the format of MNIST, with labels `0 … 9`. */
export async function loadIdxImages(
  check: Check,
  pair: IdxPair,
  { where, ...parts }:
    & { where: ParsedLoadOptions }
    & Pick<DataSetParts, "name" | "classNames">,
): Promise<DataSet> {
  const images = await readIdx(await obtain(check, pair.images, where));
  const labels = await readIdx(await obtain(check, pair.labels, where));
  const [count] = images.shape;
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    const received = labels.shape.join(" × ");
    check.fail(FormatError, `${count} labels, one an image`, received);
  }
  return dataSet({
    ...parts,
    inputs: scale(check, images),
    shape: [...images.shape, 1],
    labels: labels.data,
    classes: 10,
  });
}
