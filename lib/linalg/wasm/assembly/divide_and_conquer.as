/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix by divide and conquer (Cuppen, Numer.
 * Math. 36, 1981; deflation after Dongarra and Sorensen, 1987; vectors after Gu and Eisenstat, SIAM J.
 * Matrix Anal. Appl. 16, 1995, whose recomputed `z` makes them orthogonal however close the roots are).
 *
 * The matrix is torn into leaves. Two neighbours are merged by a rank-1 update: entries of `z` that are
 * small, and eigenvalues that are close, leave the problem; for the rest the secular equation is solved
 * and the old vectors are multiplied by its vectors. That product is nearly all of the work: `4/3 n³`
 * where nothing deflates, far less where much does. Its weakness is memory: up to `16 n²` bytes beside
 * the vectors.
 *
 * Vectors are kept by slivers of columns, four to a sliver: `y + c · sliver + 32 k` holds the entries
 * `4c … 4c + 3` of vector `k`. A product of slivers yields slivers again, so nothing is transposed.
 *
 * @module
 */

import { allocate, mark, releaseTo } from "./arena";
import { solveLeaf } from "./leaf";
import { distance, findRoot, origin } from "./secular";
import { madd, nmadd } from "./simd";
import { sliverTile } from "./tile";

const EPSILON: f64 = 2.220446049250313e-16;

/** The largest leaf. */
const LEAF: i32 = 32;

/** Depth of a product at a time, so that both slivers stay in the first cache. */
const CHUNK: i32 = 256;

/** Slivers of columns multiplied at a time, so that they stay in the second cache. */
const GROUP: i32 = 16;

const LEFT: i32 = 1;
const RIGHT: i32 = 2;

let values: usize = 0;
let order: usize = 0;
let vectors: usize = 0;
let sliver: usize = 0;
let norm: f64 = 0;

// Of the merge under way: one entry for each vector that stays in the problem …
let poles: usize = 0;
let weights: usize = 0;
let entries: usize = 0;
let slots: usize = 0;
let sides: usize = 0;
let products: usize = 0;
let roots: usize = 0;
let leftList: usize = 0;
let rightList: usize = 0;
// … for each that has left it …
let goneValues: usize = 0;
let goneSlots: usize = 0;
// … and for all, in ascending order of their values.
let sorted: usize = 0;
let z: usize = 0;

@inline
function get(x: usize, i: i32): f64 {
  return load<f64>(x + (<usize> i << 3));
}

@inline
function put(x: usize, i: i32, value: f64): void {
  store<f64>(x + (<usize> i << 3), value);
}

@inline
function at(x: usize, i: i32): i32 {
  return load<i32>(x + (<usize> i << 2));
}

@inline
function set(x: usize, i: i32, value: i32): void {
  store<i32>(x + (<usize> i << 2), value);
}

/** Bytes from one sliver of the vectors to the next. */
export function sliverBytes(n: i32): usize {
  return <usize> (((n + 3) & ~3) + 4) << 5;
}

/** Bytes that {@linkcode divideAndConquer} takes from the arena for size `n`, the vectors apart. */
export function divideAndConquerBytes(n: i32): f64 {
  const size = <f64> n;
  return 16 * size * (size + 8) + (8 * 16 + 32 * 32) * size + 65536;
}

/**
 * Replaces `d[0 … n − 1]` by the eigenvalues and writes the vectors to `y` (cleared before);
 * `ranks[i]` is the index of the `i`-th eigenvalue in ascending order. `e[0 … n − 2]` is destroyed.
 * Returns 0, or 1 if a leaf did not converge.
 */
