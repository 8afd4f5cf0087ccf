/**
 * Passes over the rows of a matrix: per-column sums and what is done to every number.
 *
 * @module
 */

/** Rows summed in registers before they are added to the result: keeps the error of long sums down. */
const BLOCK: i32 = 512;

/** Adds the sums of four columns over at most `BLOCK` rows to `to`. */
@inline
function addFour(x: usize, rows: i32, stride: usize, to: usize): void {
  let sum = f32x4.splat(0);
  for (let i = 0; i < rows; i++) {
    sum = f32x4.add(sum, v128.load(x));
    x += stride;
  }
  v128.store(to, f32x4.add(v128.load(to), sum));
}

/** The same for sixteen columns, a cache line. */
@inline
function addSixteen(x: usize, rows: i32, stride: usize, to: usize): void {
  let s0 = f32x4.splat(0);
  let s1 = s0, s2 = s0, s3 = s0;
  for (let i = 0; i < rows; i++) {
    s0 = f32x4.add(s0, v128.load(x, 0));
    s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32));
    s3 = f32x4.add(s3, v128.load(x, 48));
    x += stride;
  }
  v128.store(to, f32x4.add(v128.load(to, 0), s0), 0);
  v128.store(to, f32x4.add(v128.load(to, 16), s1), 16);
  v128.store(to, f32x4.add(v128.load(to, 32), s2), 32);
  v128.store(to, f32x4.add(v128.load(to, 48), s3), 48);
}

/** Adds the sum of the rows of `x [rows, columns]` to `to [columns]`. */
export function addRows(x: usize, rows: i32, columns: i32, to: usize): void {
  const stride = <usize> columns << 2;
  for (let first = 0; first < rows; first += BLOCK) {
    const count = min(BLOCK, rows - first);
    const from = x + <usize> first * stride;
    let j = 0;
    for (; j + 16 <= columns; j += 16) {
      addSixteen(from + (<usize> j << 2), count, stride, to + (<usize> j << 2));
    }
    for (; j + 4 <= columns; j += 4) {
      addFour(from + (<usize> j << 2), count, stride, to + (<usize> j << 2));
    }
    for (; j < columns; j++) {
      let sum: f32 = 0;
      let at = from + (<usize> j << 2);
      for (let i = 0; i < count; i++) {
        sum += load<f32>(at);
        at += stride;
      }
      const out = to + (<usize> j << 2);
      store<f32>(out, load<f32>(out) + sum);
    }
  }
}

/** Writes `row [columns]` into each of `rows` rows. */
export function repeatRow(
  row: usize,
  columns: i32,
  rows: i32,
  to: usize,
): void {
  const bytes = <usize> columns << 2;
  const end = to + <usize> rows * bytes;
  if ((columns & 3) === 0) {
    while (to < end) {
      for (let j: usize = 0; j < bytes; j += 16) {
        v128.store(to + j, v128.load(row + j));
      }
      to += bytes;
    }
    return;
  }
  for (; to < end; to += bytes) memory.copy(to, row, bytes);
}

/** `max(x, 0)` in place; NaN stays. */
export function rectify(x: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const end = x + (<usize> count << 2);
  for (; x + 16 <= end; x += 16) {
    v128.store(x, f32x4.max(v128.load(x), zero));
  }
  for (; x < end; x += 4) store<f32>(x, max<f32>(load<f32>(x), 0));
}

/** Adds each of `rows` rows to the row of `to` that its index names; an index out of `[0, count)` to none. */
export function addToSegments(
  x: usize,
  segments: usize,
  rows: i32,
  columns: i32,
  count: i32,
  to: usize,
): void {
  const bytes = <usize> columns << 2;
  for (let i = 0; i < rows; i++) {
    const segment = load<i32>(segments + (<usize> i << 2));
    if (segment < 0 || segment >= count) continue;
    let from = x + <usize> i * bytes;
    let at = to + <usize> segment * bytes;
    const end = at + bytes;
    for (; at + 16 <= end; at += 16) {
      v128.store(at, f32x4.add(v128.load(at), v128.load(from)));
      from += 16;
    }
    for (; at < end; at += 4) {
      store<f32>(at, load<f32>(at) + load<f32>(from));
      from += 4;
    }
  }
}

/**
 * Copies the rows of these numbers, `bytes` long each, out of `count`.
 *
 * @returns Where the first number out of `[0, count)` stands, −1 if there is none.
 */
export function gatherRows(
  x: usize,
  count: i32,
  bytes: usize,
  rows: usize,
  size: i32,
  to: usize,
): i32 {
  for (let i = 0; i < size; i++) {
    const row = load<i32>(rows + (<usize> i << 2));
    if (row < 0 || row >= count) return i;
    memory.copy(to, x + <usize> row * bytes, bytes);
    to += bytes;
  }
  return -1;
}
