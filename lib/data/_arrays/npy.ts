import type { Check } from "../../core/check.ts";
import { FormatError } from "../../core/errors.ts";
import type { ByteSource } from "./byte_source.ts";
import { decode, fromFortran, sizeOf, widths } from "./decode.ts";
import type { Dtype, NdArray } from "./nd_array.ts";
import { type Literal, parseLiteral } from "./python_literal.ts";

const MAGIC = "\x93NUMPY";

/** The longest header that is read; numpy itself warns from 10,000 on. */
const LONGEST_HEADER = 2 ** 20;

const dtypes: Readonly<Record<string, Dtype>> = {
  b1: "bool",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

interface Header {
  readonly dtype: Dtype;
  readonly bigEndian: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly offset: number;
}

function show(literal: Literal | undefined): string {
  if (literal instanceof Map) return "a dictionary";
  return literal === undefined ? "nothing" : JSON.stringify(literal);
}

function readDtype(check: Check, descr: Literal | undefined) {
  const [, order, code] = /^([<>|=]?)([a-z]\d+)$/.exec(String(descr)) ?? [];
  const dtype = typeof descr === "string" ? dtypes[code ?? ""] : undefined;
  if (dtype !== undefined) return { dtype, bigEndian: order === ">" };
  const hint = descr === "|O" ? " (Python objects are never unpickled)" : "";
  return check.fail(
    FormatError,
    "bool, integers or floats of 16, 32 or 64 bits",
    `the dtype ${show(descr)}${hint}`,
  );
}

function readShape(check: Check, shape: Literal | undefined): number[] {
  if (Array.isArray(shape) && shape.every((n) => typeof n === "number")) {
    return shape;
  }
  return check.fail(FormatError, "a shape in the header", show(shape));
}

/** Where the text of the header begins and how long it is, by version. */
async function preamble(check: Check, source: ByteSource) {
  const start = await source.read(0, Math.min(12, source.size));
  const magic = Array.from(start.subarray(0, 6), (b) => String.fromCharCode(b));
  if (magic.join("") !== MAGIC) {
    const hex = start.subarray(0, 6).toHex();
    check.fail(FormatError, "the magic number of NPY (934e554d5059)", hex);
  }
  const version = start[6];
  if (version !== undefined && ![1, 2, 3].includes(version)) {
    check.fail(FormatError, "version 1, 2 or 3 of NPY", version);
  }
  const offset = version === 1 ? 10 : 12;
  if (start.length < offset) {
    check.fail(FormatError, `${offset} bytes before the header`, start.length);
  }
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const length = version === 1
    ? view.getUint16(8, true)
    : view.getUint32(8, true);
  return { offset, length };
}

async function readHeader(check: Check, source: ByteSource): Promise<Header> {
  const { offset, length } = await preamble(check, source);
  if (length > LONGEST_HEADER) {
    const expected = `a header of at most ${LONGEST_HEADER} bytes`;
    check.fail(FormatError, expected, length);
  }
  if (offset + length > source.size) {
    const there = source.size - offset;
    check.fail(FormatError, `a header of ${length} bytes`, there);
  }
  const text = new TextDecoder().decode(await source.read(offset, length));
  const header = parseLiteral(check, text);
  const fields = header instanceof Map ? header : new Map<string, Literal>();
  const fortran = fields.get("fortran_order");
  if (typeof fortran !== "boolean") {
    const received = show(fortran);
    check.fail(FormatError, "True or False as `fortran_order`", received);
  }
  return {
    ...readDtype(check, fields.get("descr")),
    fortran,
    shape: readShape(check, fields.get("shape")),
    offset: offset + length,
  };
}

/** Reads an array as numpy writes it; `name` is what a message calls it. */
export async function parseNpy(
  check: Check,
  source: ByteSource,
  name: string,
): Promise<NdArray> {
  const { offset, shape, fortran, ...stored } = await readHeader(check, source);
  const bytes = widths[stored.dtype] * sizeOf(shape);
  const there = source.size - offset;
  if (bytes !== there) {
    const expected = `${bytes} bytes for ${stored.dtype} [${shape.join(", ")}]`;
    check.fail(FormatError, expected, there);
  }
  const what = name;
  const data = decode(check, await source.read(offset, bytes), {
    ...stored,
    what,
  });
  const { dtype } = stored;
  const rows = fortran && shape.length > 1 ? fromFortran(data, shape) : data;
  return { data: rows, shape, dtype };
}
