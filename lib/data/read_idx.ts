import { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import {
  type ByteSource,
  openSource,
  type Source,
  sourcePieces,
} from "./_arrays/byte_source.ts";
import { decode, sizeOf, widths } from "./_arrays/decode.ts";
import type { Dtype, NdArray } from "./_arrays/nd_array.ts";
import { concatenate, inflate, isGzip } from "./_gzip.ts";

interface Header {
  readonly dtype: Dtype;
  readonly offset: number;
  readonly shape: readonly number[];
  /** Bytes there must be; may be far beyond what exists when the header lies. */
  readonly bytes: number;
}

/** The longest header: 255 axes. */
const LONGEST_HEADER = 4 + 4 * 255;

/** By type code. Everything is big-endian. */
const dtypes = new Map<number, Dtype>([
  [0x08, "uint8"],
  [0x09, "int8"],
  [0x0b, "int16"],
  [0x0c, "int32"],
  [0x0d, "float32"],
  [0x0e, "float64"],
]);

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}

function readHeader(check: Check, bytes: Uint8Array): Header {
  if (bytes.length < 4) {
    check.fail(FormatError, "at least 4 bytes", bytes.length);
  }
  const [zero, alsoZero, code, axes] = bytes as unknown as number[];
  const dtype = dtypes.get(code!);
  if (zero !== 0 || alsoZero !== 0 || dtype === undefined || axes === 0) {
    const magic = Array.from(bytes.subarray(0, 4), hex).join(" ");
    const expected =
      "the magic number of IDX (two zeros, a type in 0x08, 0x09, 0x0b … 0x0e, the number of axes)";
    check.fail(FormatError, expected, magic);
  }
  const offset = 4 + 4 * axes!;
  if (bytes.length < offset) {
    check.fail(
      FormatError,
      `a header of ${offset} bytes`,
      `${bytes.length} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from(
    { length: axes! },
    (_, i) => view.getUint32(4 + 4 * i),
  );
  return {
    dtype,
    offset,
    shape,
    bytes: offset + widths[dtype] * sizeOf(shape),
  };
}

/** Inflates no further than the header inside says, and one piece, so that too much is noticed. */
async function inflateIdx(
  check: Check,
  source: ByteSource,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let limit: number | undefined;
  for await (const piece of inflate(check, sourcePieces(source))) {
    pieces.push(piece);
    size += piece.length;
    if (limit === undefined && size >= LONGEST_HEADER) {
      limit = readHeader(check, concatenate(pieces)).bytes;
    }
    if (limit !== undefined && size > limit) break;
  }
  return concatenate(pieces);
}

async function plainBytes(
  check: Check,
  source: ByteSource,
): Promise<Uint8Array<ArrayBuffer>> {
  const start = await source.read(0, Math.min(2, source.size));
  return isGzip(start)
    ? await inflateIdx(check, source)
    : await source.read(0, source.size);
}

/**
 * Reads an IDX file, the format of MNIST: any type from unsigned byte to double, any number of axes,
 * gzipped or not.
 *
 * Nothing is allocated on the word of the header: it must agree with the bytes that are there.
 *
 * Cost: one pass over the bytes.
 *
 * @param source The path of a file, an address, or the bytes.
 * @returns Values in the type of the file, shape and dtype; a matrix or labels for every metric.
 * @throws {FormatError} The magic number is wrong, bytes are missing or left over, or the gzip data is
 * damaged.
 * @throws {Deno.errors.NotFound} There is no such file.
 * @throws {DOMException} An AbortError at an interrupt while a file is read or downloaded.
 *
 * @example
 * ```ts
 * import { readIdx } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const file = Uint8Array.of(0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xfe, 1, 0);
 * const { data, shape } = await readIdx(file);
 * assertEquals(shape, [1, 2]);
 * assertEquals([...data], [-2, 256]);
 * ```
 *
 * @see LeCun, Cortes and Burges, "The MNIST database of handwritten digits", on the format.
 */
export async function readIdx(source: Source): Promise<NdArray> {
  const check = new Check("read IDX");
  using file = await openSource(check, source);
  const bytes = await plainBytes(check, file);
  const { dtype, offset, shape, bytes: expected } = readHeader(check, bytes);
  if (bytes.length !== expected) {
    check.fail(
      FormatError,
      `${expected} bytes for ${shape.join(" × ")}`,
      bytes.length > expected ? `${bytes.length} or more` : bytes.length,
    );
  }
  const stored = { dtype, bigEndian: true, what: "the array" };
  return {
    data: decode(check, bytes.subarray(offset), stored),
    shape,
    dtype,
  };
}
