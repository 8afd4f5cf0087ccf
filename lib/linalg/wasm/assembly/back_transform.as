/**
 * From the eigenvectors of the tridiagonal matrix to those of the full one: the reflectors of the
 * reduction applied in blocks `I − Uᵀ S U` with a small triangular `S` (compact WY form: Schreiber and
 * Van Loan, SIAM J. Sci. Stat. Comput. 10, 1989). `2 n³` operations, all of them matrix products.
 *
 * @module
 */

import { allocate, mark, releaseTo } from "./arena";
import { packColumns, packRows } from "./moment";
import { sliverTile } from "./tile";

/** Reflectors applied at a time, at most: many where the vectors have outgrown the second cache. */
const BLOCK: i32 = 64;
const FEW: i32 = 32;
const LARGE: i32 = 768;

/** Columns multiplied at a time, and slivers of vectors: so that these stay in the first cache. */
const CHUNK: i32 = 128;
const GROUP: i32 = 4;

/** Bytes of the products of one sliver of vectors with a block of reflectors. */
const PRODUCTS: usize = BLOCK << 5;

@inline
function get(x: usize, i: i32): f64 {
  return load<f64>(x + (<usize> i << 3));
}

/** Bytes that {@linkcode backTransform} takes from the arena for size `n`. */
export function backTransformBytes(n: i32): f64 {
  return <f64> (n + 8) * BLOCK * 16 + BLOCK * BLOCK * 8 + 2 * GROUP * BLOCK * 32 + 4096;
}

/**
 * Replaces the vectors `y` of `T` (by slivers of vectors) by those of the matrix that was reduced.
 *
 * @param reflectors Rows `1 … n − 1`, `stride` bytes apart, zeros behind each reflector and in three
 *   more rows.
 * @param heights `h` of each, 0 for none.
 */
export function backTransform(
  y: usize,
  n: i32,
  reflectors: usize,
  stride: usize,
  heights: usize,
): void {
  const before = mark();
  const slivers = (n + 3) >> 2;
  const byRows = allocate(<f64> (n + 8) * BLOCK * 8);
  const byColumns = allocate(<f64> (n + 8) * BLOCK * 8);
  const triangle = allocate(BLOCK * BLOCK * 8);
  const products = allocate(GROUP * PRODUCTS);
  const combined = allocate(GROUP * PRODUCTS);
  const step = <usize> slivers << 7;
  const block = n < LARGE ? FEW : BLOCK;
  for (let i = 1; i < n; i += block) {
    const count = (min(block, n - i) + 3) & ~3;
    const columns = min(slivers, (i + count + 2) >> 2);
    const rows = reflectors + <usize> i * stride;
    const sliver = <usize> columns << 7;
    for (let f = 0; f < count; f += 4) {
      const from = rows + <usize> f * stride;
      packRows(from, stride, columns << 2, byRows + <usize> (f >> 2) * sliver);
    }
    packColumns(rows, stride, count, columns, byColumns);
    multiplyReflectors(byRows, sliver, count, columns << 2, triangle);
    makeTriangle(count, triangle, i, n, heights);
    for (let v = 0; v < slivers; v += GROUP) {
      const vectors = y + <usize> v * step;
      const size = min(GROUP, slivers - v);
      project(vectors, step, size, byRows, sliver, count, columns, products);
      for (let p = 0; p < size; p++) {
        const offset = <usize> p * PRODUCTS;
        combine(products + offset, triangle, count, combined + offset);
      }
      subtract(vectors, step, size, byColumns, count, columns, combined);
    }
  }
  releaseTo(before);
}

/** Entry `(i, j)` of `S`, which is kept by slivers of four columns. */
@inline
function entry(triangle: usize, i: i32, j: i32): usize {
  return triangle + (<usize> ((j >> 2) * BLOCK + i) << 5) +
    (<usize> (j & 3) << 3);
}

