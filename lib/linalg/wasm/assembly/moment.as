/**
 * Products of a matrix with its own transpose, lower triangle only: `XᵀX` from a few rows at a time, or
 * `XXᵀ` from a few columns at a time. Both are packed into slivers `[depth, 4]`, which serve as either
 * operand of the product kernel (the packing of Goto and van de Geijn, Anatomy of high-performance
 * matrix multiplication, ACM TOMS 34, 2008, with one buffer instead of two).
 *
 * Tiles have four rows and columns: sizes below about 32 spend more on packing than on products.
 *
 * @module
 */

import { panelOffset } from "./panels";
import { lanes, madd } from "./simd";
import { tile } from "./tile";

/** Numbers in the slivers of one group of rows: half of the first cache, the other half is for columns. */
const GROUP_SIZE: i32 = 2048;

/**
 * `C += sign · LᵀR` in the lower triangle `c` of panels, from `panels` slivers of `depth` steps each.
 */
export function addToTriangle(
  c: usize,
  left: usize,
  right: usize,
  panels: i32,
  depth: i32,
  sign: f64,
): void {
  const sliver = <usize> depth << 5;
  const group = max(1, GROUP_SIZE / (depth << 2));
  for (let first = 0; first < panels; first += group) {
    const end = min(first + group, panels);
    for (let column = 0; column < end; column++) {
      const b = right + <usize> column * sliver;
      for (let row = max(first, column); row < end; row++) {
        const to = c + panelOffset(row) + (<usize> column << 7);
        tile(left + <usize> row * sliver, b, depth, to, sign);
      }
    }
  }
}

/** Packs `count` rows, `stride` bytes apart, into `panels` slivers of four columns, `depth = count`. */
export function packColumns(
  rows: usize,
  stride: usize,
  count: i32,
  panels: i32,
  to: usize,
): void {
  const sliver = <usize> count << 5;
  for (let k = 0; k < count; k++) {
    let from = rows + <usize> k * stride;
    let at = to + (<usize> k << 5);
    const end = from + (<usize> panels << 5);
    while (from < end) {
      v128.store(at, v128.load(from, 0), 0);
      v128.store(at, v128.load(from, 16), 16);
      from += 32;
      at += sliver;
    }
  }
}

/** Packs four rows, `stride` bytes apart, into one sliver of `depth` (even) steps. */
export function packRows(
  rows: usize,
  stride: usize,
  depth: i32,
  to: usize,
): void {
  const end = rows + (<usize> depth << 3);
  while (rows < end) {
    const r0 = v128.load(rows);
    const r1 = v128.load(rows + stride);
    const r2 = v128.load(rows + 2 * stride);
    const r3 = v128.load(rows + 3 * stride);
    v128.store(to, v128.shuffle<f64>(r0, r1, 0, 2), 0);
    v128.store(to, v128.shuffle<f64>(r2, r3, 0, 2), 16);
    v128.store(to, v128.shuffle<f64>(r0, r1, 1, 3), 32);
    v128.store(to, v128.shuffle<f64>(r2, r3, 1, 3), 48);
    rows += 16;
    to += 64;
  }
}

/** Sums of squares between these have lost nothing that matters to overflow or underflow. */
const SMALLEST_SQUARE: f64 = 1e-280;
const LARGEST_SQUARE: f64 = 1e280;

/**
 * Divides `count` rows, `stride` bytes apart, by their lengths; none may be zero. `stride` is a multiple of
 * 32, and zeros follow the numbers of a row.
 */
export function normalizeRows(rows: usize, stride: usize, count: i32): void {
  for (let k = 0; k < count; k++) {
    const square = sumOfSquares(rows, stride);
    if (square > SMALLEST_SQUARE && square < LARGEST_SQUARE) {
      multiply(rows, stride, 1 / Math.sqrt(square));
    } else {
      normalizeExtreme(rows, stride);
    }
    rows += stride;
  }
}

function sumOfSquares(row: usize, stride: usize): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  const end = row + stride;
  while (row < end) {
    const x = v128.load(row, 0);
    const y = v128.load(row, 16);
    s0 = madd(x, x, s0);
    s1 = madd(y, y, s1);
    row += 32;
  }
  return lanes(f64x2.add(s0, s1));
}

function multiply(row: usize, stride: usize, by: f64): void {
  const factor = f64x2.splat(by);
  const end = row + stride;
  while (row < end) {
    v128.store(row, f64x2.mul(factor, v128.load(row, 0)), 0);
    v128.store(row, f64x2.mul(factor, v128.load(row, 16)), 16);
    row += 32;
  }
}

/** Divides by the largest entry first, so that no square overflows or vanishes. */
function normalizeExtreme(row: usize, stride: usize): void {
  const end = row + stride;
  let most: f64 = 0;
  for (let at = row; at < end; at += 8) {
    most = Math.max(most, Math.abs(load<f64>(at)));
  }
  for (let at = row; at < end; at += 8) {
    store<f64>(at, load<f64>(at) / most);
  }
  multiply(row, stride, 1 / Math.sqrt(sumOfSquares(row, stride)));
}

/**
 * The rows `x_i ⊗ y_i` of `count` rows.
 *
 * @param x `width` numbers each, `strideX` bytes apart.
 * @param y `height` numbers each, `strideY` bytes apart.
 * @param to `width · height` numbers each, `stride` bytes apart.
 */
export function khatriRao(
  x: usize,
  strideX: usize,
  width: i32,
  y: usize,
  strideY: usize,
  height: i32,
  count: i32,
  to: usize,
  stride: usize,
): void {
  for (let k = 0; k < count; k++) {
    let at = to;
    for (let i = 0; i < width; i++) {
      const factor = v128.load64_splat(x + (<usize> i << 3));
      const end = y + (<usize> height << 3);
      let from = y;
      // The last store may run one number over: the next run, or the padding, takes its place.
      for (; from < end; from += 16, at += 16) {
        v128.store(at, f64x2.mul(factor, v128.load(from)));
      }
      if (height & 1) at -= 8;
    }
    x += strideX;
    y += strideY;
    to += stride;
  }
}

/** Four rows of a triangle of panels as rows again, `stride` bytes apart, diagonal block whole. */
export function unpackPanel(
  c: usize,
  panel: i32,
  rows: usize,
  stride: usize,
): void {
  let from = c + panelOffset(panel);
  const end = from + (<usize> (panel + 1) << 7);
  while (from < end) {
    v128.store(rows, v128.load(from, 0));
    v128.store(rows + stride, v128.load(from, 16));
    v128.store(rows + 2 * stride, v128.load(from, 32));
    v128.store(rows + 3 * stride, v128.load(from, 48));
    from += 64;
    rows += 16;
  }
}

/** Sets a triangle of `panels` panels to zero. */
export function clearTriangle(c: usize, panels: i32): void {
  memory.fill(c, 0, panelOffset(panels));
}