export function divideAndConquer(
  d: usize,
  e: usize,
  n: i32,
  y: usize,
  ranks: usize,
): i32 {
  const before = mark();
  values = d;
  order = ranks;
  vectors = y;
  sliver = sliverBytes(n);
  prepare(n);
  norm = normOf(d, e, n);
  let leaves = 1;
  while (leaves * LEAF < n) leaves <<= 1;
  const tears = allocate(<f64> (leaves + 1) * 8);
  for (let i = 1; i < leaves; i++) tear(e, border(i, leaves, n), tears, i);
  for (let i = 0; i < leaves; i++) {
    const low = border(i, leaves, n);
    if (leaf(e, low, border(i + 1, leaves, n))) return 1;
  }
  for (let step = 1; step < leaves; step <<= 1) {
    for (let i = 0; i < leaves; i += 2 * step) {
      merge(
        border(i, leaves, n),
        border(i + step, leaves, n),
        border(i + 2 * step, leaves, n),
        get(tears, i + step),
      );
    }
  }
  releaseTo(before);
  return 0;
}

/** What rounding errors of the whole problem are relative to. */
function normOf(d: usize, e: usize, n: i32): f64 {
  let most: f64 = 0;
  for (let i = 0; i < n; i++) {
    most = Math.max(most, Math.abs(get(d, i)));
    if (i < n - 1) most = Math.max(most, Math.abs(get(e, i)));
  }
  return most;
}

function prepare(n: i32): void {
  const numbers = <f64> (n + 8) * 8;
  poles = allocate(numbers);
  weights = allocate(numbers);
  entries = allocate(numbers);
  slots = allocate(numbers);
  sides = allocate(numbers);
  products = allocate(2 * numbers);
  roots = allocate(numbers);
  leftList = allocate(numbers);
  rightList = allocate(numbers);
  goneValues = allocate(numbers);
  goneSlots = allocate(numbers);
  sorted = allocate(numbers);
  z = allocate(numbers);
}

/** Where leaf `i` begins: a multiple of four, or `n` at the end. */
function border(i: i32, leaves: i32, n: i32): i32 {
  if (i === leaves) return n;
  return <i32> ((<i64> i * n / leaves) & ~3);
}

/** Tears the matrix before row `s` and keeps what the two sides are to be joined by. */
function tear(e: usize, s: i32, tears: usize, i: i32): void {
  const rho = get(e, s - 1);
  put(tears, i, rho);
  put(values, s - 1, get(values, s - 1) - Math.abs(rho));
  put(values, s, get(values, s) - Math.abs(rho));
}

function leaf(e: usize, low: i32, high: i32): i32 {
  const size = high - low;
  const first = <usize> (low >> 2);
  const corner = vectors + first * sliver + (<usize> low << 5);
  for (let i = 0; i < size; i++) {
    const slot = corner + <usize> (i >> 2) * sliver;
    store<f64>(slot + (<usize> i << 5) + (<usize> (i & 3) << 3), 1);
  }
  const d = values + (<usize> low << 3);
  const failed = solveLeaf(
    d,
    e + (<usize> low << 3),
    size,
    corner,
    sliver,
    (size + 3) >> 2,
    products,
    0.01 * EPSILON * norm,
  );
  for (let i = 0; i < size; i++) {
    let j = low + i;
    for (; j > low && get(values, at(order, j - 1)) > get(d, i); j--) {
      set(order, j, at(order, j - 1));
    }
    set(order, j, low + i);
  }
  return failed;
}

/** Joins the parts `[low, middle)` and `[middle, high)`. */
function merge(low: i32, middle: i32, high: i32, tear: f64): void {
  sort(low, middle, high);
  gatherEntries(low, middle, high, tear);
  const count = deflate(low, middle, high, 2 * Math.abs(tear));
  if (count > 0) {
    const before = mark();
    solve(low, middle, high, count);
    releaseTo(before);
  } else {
    memory.copy(order + (<usize> low << 2), sorted, <usize> (high - low) << 2);
  }
}

