import { Check } from "../core/check.ts";
import { openSource, type Source } from "./_arrays/byte_source.ts";
import type { NdArray } from "./_arrays/nd_array.ts";
import { parseNpy } from "./_arrays/npy.ts";

export type { Source } from "./_arrays/byte_source.ts";
export type { Dtype, NdArray, NumberArray } from "./_arrays/nd_array.ts";

/**
 * Reads an array that `numpy.save` has written: truth values, integers and floats of every width, any
 * number of axes, either byte order, C and Fortran order.
 *
 * The values are exactly those of the file: half precision comes as float32, 64-bit integers as float64,
 * as long as that holds them. Nothing is allocated on the word of the header: it must agree with the
 * bytes that are there. Pickled Python objects are refused, never run.
 *
 * Cost: one pass over the file; none at all over the values where they are stored as they are handed out.
 *
 * @param source The path of a file, an address, or the bytes.
 * @returns Values in row-major order, shape and dtype; a matrix or labels for every metric.
 * @throws {FormatError} The file is not NPY, is cut or too long, holds no numbers, or an integer beyond
 * 2^53 − 1.
 * @throws {Deno.errors.NotFound} There is no such file.
 * @throws {DOMException} An AbortError at an interrupt while a file is read or downloaded.
 *
 * @example
 * ```ts
 * import { readNpy } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * // numpy.save(file, numpy.array([[1, 2], [3, 4]], dtype=numpy.float16))
 * const header = "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 2), }".padEnd(117) + "\n";
 * const bytes = new Blob([
 *   Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0),
 *   header,
 *   Float16Array.of(1, 2, 3, 4),
 * ]);
 * const { data, shape, dtype } = await readNpy(await bytes.bytes());
 * assertEquals(data, Float32Array.of(1, 2, 3, 4));
 * assertEquals([shape, dtype], [[2, 2], "float16"]);
 * ```
 *
 * @see The NumPy developers, "numpy.lib.format", on the format.
 */
export async function readNpy(source: Source): Promise<NdArray> {
  const check = new Check("read NPY");
  using bytes = await openSource(check, source);
  return await parseNpy(check, bytes, "the array");
}
