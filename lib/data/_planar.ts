import type { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import type { ArchiveMember } from "./_tar.ts";

/** Colour images of bytes, each channel a plane. */
export interface PlanarImages {
  /** Height and width of an image as it is stored. */
  readonly side: number;
  /** Whether a plane holds column after column. */
  readonly columnMajor: boolean;
  /** Side of the squares of pixels that are averaged into one; divides `side`. */
  readonly pool: number;
}

/** Red, green, blue. */
export const CHANNELS = 3;

/** How many records of `size` bytes a member holds: at least one, and at most `limit`. */
export function countRecords(
  check: Check,
  member: ArchiveMember,
  { size, limit }: { size: number; limit: number },
): number {
  const count = member.size / size;
  if (Number.isInteger(count) && count >= 1 && count <= limit) return count;
  return check.fail(
    FormatError,
    `1 to ${limit} records of ${size} bytes in ${member.path}`,
    `${member.size} bytes`,
  );
}

/** Each byte in `[0, 1]`. */
const unit = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Where the plane of each channel begins, and the steps to the pixel below and to the right. */
function strides({ side, columnMajor }: PlanarImages) {
  const [down, across] = columnMajor ? [1, side] : [side, 1];
  return { plane: side * side, down: down!, across: across! };
}

function interleaveWhole(
  bytes: Uint8Array,
  out: Float32Array,
  layout: PlanarImages,
): void {
  const { plane, down, across } = strides(layout);
  const { side } = layout;
  for (let c = 0; c < CHANNELS; c++) {
    for (let y = 0, at = c; y < side; y++) {
      let from = c * plane + y * down;
      for (let x = 0; x < side; x++, at += CHANNELS, from += across) {
        out[at] = unit[bytes[from]!]!;
      }
    }
  }
}

/** The mean of a square of pixels. */
function pooled(
  bytes: Uint8Array,
  corner: number,
  { pool, down, across }: { pool: number; down: number; across: number },
): number {
  let sum = 0;
  for (let i = 0; i < pool; i++) {
    for (let j = 0; j < pool; j++) {
      sum += bytes[corner + i * down + j * across]!;
    }
  }
  return sum / (255 * pool * pool);
}

/** Bytes of one image into `[0, 1]`, height × width × channels. */
export function interleave(
  bytes: Uint8Array,
  out: Float32Array,
  layout: PlanarImages,
): void {
  const { side, pool } = layout;
  if (pool === 1) return interleaveWhole(bytes, out, layout);
  const { plane, down, across } = strides(layout);
  const square = { pool, down, across };
  let at = 0;
  for (let y = 0; y < side; y += pool) {
    for (let x = 0; x < side; x += pool) {
      for (let c = 0; c < CHANNELS; c++) {
        const corner = c * plane + y * down + x * across;
        out[at++] = pooled(bytes, corner, square);
      }
    }
  }
}
