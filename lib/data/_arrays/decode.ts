import type { Check } from "../../core/check.ts";
import { FormatError } from "../../core/errors.ts";
import type { Dtype, NumberArray } from "./nd_array.ts";

/** Bytes a value. */
export const widths: Readonly<Record<Dtype, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
};

/** What is handed out as it is stored. */
const views = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Number of values; may be far beyond what exists, infinite, or no number at all, when a header lies. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Turns the order of the bytes of each value around, in place. */
function swap(bytes: Uint8Array, width: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; width > 1 && at < bytes.length; at += width) {
    if (width === 2) view.setUint16(at, view.getUint16(at), true);
    else if (width === 4) view.setUint32(at, view.getUint32(at), true);
    else {
      const high = view.getUint32(at);
      view.setUint32(at, view.getUint32(at + 4), true);
      view.setUint32(at + 4, high, true);
    }
  }
}

/** The upper half of a float32 is a bfloat16. */
function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(bits.buffer);
}

/** 64-bit integers, as long as a float64 holds them exactly. */
function fromLong(
  check: Check,
  buffer: ArrayBuffer,
  { signed, what }: { signed: boolean; what: string },
): Float64Array {
  const words = new Uint32Array(buffer);
  const out = new Float64Array(words.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = signed ? words[2 * i + 1]! | 0 : words[2 * i + 1]!;
    const value = high * 2 ** 32 + words[2 * i]!;
    if (!Number.isSafeInteger(value)) {
      const exact = signed
        ? new BigInt64Array(buffer)[i]
        : new BigUint64Array(buffer)[i];
      const expected = `integers within ±(2^53 − 1) in ${what}`;
      check.fail(FormatError, expected, `${exact} at ${i}`);
    }
    out[i] = value;
  }
  return out;
}

/** How the stored values are told apart. */
export interface Stored {
  /** What they are stored as. */
  readonly dtype: Dtype;
  /** Whether the most significant byte comes first. */
  readonly bigEndian: boolean;
  /** What they are, for a message: "`labels`". */
  readonly what: string;
}

/**
 * The values in `bytes`, which must be the caller's own: they may be changed, and what is returned may be
 * a view into them. Every platform that Deno runs on is little-endian.
 */
export function decode(
  check: Check,
  bytes: Uint8Array<ArrayBuffer>,
  { dtype, bigEndian, what }: Stored,
): NumberArray {
  const width = widths[dtype];
  if (bigEndian) swap(bytes, width);
  const aligned = bytes.byteOffset % width === 0;
  const { buffer, byteOffset } = aligned ? bytes : bytes.slice();
  const count = bytes.length / width;
  if (dtype === "bool") return bytes.map((byte) => byte === 0 ? 0 : 1);
  if (dtype === "float16") {
    return new Float32Array(new Float16Array(buffer, byteOffset, count));
  }
  if (dtype === "bfloat16") {
    return fromBfloat16(new Uint16Array(buffer, byteOffset, count));
  }
  if (dtype === "int64" || dtype === "uint64") {
    const signed = dtype === "int64";
    return fromLong(check, bytes.slice().buffer, { signed, what });
  }
  return new views[dtype](buffer, byteOffset, count);
}

/** Values of which the first index runs fastest, as values of which the last one does. */
export function fromFortran<T extends NumberArray>(
  data: T,
  shape: readonly number[],
): T {
  const out = data.slice() as T;
  const steps = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    out[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
