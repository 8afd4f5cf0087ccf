/**
 * Convolutions by 3 × 3 filters with 16 products for every 2 × 2 outputs instead of 36 (Lavin and Gray, "Fast
 * Algorithms for Convolutional Neural Networks", CVPR 2016, F(2×2, 3×3)):
 *
 *     Y = Aᵀ ((G g Gᵀ) ⊙ (Bᵀ d B)) A,   and for the gradient of the filter   dg = Gᵀ (Σ (Bᵀ d B) ⊙ (A dY Aᵀ)) G.
 *
 * A tile is 4 × 4 pixels of the input, two pixels from the next. What the 16 places of all tiles have in them are 16
 * matrices, which are multiplied place by place; all functions here lay out one such matrix every `place` bytes. Four
 * channels are handled at a time.
 *
 * @module
 */

import { transposeRows } from "./pack";

/** `t Bᵀ` of a row, in four vectors `step` bytes apart. */
@inline
function inputRow(
  t0: v128,
  t1: v128,
  t2: v128,
  t3: v128,
  to: usize,
  step: usize,
): void {
  v128.store(to, f32x4.sub(t0, t2));
  v128.store(to + step, f32x4.add(t1, t2));
  v128.store(to + 2 * step, f32x4.sub(t2, t1));
  v128.store(to + 3 * step, f32x4.sub(t1, t3));
}

/**
 * `Bᵀ d B` of the tile at `d`, in 16 vectors at `to`, `step` bytes apart. Written out, so that what is in between stays
 * out of memory, where every access is checked.
 */
@inline
function inputTile(
  d: usize,
  row: usize,
  pixel: usize,
  to: usize,
  step: usize,
): void {
  let a = v128.load(d), b = v128.load(d + row);
  let c = v128.load(d + 2 * row), e = v128.load(d + 3 * row);
  const t00 = f32x4.sub(a, c), t10 = f32x4.add(b, c);
  const t20 = f32x4.sub(c, b), t30 = f32x4.sub(b, e);
  d += pixel;
  a = v128.load(d), b = v128.load(d + row);
  c = v128.load(d + 2 * row), e = v128.load(d + 3 * row);
  const t01 = f32x4.sub(a, c), t11 = f32x4.add(b, c);
  const t21 = f32x4.sub(c, b), t31 = f32x4.sub(b, e);
  d += pixel;
  a = v128.load(d), b = v128.load(d + row);
  c = v128.load(d + 2 * row), e = v128.load(d + 3 * row);
  const t02 = f32x4.sub(a, c), t12 = f32x4.add(b, c);
  const t22 = f32x4.sub(c, b), t32 = f32x4.sub(b, e);
  d += pixel;
  a = v128.load(d), b = v128.load(d + row);
  c = v128.load(d + 2 * row), e = v128.load(d + 3 * row);
  const t03 = f32x4.sub(a, c), t13 = f32x4.add(b, c);
  const t23 = f32x4.sub(c, b), t33 = f32x4.sub(b, e);
  inputRow(t00, t01, t02, t03, to, step);
  inputRow(t10, t11, t12, t13, to + 4 * step, step);
  inputRow(t20, t21, t22, t23, to + 8 * step, step);
  inputRow(t30, t31, t32, t33, to + 12 * step, step);
}

/**
 * Packs tiles `first … first + count − 1` of a canvas as rows: at each place slivers of four tiles, the depth runs over
 * the channels.
 *
 * @param width Tiles a row.
 * @param row Bytes of a row of the canvas.
 * @param spare 1024 bytes.
 */
export function packTileRows(
  canvas: usize,
  width: i32,
  row: usize,
  channels: i32,
  first: i32,
  count: i32,
  to: usize,
  place: usize,
  spare: usize,
): void {
  const pixel = <usize> channels << 2;
  const last = first + count - 1;
  for (let i = first; i <= last; i += 4) {
    for (let c: usize = 0; c < pixel; c += 16) {
      for (let k = 0; k < 4; k++) {
        const tile = min(i + k, last);
        const at = canvas + <usize> (tile / width) * 2 * row +
          <usize> (tile % width) * 2 * pixel + c;
        inputTile(at, row, pixel, spare + (<usize> k << 8), 16);
      }
      for (let p: usize = 0; p < 16; p++) {
        const at = spare + (p << 4);
        const out = to + p * place + (c << 2);
        transposeRows(at, at + 256, at + 512, at + 768, 4, out, 16);
      }
    }
    to += pixel << 2;
  }
}

/**
 * Packs the same tiles as columns: at each place slivers of four channels, `sliver` bytes apart, the depth runs over
 * the tiles.
 */
