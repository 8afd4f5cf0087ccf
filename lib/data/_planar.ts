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

/** Bytes of one image into `[0, 1]`, height × width × channels. */
export function interleave(
  bytes: Uint8Array,
  out: Float32Array,
  { side, columnMajor, pool }: PlanarImages,
): void {
  const small = side / pool;
  const scale = 1 / (255 * pool * pool);
  const [down, across] = columnMajor ? [1, side] : [side, 1];
  let at = 0;
  for (let y = 0; y < small; y++) {
    for (let x = 0; x < small; x++) {
      const corner = pool * (y * down + x * across);
      for (let c = 0; c < CHANNELS; c++) {
        let sum = 0;
        for (let i = 0; i < pool; i++) {
          for (let j = 0; j < pool; j++) {
            sum += bytes[c * side * side + corner + i * down + j * across]!;
          }
        }
        out[at++] = sum * scale;
      }
    }
  }
}
