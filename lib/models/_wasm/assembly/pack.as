/**
 * Packing of matrices into slivers: `width` rows or columns side by side, step after step of the depth
 * (Goto and van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34, 2008). `width` is
 * 4 or 8. What a last sliver has beyond the matrix may be anything: it is never read.
 *
 * @module
 */

/**
 * Transposes four rows of `depth` numbers into one half of a sliver, its steps `step` bytes apart.
 */
@inline
export function transposeRows(
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  depth: i32,
  to: usize,
  step: usize,
): void {
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    const a = v128.load(r0), b = v128.load(r1);
    const c = v128.load(r2), d = v128.load(r3);
    const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(ab01, cd01, 0, 2));
    v128.store(to + step, v128.shuffle<f64>(ab01, cd01, 1, 3));
    v128.store(to + 2 * step, v128.shuffle<f64>(ab23, cd23, 0, 2));
    v128.store(to + 3 * step, v128.shuffle<f64>(ab23, cd23, 1, 3));
    r0 += 16, r1 += 16, r2 += 16, r3 += 16;
    to += step << 2;
  }
  for (; k < depth; k++) {
    store<f32>(to, load<f32>(r0), 0);
    store<f32>(to, load<f32>(r1), 4);
    store<f32>(to, load<f32>(r2), 8);
    store<f32>(to, load<f32>(r3), 12);
    r0 += 4, r1 += 4, r2 += 4, r3 += 4;
    to += step;
  }
}

/** Packs `rows` rows of `depth` numbers, `stride` bytes apart: the depth runs along each row. */
export function packRows(
  x: usize,
  stride: usize,
  rows: i32,
  depth: i32,
  width: i32,
  to: usize,
  sliver: usize,
): void {
  const step = <usize> width << 2;
  for (let i = 0; i < rows; i += 4) {
    const r0 = x + <usize> i * stride;
    const r1 = x + <usize> min(i + 1, rows - 1) * stride;
    const r2 = x + <usize> min(i + 2, rows - 1) * stride;
    const r3 = x + <usize> min(i + 3, rows - 1) * stride;
    const at = to + <usize> (i / width) * sliver + (<usize> (i % width) << 2);
    transposeRows(r0, r1, r2, r3, depth, at, step);
  }
}

/** Where column `j` begins among slivers. */
@inline
function sliverOf(to: usize, j: i32, width: i32, sliver: usize): usize {
  return to + <usize> (j / width) * sliver + (<usize> (j % width) << 2);
}

/** Packs `columns` columns of `depth` rows, `stride` bytes apart: the depth runs across the rows. */
export function packColumns(
  x: usize,
  stride: usize,
  columns: i32,
  depth: i32,
  width: i32,
  to: usize,
  sliver: usize,
): void {
  const step = <usize> width << 2;
  let j = 0;
  // A line of the cache at a time, for the lines of a row are far from those of the next.
  for (; j + 16 <= columns; j += 16) {
    let from = x + (<usize> j << 2);
    let a = sliverOf(to, j, width, sliver);
    let b = sliverOf(to, j + 4, width, sliver);
    let c = sliverOf(to, j + 8, width, sliver);
    let d = sliverOf(to, j + 12, width, sliver);
    for (let k = 0; k < depth; k++) {
      v128.store(a, v128.load(from, 0));
      v128.store(b, v128.load(from, 16));
      v128.store(c, v128.load(from, 32));
      v128.store(d, v128.load(from, 48));
      a += step, b += step, c += step, d += step;
      from += stride;
    }
  }
  for (; j + 4 <= columns; j += 4) {
    let from = x + (<usize> j << 2);
    let at = sliverOf(to, j, width, sliver);
    for (let k = 0; k < depth; k++) {
      v128.store(at, v128.load(from));
      at += step;
      from += stride;
    }
  }
  for (; j < columns; j++) {
    let from = x + (<usize> j << 2);
    let at = sliverOf(to, j, width, sliver);
    for (let k = 0; k < depth; k++) {
      store<f32>(at, load<f32>(from));
      at += step;
      from += stride;
    }
  }
}