export function packTileColumns(
  canvas: usize,
  width: i32,
  row: usize,
  channels: i32,
  first: i32,
  count: i32,
  to: usize,
  place: usize,
  sliver: usize,
): void {
  const pixel = <usize> channels << 2;
  for (let i = first; i < first + count; i++) {
    const tile = canvas + <usize> (i / width) * 2 * row +
      <usize> (i % width) * 2 * pixel;
    for (let c: usize = 0; c < pixel; c += 16) {
      inputTile(tile + c, row, pixel, to + (c >> 4) * sliver, place);
    }
    to += 16;
  }
}

/** `(left, right) Aᵀ`, in four vectors `step` bytes apart. */
@inline
function spreadRow(left: v128, right: v128, to: usize, step: usize): void {
  v128.store(to, left);
  v128.store(to + step, f32x4.add(left, right));
  v128.store(to + 2 * step, f32x4.sub(left, right));
  v128.store(to + 3 * step, f32x4.neg(right));
}

/** `A m Aᵀ` of the 2 × 2 pixels at `m`, in 16 vectors at `to`, `step` bytes apart. */
@inline
function spreadTile(
  m: usize,
  row: usize,
  pixel: usize,
  to: usize,
  step: usize,
): void {
  const m00 = v128.load(m), m01 = v128.load(m + pixel);
  const m10 = v128.load(m + row), m11 = v128.load(m + row + pixel);
  spreadRow(m00, m01, to, step);
  to += 4 * step;
  spreadRow(f32x4.add(m00, m10), f32x4.add(m01, m11), to, step);
  to += 4 * step;
  spreadRow(f32x4.sub(m00, m10), f32x4.sub(m01, m11), to, step);
  spreadRow(f32x4.neg(m10), f32x4.neg(m11), to + 4 * step, step);
}

/**
 * Packs the gradient of the output, on a canvas of whole tiles, as columns: at each place slivers of eight channels,
 * `sliver` bytes apart, the depth runs over the tiles of 2 × 2 pixels.
 */
export function packSpreadColumns(
  canvas: usize,
  width: i32,
  row: usize,
  channels: i32,
  first: i32,
  count: i32,
  to: usize,
  place: usize,
  sliver: usize,
): void {
  const pixel = <usize> channels << 2;
  for (let i = first; i < first + count; i++) {
    const tile = canvas + <usize> (i / width) * 2 * row +
      <usize> (i % width) * 2 * pixel;
    for (let c: usize = 0; c < pixel; c += 16) {
      const at = to + (c >> 5) * sliver + (c & 16);
      spreadTile(tile + c, row, pixel, at, place);
    }
    to += 32;
  }
}

/** The left of `m A` of a row, four places from `m` on. */
@inline
function leftOf(m0: v128, m1: v128, m2: v128): v128 {
  return f32x4.add(f32x4.add(m0, m1), m2);
}

/** The right of it. */
@inline
function rightOf(m1: v128, m2: v128, m3: v128): v128 {
  return f32x4.sub(f32x4.sub(m1, m2), m3);
}

/**
 * Adds `Aᵀ m A` of every tile to the pixels of the output that there are; `m [places, count, channels]`.
 *
 * @param height Rows of the output.
 * @param columns Columns of the output.
 */
export function addOutputTiles(
  m: usize,
  place: usize,
  width: i32,
  channels: i32,
  first: i32,
  count: i32,
  y: usize,
  height: i32,
  columns: i32,
): void {
  const pixel = <usize> channels << 2;
  for (let i = first; i < first + count; i++) {
    const top = 2 * (i / width), left = 2 * (i % width);
    const below = top + 1 < height, beside = left + 1 < columns;
    const out = y + <usize> (top * columns + left) * pixel;
    const under = out + <usize> columns * pixel;
    for (let c: usize = 0; c < pixel; c += 16) {
      let p = m + c;
      let a = v128.load(p), b = v128.load(p + place);
      let d = v128.load(p + 2 * place), e = v128.load(p + 3 * place);
      const l0 = leftOf(a, b, d), r0 = rightOf(b, d, e);
      p += place << 2;
      a = v128.load(p), b = v128.load(p + place);
      d = v128.load(p + 2 * place), e = v128.load(p + 3 * place);
      const l1 = leftOf(a, b, d), r1 = rightOf(b, d, e);
      p += place << 2;
      a = v128.load(p), b = v128.load(p + place);
      d = v128.load(p + 2 * place), e = v128.load(p + 3 * place);
      const l2 = leftOf(a, b, d), r2 = rightOf(b, d, e);
      p += place << 2;
      a = v128.load(p), b = v128.load(p + place);
      d = v128.load(p + 2 * place), e = v128.load(p + 3 * place);
      const l3 = leftOf(a, b, d), r3 = rightOf(b, d, e);
      addTo(out + c, leftOf(l0, l1, l2));
      if (beside) addTo(out + c + pixel, leftOf(r0, r1, r2));
      if (below) addTo(under + c, rightOf(l1, l2, l3));
      if (below && beside) addTo(under + c + pixel, rightOf(r1, r2, r3));
    }
    m += pixel;
  }
}

