import { crc32 } from "node:zlib";
import type { Check } from "../../core/check.ts";
import { FormatError } from "../../core/errors.ts";
import { inflate, pieces } from "../_gzip.ts";
import type { ByteSource } from "./byte_source.ts";

/** A file in a zip archive, as the directory at its end says. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes of the file. */
  readonly size: number;
  /** Where its own header stands. */
  readonly at: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

/** The end record with the longest comment. */
const LONGEST_END = 22 + 65535;

/** What stands in a field whose value is in the zip64 record. */
const ELSEWHERE = 0xffffffff;

/** Deflate makes nothing smaller than this part of its size. */
const LARGEST_RATIO = 1032;

async function viewAt(
  check: Check,
  source: ByteSource,
  { at, length, what }: { at: number; length: number; what: string },
): Promise<DataView> {
  const there = Math.max(0, source.size - at);
  if (!(at >= 0) || there < length) {
    check.fail(FormatError, `${length} bytes of ${what}`, `${there} at ${at}`);
  }
  const bytes = await source.read(at, length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The end record: the last place where its mark stands, with a comment that fits behind it. */
async function findEnd(check: Check, source: ByteSource) {
  const length = Math.min(LONGEST_END, source.size);
  const start = source.size - length;
  const tail = await viewAt(check, source, {
    at: start,
    length,
    what: "a zip archive",
  });
  for (let i = length - 22; i >= 0; i--) {
    if (
      tail.getUint32(i, true) === END &&
      i + 22 + tail.getUint16(i + 20, true) === length
    ) {
      return {
        at: start + i,
        view: new DataView(tail.buffer, tail.byteOffset + i, 22),
      };
    }
  }
  return check.fail(
    FormatError,
    "the directory at the end of a zip archive",
    "none (is the file cut?)",
  );
}

interface Directory {
  readonly entries: number;
  readonly bytes: number;
  readonly at: number;
}

/** Where the directory is; archives beyond 4 GiB say so in a record of their own (zip64). */
async function findDirectory(
  check: Check,
  source: ByteSource,
): Promise<Directory> {
  const { at, view } = await findEnd(check, source);
  const entries = view.getUint16(10, true);
  const bytes = view.getUint32(12, true);
  const offset = view.getUint32(16, true);
  if (entries !== 0xffff && bytes !== ELSEWHERE && offset !== ELSEWHERE) {
    return { entries, bytes, at: offset };
  }
  const what = "the zip64 directory";
  const locator = await viewAt(check, source, {
    at: at - 20,
    length: 20,
    what,
  });
  const end = Number(locator.getBigUint64(8, true));
  const record = await viewAt(check, source, { at: end, length: 56, what });
  if (
    locator.getUint32(0, true) !== END_64_LOCATOR ||
    record.getUint32(0, true) !== END_64
  ) check.fail(FormatError, what, "something else");
  return {
    entries: Number(record.getBigUint64(32, true)),
    bytes: Number(record.getBigUint64(40, true)),
    at: Number(record.getBigUint64(48, true)),
  };
}

/** The sizes of more than 4 GiB that stand in the extra field (zip64), in the order of the plain ones. */
function largeSizes(
  check: Check,
  extra: DataView,
  plain: readonly number[],
): number[] {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const length = extra.getUint16(at + 2, true);
    if (
      extra.getUint16(at, true) === 1 && at + 4 + length <= extra.byteLength
    ) {
      let next = at + 4;
      const end = next + length;
      return plain.map((value) => {
        if (value !== ELSEWHERE || next + 8 > end) return value;
        next += 8;
        return Number(extra.getBigUint64(next - 8, true));
      });
    }
    at += 4 + length;
  }
  if (!plain.includes(ELSEWHERE)) return [...plain];
  return check.fail(FormatError, "zip64 sizes", "none");
}

/** The entry at `at` in the directory, and where the next one stands. */
function readEntry(check: Check, view: DataView, at: number) {
  const left = view.byteLength - at;
  if (left < 46 || view.getUint32(at, true) !== ENTRY) {
    check.fail(FormatError, "an entry of the zip directory", `${left} bytes`);
  }
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  const next = at + 46 + nameLength + extraLength +
    view.getUint16(at + 32, true);
  if (next > view.byteLength) {
    check.fail(FormatError, `${next - at} bytes of a zip entry`, left);
  }
  const name = new TextDecoder().decode(
    new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength),
  );
  if (view.getUint16(at + 8, true) & 1) {
    check.fail(FormatError, `${name} without a password`, "an encrypted file");
  }
  const extra = new DataView(
    view.buffer,
    view.byteOffset + at + 46 + nameLength,
    extraLength,
  );
  const [size, packed, offset] = largeSizes(check, extra, [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ]) as [number, number, number];
  const method = view.getUint16(at + 10, true);
  const crc = view.getUint32(at + 16, true);
  return { entry: { name, method, crc, packed, size, at: offset }, next };
}

