/**
 * Householder reduction of a symmetric matrix to tridiagonal form, blocked.
 *
 * Rows are eliminated from the last upwards. Within a block of `b` rows the matrix stands still and the
 * reflectors wait in a panel `W = (u, q, u′, q′, …)`; after it the leading part takes all of them at
 * once as `A − UQᵀ − QUᵀ`, at the speed of a matrix product (Dongarra, Sorensen and Hammarling, Block
 * reduction of matrices to condensed forms for eigenvalue computations, LAPACK Working Note 2, 1987).
 *
 * Half of the `4/3 n³` operations remain matrix–vector products: bound by memory once the triangle has
 * outgrown the cache.
 *
 * @module
 */

import { allocate } from "./arena";
import { addToTriangle } from "./moment";
import {
  entry,
  panelBoth,
  panelDots,
  panelOffset,
  panelSum,
} from "./panels";
import { lanes, madd } from "./simd";

/** Vectors whose squares sum to less count as zero; the largest entry of the input is about 1. */
const NEGLIGIBLE: f64 = 1e-290;

let width: i32 = 0;
let waiting: usize = 0;
let waitingStride: usize = 0;
let coefficients: usize = 0;
let left: usize = 0;
let right: usize = 0;
let product: usize = 0;
let reflector: usize = 0;
let scratch: usize = 0;

/** Bytes that {@linkcode tridiagonalize} takes from the arena for size `n`. */
export function tridiagonalBytes(n: i32): f64 {
  const padded = <f64> ((n + 7) & ~3);
  return padded * (16 * 16 + 32 * 16 + 16) + 4096;
}

function prepare(n: i32): void {
  const padded = <usize> ((n + 7) & ~3);
  width = n <= 96 ? 8 : 16;
  waitingStride = padded << 5;
  waiting = allocate(<f64> waitingStride * <f64> (width >> 1));
  // The second half of a panel that waits half full is multiplied by zeros: it must be finite.
  memory.fill(waiting, 0, waitingStride * <usize> (width >> 1));
  left = allocate(<f64> (padded << 4) * <f64> width);
  right = allocate(<f64> (padded << 4) * <f64> width);
  product = allocate(<f64> (padded << 3));
  reflector = allocate(<f64> (padded << 3));
  coefficients = allocate(1024);
  scratch = allocate(64);
}

/**
 * Reduces the lower triangle `a` of panels (destroyed) to diagonal `d` and subdiagonal
 * `e[1 … n − 1]`.
 *
 * @param reflectors Row `i` (`stride` bytes each) receives the reflector that eliminated row `i`, with
 *   `I − u uᵀ / h`, `h` in `heights[i]` (0 where there was nothing to do); 0 keeps none.
 */
export function tridiagonalize(
  a: usize,
  n: i32,
  d: usize,
  e: usize,
  reflectors: usize,
  stride: usize,
  heights: usize,
): void {
  prepare(n);
  for (let m = n; m > 0;) {
    const count = min(width, m);
    for (let k = 0; k < count; k++) {
      eliminate(a, m - 1 - k, k, d, e);
      if (reflectors) keep(m - 1 - k, reflectors, stride, heights);
    }
    m -= count;
    update(a, m, count);
  }
}

/** Eliminates row `i`, the `k`-th of its block. */
function eliminate(a: usize, i: i32, k: i32, d: usize, e: usize): void {
  const row = reflector;
  const columns = (i + 2) & ~1;
  loadRow(a, i, row);
  gatherCoefficients(i, k);
  for (let g = 0; g < k; g += 2) {
    panelSum(
      waiting + <usize> (g >> 1) * waitingStride,
      columns,
      coefficients + (<usize> g << 4),
      row,
    );
  }
  store<f64>(d + (<usize> i << 3), load<f64>(row + (<usize> i << 3)));
  height = householder(row, i, e);
  if (height !== 0) multiply(a, i, k);
  saveWaiting(i, k);
}