@inline
function addTo(at: usize, x: v128): void {
  v128.store(at, f32x4.add(v128.load(at), x));
}

/** Half of the sum of three, of which the middle one may be taken off: rows 1 and 2 of `G`. */
@inline
function halfSum(a: v128, b: v128, c: v128): v128 {
  return f32x4.mul(f32x4.splat(0.5), f32x4.add(f32x4.add(a, b), c));
}

@inline
function halfDifference(a: v128, b: v128, c: v128): v128 {
  return f32x4.mul(f32x4.splat(0.5), f32x4.add(f32x4.sub(a, b), c));
}

/**
 * Packs `G g Gᵀ` of a filter `[9, inputs, outputs]` as columns: at each place slivers of eight outputs, the depth runs
 * over the inputs.
 *
 * @param spare 192 bytes.
 */
export function packFilter(
  filter: usize,
  inputs: i32,
  outputs: i32,
  to: usize,
  place: usize,
  spare: usize,
): void {
  const tap = <usize> (inputs * outputs) << 2;
  const sliver = <usize> inputs << 5;
  for (let c = 0; c < inputs; c++) {
    for (let o: usize = 0; o < <usize> outputs << 2; o += 16) {
      const g = filter + (<usize> (c * outputs) << 2) + o;
      for (let j: usize = 0; j < 3; j++) {
        const at = g + j * tap;
        const g0 = v128.load(at), g1 = v128.load(at + 3 * tap);
        const g2 = v128.load(at + 6 * tap);
        const out = spare + (j << 4);
        v128.store(out, g0, 0);
        v128.store(out, halfSum(g0, g1, g2), 48);
        v128.store(out, halfDifference(g0, g1, g2), 96);
        v128.store(out, g2, 144);
      }
      let out = to + (o >> 5) * sliver + (<usize> c << 5) + (o & 16);
      for (let i: usize = 0; i < 4; i++) {
        const at = spare + i * 48;
        const g0 = v128.load(at, 0), g1 = v128.load(at, 16);
        const g2 = v128.load(at, 32);
        v128.store(out, g0);
        v128.store(out + place, halfSum(g0, g1, g2));
        v128.store(out + 2 * place, halfDifference(g0, g1, g2));
        v128.store(out + 3 * place, g2);
        out += place << 2;
      }
    }
  }
}

/** Adds `Gᵀ u G` to a filter `[9, inputs · outputs]`; `u [places, inputs · outputs]`. */
export function addFilter(
  u: usize,
  place: usize,
  size: i32,
  filter: usize,
  spare: usize,
): void {
  const bytes = <usize> size << 2;
  const half = f32x4.splat(0.5);
  for (let x: usize = 0; x < bytes; x += 16) {
    for (let j: usize = 0; j < 4; j++) {
      const at = u + j * place + x;
      const u0 = v128.load(at), u1 = v128.load(at + 4 * place);
      const u2 = v128.load(at + 8 * place), u3 = v128.load(at + 12 * place);
      const sum = f32x4.mul(half, f32x4.add(u1, u2));
      const difference = f32x4.mul(half, f32x4.sub(u1, u2));
      const out = spare + (j << 4);
      v128.store(out, f32x4.add(u0, sum), 0);
      v128.store(out, difference, 64);
      v128.store(out, f32x4.add(sum, u3), 128);
    }
    for (let i: usize = 0; i < 3; i++) {
      const at = spare + (i << 6);
      const u0 = v128.load(at, 0), u1 = v128.load(at, 16);
      const u2 = v128.load(at, 32), u3 = v128.load(at, 48);
      const sum = f32x4.mul(half, f32x4.add(u1, u2));
      const difference = f32x4.mul(half, f32x4.sub(u1, u2));
      const out = filter + 3 * i * bytes + x;
      addTo(out, f32x4.add(u0, sum));
      addTo(out + bytes, difference);
      addTo(out + 2 * bytes, f32x4.add(sum, u3));
    }
  }
}

/** The filter turned around with inputs and outputs exchanged: `[9, inputs, outputs]` to `[9, outputs, inputs]`. */
export function turnFilter(
  filter: usize,
  inputs: i32,
  outputs: i32,
  to: usize,
): void {
  const tap = <usize> (inputs * outputs) << 2;
  const stride = <usize> outputs << 2;
  for (let t: usize = 0; t < 9; t++) {
    const from = filter + (8 - t) * tap;
    for (let c = 0; c < inputs; c += 4) {
      const row = from + <usize> c * stride;
      const out = to + t * tap + (<usize> c << 2);
      transposeRows(
        row,
        row + stride,
        row + 2 * stride,
        row + 3 * stride,
        outputs,
        out,
        <usize> inputs << 2,
      );
    }
  }
}
