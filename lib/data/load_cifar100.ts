import { z } from "zod";
import { Check } from "../core/check.ts";
import { cifarMirrors, loadCifar } from "./_cifar.ts";
import {
  type LoadOptions,
  loadOptions,
  type RemoteFile,
} from "./_remote/remote_file.ts";
import type { DataSet } from "./data_set.ts";

/** Options of {@linkcode loadCifar100}. */
export interface LoadCifar100Options extends LoadOptions {
  /** The 50,000 images for training or the 10,000 for testing; "train" if left out. */
  readonly split?: "train" | "test";
  /** The 100 "fine" classes (if left out) or the 20 "coarse" ones they belong to. */
  readonly labels?: "fine" | "coarse";
}

const cifarOptions = z.strictObject({
  ...loadOptions,
  split: z.enum(["train", "test"]).default("train"),
  labels: z.enum(["fine", "coarse"]).default("fine"),
});

// The sum is the one TensorFlow Datasets records; the MD5 on the page of the set is of the same file.
const archive: RemoteFile = {
  folder: "cifar100",
  name: "cifar-100-binary.tar.gz",
  sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
  summed: "file",
  mirrors: cifarMirrors,
};

/** Two label bytes stand before each image: the coarse one, then the fine one. */
const kinds = { coarse: { at: 0, classes: 20 }, fine: { at: 1, classes: 100 } };

/**
 * CIFAR-100: 60,000 colour photographs of a hundred kinds of things in twenty groups, 32 × 32 pixels,
 * values in `[0, 1]`.
 *
 * Looks for `cifar-100-binary.tar.gz`, or for the folder `cifar-100-binary` that is in it, in `dataDir` (or
 * in `INTERPLAY_DATA_DIR`), itself and its folder `cifar100`; then for the archive in the cache; and else
 * downloads it (169 MB) into the cache. A download is kept only if its SHA-256 is right.
 *
 * Cost: one pass over the archive; the training images take 614 MB, and 154 MB more while they are read.
 *
 * @param options Which split and labels, where to look, and what to tell about a download.
 * @returns Images `[50000 or 10000, 32, 32, 3]` with labels `0 … 99` or `0 … 19`.
 * @throws {FormatError} A file is damaged, or not what was published.
 * @throws {LabelError} A label is out of range.
 * @throws {Error} The archive is nowhere, and no mirror could be reached; the message says what each did.
 * @throws {OptionsError} An option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { loadCifar100 } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * // One black image in the place of the real files: coarse class 5, fine class 42.
 * const dataDir = await Deno.makeTempDir();
 * const folder = `${dataDir}/cifar-100-binary`;
 * await Deno.mkdir(folder);
 * const record = new Uint8Array(3074);
 * record.set([5, 42]);
 * await Deno.writeFile(`${folder}/test.bin`, record);
 * const names = (n: number) => Array.from({ length: n }, (_, c) => `kind ${c}`).join("\n");
 * await Deno.writeTextFile(`${folder}/fine_label_names.txt`, names(100));
 * await Deno.writeTextFile(`${folder}/coarse_label_names.txt`, names(20));
 *
 * const fine = await loadCifar100({ split: "test", dataDir });
 * const coarse = await loadCifar100({ split: "test", labels: "coarse", dataDir });
 * assertEquals([fine.labels[0], fine.classes], [42, 100]);
 * assertEquals([coarse.labels[0], coarse.classes], [5, 20]);
 * await Deno.remove(dataDir, { recursive: true });
 * ```
 *
 * @see Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
 */
export async function loadCifar100(
  options: LoadCifar100Options = {},
): Promise<DataSet> {
  const check = new Check("load CIFAR-100");
  const { split, labels, ...where } = check.options(cifarOptions, options);
  const { at, classes } = kinds[labels];
  return await loadCifar(check, {
    name: `cifar100 ${split}, ${labels} labels`,
    archive,
    images: [`cifar-100-binary/${split}.bin`],
    limit: 50_000,
    label: { bytes: 2, at },
    classNames: `cifar-100-binary/${labels}_label_names.txt`,
    classes,
  }, where);
}
