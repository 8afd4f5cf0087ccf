import { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { concatenate, inflate, isGzip } from "./_gzip.ts";

/** What the type codes of IDX stand for. */
export type IdxData =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** An array as an IDX file holds it; one of two axes is a matrix for every metric. */
export interface IdxArray {
  /** The values in row-major order, in the type of the file. */
  readonly data: IdxData;
  /** Sizes of the axes. */
  readonly shape: readonly number[];
}

interface Header {
  readonly read: (view: DataView, offset: number, length: number) => IdxData;
  readonly offset: number;
  readonly shape: readonly number[];
  /** Values and bytes there must be; may be far beyond what exists when the header lies. */
  readonly length: number;
  readonly bytes: number;
}

/** The longest header: 255 axes. */
const LONGEST_HEADER = 4 + 4 * 255;

/** Bytes a value, and how to read them, by type code. Everything is big-endian. */
const types = new Map<number, { width: number; read: Header["read"] }>([
  [0x08, {
    width: 1,
    read: (view, offset, length) =>
      new Uint8Array(view.buffer, view.byteOffset + offset, length).slice(),
  }],
  [0x09, {
    width: 1,
    read: (view, offset, length) =>
      new Int8Array(view.buffer, view.byteOffset + offset, length).slice(),
  }],
  [0x0b, {
    width: 2,
    read: (view, offset, length) =>
      new Int16Array(length).map((_, i) => view.getInt16(offset + 2 * i)),
  }],
  [0x0c, {
    width: 4,
    read: (view, offset, length) =>
      new Int32Array(length).map((_, i) => view.getInt32(offset + 4 * i)),
  }],
  [0x0d, {
    width: 4,
    read: (view, offset, length) =>
      new Float32Array(length).map((_, i) => view.getFloat32(offset + 4 * i)),
  }],
  [0x0e, {
    width: 8,
    read: (view, offset, length) =>
      new Float64Array(length).map((_, i) => view.getFloat64(offset + 8 * i)),
  }],
]);

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}

function readHeader(check: Check, bytes: Uint8Array): Header {
  if (bytes.length < 4) {
    check.fail(FormatError, "at least 4 bytes", bytes.length);
  }
  const [zero, alsoZero, code, axes] = bytes as unknown as number[];
  const type = types.get(code!);
  if (zero !== 0 || alsoZero !== 0 || type === undefined || axes === 0) {
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
  const view = viewOf(bytes);
  const shape = Array.from(
    { length: axes! },
    (_, i) => view.getUint32(4 + 4 * i),
  );
  const length = shape.reduce((a, b) => a * b, 1);
  return {
    read: type.read,
    offset,
    shape,
    length,
    bytes: offset + type.width * length,
  };
}

/** Inflates no further than the header inside says, and one piece, so that too much is noticed. */
async function inflateIdx(
  check: Check,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let limit: number | undefined;
  for await (const piece of inflate(check, bytes)) {
    pieces.push(piece);
    size += piece.length;
    if (limit === undefined && size >= LONGEST_HEADER) {
      limit = readHeader(check, concatenate(pieces)).bytes;
    }
    if (limit !== undefined && size > limit) break;
  }
  return concatenate(pieces);
}

/**
 * Reads an IDX file, the format of MNIST: any type from unsigned byte to double, any number of axes,
 * gzipped or not.
 *
 * Nothing is allocated on the word of the header: it must agree with the bytes that are there.
 *
 * Cost: one pass over the bytes.
 *
 * @param bytes The whole file.
 * @returns Values in the type of the file, and the sizes of the axes.
 * @throws {FormatError} The magic number is wrong, bytes are missing or left over, or the gzip data is
 * damaged.
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
export async function readIdx(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<IdxArray> {
  const check = new Check("read IDX");
  const plain = isGzip(bytes) ? await inflateIdx(check, bytes) : bytes;
  const header = readHeader(check, plain);
  if (plain.length !== header.bytes) {
    check.fail(
      FormatError,
      `${header.bytes} bytes for ${header.shape.join(" × ")}`,
      plain.length > header.bytes ? `${plain.length} or more` : plain.length,
    );
  }
  const data = header.read(viewOf(plain), header.offset, header.length);
  return { data, shape: header.shape };
}