/** `sorted`: the vectors of both parts in ascending order of their values. */
function sort(low: i32, middle: i32, high: i32): void {
  let i = low;
  let j = middle;
  for (let k = 0; k < high - low; k++) {
    const first = j === high ||
      (i < middle &&
        get(values, at(order, i)) <= get(values, at(order, j)));
    set(sorted, k, first ? at(order, i++) : at(order, j++));
  }
}

/** `z` by vector: last entries to the left, first entries to the right, of length 1. */
function gatherEntries(low: i32, middle: i32, high: i32, tear: f64): void {
  const border = vectors + <usize> (middle >> 2) * sliver;
  const root = Math.SQRT1_2;
  for (let k = low; k < middle; k++) {
    put(z, k, root * load<f64>(border - sliver + (<usize> k << 5), 24));
  }
  const sign = tear < 0 ? -root : root;
  for (let k = middle; k < high; k++) {
    put(z, k, sign * load<f64>(border + (<usize> k << 5)));
  }
}

let gone: i32 = 0;
let staying: i32 = 0;

/**
 * Parts the vectors that are eigenvectors already, or become so by a rotation, from those that stay in
 * the problem, and returns the number of these.
 */
function deflate(low: i32, middle: i32, high: i32, rho: f64): i32 {
  const tolerance = 8 * EPSILON * Math.max(norm, rho);
  gone = 0;
  staying = 0;
  let waiting = -1;
  let side = 0;
  for (let i = 0; i < high - low; i++) {
    const k = at(sorted, i);
    if (rho * Math.abs(get(z, k)) <= tolerance) {
      leave(k);
      continue;
    }
    let next = k < middle ? LEFT : RIGHT;
    if (waiting >= 0) {
      const length = Math.sqrt(
        get(z, waiting) * get(z, waiting) + get(z, k) * get(z, k),
      );
      const c = get(z, k) / length;
      const s = -get(z, waiting) / length;
      const gap = get(values, k) - get(values, waiting);
      if (Math.abs(gap * c * s) <= tolerance) {
        turn(low, high, waiting, k, c, s);
        put(z, k, length);
        next |= side;
        leave(waiting);
      } else stay(waiting, side, rho);
    }
    waiting = k;
    side = next;
  }
  if (waiting >= 0) stay(waiting, side, rho);
  return staying;
}

/** Puts vector `k` among those that have left, in ascending order. */
function leave(k: i32): void {
  const value = get(values, k);
  let i = gone++;
  for (; i > 0 && get(goneValues, i - 1) > value; i--) {
    put(goneValues, i, get(goneValues, i - 1));
    set(goneSlots, i, at(goneSlots, i - 1));
  }
  put(goneValues, i, value);
  set(goneSlots, i, k);
}

function stay(k: i32, side: i32, rho: f64): void {
  const entry = get(z, k);
  put(poles, staying, get(values, k));
  put(entries, staying, entry);
  put(weights, staying, rho * entry * entry);
  set(slots, staying, k);
  set(sides, staying, side);
  staying++;
}

/** Rotates vectors `i` and `j` so that the entry of `i` in `z` becomes 0. */
function turn(low: i32, high: i32, i: i32, j: i32, c: f64, s: f64): void {
  const di = get(values, i);
  const dj = get(values, j);
  put(values, i, di * c * c + dj * s * s);
  put(values, j, di * s * s + dj * c * c);
  const cs = f64x2.splat(c);
  const ss = f64x2.splat(s);
  for (let p = low >> 2; p < (high + 3) >> 2; p++) {
    const x = vectors + <usize> p * sliver + (<usize> i << 5);
    const y = vectors + <usize> p * sliver + (<usize> j << 5);
    for (let h: usize = 0; h < 32; h += 16) {
      const a = v128.load(x + h);
      const b = v128.load(y + h);
      v128.store(x + h, madd(cs, a, f64x2.mul(ss, b)));
      v128.store(y + h, nmadd(ss, a, f64x2.mul(cs, b)));
    }
  }
}