/** The entries of the directory; a name that comes twice is refused. */
export async function zipEntries(
  check: Check,
  source: ByteSource,
): Promise<ZipEntry[]> {
  const { entries, bytes, at } = await findDirectory(check, source);
  const view = await viewAt(check, source, {
    at,
    length: bytes,
    what: "the zip directory",
  });
  const found = new Map<string, ZipEntry>();
  for (let i = 0, place = 0; i < entries; i++) {
    const { entry, next } = readEntry(check, view, place);
    if (found.has(entry.name)) {
      check.fail(FormatError, "each name once", `${entry.name} twice`);
    }
    found.set(entry.name, entry);
    place = next;
  }
  return [...found.values()];
}

/** What the entry holds in the archive, still packed. */
async function packedBytes(
  check: Check,
  source: ByteSource,
  { name, at, packed }: ZipEntry,
): Promise<Uint8Array<ArrayBuffer>> {
  const header = await viewAt(check, source, {
    at,
    length: 30,
    what: `the header of ${name}`,
  });
  if (header.getUint32(0, true) !== LOCAL) {
    const mark = header.getUint32(0, true).toString(16);
    check.fail(FormatError, `the header of ${name} at ${at}`, mark);
  }
  const start = at + 30 + header.getUint16(26, true) +
    header.getUint16(28, true);
  if (start + packed > source.size) {
    const there = Math.max(0, source.size - start);
    check.fail(FormatError, `${packed} bytes of ${name}`, there);
  }
  return await source.read(start, packed);
}

/** Inflates to exactly the size that was promised, which deflate must be able to reach. */
async function inflateTo(
  check: Check,
  bytes: Uint8Array<ArrayBuffer>,
  { name, size }: ZipEntry,
): Promise<Uint8Array<ArrayBuffer>> {
  if (size > LARGEST_RATIO * (bytes.length + 1)) {
    const most =
      `at most ${LARGEST_RATIO} times the ${bytes.length} bytes of ${name}`;
    check.fail(FormatError, most, size);
  }
  const out = new Uint8Array(size);
  let at = 0;
  for await (const piece of inflate(check, pieces(bytes), "deflate-raw")) {
    if (at + piece.length > size) {
      check.fail(FormatError, `${size} bytes in ${name}`, "more");
    }
    out.set(piece, at);
    at += piece.length;
  }
  if (at < size) check.fail(FormatError, `${size} bytes in ${name}`, at);
  return out;
}

/** The file of an entry, whole and checked against its sum; the bytes belong to the caller. */
export async function readZipEntry(
  check: Check,
  source: ByteSource,
  entry: ZipEntry,
): Promise<Uint8Array<ArrayBuffer>> {
  const { name, method, crc, packed, size } = entry;
  if (method !== 0 && method !== 8) {
    const received = `method ${method}`;
    check.fail(FormatError, `${name} stored or deflated`, received);
  }
  if (method === 0 && packed !== size) {
    check.fail(FormatError, `${size} stored bytes of ${name}`, packed);
  }
  const bytes = await packedBytes(check, source, entry);
  const content = method === 0 ? bytes : await inflateTo(check, bytes, entry);
  const sum = crc32(content);
  if (sum !== crc) {
    const expected = `${name} with CRC-32 ${crc.toString(16)}`;
    check.fail(FormatError, expected, sum.toString(16));
  }
  return content;
}
