/**
 * The smallest PNG writer that serves: pictures of at most 256 colours, one byte or less a pixel.
 * Synchronous, because a display method that can answer at once should.
 *
 * @see Boutell et al., Portable Network Graphics (PNG) Specification, W3C, third edition.
 * @module
 */

import { deflateSync } from "node:zlib";
import type { Rgb } from "./_color.ts";

/** A picture by indices into a palette, row-major. */
export interface IndexedPicture {
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `width · height` indices into `palette`. */
  readonly pixels: Uint8Array;
  /** At most 256 colours. */
  readonly palette: readonly Rgb[];
  /** Whether colour 0 is fully transparent, as a cell without a value is. */
  readonly clearFirst?: boolean;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 255]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(body, 8);
  view.setUint32(body.length + 8, crc32(bytes.subarray(4, body.length + 8)));
  return bytes;
}

/** The least bits a pixel among 1, 2, 4 and 8 that tell `colors` colours apart. */
function depthFor(colors: number): number {
  return colors <= 2 ? 1 : colors <= 4 ? 2 : colors <= 16 ? 4 : 8;
}

/** Rows packed to `depth` bits a pixel, each after filter byte 0. */
function scanlines(picture: IndexedPicture, depth: number): Uint8Array {
  const { width, height, pixels } = picture;
  const stride = Math.ceil(width * depth / 8) + 1;
  const lines = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const shift = 8 - depth - (bit & 7);
      lines[y * stride + 1 + (bit >> 3)]! |= pixels[y * width + x]! << shift;
    }
  }
  return lines;
}

function header(width: number, height: number, depth: number): Uint8Array {
  const bytes = new Uint8Array(13);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  bytes[8] = depth;
  bytes[9] = 3;
  return bytes;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Encodes a palette picture as PNG. */
export function encodePng(picture: IndexedPicture): Uint8Array {
  const depth = depthFor(picture.palette.length);
  const lines = deflateSync(scanlines(picture, depth), { level: 9 });
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header(picture.width, picture.height, depth)),
    chunk("PLTE", Uint8Array.from(picture.palette.flat())),
    ...(picture.clearFirst ? [chunk("tRNS", new Uint8Array(1))] : []),
    chunk("IDAT", lines),
    chunk("IEND", new Uint8Array(0)),
  ];
  const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A PNG as a data URL. */
export function pngUrl(picture: IndexedPicture): string {
  return `data:image/png;base64,${encodePng(picture).toBase64()}`;
}
