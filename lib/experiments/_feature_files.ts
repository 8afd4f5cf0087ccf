/**
 * Features that an encoder such as CLIP has left in files: arrays by name, whatever the container.
 *
 * @module
 */

import { basename, isAbsolute, join } from "@std/path";
import { type DataSet, dataSet } from "../data/data_set.ts";
import type { NdArray } from "../data/read_npy.ts";
import { readNpy } from "../data/read_npy.ts";
import { readNpz } from "../data/read_npz.ts";
import { readSafetensors } from "../data/read_safetensors.ts";

/** What the arrays are called. */
export interface ArrayNames {
  /** `[N, d]`. */
  readonly trainFeatures: string;
  /** `[N]`. */
  readonly trainLabels: string;
  /** `[M, d]`. */
  readonly testFeatures: string;
  /** `[M]`. */
  readonly testLabels: string;
  /** `[C, d]`, row `c` of class `c`. */
  readonly textFeatures: string;
}

/** Reads these arrays of a `.safetensors` or `.npz` file, or of a folder with one `.npy` file each. */
async function readArrays(
  path: string,
  names: readonly string[],
): Promise<Readonly<Record<string, NdArray>>> {
  if (path.endsWith(".safetensors")) {
    return await readSafetensors(path, { names });
  }
  if (path.endsWith(".npz")) return await readNpz(path, { names });
  const arrays = names.map(async (name) =>
    [name, await readNpy(join(path, `${name}.npy`))] as const
  );
  return Object.fromEntries(await Promise.all(arrays));
}

/** A path within the data folder, if there is one and the path begins nowhere itself. */
function located(path: string): string {
  const folder = Deno.env.get("INTERPLAY_DATA_DIR");
  return folder && !isAbsolute(path) ? join(folder, path) : path;
}

/** Image features to learn from and to measure on, and a text feature a class. */
export async function readFeatures(
  path: string,
  names: ArrayNames,
): Promise<Record<"train" | "text" | "test", DataSet>> {
  const arrays = await readArrays(located(path), Object.values(names));
  const { data, shape } = arrays[names.textFeatures]!;
  const [classes = 0] = shape;
  const images = (part: "train" | "test") =>
    dataSet({
      name: `${part} of ${basename(path)}`,
      inputs: arrays[names[`${part}Features`]]!.data,
      shape: arrays[names[`${part}Features`]]!.shape,
      labels: arrays[names[`${part}Labels`]]!.data,
      classes,
    });
  return {
    train: images("train"),
    text: dataSet({
      name: `text of ${basename(path)}`,
      inputs: data,
      shape,
      labels: Array.from({ length: classes }, (_, c) => c),
    }),
    test: images("test"),
  };
}
