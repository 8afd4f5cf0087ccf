import { z } from "zod";
import { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { displayable } from "../core/rich.ts";
import { archiveMembers, readLines, type Wanted } from "./_archive.ts";
import { CHANNELS, countRecords, interleave } from "./_planar.ts";
import {
  type LoadOptions,
  loadOptions,
  type ParsedLoadOptions,
  type RemoteFile,
} from "./_remote/remote_file.ts";
import type { ArchiveMember } from "./_tar.ts";
import { type DataSet, dataSet, type Samples } from "./data_set.ts";

/** Options of {@linkcode loadStl10}. */
export interface LoadStl10Options extends LoadOptions {
  /** The 5,000 images for training, the 8,000 for testing, or the 100,000 without labels; "train" if left out. */
  readonly split?: "train" | "test" | "unlabeled";
  /** How many images to take from the beginning; all if left out. */
  readonly limit?: number;
  /** Height and width: 96, or a smaller size by averaging squares of pixels; 96 if left out. */
  readonly size?: 96 | 48 | 32 | 24;
}

const stlOptions = z.strictObject({
  ...loadOptions,
  split: z.enum(["train", "test", "unlabeled"]).default("train"),
  limit: z.int().positive().optional(),
  size: z.literal([96, 48, 32, 24]).default(96),
});

const SIDE = 96;
const PIXELS = CHANNELS * SIDE * SIDE;
const CLASSES = 10;
const CLASS_NAMES = "stl10_binary/class_names.txt";

/** Images of a split. */
const counts = { train: 5000, test: 8000, unlabeled: 100_000 };

// The sum is the one TensorFlow Datasets records; torchvision's MD5 is of the same file.
const archive: RemoteFile = {
  folder: "stl10",
  name: "stl10_binary.tar.gz",
  sha256: "f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866",
  summed: "file",
  mirrors: [
    "http://ai.stanford.edu/~acoates/stl10/",
    "https://cs.stanford.edu/~acoates/stl10/",
  ],
};

interface Taken {
  readonly inputs: Float32Array;
  readonly shape: readonly number[];
}

/** Images one by one, so that no more than one is held as bytes. */
async function readImages(
  check: Check,
  member: ArchiveMember,
  { most, limit, size }: { most: number; limit: number; size: number },
): Promise<Taken> {
  const held = countRecords(check, member, { size: PIXELS, limit: most });
  const count = Math.min(held, limit);
  const values = CHANNELS * size * size;
  const inputs = new Float32Array(count * values);
  const bytes = new Uint8Array(PIXELS);
  const layout = { side: SIDE, columnMajor: true, pool: SIDE / size };
  for (let i = 0; i < count; i++) {
    await member.fill(bytes);
    interleave(bytes, inputs.subarray(i * values, (i + 1) * values), layout);
  }
  return { inputs, shape: [count, size, size, CHANNELS] };
}

/** Labels 1 … 10 as 0 … 9. */
async function readLabels(
  check: Check,
  member: ArchiveMember,
  most: number,
): Promise<Int32Array> {
  const count = countRecords(check, member, { size: 1, limit: most });
  const bytes = new Uint8Array(count);
  await member.fill(bytes);
  return Int32Array.from(bytes, (label) => label - 1);
}

async function loadUnlabeled(
  check: Check,
  { limit, size }: { limit: number; size: number },
  where: ParsedLoadOptions,
): Promise<Samples> {
  const paths = ["stl10_binary/unlabeled_X.bin"];
  let images: Taken | undefined;
  for await (const member of archiveMembers(check, { archive, paths, where })) {
    const most = counts.unlabeled;
    images = await readImages(check, member, { most, limit, size });
    break;
  }
  const samples = { name: "stl10 unlabeled", ...images! };
  return displayable(samples, ({ name, shape }) => ({
    "text/plain": `${name}: ${shape.join(" × ")}, no labels`,
  }));
}

async function loadLabelled(
  check: Check,
  { split, limit, size }: {
    split: "train" | "test";
    limit: number;
    size: number;
  },
  where: ParsedLoadOptions,
): Promise<DataSet> {
  const [X, y] = [`stl10_binary/${split}_X.bin`, `stl10_binary/${split}_y.bin`];
  const wanted: Wanted = { archive, paths: [X, y, CLASS_NAMES], where };
  const most = counts[split];
  let images: Taken | undefined;
  let labels = new Int32Array(0);
  let classNames: string[] = [];
  for await (const member of archiveMembers(check, wanted)) {
    if (member.path === X) {
      images = await readImages(check, member, { most, limit, size });
    } else if (member.path === y) {
      labels = (await readLabels(check, member, most)).slice(0, limit);
    } else classNames = await readLines(check, member);
  }
  if (classNames.length !== CLASSES) {
    const expected = `${CLASSES} names in ${CLASS_NAMES}`;
    check.fail(FormatError, expected, classNames.length);
  }
  const name = `stl10 ${split}`;
  return dataSet({ ...images!, labels, name, classes: CLASSES, classNames });
}

/**
 * STL-10: colour photographs of ten kinds of things, 96 × 96 pixels, values in `[0, 1]`: 5,000 for
 * training, 8,000 for testing, and 100,000 without labels, which hold other kinds of things too.
 *
 * Looks for `stl10_binary.tar.gz`, or for the folder `stl10_binary` that is in it, in `dataDir` (or in
 * `INTERPLAY_DATA_DIR`), itself and its folder `stl10`; then for the archive in the cache; and else
 * downloads it (2.6 GB) into the cache. A download is kept only if its SHA-256 is right.
 *
 * Cost: the archive is read from its beginning up to what is asked for, and one image at a time is held as
 * bytes. All images without labels take 11 GB at 96 × 96 and 1.2 GB at 32 × 32.
 *
 * @param options Which split, how many images of which size, where to look, and what to tell about a download.
 * @returns Images `[N, size, size, 3]`, with labels `0 … 9` but for "unlabeled".
 * @throws {FormatError} A file is damaged, or not what was published.
 * @throws {LabelError} A label is not in `[1, 10]`.
 * @throws {Error} The archive is nowhere, and no mirror could be reached; the message says what each did.
 * @throws {OptionsError} An option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { loadStl10 } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * // Two images in the place of the real ones: one black, one white.
 * const dataDir = await Deno.makeTempDir();
 * await Deno.mkdir(`${dataDir}/stl10_binary`);
 * const images = new Uint8Array(2 * 3 * 96 * 96).fill(255, 3 * 96 * 96);
 * await Deno.writeFile(`${dataDir}/stl10_binary/unlabeled_X.bin`, images);
 *
 * const { inputs, shape } = await loadStl10({ split: "unlabeled", size: 32, dataDir });
 * assertEquals(shape, [2, 32, 32, 3]);
 * assertEquals([inputs[0], inputs.at(-1)], [0, 1]);
 * await Deno.remove(dataDir, { recursive: true });
 * ```
 *
 * @see Coates, Lee and Ng, "An Analysis of Single Layer Networks in Unsupervised Feature Learning",
 * AISTATS 2011.
 */
export function loadStl10(
  options: LoadStl10Options & { readonly split: "unlabeled" },
): Promise<Samples>;
/** The images with labels. */
export function loadStl10(
  options?: LoadStl10Options & { readonly split?: "train" | "test" },
): Promise<DataSet>;
export async function loadStl10(
  options: LoadStl10Options = {},
): Promise<Samples> {
  const check = new Check("load STL-10");
  const { split, size, limit = Infinity, ...where } = check.options(
    stlOptions,
    options,
  );
  return split === "unlabeled"
    ? await loadUnlabeled(check, { limit, size }, where)
    : await loadLabelled(check, { split, limit, size }, where);
}