/** Solves the problem of the `count` vectors that stay and writes values, vectors and order. */
function solve(low: i32, middle: i32, high: i32, count: i32): void {
  let lefts = 0;
  let rights = 0;
  for (let j = 0; j < count; j++) {
    if (at(sides, j) & LEFT) set(leftList, lefts++, j);
    if (at(sides, j) & RIGHT) set(rightList, rights++, j);
  }
  const padded = (count + 3) & ~3;
  const stride = <usize> (lefts + rights + 2) << 5;
  const factors = allocate(<f64> stride * <f64> (padded >> 2));
  const scratch = allocate(<f64> (count + 4) * 32);
  findRoots(factors, stride, count);
  recomputeEntries(count);
  for (let k = 0; k < count; k += 4) {
    const to = factors + <usize> (k >> 2) * stride;
    makeVectors(to, scratch, count, k, lefts, rights);
  }
  multiply(low, low, middle, count, factors, stride, leftList, lefts);
  const second = factors + (<usize> lefts << 5);
  multiply(low, middle, high, count, second, stride, rightList, rights);
  writeValues(low, count);
}

/**
 * Finds all roots and writes `d_j − λ_k`, exact to the last digits, to `factors[k / 4][j][k mod 4]`;
 * `products[j]` becomes `Π_k (d_j − λ_k) / Π_{k ≠ j} (d_j − d_k)`, in two lanes.
 */
function findRoots(factors: usize, stride: usize, count: i32): void {
  let total: f64 = 0;
  for (let j = 0; j < count; j++) {
    total += get(weights, j);
    v128.store(products + (<usize> j << 4), f64x2.splat(1));
  }
  const last = get(poles, count - 1);
  // Where there is no fourth root, a pole that cancels against itself.
  const none = last + (last - get(poles, 0)) + 1;
  for (let j = count; j < count + 4; j++) put(poles, j, none);
  const pole = allocate(32);
  const mu = allocate(32);
  for (let k = 0; k < count; k += 4) {
    for (let r = 0; r < 4; r++) {
      if (k + r < count) {
        findRoot(poles, weights, count, k + r, total);
        put(pole, r, get(poles, origin));
        put(mu, r, distance);
        put(roots, k + r, get(poles, origin) + distance);
      } else {
        put(pole, r, none);
        put(mu, r, 0);
      }
    }
    const to = factors + <usize> (k >> 2) * stride;
    differences(to, pole, mu, count);
    multiplyRatios(to, k, 0, k);
    for (let j = k; j < min(k + 4, count); j++) multiplyOwn(to, k, j);
    multiplyRatios(to, k, k + 4, count);
  }
}

function differences(to: usize, pole: usize, mu: usize, count: i32): void {
  const p0 = v128.load(pole, 0);
  const p1 = v128.load(pole, 16);
  const m0 = v128.load(mu, 0);
  const m1 = v128.load(mu, 16);
  for (let j = 0; j < count; j++) {
    const d = v128.load64_splat(poles + (<usize> j << 3));
    v128.store(to, f64x2.sub(f64x2.sub(d, p0), m0), 0);
    v128.store(to, f64x2.sub(f64x2.sub(d, p1), m1), 16);
    to += 32;
  }
}

/** Multiplies `products[from … to − 1]` by the ratios of four roots and their poles. */
function multiplyRatios(factors: usize, k: i32, from: i32, to: i32): void {
  const p0 = v128.load(poles + (<usize> k << 3), 0);
  const p1 = v128.load(poles + (<usize> k << 3), 16);
  for (let j = from; j < to; j++) {
    const row = factors + (<usize> j << 5);
    const d = v128.load64_splat(poles + (<usize> j << 3));
    const first = f64x2.div(v128.load(row, 0), f64x2.sub(d, p0));
    const second = f64x2.div(v128.load(row, 16), f64x2.sub(d, p1));
    const product = products + (<usize> j << 4);
    const so = f64x2.mul(v128.load(product), first);
    v128.store(product, f64x2.mul(so, second));
  }
}

