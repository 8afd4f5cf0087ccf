/**
 * Eigenvalues of a symmetric tridiagonal matrix, alone or with chosen rows of the eigenvectors, by implicit QL
 * with Wilkinson's shift (Bowdler, Martin, Reinsch and Wilkinson, Numer. Math. 11, 1968).
 *
 * @module
 */

/**
 * Replaces `d` by the eigenvalues of the tridiagonal matrix with diagonal `d [n]` and subdiagonal
 * `e[0 … n − 2]` (destroyed; one entry more is ignored), unordered, and multiplies each of `rows` from
 * the right by the matrix of eigenvectors: the first unit vector becomes the first components, by which
 * Gauss quadrature is weighted (Golub and Welsch, 1969). Cost `n²`, and `n²` more for each row.
 */
export function diagonalizeTridiagonal(
  d: Float64Array,
  e: Float64Array,
  rows: readonly Float64Array[] = [],
): void {
  const n = d.length;
  // Rank-deficient Grams leave blocks of rounding noise, in which the relative test alone would go on
  // to resolve eigenvalues that carry no information.
  const floor = 0.01 * Number.EPSILON * sizeOf(d, e);
  for (let l = 0; l < n; l++) {
    for (let sweep = 0;; sweep++) {
      const m = blockEnd(d, e, { l, floor });
      if (m === l) break;
      if (sweep === 60) {
        throw new Error("QL did not converge in 60 sweeps on one eigenvalue");
      }
      sweepBlock(d, e, rows, l, m);
    }
  }
}

/** The largest sum of a diagonal entry and the one below it. */
function sizeOf(d: Float64Array, e: Float64Array): number {
  return d.reduce(
    (size, x, i) =>
      Math.max(size, Math.abs(x) + (i < d.length - 1 ? Math.abs(e[i]!) : 0)),
    0,
  );
}

/** The first index from `l` on whose subdiagonal entry is negligible. */
function blockEnd(
  d: Float64Array,
  e: Float64Array,
  { l, floor }: { l: number; floor: number },
): number {
  let m = l;
  for (; m < d.length - 1; m++) {
    const size = Math.abs(d[m]!) + Math.abs(d[m + 1]!);
    if (Math.abs(e[m]!) <= Number.EPSILON * size + floor) break;
  }
  return m;
}

/** One sweep over the unreduced block `l … m`. */
function sweepBlock(
  d: Float64Array,
  e: Float64Array,
  rows: readonly Float64Array[],
  l: number,
  m: number,
): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  let r = Math.hypot(g, 1);
  g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
  let s = 1, c = 1, p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!;
    const b = c * e[i]!;
    r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = d[i + 1]! - p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1]! - p;
    r = (d[i]! - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    rotate(rows, i, c, s);
  }
  d[l] = d[l]! - p;
  e[l] = g;
  e[m] = 0;
}

function rotate(
  rows: readonly Float64Array[],
  i: number,
  c: number,
  s: number,
): void {
  for (const row of rows) {
    const x = row[i]!;
    const y = row[i + 1]!;
    row[i + 1] = s * x + c * y;
    row[i] = c * x - s * y;
  }
}
