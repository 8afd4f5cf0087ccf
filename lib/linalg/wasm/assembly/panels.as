/**
 * The layout everything here streams through: a matrix as panels of four rows, in each panel the
 * columns two by two, so that one cache line holds two columns of four rows.
 *
 * ```text
 * address + 32 c:   a[0,c] a[0,c+1]   a[1,c] a[1,c+1]   a[2,c] a[2,c+1]   a[3,c] a[3,c+1]      (c even)
 * ```
 *
 * A panel is read through a single pointer with constant offsets, in memory order. That spares bounds
 * checks and address arithmetic, which cost a WASM kernel as much as the arithmetic proper. A lower
 * triangle keeps panel `P` up to column `4P + 3`; its diagonal block is kept whole.
 *
 * @module
 */

import { lanes, madd } from "./simd";

/** Where panel `panel` of a lower triangle begins, in bytes from the first. */
@inline
export function panelOffset(panel: i32): usize {
  return <usize> panel * <usize> (panel + 1) << 6;
}

/** The address of `a[row, column]`, `column` even, in the lower triangle at `a`. */
@inline
export function entry(a: usize, row: i32, column: i32): usize {
  return a + panelOffset(row >> 2) + (<usize> (column & ~1) << 5) +
    (<usize> (row & 3) << 4) + (<usize> (column & 1) << 3);
}

/**
 * `out[0 … 3] = W x` and, at once, `y += Wᵀ v` for one panel `W` of `columns` columns (multiple of 4).
 * The heart of the symmetric matrix–vector product: 16 multiply–adds for each cache line read.
 */
export function panelBoth(
  w: usize,
  columns: i32,
  x: usize,
  y: usize,
  v: usize,
  out: usize,
): void {
  const v0 = v128.load64_splat(v, 0);
  const v1 = v128.load64_splat(v, 8);
  const v2 = v128.load64_splat(v, 16);
  const v3 = v128.load64_splat(v, 24);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = w + (<usize> columns << 5);
  while (w < end) {
    const a0 = v128.load(w, 0);
    const a1 = v128.load(w, 16);
    const a2 = v128.load(w, 32);
    const a3 = v128.load(w, 48);
    const xa = v128.load(x, 0);
    s0 = madd(a0, xa, s0);
    s1 = madd(a1, xa, s1);
    s2 = madd(a2, xa, s2);
    s3 = madd(a3, xa, s3);
    const ya = madd(a1, v1, madd(a0, v0, v128.load(y, 0)));
    v128.store(y, madd(a3, v3, madd(a2, v2, ya)), 0);
    const b0 = v128.load(w, 64);
    const b1 = v128.load(w, 80);
    const b2 = v128.load(w, 96);
    const b3 = v128.load(w, 112);
    const xb = v128.load(x, 16);
    s0 = madd(b0, xb, s0);
    s1 = madd(b1, xb, s1);
    s2 = madd(b2, xb, s2);
    s3 = madd(b3, xb, s3);
    const yb = madd(b1, v1, madd(b0, v0, v128.load(y, 16)));
    v128.store(y, madd(b3, v3, madd(b2, v2, yb)), 16);
    w += 128;
    x += 32;
    y += 32;
  }
  store<f64>(out, lanes(s0), 0);
  store<f64>(out, lanes(s1), 8);
  store<f64>(out, lanes(s2), 16);
  store<f64>(out, lanes(s3), 24);
}

/** `out[0 … 3] = W x` for one panel `W` of `columns` columns (even). */
export function panelDots(w: usize, columns: i32, x: usize, out: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = w + (<usize> columns << 5);
  while (w < end) {
    const xk = v128.load(x);
    s0 = madd(v128.load(w, 0), xk, s0);
    s1 = madd(v128.load(w, 16), xk, s1);
    s2 = madd(v128.load(w, 32), xk, s2);
    s3 = madd(v128.load(w, 48), xk, s3);
    w += 64;
    x += 16;
  }
  store<f64>(out, lanes(s0), 0);
  store<f64>(out, lanes(s1), 8);
  store<f64>(out, lanes(s2), 16);
  store<f64>(out, lanes(s3), 24);
}

/** `y += Wᵀ v` for one panel `W` of `columns` columns (even) and `v[0 … 3]`. */
export function panelSum(w: usize, columns: i32, v: usize, y: usize): void {
  const v0 = v128.load64_splat(v, 0);
  const v1 = v128.load64_splat(v, 8);
  const v2 = v128.load64_splat(v, 16);
  const v3 = v128.load64_splat(v, 24);
  const end = w + (<usize> columns << 5);
  while (w < end) {
    const low = madd(
      v128.load(w, 16),
      v1,
      madd(v128.load(w, 0), v0, v128.load(y)),
    );
    const high = madd(
      v128.load(w, 48),
      v3,
      f64x2.mul(v128.load(w, 32), v2),
    );
    v128.store(y, f64x2.add(low, high));
    w += 64;
    y += 16;
  }
}

/**
 * Brings four rows of a lower triangle into a panel, times `factor`; the diagonal block is
 * completed from its own lower half.
 *
 * @param rows Four rows, `stride` bytes apart, each valid up to its diagonal.
 */
export function packTrianglePanel(
  rows: usize,
  stride: usize,
  panel: i32,
  a: usize,
  factor: f64,
): void {
  const factors = f64x2.splat(factor);
  let to = a + panelOffset(panel);
  const columns = panel << 2;
  let from = rows;
  for (let c = 0; c < columns; c += 2) {
    let row = from;
    for (let r = 0; r < 4; r++) {
      v128.store(to, f64x2.mul(v128.load(row), factors));
      to += 16;
      row += stride;
    }
    from += 16;
  }
  for (let r = 0; r < 4; r++) {
    for (let c = 0; c < 4; c++) {
      const at = r >= c
        ? from + <usize> r * stride + (<usize> c << 3)
        : from + <usize> c * stride + (<usize> r << 3);
      store<f64>(entry(a, columns + r, columns + c), load<f64>(at) * factor);
    }
  }
}
