/**
 * The product kernel: a 4 × 8 tile of `AᵀB` from packed slivers. Everything that multiplies matrices ends
 * here.
 *
 * @module
 */

import { madd } from "./simd";

/** Stores a vector, or adds it to what is there. */
@inline
function put(at: usize, x: v128, keep: bool): void {
  v128.store(at, keep ? f32x4.add(x, v128.load(at)) : x);
}

/**
 * `Σ_k A[k]ᵀ B[k]` on a 4 × 8 tile whose rows are `stride` bytes apart; added to what is there if that is kept.
 *
 * One load and four shuffles make the four factors of a step: loading each by itself would check its
 * bounds four times. More than eight sums do not stay in registers.
 *
 * @param a `[depth, 4]`, packed: the rows.
 * @param b `[depth, 8]`, packed: the columns.
 */
export function tile(
  a: usize,
  b: usize,
  depth: i32,
  c: usize,
  stride: usize,
  keep: bool,
): void {
  let p00 = f32x4.splat(0);
  let p01 = p00, p10 = p00, p11 = p00;
  let p20 = p00, p21 = p00, p30 = p00, p31 = p00;
  const end = a + (<usize> depth << 4);
  while (a < end) {
    const b0 = v128.load(b, 0);
    const b1 = v128.load(b, 16);
    const rows = v128.load(a);
    const a0 = v128.shuffle<f32>(rows, rows, 0, 0, 0, 0);
    p00 = madd(a0, b0, p00);
    p01 = madd(a0, b1, p01);
    const a1 = v128.shuffle<f32>(rows, rows, 1, 1, 1, 1);
    p10 = madd(a1, b0, p10);
    p11 = madd(a1, b1, p11);
    const a2 = v128.shuffle<f32>(rows, rows, 2, 2, 2, 2);
    p20 = madd(a2, b0, p20);
    p21 = madd(a2, b1, p21);
    const a3 = v128.shuffle<f32>(rows, rows, 3, 3, 3, 3);
    p30 = madd(a3, b0, p30);
    p31 = madd(a3, b1, p31);
    a += 16;
    b += 32;
  }
  put(c, p00, keep);
  put(c + 16, p01, keep);
  c += stride;
  put(c, p10, keep);
  put(c + 16, p11, keep);
  c += stride;
  put(c, p20, keep);
  put(c + 16, p21, keep);
  c += stride;
  put(c, p30, keep);
  put(c + 16, p31, keep);
}

/** The same on a tile that the matrix ends in, after `rows` rows and `columns` columns. */
function edge(
  a: usize,
  b: usize,
  depth: i32,
  c: usize,
  stride: usize,
  rows: i32,
  columns: i32,
  spare: usize,
  keep: bool,
): void {
  tile(a, b, depth, spare, 32, false);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const to = c + <usize> i * stride + (<usize> j << 2);
      const from = spare + (<usize> i << 5) + (<usize> j << 2);
      const before: f32 = keep ? load<f32>(to) : 0;
      store<f32>(to, before + load<f32>(from));
    }
  }
}

/**
 * `AᵀB` for `C [rows, columns]`, its rows `stride` bytes apart; added to what is there if that is kept.
 *
 * @param a Slivers `[depth, 4]`, `sliverA` bytes apart; the last may be filled up with anything.
 * @param b Slivers `[depth, 8]`, `sliverB` bytes apart; the last may be filled up with anything.
 * @param spare 128 bytes.
 */
export function multiply(
  c: usize,
  stride: usize,
  rows: i32,
  columns: i32,
  a: usize,
  sliverA: usize,
  b: usize,
  sliverB: usize,
  depth: i32,
  spare: usize,
  keep: bool,
): void {
  for (let j = 0; j < columns; j += 8) {
    let from = a;
    let to = c + (<usize> j << 2);
    for (let i = 0; i < rows; i += 4) {
      if (i + 4 <= rows && j + 8 <= columns) {
        tile(from, b, depth, to, stride, keep);
      } else {
        const height = min(4, rows - i), width = min(8, columns - j);
        edge(from, b, depth, to, stride, height, width, spare, keep);
      }
      from += sliverA;
      to += stride << 2;
    }
    b += sliverB;
  }
}
