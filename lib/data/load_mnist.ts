import { z } from "zod";
import { Check } from "../core/check.ts";
import { type IdxPair, loadIdxImages } from "./_idx_images.ts";
import {
  type LoadOptions,
  loadOptions,
  type RemoteFile,
} from "./_remote/remote_file.ts";
import type { DataSet } from "./data_set.ts";

export type { DownloadProgress, LoadOptions } from "./_remote/remote_file.ts";

/** Options of {@linkcode loadMnist}. */
export interface LoadMnistOptions extends LoadOptions {
  /** The 60,000 images for training or the 10,000 for testing; "train" if left out. */
  readonly split?: "train" | "test";
}

const mnistOptions = z.strictObject({
  ...loadOptions,
  split: z.enum(["train", "test"]).default("train"),
});

function remote(name: string, sha256: string): RemoteFile {
  return {
    folder: "mnist",
    name,
    sha256,
    summed: "content",
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
  };
}

const files: Record<"train" | "test", IdxPair> = {
  train: {
    images: remote(
      "train-images-idx3-ubyte.gz",
      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    labels: remote(
      "train-labels-idx1-ubyte.gz",
      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
  },
  test: {
    images: remote(
      "t10k-images-idx3-ubyte.gz",
      "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    labels: remote(
      "t10k-labels-idx1-ubyte.gz",
      "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
  },
};

/**
 * MNIST: 70,000 handwritten digits, 28 × 28 grey levels in `[0, 1]`.
 *
 * Looks for the four files as they are distributed, gzipped or not, in `dataDir` (or in
 * `INTERPLAY_DATA_DIR`), itself and its folder `mnist`; then in the cache; and else downloads them (11
 * MB for training, 1.7 MB for testing) into the cache. A download is kept only if its SHA-256 is right;
 * what lies in the data folder is yours and is only checked for its format.
 *
 * @param options Which split, where to look, and what to tell about a download.
 * @returns Images `[60000 or 10000, 28, 28, 1]` with labels `0 … 9`.
 * @throws {FormatError} A file is damaged, or not what was published.
 * @throws {Error} The files are nowhere, and no mirror could be reached; the message says what each did.
 * @throws {OptionsError} An option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { loadMnist } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * // One image of 1 × 2 pixels, a seven, in the place of the real files.
 * const dataDir = await Deno.makeTempDir();
 * const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 255, 0);
 * await Deno.writeFile(`${dataDir}/t10k-images-idx3-ubyte`, images);
 * await Deno.writeFile(`${dataDir}/t10k-labels-idx1-ubyte`, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7));
 *
 * const test = await loadMnist({ split: "test", dataDir });
 * assertEquals(test.shape, [1, 1, 2, 1]);
 * assertEquals([...test.inputs, ...test.labels], [1, 0, 7]);
 * await Deno.remove(dataDir, { recursive: true });
 * ```
 *
 * @see LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
 * Proceedings of the IEEE 86(11), 1998.
 */
export async function loadMnist(
  options: LoadMnistOptions = {},
): Promise<DataSet> {
  const check = new Check("load MNIST");
  const { split, ...where } = check.options(mnistOptions, options);
  const name = `mnist ${split}`;
  return await loadIdxImages(check, files[split], { where, name });
}