/** The same for `j` among the four themselves, whose own pole is left out. */
function multiplyOwn(factors: usize, k: i32, j: i32): void {
  const row = factors + (<usize> j << 5);
  let ratio: f64 = 1;
  for (let r = 0; r < 4; r++) {
    ratio *= k + r === j
      ? get(row, r)
      : get(row, r) / (get(poles, j) - get(poles, k + r));
  }
  const product = products + (<usize> j << 4);
  store<f64>(product, load<f64>(product) * ratio);
}

/** The `z` of which the roots found are the exact ones. */
function recomputeEntries(count: i32): void {
  for (let j = 0; j < count; j++) {
    const product = products + (<usize> j << 4);
    const square = Math.abs(load<f64>(product, 0) * load<f64>(product, 8));
    put(entries, j, copysign<f64>(Math.sqrt(square), get(entries, j)));
  }
}

/** Turns the differences at `to` to the unit vectors `z_j / (d_j − λ_k)`, left part before right part. */
function makeVectors(
  to: usize,
  scratch: usize,
  count: i32,
  k: i32,
  lefts: i32,
  rights: i32,
): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  for (let j = 0; j < count; j++) {
    const entry = v128.load64_splat(entries + (<usize> j << 3));
    const row = <usize> j << 5;
    const x0 = f64x2.div(entry, v128.load(to + row, 0));
    const x1 = f64x2.div(entry, v128.load(to + row, 16));
    v128.store(scratch + row, x0, 0);
    v128.store(scratch + row, x1, 16);
    s0 = madd(x0, x0, s0);
    s1 = madd(x1, x1, s1);
  }
  const one = f64x2.splat(1);
  let f0 = f64x2.div(one, f64x2.sqrt(s0));
  let f1 = f64x2.div(one, f64x2.sqrt(s1));
  if (k + 1 >= count) f0 = f64x2.replace_lane(f0, 1, 0);
  if (k + 2 >= count) f1 = f64x2.replace_lane(f1, 0, 0);
  if (k + 3 >= count) f1 = f64x2.replace_lane(f1, 1, 0);
  place(to, scratch, leftList, lefts, f0, f1);
  place(to + (<usize> lefts << 5), scratch, rightList, rights, f0, f1);
}

@inline
function place(
  to: usize,
  scratch: usize,
  list: usize,
  count: i32,
  f0: v128,
  f1: v128,
): void {
  for (let i = 0; i < count; i++) {
    const row = scratch + (<usize> at(list, i) << 5);
    v128.store(to, f64x2.mul(f0, v128.load(row, 0)), 0);
    v128.store(to, f64x2.mul(f1, v128.load(row, 16)), 16);
    to += 32;
  }
}

/** Multiplies the columns `[from, to)` of the old vectors named by `list` by the `count` new ones. */
function multiply(
  low: i32,
  from: i32,
  to: i32,
  count: i32,
  factors: usize,
  stride: usize,
  list: usize,
  length: i32,
): void {
  const before = mark();
  const old = <usize> length << 5;
  const left = <usize> gone << 5;
  const packed = allocate(<f64> old * GROUP);
  const kept = allocate(<f64> left * GROUP);
  const end = (to + 3) >> 2;
  for (let first = from >> 2; first < end; first += GROUP) {
    const size = min(GROUP, end - first);
    for (let c = 0; c < size; c++) {
      const column = vectors + <usize> (first + c) * sliver;
      gather(column, packed + <usize> c * old, list, length);
      gatherGone(column, kept + <usize> c * left);
      memory.fill(
        column + (<usize> low << 5),
        0,
        <usize> ((count + 3) & ~3) << 5,
      );
    }
    const target = vectors + <usize> first * sliver + (<usize> low << 5);
    for (let j = 0; j < length; j += CHUNK) {
      const depth = min(CHUNK, length - j);
      const part = <usize> j << 5;
      multiplyGroup(
        factors + part,
        stride,
        (count + 3) >> 2,
        packed + part,
        old,
        size,
        depth,
        target,
      );
    }
    for (let c = 0; c < size; c++) {
      const column = vectors + <usize> (first + c) * sliver;
      memory.copy(
        column + (<usize> (low + count) << 5),
        kept + <usize> c * left,
        left,
      );
    }
  }
  releaseTo(before);
}

