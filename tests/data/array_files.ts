/** Files of arrays, written byte by byte, for the tests of the readers. */

import { crc32 } from "node:zlib";
import type { Bytes } from "./local_server.ts";

export async function bytesOf(parts: BlobPart[]): Promise<Bytes> {
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** An NPY file with this text as its header. */
export function npyWithHeader(
  header: string,
  values: Bytes = new Uint8Array(0),
): Promise<Bytes> {
  const text = `${header}\n`;
  const length = [text.length & 0xff, text.length >> 8];
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  return bytesOf([Uint8Array.of(...magic, 1, 0, ...length), text, values]);
}

/** An NPY file. */
export function npy(
  descr: string,
  shape: string,
  values?: Bytes,
): Promise<Bytes> {
  const header =
    `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  return npyWithHeader(header, values);
}

/** One tensor of a safetensors file. */
export interface Tensor {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A safetensors file with this text as its header. */
export function safetensorsWithHeader(
  header: string,
  values: Bytes = new Uint8Array(0),
): Promise<Bytes> {
  const text = new TextEncoder().encode(header);
  return bytesOf([BigUint64Array.of(BigInt(text.length)), text, values]);
}

/** A safetensors file. */
export function safetensors(
  tensors: Record<string, Tensor>,
  values?: Bytes,
): Promise<Bytes> {
  return safetensorsWithHeader(JSON.stringify(tensors), values);
}

/** One file to be put into a zip archive, and what its entry says of it if that is not the truth. */
export interface ZipPart {
  name: string;
  content: Bytes;
  deflate?: boolean;
  method?: number;
  flags?: number;
  crc?: number;
  size?: number;
  packed?: number;
  at?: number;
  extra?: Bytes;
}

async function deflated(bytes: Bytes): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(
    new CompressionStream("deflate-raw"),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Little-endian fields: `[value, bytes]`. */
function fields(...values: [value: number, bytes: 2 | 4][]): Bytes {
  const out = new Uint8Array(values.reduce((sum, [, n]) => sum + n, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const [value, bytes] of values) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return out;
}

/** A zip archive; `end` overrides fields of its end record. */
export async function zip(
  parts: readonly ZipPart[],
  end: { entries?: number; at?: number; comment?: string } = {},
): Promise<Bytes> {
  const local: Bytes[] = [];
  const directory: Bytes[] = [];
  let at = 0;
  for (const part of parts) {
    const { name, content, deflate = false, flags = 0 } = part;
    const body = deflate ? await deflated(content) : content;
    const method = part.method ?? (deflate ? 8 : 0);
    const crc = part.crc ?? crc32(content);
    const extra = part.extra ?? new Uint8Array(0);
    const packed = part.packed ?? body.length;
    const size = part.size ?? content.length;
    const shared: [number, 2 | 4][] = [
      [20, 2],
      [flags, 2],
      [method, 2],
      [0, 4],
      [crc, 4],
      [packed, 4],
      [size, 4],
      [name.length, 2],
    ];
    const header = fields([0x04034b50, 4], ...shared, [0, 2]);
    const entry = fields(
      [0x02014b50, 4],
      [20, 2],
      ...shared,
      [extra.length, 2],
      [0, 2],
      [0, 4],
      [0, 4],
      [part.at ?? at, 4],
    );
    const text = new TextEncoder().encode(name);
    local.push(header, text, body);
    directory.push(entry, text, extra);
    at += header.length + text.length + body.length;
  }
  const length = directory.reduce((sum, { length }) => sum + length, 0);
  const count = end.entries ?? parts.length;
  const comment = end.comment ?? "";
  const tail = fields(
    [0x06054b50, 4],
    [0, 4],
    [count, 2],
    [count, 2],
    [length, 4],
    [end.at ?? at, 4],
    [comment.length, 2],
  );
  return await bytesOf([...local, ...directory, tail, comment]);
}
