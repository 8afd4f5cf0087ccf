/**
 * Eigenvalues and eigenvectors of a small tridiagonal matrix by implicit QL with Wilkinson's shift
 * (Bowdler, Martin, Reinsch and Wilkinson, Numer. Math. 11, 1968): the leaves of divide and conquer.
 *
 * The rotations of one sweep are kept and applied to four columns of the vectors at a time, so each
 * number is read and written once per sweep. Cost grows as `6 m³`: right for sizes up to about 32.
 *
 * @module
 */

import { madd, nmadd } from "./simd";

/** The rounding unit. */
const EPSILON: f64 = 2.220446049250313e-16;

/**
 * Replaces `d[0 … m − 1]` by the eigenvalues, unordered, and turns the vectors accordingly.
 * `e[0 … m − 2]` is destroyed. Returns 0, or 1 if one eigenvalue took more than 60 sweeps.
 *
 * @param y The first vector in the first sliver of columns, `sliver` bytes from one to the next.
 * @param slivers How many slivers the vectors have here.
 * @param rotations Room for `2 m` numbers.
 * @param floor What counts as zero beside the whole matrix.
 */
export function solveLeaf(
  d: usize,
  e: usize,
  m: i32,
  y: usize,
  sliver: usize,
  slivers: i32,
  rotations: usize,
  floor: f64,
): i32 {
  for (let l = 0; l < m; l++) {
    for (let count = 0;; count++) {
      const split = firstSplit(d, e, m, l, floor);
      if (split === l) break;
      if (count === 60) return 1;
      const first = sweep(d, e, l, split, rotations);
      for (let s = 0; s < slivers; s++) {
        rotate(y + <usize> s * sliver, first, split, rotations);
      }
    }
  }
  return 0;
}

@inline
function get(x: usize, i: i32): f64 {
  return load<f64>(x + (<usize> i << 3));
}

@inline
function put(x: usize, i: i32, value: f64): void {
  store<f64>(x + (<usize> i << 3), value);
}

/** The first index from `l` on whose subdiagonal entry is negligible. */
function firstSplit(d: usize, e: usize, m: i32, l: i32, floor: f64): i32 {
  let i = l;
  for (; i < m - 1; i++) {
    const size = Math.abs(get(d, i)) + Math.abs(get(d, i + 1));
    if (Math.abs(get(e, i)) <= EPSILON * size + floor) {
      put(e, i, 0);
      break;
    }
  }
  return i;
}

/**
 * One sweep over the unreduced block `l … m`. Rotation `i` lies at `rotations[2 i]` as cosine and sine;
 * returns the lowest `i` there is.
 */
function sweep(d: usize, e: usize, l: i32, m: i32, rotations: usize): i32 {
  const half = (get(d, l + 1) - get(d, l)) / (2 * get(e, l));
  const root = Math.sqrt(half * half + 1);
  let g = get(d, m) - get(d, l) +
    get(e, l) / (half >= 0 ? half + root : half - root);
  let s: f64 = 1;
  let c: f64 = 1;
  let p: f64 = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * get(e, i);
    const b = c * get(e, i);
    const r = Math.sqrt(f * f + g * g);
    put(e, i + 1, r);
    if (r === 0) {
      put(d, i + 1, get(d, i + 1) - p);
      put(e, m, 0);
      return i + 1;
    }
    const inverse = 1 / r;
    s = f * inverse;
    c = g * inverse;
    g = get(d, i + 1) - p;
    const t = (get(d, i) - g) * s + 2 * c * b;
    p = s * t;
    put(d, i + 1, g + p);
    g = c * t - b;
    put(rotations, 2 * i, c);
    put(rotations, 2 * i + 1, s);
  }
  put(d, l, get(d, l) - p);
  put(e, l, g);
  put(e, m, 0);
  return l;
}

/** Applies the rotations `m − 1 … first` to the vectors `first … m` in one sliver. */
function rotate(y: usize, first: i32, m: i32, rotations: usize): void {
  let at = y + (<usize> m << 5);
  let x0 = v128.load(at, 0);
  let x1 = v128.load(at, 16);
  let pair = rotations + (<usize> (m - 1) << 4);
  for (let i = m - 1; i >= first; i--) {
    const c = v128.load64_splat(pair, 0);
    const s = v128.load64_splat(pair, 8);
    at -= 32;
    const w0 = v128.load(at, 0);
    const w1 = v128.load(at, 16);
    v128.store(at, madd(s, w0, f64x2.mul(c, x0)), 32);
    v128.store(at, madd(s, w1, f64x2.mul(c, x1)), 48);
    x0 = nmadd(s, x0, f64x2.mul(c, w0));
    x1 = nmadd(s, x1, f64x2.mul(c, w1));
    pair -= 16;
  }
  v128.store(at, x0, 0);
  v128.store(at, x1, 16);
}