let height: f64 = 0;

function loadRow(a: usize, i: i32, row: usize): void {
  let from = entry(a, i, 0);
  let to = row;
  const end = row + (<usize> ((i + 2) & ~1) << 3);
  while (to < end) {
    v128.store(to, v128.load(from));
    from += 64;
    to += 16;
  }
}

/** `−q_j[i], −u_j[i]` for the `k` waiting pairs: what row `i` takes of `u_j` and of `q_j`. */
function gatherCoefficients(i: i32, k: i32): void {
  const at = (<usize> (i & ~1) << 5) + (<usize> (i & 1) << 3);
  for (let j = 0; j < k; j++) {
    const from = waiting + <usize> (j >> 1) * waitingStride + at +
      (<usize> (j & 1) << 5);
    const to = coefficients + (<usize> j << 4);
    store<f64>(to, -load<f64>(from, 16), 0);
    store<f64>(to, -load<f64>(from, 0), 8);
  }
  if (k & 1) {
    v128.store(coefficients + (<usize> k << 4), f64x2.splat(0));
  }
}

/**
 * Makes `row[0 … i − 1]` the vector `u` of the reflector `I − u uᵀ / h` and clears what follows it;
 * sets `e[i]`; returns `h`, 0 where there is nothing to do.
 */
function householder(row: usize, i: i32, e: usize): f64 {
  const end = row + (<usize> i << 3);
  store<f64>(end, 0, 0);
  store<f64>(end, 0, 8);
  store<f64>(end, 0, 16);
  store<f64>(end, 0, 24);
  if (i === 0) return 0;
  const at = row + (<usize> (i - 1) << 3);
  const last = load<f64>(at);
  store<f64>(at, 0);
  const tail = dot(row, row, i);
  const out = e + (<usize> i << 3);
  if (tail < NEGLIGIBLE) {
    store<f64>(out, last);
    return 0;
  }
  const norm = Math.sqrt(tail + last * last);
  const g = last >= 0 ? -norm : norm;
  store<f64>(out, g);
  store<f64>(at, last - g);
  return norm * norm - last * g;
}

/** `x · y`, read up to the next multiple of four, where both must be padded by zeros. */
function dot(x: usize, y: usize, count: i32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  const end = x + (<usize> count << 3);
  while (x < end) {
    s0 = madd(v128.load(x, 0), v128.load(y, 0), s0);
    s1 = madd(v128.load(x, 16), v128.load(y, 16), s1);
    x += 32;
    y += 32;
  }
  return lanes(f64x2.add(s0, s1));
}

/** `product = q` of the rank-2 update `A − u qᵀ − q uᵀ` that the reflector of row `i` makes. */
function multiply(a: usize, i: i32, k: i32): void {
  const u = reflector;
  const p = product;
  const columns = (i + 1) & ~1;
  memory.fill(p, 0, <usize> ((i + 3) & ~3) << 3);
  symmetricProduct(a, i, u, p);
  for (let g = 0; g < k; g += 2) {
    panelDots(
      waiting + <usize> (g >> 1) * waitingStride,
      columns,
      u,
      scratch,
    );
    store<f64>(scratch, -load<f64>(scratch, 8), 32);
    store<f64>(scratch, -load<f64>(scratch, 0), 40);
    const second = g + 1 < k;
    store<f64>(scratch, second ? -load<f64>(scratch, 24) : 0, 48);
    store<f64>(scratch, second ? -load<f64>(scratch, 16) : 0, 56);
    panelSum(
      waiting + <usize> (g >> 1) * waitingStride,
      columns,
      scratch + 32,
      p,
    );
  }
  finish(u, p, i);
}

