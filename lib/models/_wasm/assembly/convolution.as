/**
 * Convolution as a product of matrices that never exist whole: an image is placed on a canvas large
 * enough for every patch, and patches are packed from there, a few at a time. A table tells where each tap
 * of the filter lies relative to the first, in bytes, so strides and dilations are no concern here.
 *
 * @module
 */

import { transposeRows } from "./pack";

/**
 * Places the pixels of an image on a canvas: pixel `(y, x)` goes to `(top + y·stepY, left + x·stepX)`, if that
 * is on the canvas.
 *
 * @param image `[height, width]` pixels of `channels` numbers.
 * @param canvas `[rows, columns]` pixels.
 */
export function placeImage(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  canvas: usize,
  rows: i32,
  columns: i32,
  top: i32,
  left: i32,
  stepY: i32,
  stepX: i32,
): void {
  const pixel = <usize> channels << 2;
  for (let y = 0; y < height; y++) {
    const row = top + y * stepY;
    if (row < 0 || row >= rows) continue;
    const from = image + <usize> (y * width) * pixel;
    const to = canvas + <usize> (row * columns) * pixel;
    if (stepX === 1) {
      const first = max(0, -left), end = min(width, columns - left);
      if (first >= end) continue;
      memory.copy(
        to + <usize> (left + first) * pixel,
        from + <usize> first * pixel,
        <usize> (end - first) * pixel,
      );
      continue;
    }
    for (let x = 0; x < width; x++) {
      const column = left + x * stepX;
      if (column < 0 || column >= columns) continue;
      const at = to + <usize> column * pixel;
      memory.copy(at, from + <usize> x * pixel, pixel);
    }
  }
}

/**
 * Packs the patches of output pixels `first … first + count − 1` as rows: slivers of four pixels, the depth
 * runs over `taps` taps and the channels of each.
 *
 * @param width Output pixels a row.
 * @param stepY Bytes from the patch of a pixel to that of the one below.
 * @param stepX Bytes from the patch of a pixel to that of the next.
 * @param offsets `[taps]`, bytes.
 */
export function packPatches(
  canvas: usize,
  width: i32,
  stepY: usize,
  stepX: usize,
  first: i32,
  count: i32,
  offsets: usize,
  taps: i32,
  channels: i32,
  to: usize,
): void {
  const bytes = <usize> channels << 4;
  const lastInRow = width - 1;
  let column = first % width;
  let row = canvas + <usize> (first / width) * stepY;
  let at = row + <usize> column * stepX;
  let left = count;
  let p0 = at, p1 = at, p2 = at, p3 = at;
  while (left > 0) {
    // Where there is no next pixel the last one is repeated.
    for (let k = 0; k < 4; k++) {
      p0 = p1, p1 = p2, p2 = p3, p3 = at;
      if (--left <= 0) continue;
      if (column === lastInRow) {
        column = 0;
        row += stepY;
        at = row;
      } else {
        column++;
        at += stepX;
      }
    }
    const adjacent = channels === 1 && p3 - p0 === 12 && p1 - p0 === 4;
    for (let t = 0; t < taps; t++) {
      const tap = <usize> load<u32>(offsets + (<usize> t << 2));
      if (adjacent) v128.store(to, v128.load(p0 + tap));
      else {
        transposeRows(p0 + tap, p1 + tap, p2 + tap, p3 + tap, channels, to, 16);
      }
      to += bytes;
    }
  }
}

/** Copies one number of each patch, four bytes wide or sixteen, every sixteen bytes. */
@inline
function gather<T>(
  from: usize,
  height: i32,
  width: i32,
  stepY: usize,
  stepX: usize,
  to: usize,
): void {
  for (let y = 0; y < height; y++) {
    let x = from + <usize> y * stepY;
    const end = to + (<usize> width << 4);
    for (; to < end; to += 16) {
      store<T>(to, load<T>(x));
      x += stepX;
    }
  }
}

/** Packs four taps of one channel where pixels are next to each other. */
@inline
function packFourTaps(
  canvas: usize,
  height: i32,
  width: i32,
  stepY: usize,
  offsets: usize,
  to: usize,
): void {
  let t0 = canvas + <usize> load<u32>(offsets, 0);
  let t1 = canvas + <usize> load<u32>(offsets, 4);
  let t2 = canvas + <usize> load<u32>(offsets, 8);
  let t3 = canvas + <usize> load<u32>(offsets, 12);
  for (let y = 0; y < height; y++) {
    transposeRows(t0, t1, t2, t3, width, to, 16);
    t0 += stepY, t1 += stepY, t2 += stepY, t3 += stepY;
    to += <usize> width << 4;
  }
}

/**
 * Packs the patches of all output pixels as columns: slivers of four entries of the patch, the depth runs
 * over `height · width` pixels.
 */
export function packPatchEntries(
  canvas: usize,
  height: i32,
  width: i32,
  stepY: usize,
  stepX: usize,
  offsets: usize,
  taps: i32,
  channels: i32,
  to: usize,
  sliver: usize,
): void {
  let k = 0;
  let t = 0;
  if (channels === 1 && stepX === 4) {
    for (; t + 4 <= taps; t += 4) {
      const table = offsets + (<usize> t << 2);
      packFourTaps(canvas, height, width, stepY, table, to);
      to += sliver;
    }
  }
  for (; t < taps; t++) {
    const tap = canvas + <usize> load<u32>(offsets + (<usize> t << 2));
    if ((channels & 3) === 0) {
      for (let c = 0; c < channels; c += 4) {
        const at = to + <usize> (k >> 2) * sliver;
        gather<v128>(tap + (<usize> c << 2), height, width, stepY, stepX, at);
        k += 4;
      }
    } else {
      for (let c = 0; c < channels; c++) {
        const at = to + <usize> (k >> 2) * sliver + (<usize> (k & 3) << 2);
        gather<f32>(tap + (<usize> c << 2), height, width, stepY, stepX, at);
        k += 1;
      }
    }
  }
}
