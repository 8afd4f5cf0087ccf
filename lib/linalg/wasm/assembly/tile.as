/**
 * The product kernel: a 4 × 4 tile of `AᵀB` from packed slivers, in two forms that differ in how the tile
 * lies in memory. Everything with `n³` operations ends here.
 *
 * @module
 */

import { madd, swap } from "./simd";

/** A row of two of the products kept as `(a₀ b₀, a₁ b₁)` and `(a₀ b₁, a₁ b₀)`. */
@inline
function untwist(straight: v128, crossed: v128, row: i32): v128 {
  return row === 0
    ? v128.shuffle<f64>(straight, crossed, 0, 2)
    : v128.shuffle<f64>(crossed, straight, 1, 3);
}

/**
 * `C += sign · Σ_k A[k]ᵀ B[k]` on a 4 × 4 block of a panel (two cache lines at `c`).
 *
 * Lanes are exchanged instead of broadcast: `(a₀ b₀, a₁ b₁)` and `(a₀ b₁, a₁ b₀)` cost one shuffle for
 * four products, where broadcasting costs one load, and its bounds check, for each two. Unrolled twice
 * it takes twice the time: the bounds of the constant offsets push the sums out of the registers. One address
 * runs and the other keeps its distance, which is worth 5 to 15 % with fused products.
 *
 * @param a `[depth, 4]`, packed: the rows.
 * @param b `[depth, 4]`, packed: the columns.
 */
export function tile(
  a: usize,
  b: usize,
  depth: i32,
  c: usize,
  sign: f64,
): void {
  let p00 = f64x2.splat(0);
  let p01 = p00, p02 = p00, p03 = p00;
  let p10 = p00, p11 = p00, p12 = p00, p13 = p00;
  const end = a + (<usize> depth << 5);
  const delta = b - a;
  while (a < end) {
    const a0 = v128.load(a, 0);
    const a1 = v128.load(a, 16);
    const b0 = v128.load(a + delta, 0);
    const b1 = v128.load(a + delta, 16);
    p00 = madd(a0, b0, p00);
    p10 = madd(a1, b0, p10);
    p02 = madd(a0, b1, p02);
    p12 = madd(a1, b1, p12);
    const s0 = swap(b0);
    p01 = madd(a0, s0, p01);
    p11 = madd(a1, s0, p11);
    const s1 = swap(b1);
    p03 = madd(a0, s1, p03);
    p13 = madd(a1, s1, p13);
    a += 32;
  }
  const f = f64x2.splat(sign);
  v128.store(c, madd(f, untwist(p00, p01, 0), v128.load(c, 0)), 0);
  v128.store(c, madd(f, untwist(p00, p01, 1), v128.load(c, 16)), 16);
  v128.store(c, madd(f, untwist(p10, p11, 0), v128.load(c, 32)), 32);
  v128.store(c, madd(f, untwist(p10, p11, 1), v128.load(c, 48)), 48);
  v128.store(c, madd(f, untwist(p02, p03, 0), v128.load(c, 64)), 64);
  v128.store(c, madd(f, untwist(p02, p03, 1), v128.load(c, 80)), 80);
  v128.store(c, madd(f, untwist(p12, p13, 0), v128.load(c, 96)), 96);
  v128.store(c, madd(f, untwist(p12, p13, 1), v128.load(c, 112)), 112);
}

/**
 * `C += sign · Σ_k A[k]ᵀ B[k]` on a 4 × 4 block of slivers: row after row of four (two cache lines at `c`).
 *
 * @param a `[depth, 4]`, packed: the rows.
 * @param b `[depth, 4]`, packed: the columns.
 */
export function sliverTile(
  a: usize,
  b: usize,
  depth: i32,
  c: usize,
  sign: f64,
): void {
  let p00 = f64x2.splat(0);
  let p01 = p00, p02 = p00, p03 = p00;
  let p10 = p00, p11 = p00, p12 = p00, p13 = p00;
  const end = a + (<usize> depth << 5);
  const delta = b - a;
  while (a < end) {
    const a0 = v128.load(a, 0);
    const a1 = v128.load(a, 16);
    const b0 = v128.load(a + delta, 0);
    const b1 = v128.load(a + delta, 16);
    p00 = madd(a0, b0, p00);
    p10 = madd(a1, b0, p10);
    p02 = madd(a0, b1, p02);
    p12 = madd(a1, b1, p12);
    const s0 = swap(b0);
    p01 = madd(a0, s0, p01);
    p11 = madd(a1, s0, p11);
    const s1 = swap(b1);
    p03 = madd(a0, s1, p03);
    p13 = madd(a1, s1, p13);
    a += 32;
  }
  const f = f64x2.splat(sign);
  v128.store(c, madd(f, untwist(p00, p01, 0), v128.load(c, 0)), 0);
  v128.store(c, madd(f, untwist(p00, p01, 1), v128.load(c, 32)), 32);
  v128.store(c, madd(f, untwist(p10, p11, 0), v128.load(c, 64)), 64);
  v128.store(c, madd(f, untwist(p10, p11, 1), v128.load(c, 96)), 96);
  v128.store(c, madd(f, untwist(p02, p03, 0), v128.load(c, 16)), 16);
  v128.store(c, madd(f, untwist(p02, p03, 1), v128.load(c, 48)), 48);
  v128.store(c, madd(f, untwist(p12, p13, 0), v128.load(c, 80)), 80);
  v128.store(c, madd(f, untwist(p12, p13, 1), v128.load(c, 112)), 112);
}