/** `p += A u` over the leading `i` rows, whose panels are read once. */
function symmetricProduct(a: usize, i: i32, u: usize, p: usize): void {
  const panels = (i + 3) >> 2;
  for (let panel = 0; panel < panels; panel++) {
    const w = a + panelOffset(panel);
    const rows = <usize> panel << 5;
    panelBoth(w, panel << 2, u, p, u + rows, scratch);
    addDiagonal(w + (<usize> panel << 7), u + rows, p + rows);
  }
}

/** Adds the sums in `scratch` and the product with the 4 × 4 diagonal block at `w` to `p[0 … 3]`. */
@inline
function addDiagonal(w: usize, u: usize, p: usize): void {
  const x = v128.load(u, 0);
  const y = v128.load(u, 16);
  for (let r: usize = 0; r < 4; r++) {
    const line = w + (r << 4);
    const sum = lanes(
      madd(v128.load(line, 0), x, f64x2.mul(v128.load(line, 64), y)),
    );
    const at = p + (r << 3);
    store<f64>(
      at,
      load<f64>(at) + sum + load<f64>(scratch + (r << 3)),
    );
  }
}

/** From `p = A u` to `q = p / h − u (p · u) / 2h²`, cleared behind `i`. */
function finish(u: usize, p: usize, i: i32): void {
  const shift = f64x2.splat(dot(p, u, i) / height / (2 * height));
  const scale = f64x2.splat(1 / height);
  for (let c: usize = 0, end = <usize> ((i + 1) & ~1) << 3; c < end; c += 16) {
    const x = f64x2.mul(v128.load(p + c), scale);
    v128.store(p + c, f64x2.sub(x, f64x2.mul(shift, v128.load(u + c))));
  }
  const end = p + (<usize> i << 3);
  store<f64>(end, 0, 0);
  store<f64>(end, 0, 8);
  store<f64>(end, 0, 16);
}

/** Puts `u` and `q` of row `i` as the `k`-th pair into the panels that wait; zeros where `h` is 0. */
function saveWaiting(i: i32, k: i32): void {
  let to = waiting + <usize> (k >> 1) * waitingStride + (<usize> (k & 1) << 5);
  const none = height === 0;
  const zero = f64x2.splat(0);
  for (let c: usize = 0, end = <usize> ((i + 3) & ~3) << 3; c < end; c += 16) {
    v128.store(to, none ? zero : v128.load(reflector + c), 0);
    v128.store(to, none ? zero : v128.load(product + c), 16);
    to += 64;
  }
}

function keep(i: i32, reflectors: usize, stride: usize, heights: usize): void {
  memory.copy(reflectors + <usize> i * stride, reflector, <usize> i << 3);
  store<f64>(heights + (<usize> i << 3), height);
}

/** `A −= U Qᵀ + Q Uᵀ` on the leading `m` rows with the `count` pairs that wait. */
function update(a: usize, m: i32, count: i32): void {
  if (m === 0) return;
  const panels = (m + 3) >> 2;
  const depth = count << 1;
  for (let s = 0; s < panels; s++) packSliver(s, count);
  addToTriangle(a, left, right, panels, depth, -1);
}

/** Columns `4s … 4s + 3` of the pairs that wait, as `(u, q)` to the left and `(q, u)` to the right. */
function packSliver(s: i32, count: i32): void {
  const offset = <usize> s * (<usize> count << 6);
  let l = left + offset;
  let r = right + offset;
  for (let k = 0; k < count; k++) {
    const from = waiting + <usize> (k >> 1) * waitingStride +
      (<usize> s << 7) + (<usize> (k & 1) << 5);
    const u0 = v128.load(from, 0);
    const q0 = v128.load(from, 16);
    const u1 = v128.load(from, 64);
    const q1 = v128.load(from, 80);
    v128.store(l, u0, 0);
    v128.store(l, u1, 16);
    v128.store(l, q0, 32);
    v128.store(l, q1, 48);
    v128.store(r, q0, 0);
    v128.store(r, q1, 16);
    v128.store(r, u0, 32);
    v128.store(r, u1, 48);
    l += 64;
    r += 64;
  }
}
