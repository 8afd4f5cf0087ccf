import { z } from "zod";
import { Check } from "../core/check.ts";
import { cifarMirrors, loadCifar } from "./_cifar.ts";
import {
  type LoadOptions,
  loadOptions,
  type RemoteFile,
} from "./_remote/remote_file.ts";
import type { DataSet } from "./data_set.ts";

/** Options of {@linkcode loadCifar10}. */
export interface LoadCifar10Options extends LoadOptions {
  /** The 50,000 images for training or the 10,000 for testing; "train" if left out. */
  readonly split?: "train" | "test";
}

const cifarOptions = z.strictObject({
  ...loadOptions,
  split: z.enum(["train", "test"]).default("train"),
});

// The sum is the one TensorFlow Datasets records; the MD5 on the page of the set is of the same file.
const archive: RemoteFile = {
  folder: "cifar10",
  name: "cifar-10-binary.tar.gz",
  sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  summed: "file",
  mirrors: cifarMirrors,
};

const images = {
  train: [1, 2, 3, 4, 5].map((i) => `cifar-10-batches-bin/data_batch_${i}.bin`),
  test: ["cifar-10-batches-bin/test_batch.bin"],
};

/**
 * CIFAR-10: 60,000 colour photographs of ten kinds of things, 32 × 32 pixels, values in `[0, 1]`.
 *
 * Looks for `cifar-10-binary.tar.gz`, or for the folder `cifar-10-batches-bin` that is in it, in `dataDir`
 * (or in `INTERPLAY_DATA_DIR`), itself and its folder `cifar10`; then for the archive in the cache; and else
 * downloads it (170 MB) into the cache. A download is kept only if its SHA-256 is right.
 *
 * Cost: one pass over the archive; the training images take 614 MB, and 154 MB more while they are read.
 *
 * @param options Which split, where to look, and what to tell about a download.
 * @returns Images `[50000 or 10000, 32, 32, 3]` with labels `0 … 9`.
 * @throws {FormatError} A file is damaged, or not what was published.
 * @throws {LabelError} A label is not in `[0, 10)`.
 * @throws {Error} The archive is nowhere, and no mirror could be reached; the message says what each did.
 * @throws {OptionsError} An option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { loadCifar10 } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * // One red image, a ship, in the place of the real files.
 * const dataDir = await Deno.makeTempDir();
 * const folder = `${dataDir}/cifar-10-batches-bin`;
 * await Deno.mkdir(folder);
 * const record = new Uint8Array(3073).fill(255, 1, 1025);
 * record[0] = 8;
 * await Deno.writeFile(`${folder}/test_batch.bin`, record);
 * const names = "airplane automobile bird cat deer dog frog horse ship truck";
 * await Deno.writeTextFile(`${folder}/batches.meta.txt`, names.replaceAll(" ", "\n"));
 *
 * const test = await loadCifar10({ split: "test", dataDir });
 * assertEquals(test.shape, [1, 32, 32, 3]);
 * assertEquals([...test.inputs.slice(0, 3)], [1, 0, 0]);
 * assertEquals(test.classNames[test.labels[0]!], "ship");
 * await Deno.remove(dataDir, { recursive: true });
 * ```
 *
 * @see Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
 */
export async function loadCifar10(
  options: LoadCifar10Options = {},
): Promise<DataSet> {
  const check = new Check("load CIFAR-10");
  const { split, ...where } = check.options(cifarOptions, options);
  return await loadCifar(check, {
    name: `cifar10 ${split}`,
    archive,
    images: images[split],
    limit: 10_000,
    label: { bytes: 1, at: 0 },
    classNames: "cifar-10-batches-bin/batches.meta.txt",
    classes: 10,
  }, where);
}