/** The products of the reflectors with each other, where `S` will be; its upper half suffices. */
function multiplyReflectors(
  byRows: usize,
  sliver: usize,
  count: i32,
  columns: i32,
  triangle: usize,
): void {
  memory.fill(triangle, 0, BLOCK * BLOCK * 8);
  const slivers = count >> 2;
  for (let j = 0; j < slivers; j++) {
    for (let i = 0; i <= j; i++) {
      sliverTile(
        byRows + <usize> i * sliver,
        byRows + <usize> j * sliver,
        columns,
        entry(triangle, i << 2, j << 2),
        1,
      );
    }
  }
}

/** `S` from the products: its diagonal `1 / h`, its column `j` above that `−S (U u_j) / h_j`. */
function makeTriangle(
  count: i32,
  triangle: usize,
  first: i32,
  n: i32,
  heights: usize,
): void {
  for (let j = 0; j < count; j++) {
    const height = first + j < n ? get(heights, first + j) : 0;
    const tau = height === 0 ? 0 : 1 / height;
    // Row i needs the products of the rows behind it alone, so it can be overwritten going down.
    for (let i = 0; i < j; i++) {
      let sum: f64 = 0;
      for (let k = i; k < j; k++) {
        sum += load<f64>(entry(triangle, i, k)) *
          load<f64>(entry(triangle, k, j));
      }
      store<f64>(entry(triangle, i, j), -tau * sum);
    }
    store<f64>(entry(triangle, j, j), tau);
    for (let i = j + 1; i < ((j + 4) & ~3); i++) {
      store<f64>(entry(triangle, i, j), 0);
    }
  }
}

/** `products[p][j]`: the products of reflector `j` with the vectors of sliver `p`. */
function project(
  vectors: usize,
  step: usize,
  size: i32,
  byRows: usize,
  sliver: usize,
  count: i32,
  columns: i32,
  products: usize,
): void {
  memory.fill(products, 0, <usize> size * PRODUCTS);
  for (let c = 0; c < columns << 2; c += CHUNK) {
    const depth = min(CHUNK, (columns << 2) - c);
    const part = <usize> c << 5;
    for (let f = 0; f < count >> 2; f++) {
      const a = byRows + <usize> f * sliver + part;
      for (let p = 0; p < size; p++) {
        const b = vectors + <usize> p * step + part;
        const to = products + <usize> p * PRODUCTS + (<usize> f << 7);
        sliverTile(a, b, depth, to, 1);
      }
    }
  }
}

/** `combined[j] = Σ_{i ≤ j} S[i, j] products[i]`. */
function combine(
  products: usize,
  triangle: usize,
  count: i32,
  combined: usize,
): void {
  memory.fill(combined, 0, <usize> count << 5);
  for (let j = 0; j < count; j += 4) {
    const sliver = triangle + <usize> (j >> 2) * (BLOCK << 5);
    sliverTile(sliver, products, j + 4, combined + (<usize> j << 5), 1);
  }
}

function subtract(
  vectors: usize,
  step: usize,
  size: i32,
  byColumns: usize,
  count: i32,
  columns: i32,
  combined: usize,
): void {
  const sliver = <usize> count << 5;
  for (let c = 0; c < columns; c++) {
    for (let p = 0; p < size; p++) {
      const b = combined + <usize> p * PRODUCTS;
      sliverTile(byColumns, b, count, vectors + <usize> p * step, -1);
    }
    byColumns += sliver;
    vectors += 128;
  }
}

/** Four vectors of a sliver as four rows, `stride` bytes apart. */
export function unpackSliver(
  sliver: usize,
  columns: i32,
  rows: usize,
  stride: usize,
): void {
  for (let c = 0; c < columns; c += 2) {
    const a0 = v128.load(sliver, 0);
    const a1 = v128.load(sliver, 16);
    const b0 = v128.load(sliver, 32);
    const b1 = v128.load(sliver, 48);
    v128.store(rows, v128.shuffle<f64>(a0, b0, 0, 2));
    v128.store(rows + stride, v128.shuffle<f64>(a0, b0, 1, 3));
    v128.store(rows + 2 * stride, v128.shuffle<f64>(a1, b1, 0, 2));
    v128.store(rows + 3 * stride, v128.shuffle<f64>(a1, b1, 1, 3));
    sliver += 64;
    rows += 16;
  }
}
