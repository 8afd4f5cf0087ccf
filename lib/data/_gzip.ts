import type { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";

/** Whether the bytes begin as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What goes in comes out whole, up to 1,032 times as long: small pieces in, so that no piece is huge. */
const PIECE = 4096;

/** Bytes in memory as small pieces. */
export function* pieces(
  bytes: Uint8Array<ArrayBuffer>,
): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    yield bytes.subarray(at, at + PIECE);
  }
}

/**
 * The content of compressed data, piece by piece, so that whoever reads can stop: a small file may hold a
 * thousand times its size.
 */
export async function* inflate(
  check: Check,
  compressed:
    | Iterable<Uint8Array<ArrayBuffer>>
    | AsyncIterable<Uint8Array<ArrayBuffer>>,
  format: "gzip" | "deflate-raw" = "gzip",
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const stream = ReadableStream.from(compressed).pipeThrough(
    new DecompressionStream(format),
  );
  try {
    yield* stream;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const name = format === "gzip" ? "gzip" : "deflated";
    check.fail(FormatError, `intact ${name} data`, error.message);
  }
}

/** The pieces as one. */
export function concatenate(
  pieces: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
