import { z } from "zod";
import { Check } from "../core/check.ts";
import { type IdxPair, loadIdxImages } from "./_idx_images.ts";
import {
  type LoadOptions,
  loadOptions,
  type RemoteFile,
} from "./_remote/remote_file.ts";
import type { DataSet } from "./data_set.ts";

/** Options of {@linkcode loadFashionMnist}. */
export interface LoadFashionMnistOptions extends LoadOptions {
  /** The 60,000 images for training or the 10,000 for testing; "train" if left out. */
  readonly split?: "train" | "test";
}

const fashionOptions = z.strictObject({
  ...loadOptions,
  split: z.enum(["train", "test"]).default("train"),
});

// The sums are those that TensorFlow Datasets records.
function remote(name: string, sha256: string): RemoteFile {
  return {
    folder: "fashion-mnist",
    name,
    sha256,
    summed: "file",
    sharedName: true, // MNIST has the same four
    mirrors: [
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
      "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ],
  };
}

const files: Record<"train" | "test", IdxPair> = {
  train: {
    images: remote(
      "train-images-idx3-ubyte.gz",
      "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    ),
    labels: remote(
      "train-labels-idx1-ubyte.gz",
      "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    ),
  },
  test: {
    images: remote(
      "t10k-images-idx3-ubyte.gz",
      "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    ),
    labels: remote(
      "t10k-labels-idx1-ubyte.gz",
      "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ),
  },
};

const classNames = [
  "T-shirt/top",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
];

/**
 * Fashion-MNIST: 70,000 photographs of clothes, 28 × 28 grey levels in `[0, 1]`, harder than MNIST.
 *
 * Its files have the names of those of MNIST. They are looked for, gzipped or not, in the folder
 * `fashion-mnist` of `dataDir` (or of `INTERPLAY_DATA_DIR`), never in that folder itself; then in the
 * cache; and else downloaded (26 MB for training, 4.4 MB for testing) into the cache. A download is kept
 * only if its SHA-256 is right.
 *
 * @param options Which split, where to look, and what to tell about a download.
 * @returns Images `[60000 or 10000, 28, 28, 1]` with labels `0 … 9`.
 * @throws {FormatError} A file is damaged, or not what was published.
 * @throws {Error} The files are nowhere, and no mirror could be reached; the message says what each did.
 * @throws {OptionsError} An option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { loadFashionMnist } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * // One image of 1 × 2 pixels, a sneaker, in the place of the real files.
 * const dataDir = await Deno.makeTempDir();
 * const folder = `${dataDir}/fashion-mnist`;
 * await Deno.mkdir(folder);
 * const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 255, 0);
 * await Deno.writeFile(`${folder}/t10k-images-idx3-ubyte`, images);
 * await Deno.writeFile(`${folder}/t10k-labels-idx1-ubyte`, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7));
 *
 * const test = await loadFashionMnist({ split: "test", dataDir });
 * assertEquals(test.classNames[test.labels[0]!], "sneaker");
 * await Deno.remove(dataDir, { recursive: true });
 * ```
 *
 * @see Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
 * Algorithms", arXiv 1708.07747.
 */
export async function loadFashionMnist(
  options: LoadFashionMnistOptions = {},
): Promise<DataSet> {
  const check = new Check("load Fashion-MNIST");
  const { split, ...where } = check.options(fashionOptions, options);
  const name = `fashion-mnist ${split}`;
  return await loadIdxImages(check, files[split], { where, name, classNames });
}