function multiplyGroup(
  factors: usize,
  stride: usize,
  rows: i32,
  packed: usize,
  old: usize,
  size: i32,
  depth: i32,
  target: usize,
): void {
  for (let k = 0; k < rows; k++) {
    const a = factors + <usize> k * stride;
    const c = target + (<usize> k << 7);
    for (let p = 0; p < size; p++) {
      sliverTile(
        a,
        packed + <usize> p * old,
        depth,
        c + <usize> p * sliver,
        1,
      );
    }
  }
}

function gather(column: usize, to: usize, list: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const from = column + (<usize> at(slots, at(list, i)) << 5);
    v128.store(to, v128.load(from, 0), 0);
    v128.store(to, v128.load(from, 16), 16);
    to += 32;
  }
}

function gatherGone(column: usize, to: usize): void {
  for (let i = 0; i < gone; i++) {
    const from = column + (<usize> at(goneSlots, i) << 5);
    v128.store(to, v128.load(from, 0), 0);
    v128.store(to, v128.load(from, 16), 16);
    to += 32;
  }
}

/** New vectors come first, those that left behind them; `order` merges the two. */
function writeValues(low: i32, count: i32): void {
  let i = 0;
  let j = 0;
  for (let k = 0; k < count + gone; k++) {
    const fresh = j === gone ||
      (i < count && get(roots, i) <= get(goneValues, j));
    set(order, low + k, fresh ? low + i++ : low + count + j++);
  }
  for (let k = 0; k < count; k++) put(values, low + k, get(roots, k));
  for (let k = 0; k < gone; k++) {
    put(values, low + count + k, get(goneValues, k));
  }
}

/**
 * The vectors in descending order, by slivers of vectors: `rows + v · 32 n̂ + 32 c` holds entry `c` of the
 * vectors `4v … 4v + 3`, `n̂` being `n` rounded up to four; zeros where there is no vector.
 */
export function toVectorSlivers(
  y: usize,
  n: i32,
  ranks: usize,
  rows: usize,
): void {
  const padded = (n + 3) & ~3;
  const step = sliverBytes(n);
  for (let v = 0; v < padded; v += 4) {
    const o0 = offsetOf(ranks, n, v);
    const o1 = offsetOf(ranks, n, v + 1);
    const o2 = offsetOf(ranks, n, v + 2);
    const o3 = offsetOf(ranks, n, v + 3);
    let column = y;
    for (let c = 0; c < padded; c += 4) {
      for (let h: usize = 0; h < 32; h += 16) {
        const x0 = v128.load(column + o0 + h);
        const x1 = v128.load(column + o1 + h);
        const x2 = v128.load(column + o2 + h);
        const x3 = v128.load(column + o3 + h);
        v128.store(rows, v128.shuffle<f64>(x0, x1, 0, 2), 0);
        v128.store(rows, v128.shuffle<f64>(x2, x3, 0, 2), 16);
        v128.store(rows, v128.shuffle<f64>(x0, x1, 1, 3), 32);
        v128.store(rows, v128.shuffle<f64>(x2, x3, 1, 3), 48);
        rows += 64;
      }
      column += step;
    }
  }
}

/** Where the vector of the `i`-th largest eigenvalue lies in a sliver; a column of zeros if `i ≥ n`. */
function offsetOf(ranks: usize, n: i32, i: i32): usize {
  const slot = i < n ? at(ranks, n - 1 - i) : (n + 3) & ~3;
  return <usize> slot << 5;
}
