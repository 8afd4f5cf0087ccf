import { z } from "zod";
import { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { obtain } from "./_remote/obtain.ts";
import {
  type LoadOptions,
  loadOptions,
  type RemoteFile,
} from "./_remote/remote_file.ts";
import { type DataSet, dataSet } from "./data_set.ts";
import { type LabelledCsvTable, readCsv } from "./read_csv.ts";

/** Options of {@linkcode loadDigits}. */
export interface LoadDigitsOptions extends LoadOptions {
  /**
   * The 3,823 images for training, or the 1,797 for testing, by other writers, which are those of
   * scikit-learn's `load_digits`; "train" if left out.
   */
  readonly split?: "train" | "test";
}

const digitsOptions = z.strictObject({
  ...loadOptions,
  split: z.enum(["train", "test"]).default("train"),
});

const published = {
  folder: "optdigits",
  summed: "file",
  mirrors: [
    "https://archive.ics.uci.edu/ml/machine-learning-databases/optdigits/",
  ],
} as const;

const files: Record<"train" | "test", RemoteFile> = {
  train: {
    ...published,
    name: "optdigits.tra",
    sha256: "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd",
  },
  test: {
    ...published,
    name: "optdigits.tes",
    sha256: "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
    aliases: ["digits.csv.gz"],
  },
};

const SIDE = 8;

/** A pixel counts the ink in a square of 4 × 4. */
const MOST_INK = 16;

function scale(check: Check, { data, shape }: LabelledCsvTable): Float32Array {
  if (shape[1] !== SIDE * SIDE) {
    check.fail(FormatError, "64 pixels and a label in a row", shape[1] + 1);
  }
  const bad = data.findIndex((x) => !(x >= 0 && x <= MOST_INK));
  if (bad >= 0) {
    const received = `${data[bad]} in image ${Math.floor(bad / shape[1])}`;
    check.fail(FormatError, `pixels in [0, ${MOST_INK}]`, received);
  }
  return Float32Array.from(data, (ink) => ink / MOST_INK);
}

/**
 * Optical digits of the UCI repository: 5,620 handwritten digits of 43 people, 8 × 8 grey levels in
 * `[0, 1]`. Small enough to try anything in a second.
 *
 * Looks for `optdigits.tra` or `optdigits.tes` (or scikit-learn's `digits.csv.gz`) in `dataDir` (or in
 * `INTERPLAY_DATA_DIR`), itself and its folder `optdigits`; then in the cache; and else downloads it (0.6
 * MB) into the cache. A download is kept only if its SHA-256 is right.
 *
 * @param options Which split, where to look, and what to tell about a download.
 * @returns Images `[3823 or 1797, 8, 8, 1]` with labels `0 … 9`.
 * @throws {FormatError} A file is damaged, or not what was published.
 * @throws {LabelError} A label is not in `[0, 10)`.
 * @throws {Error} The file is nowhere, and no mirror could be reached; the message says what each did.
 * @throws {OptionsError} An option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { loadDigits } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * // One image, black but for its last pixel, a seven, in the place of the real file.
 * const dataDir = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${dataDir}/optdigits.tes`, "0,".repeat(63) + "16,7\n");
 *
 * const test = await loadDigits({ split: "test", dataDir });
 * assertEquals(test.shape, [1, 8, 8, 1]);
 * assertEquals([test.inputs[63], test.labels[0]], [1, 7]);
 * await Deno.remove(dataDir, { recursive: true });
 * ```
 *
 * @see Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
 * 1998.
 */
export async function loadDigits(
  options: LoadDigitsOptions = {},
): Promise<DataSet> {
  const check = new Check("load the optical digits");
  const { split, ...where } = check.options(digitsOptions, options);
  const path = await obtain(check, files[split], where);
  const table = await readCsv(path, { header: false, label: -1 });
  return dataSet({
    name: `digits ${split}`,
    inputs: scale(check, table),
    shape: [table.shape[0], SIDE, SIDE, 1],
    labels: table.labels,
    classes: 10,
  });
}
