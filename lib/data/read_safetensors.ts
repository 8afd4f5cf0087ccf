import { Check } from "../core/check.ts";
import { openSource, type Source } from "./_arrays/byte_source.ts";
import { decode } from "./_arrays/decode.ts";
import {
  chooseNames,
  type NamedOptions,
  namedOptions,
} from "./_arrays/named.ts";
import type { NdArray } from "./_arrays/nd_array.ts";
import { tensorPlaces } from "./_arrays/safetensors.ts";

/**
 * Reads the tensors of a safetensors file, as PyTorch, JAX and the Hugging Face libraries write it, by their
 * names: truth values, integers and floats of every width, bfloat16 included.
 *
 * The values are exactly those of the file: half precision comes as float32, 64-bit integers as float64,
 * as long as that holds them. With `names` only those tensors are read from the file, whatever its size:
 * the head of a large model costs as much as the head.
 *
 * The header is checked whole before anything else: tensors that overlap, leave holes, reach beyond the
 * file or have a name twice are refused.
 *
 * Cost: one pass over the bytes of the tensors that are read.
 *
 * @param source The path of a file, an address, or the bytes.
 * @param options Which tensors to read.
 * @returns Each tensor with its values in row-major order; matrices and labels for every metric.
 * @throws {FormatError} The file is no safetensors file, is damaged, lacks a name that is asked for, or holds
 * an integer beyond 2^53 − 1 or a type that is not read (8-bit floats, complex numbers).
 * @throws {Deno.errors.NotFound} There is no such file.
 * @throws {DOMException} An AbortError at an interrupt while a file is read or downloaded.
 * @throws {OptionsError} An option is unknown.
 *
 * @example
 * ```ts
 * import { readSafetensors } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const header = '{"fc.weight":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}  ';
 * const file = new Blob([BigUint64Array.of(BigInt(header.length)), header, Uint16Array.of(0x3f80, 0xc000)]);
 * const tensors = await readSafetensors(await file.bytes(), { names: ["fc.weight"] });
 * assertEquals(tensors["fc.weight"].data, Float32Array.of(1, -2));
 * ```
 *
 * @see Hugging Face, "Safetensors", on the format.
 */
export async function readSafetensors<N extends string = string>(
  source: Source,
  options: NamedOptions<N> = {},
): Promise<Record<N, NdArray>> {
  const check = new Check("read safetensors");
  const { names } = check.options(namedOptions, options);
  using bytes = await openSource(check, source);
  const places = await tensorPlaces(check, bytes);
  const arrays: [string, NdArray][] = [];
  for (const name of chooseNames(check, [...places.keys()], names)) {
    const { dtype, shape, at, bytes: length } = places.get(name)!;
    const values = await bytes.read(at, length);
    const what = `\`${name}\``;
    const data = decode(check, values, { dtype, bigEndian: false, what });
    arrays.push([name, { data, shape, dtype }]);
  }
  return Object.fromEntries(arrays) as Record<N, NdArray>;
}
