/**
 * Packing of matrices into slivers: `width` rows or columns side by side, step after step of the depth
 * (Goto and van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34, 2008). `width` is
 * 4 or 8. A last sliver that is not full repeats its last row, which costs no branch and is never read.
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
  for (let j = 0; j < columns; j += 4) {
    let from = x + (<usize> j << 2);
    let at = to + <usize> (j / width) * sliver + (<usize> (j % width) << 2);
    const end = at + <usize> depth * step;
    if (j + 4 <= columns) {
      for (; at < end; at += step) {
        v128.store(at, v128.load(from));
        from += stride;
      }
    } else {
      for (; at < end; at += step) {
        for (let i = 0; i < columns - j; i++) {
          store<f32>(at + (<usize> i << 2), load<f32>(from + (<usize> i << 2)));
        }
        from += stride;
      }
    }
  }
}
