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
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = reflect(y - down, height) * width;
    for (let x = 0; x < width; x++) {
      const source = (row + reflect(x - right, width)) * channels;
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
  const [midX, midY] = [(width - 1) / 2, (height - 1) / 2];
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x - midX, y - midY];
      const sx = map.a * u + map.b * v + map.shiftX + midX;
      const sy = map.c * u + map.d * v + map.shiftY + midY;
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      const [fx, fy] = [sx - x0, sy - y0];
      const w00 = inside(x0, y0, image) * (1 - fx) * (1 - fy);
      const w01 = inside(x0 + 1, y0, image) * fx * (1 - fy);
      const w10 = inside(x0, y0 + 1, image) * (1 - fx) * fy;
      const w11 = inside(x0 + 1, y0 + 1, image) * fx * fy;
      const p = (y0 * width + x0) * channels;
      const below = p + width * channels;
      for (let c = 0; c < channels; c++) {
        pixels[at++] = (w00 && w00 * from[p + c]!) +
          (w01 && w01 * from[p + channels + c]!) +
          (w10 && w10 * from[below + c]!) +
          (w11 && w11 * from[below + channels + c]!);
      }
    }
  }
}

function inside(x: number, y: number, { width, height }: Image): 0 | 1 {
  return x >= 0 && y >= 0 && x < width && y < height ? 1 : 0;
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
