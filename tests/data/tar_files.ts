/** Tar archives, written block by block, for the tests of the loaders. */

import { type Bytes, gzip } from "./local_server.ts";
import { bytesOf } from "./array_files.ts";

/** One member, and what its header says if that is not the truth. */
export interface TarPart {
  path: string;
  content?: Bytes;
  type?: string;
  /** Directory part of the path in the field of POSIX. */
  prefix?: string;
  /** "ustar\0" + "00" of POSIX if left out; "ustar  \0" of GNU, or none at all. */
  magic?: string;
  /** The size field as it is written: octal digits, or bytes. */
  size?: string | Bytes;
  /** The checksum field as it is written. */
  sum?: string;
}

const encode = (text: string) => new TextEncoder().encode(text);

function header(part: TarPart): Bytes {
  const { path, content = new Uint8Array(0), type = "0", prefix = "" } = part;
  const block = new Uint8Array(512);
  const digits = content.length.toString(8).padStart(11, "0");
  const size = part.size ?? digits;
  block.set(encode(path).slice(0, 100));
  block.set(encode("0000644\0"), 100);
  block.set(typeof size === "string" ? encode(size) : size, 124);
  block.set(encode("        "), 148);
  block.set(encode(type), 156);
  block.set(encode(part.magic ?? "ustar\x0000"), 257);
  block.set(encode(prefix), 345);
  const sum = block.reduce((a, b) => a + b, 0).toString(8).padStart(6, "0");
  block.set(encode(part.sum ?? `${sum}\0 `), 148);
  return block;
}

/** Members one after the other, without what marks the end. */
export function members(parts: readonly TarPart[]): Promise<Bytes> {
  return bytesOf(parts.flatMap((part) => {
    const content = part.content ?? new Uint8Array(0);
    const padding = new Uint8Array((512 - content.length % 512) % 512);
    return [header(part), content, padding];
  }));
}

/** A tar archive. */
export async function tar(parts: readonly TarPart[]): Promise<Bytes> {
  return await bytesOf([await members(parts), new Uint8Array(1024)]);
}

/** A gzipped tar archive. */
export async function tarGz(parts: readonly TarPart[]): Promise<Bytes> {
  return await gzip(await tar(parts));
}

/** The content of an extended header (POSIX pax). */
export function paxRecord(key: string, value: string): string {
  let length = 0;
  let line = "";
  do {
    length = line.length;
    line = `${length} ${key}=${value}\n`;
  } while (line.length !== length);
  return line;
}
