import { Check } from "../core/check.ts";
import {
  MemorySource,
  openSource,
  type Source,
} from "./_arrays/byte_source.ts";
import {
  chooseNames,
  type NamedOptions,
  namedOptions,
} from "./_arrays/named.ts";
import type { NdArray } from "./_arrays/nd_array.ts";
import { parseNpy } from "./_arrays/npy.ts";
import { readZipEntry, zipEntries } from "./_arrays/zip.ts";

export type { NamedOptions } from "./_arrays/named.ts";

/**
 * Reads the arrays that `numpy.savez` or `numpy.savez_compressed` has written, by their names: features,
 * labels and a head from Python in one line.
 *
 * Files in the archive that are no arrays are passed by. With `names` only those are read, and they are
 * known to be there.
 *
 * Cost: one pass over the bytes of the arrays that are read, and inflating them where they are compressed.
 *
 * @param source The path of a file, an address, or the bytes.
 * @param options Which arrays to read.
 * @returns Each array as {@linkcode readNpy} gives it; matrices and labels for every metric.
 * @throws {FormatError} The file is no zip archive, is damaged or encrypted, has a name twice, lacks one that
 * is asked for, or an array cannot be read.
 * @throws {Deno.errors.NotFound} There is no such file.
 * @throws {DOMException} An AbortError at an interrupt while a file is read or downloaded.
 * @throws {OptionsError} An option is unknown.
 *
 * @example
 * ```ts
 * import { readNpz } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * // numpy.savez_compressed(file, y=numpy.arange(3, dtype=numpy.int8))
 * const file = Uint8Array.fromBase64(
 *   "UEsDBBQAAAAIAAAAIQCsmP8zRwAAAIMAAAAFABQAeS5ucHkBABAAgwAAAAAAAABHAAAAAAAAAJvsF+obEMnIUMZQ" +
 *     "rZ6SWpxcpG6loF6Taaiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4GRiYAUEsBAhQD" +
 *     "FAAAAAgAAAAhAKyY/zNHAAAAgwAAAAUAAAAAAAAAAAAAAIABAAAAAHkubnB5UEsFBgAAAAABAAEAMwAAAH4AAAAA" +
 *     "AA==",
 * );
 * const { y } = await readNpz(file, { names: ["y"] });
 * assertEquals(y, { data: Int8Array.of(0, 1, 2), shape: [3], dtype: "int8" });
 * ```
 */
export async function readNpz<N extends string = string>(
  source: Source,
  options: NamedOptions<N> = {},
): Promise<Record<N, NdArray>> {
  const check = new Check("read NPZ");
  const { names } = check.options(namedOptions, options);
  using bytes = await openSource(check, source);
  const entries = new Map(
    (await zipEntries(check, bytes))
      .filter(({ name }) => name.endsWith(".npy"))
      .map((entry) => [entry.name.slice(0, -4), entry]),
  );
  const arrays: [string, NdArray][] = [];
  for (const name of chooseNames(check, [...entries.keys()], names)) {
    const entry = entries.get(name)!;
    const content = await readZipEntry(check, bytes, entry);
    const npy = new MemorySource(content, { owned: true });
    arrays.push([name, await parseNpy(check, npy, `\`${name}\``)]);
  }
  return Object.fromEntries(arrays) as Record<N, NdArray>;
}
