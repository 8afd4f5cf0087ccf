import { copied, type Image } from "./image.ts";

/** Mirrors left and right. */
export function flip({ pixels, height, width, channels }: Image): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width >> 1; x++) {
      const left = (y * width + x) * channels;
      const right = (y * width + width - 1 - x) * channels;
      for (let c = 0; c < channels; c++) {
        const swap = pixels[left + c]!;
        pixels[left + c] = pixels[right + c]!;
        pixels[right + c] = swap;
      }
    }
  }
}

/** The place in `[0, size)` that `x` is reflected to; the border itself is not repeated. */
function reflect(x: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const folded = ((x % period) + period) % period;
  return folded < size ? folded : period - folded;
}

/** Moves by whole pixels; what comes in from outside is the image reflected at its border. */
export function shift(image: Image, down: number, right: number): void {
  const { pixels, height, width, channels } = image;
  if (down === 0 && right === 0) return;
  const from = copied(image);
  const columns = Uint32Array.from(
    { length: width },
    (_, x) => reflect(x - right, width) * channels,
  );
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = reflect(y - down, height) * width * channels;
    for (let x = 0; x < width; x++) {
      const source = row + columns[x]!;
      for (let c = 0; c < channels; c++) pixels[at++] = from[source + c]!;
    }
  }
}

/** Where a pixel comes from, about the middle: `x' = a x + b y + shiftX`, `y' = c x + d y + shiftY`. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

/** Maps each pixel from where it comes, by bilinear interpolation; outside all is 0. */
export function warp(image: Image, map: Affine): void {
  const { pixels, height, width, channels } = image;
  const from = copied(image);
  const row = width * channels;
  const midX = (width - 1) / 2;
  const midY = (height - 1) / 2;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      const u = x - midX;
      const v = y - midY;
      const sx = map.a * u + map.b * v + map.shiftX + midX;
      const sy = map.c * u + map.d * v + map.shiftY + midY;
      const left = Math.floor(sx);
      const top = Math.floor(sy);
      const right = sx - left;
      const below = sy - top;
      // A corner outside has no weight, and is read from a place that exists.
      const x0 = inside(left, width);
      const x1 = inside(left + 1, width);
      const y0 = inside(top, height);
      const y1 = inside(top + 1, height);
      const w00 = x0 * y0 * (1 - right) * (1 - below);
      const w01 = x1 * y0 * right * (1 - below);
      const w10 = x0 * y1 * (1 - right) * below;
      const w11 = x1 * y1 * right * below;
      const p0 = y0 * top * row;
      const p1 = y1 * (top + 1) * row;
      const q0 = x0 * left * channels;
      const q1 = x1 * (left + 1) * channels;
      for (let c = 0; c < channels; c++) {
        pixels[at + c] = w00 * from[p0 + q0 + c]! + w01 * from[p0 + q1 + c]! +
          w10 * from[p1 + q0 + c]! + w11 * from[p1 + q1 + c]!;
      }
    }
  }
}

function inside(place: number, size: number): 0 | 1 {
  return place >= 0 && place < size ? 1 : 0;
}

/** Fills a square of `side` pixels about `(y, x)`, as far as it lies in the image. */
export function cutOut(
  { pixels, height, width, channels }: Image,
  { y, x, side, fill }: { y: number; x: number; side: number; fill: number },
): void {
  const [top, left] = [y - (side >> 1), x - (side >> 1)];
  const right = Math.min(width, left + side);
  for (let r = Math.max(0, top); r < Math.min(height, top + side); r++) {
    const start = (r * width + Math.max(0, left)) * channels;
    pixels.fill(fill, start, (r * width + right) * channels);
  }
}
