import type { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { ByteReader } from "./_byte_reader.ts";

/** A file in an archive, to be read before the next one is asked for. */
export interface ArchiveMember {
  /** Its path, with forward slashes. */
  readonly path: string;
  /** Bytes, as the archive says. */
  readonly size: number;
  /** Fills `target` with what comes next; a member that ends before that is an error. */
  fill(target: Uint8Array): Promise<void>;
}

const BLOCK = 512;

/** The longest extended header that is read: paths, not data. */
const LONGEST_EXTENSION = 65536;

const decoder = new TextDecoder();

interface Header {
  readonly path: string;
  readonly size: number;
  /** "0" a file, "5" a folder, "L" and "x" extended headers, … */
  readonly type: string;
}

/** Text up to the first zero byte. */
function text(block: Uint8Array, from: number, length: number): string {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
}

/** A number in octal digits, or in binary where its first bit is set (GNU). NaN where it is none. */
function number(block: Uint8Array, from: number, length: number): number {
  const field = block.subarray(from, from + length);
  if (field[0]! & 0x80) {
    return field.subarray(1).reduce((sum, byte) => 256 * sum + byte, 0);
  }
  const digits = text(block, from, length).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
}

/** The sum of the bytes of a header, its own field counted as spaces. */
function sumOf(block: Uint8Array): number {
  return block.reduce(
    (sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte),
    0,
  );
}

function readHeader(check: Check, block: Uint8Array): Header {
  if (number(block, 148, 8) !== sumOf(block)) {
    const received = `a sum of ${sumOf(block)} for ${text(block, 148, 8)}`;
    check.fail(FormatError, "a header of tar", received);
  }
  const name = text(block, 0, 100);
  // GNU writes "ustar  " and keeps something else where POSIX has the prefix.
  const prefix = text(block, 257, 6) === "ustar" ? text(block, 345, 155) : "";
  return {
    path: prefix === "" ? name : `${prefix}/${name}`,
    size: number(block, 124, 12),
    type: block[156] === 0 ? "0" : String.fromCharCode(block[156]!),
  };
}

/** The records "length key=value" of an extended header (POSIX pax). */
function records(check: Check, body: Uint8Array): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < body.length && body[at] !== 0;) {
    const space = body.indexOf(32, at);
    const length = Number(decoder.decode(body.subarray(at, space)));
    const line = decoder.decode(body.subarray(space + 1, at + length));
    const equals = line.indexOf("=");
    const ends = at + length <= body.length && line.endsWith("\n");
    if (space < 0 || !(length > 3) || equals < 0 || !ends) {
      check.fail(FormatError, "an extended header of tar", "another text");
    }
    found.set(line.slice(0, equals), line.slice(equals + 1, -1));
    at += length;
  }
  return found;
}

/** Nothing is ever written to these paths; an archive that tries is refused all the same. */
function checkHeader(check: Check, { path, size }: Header): void {
  if (!Number.isSafeInteger(size) || size < 0) {
    check.fail(FormatError, `a size for ${path} in the archive`, String(size));
  }
  if (/^([a-z]:)?[/\\]/i.test(path) || path.split(/[/\\]/).includes("..")) {
    check.fail(FormatError, "relative paths in the archive", path);
  }
}

/** Reads one archive from its beginning to its end. */
class TarReader {
  readonly #check: Check;
  readonly #reader: ByteReader;
  /** Of the member at hand: bytes not read yet, and the zeros that fill its last block. */
  #left = 0;
  #padding = 0;

  constructor(check: Check, reader: ByteReader) {
    this.#check = check;
    this.#reader = reader;
  }

  /** The members that are files. */
  async *members(): AsyncGenerator<ArchiveMember> {
    let extended: Partial<Header> = {};
    for (;;) {
      const header = await this.#next();
      if (header === undefined) return;
      if ("Lxg".includes(header.type)) {
        const found = await this.#extension(header);
        if (header.type !== "g") extended = { ...extended, ...found };
        continue;
      }
      const whole = { ...header, ...extended };
      extended = {};
      checkHeader(this.#check, whole);
      this.#begin(whole.size);
      if (whole.type === "0" || whole.type === "7") {
        yield { ...whole, fill: (target) => this.#fill(target, whole) };
      }
      await this.#finish(whole);
    }
  }

  /** The next header; none after two blocks of zeros, or where the bytes end. */
  async #next(): Promise<Header | undefined> {
    const block = new Uint8Array(BLOCK);
    const length = await this.#reader.fill(block);
    if (length === 0 || block.every((byte) => byte === 0)) return undefined;
    if (length < BLOCK) {
      this.#check.fail(FormatError, "a header of 512 bytes", length);
    }
    return readHeader(this.#check, block);
  }

  /** What an extended header says of the member after it. */
  async #extension(header: Header): Promise<Partial<Header>> {
    checkHeader(this.#check, { ...header, path: "an extended header" });
    if (header.size > LONGEST_EXTENSION) {
      const expected = `extended headers of at most ${LONGEST_EXTENSION} bytes`;
      this.#check.fail(FormatError, expected, header.size);
    }
    const body = new Uint8Array(header.size);
    this.#begin(header.size);
    await this.#fill(body, header);
    await this.#finish(header);
    if (header.type === "L") return { path: text(body, 0, body.length) };
    const found = records(this.#check, body);
    const size = found.get("size");
    const path = found.get("path");
    return {
      ...(path === undefined ? {} : { path }),
      ...(size === undefined ? {} : { size: Number(size) }),
    };
  }

  #begin(size: number): void {
    this.#left = size;
    this.#padding = (BLOCK - size % BLOCK) % BLOCK;
  }

  async #fill(target: Uint8Array, { path, size }: Header): Promise<void> {
    const wanted = Math.min(target.length, this.#left);
    const length = await this.#reader.fill(target.subarray(0, wanted));
    this.#left -= length;
    if (length < target.length) this.#cut(path, size);
  }

  async #finish({ path, size }: Header): Promise<void> {
    const passed = await this.#reader.skip(this.#left);
    this.#left -= passed;
    if (this.#left > 0) this.#cut(path, size);
    await this.#reader.skip(this.#padding);
  }

  #cut(path: string, size: number): never {
    this.#check.fail(
      FormatError,
      `${size} bytes of ${path} in the archive`,
      `${size - this.#left}`,
    );
  }
}

/**
 * The files of a tar archive, one after the other, without holding more than a block: ustar, GNU long
 * names and sizes, and the paths and sizes of POSIX pax. Folders, links and devices are passed by.
 */
export async function* readTar(
  check: Check,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<ArchiveMember> {
  await using reader = new ByteReader(pieces);
  yield* new TarReader(check, reader).members();
}
