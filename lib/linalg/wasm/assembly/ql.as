/**
 * Eigenvalues of a symmetric tridiagonal matrix without vectors: the root-free QL iteration of Pal,
 * Walker and Kahan (Parlett, The Symmetric Eigenvalue Problem, 1998, § 8.15).
 *
 * About 1.2 n² steps, each bound by the latency of one division. Errors are relative to the largest
 * eigenvalue; small ones carry no relative accuracy.
 *
 * @module
 */

/** The rounding unit. */
const EPSILON: f64 = 2.220446049250313e-16;

/** Below this a pivot is zero: the square of what it multiplies would vanish. */
const TINY: f64 = 1e-140;

/**
 * Replaces `d[0 … n − 1]` by the eigenvalues, unordered. `e[0 … n − 2]` is the subdiagonal, destroyed.
 * Returns 0, or 1 if one eigenvalue took more than 60 sweeps.
 */
export function tridiagonalValues(d: usize, e: usize, n: i32): i32 {
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) {
    const off = i < n - 1 ? Math.abs(get(e, i)) : 0;
    norm = Math.max(norm, Math.abs(get(d, i)) + off);
  }
  // Rank-deficient Grams leave blocks of rounding noise, in which the relative test alone would go on
  // to resolve eigenvalues that carry no information.
  const floor = 0.01 * EPSILON * norm;
  for (let i = 0; i < n - 1; i++) {
    const x = get(e, i);
    put(e, i, x * x);
  }
  for (let start = 0; start < n;) {
    let end = start;
    while (end < n - 1 && !negligible(d, e, end, floor)) end++;
    // The iteration converges at the front: the small end belongs there.
    if (Math.abs(get(d, end)) < Math.abs(get(d, start))) {
      reverse(d, start, end);
      reverse(e, start, end - 1);
    }
    if (blockValues(d, e, start, end, floor)) return 1;
    start = end + 1;
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

/** Whether the square `e2[i]` of a subdiagonal entry is nothing beside its neighbours. */
@inline
function negligible(d: usize, e2: usize, i: i32, floor: f64): bool {
  return get(e2, i) <=
    EPSILON * EPSILON * Math.abs(get(d, i) * get(d, i + 1)) + floor * floor;
}

function reverse(x: usize, from: i32, to: i32): void {
  for (; from < to; from++, to--) {
    const first = get(x, from);
    put(x, from, get(x, to));
    put(x, to, first);
  }
}

function blockValues(
  d: usize,
  e2: usize,
  start: i32,
  end: i32,
  floor: f64,
): i32 {
  for (let l = start; l <= end; l++) {
    for (let count = 0;; count++) {
      let m = l;
      while (m < end && !negligible(d, e2, m, floor)) m++;
      if (m < end) put(e2, m, 0);
      if (m === l) break;
      if (m === l + 1) {
        pair(d, e2, l);
        l++;
        break;
      }
      if (count === 60) return 1;
      sweep(d, e2, l, m);
    }
  }
  return 0;
}

/** The eigenvalues of the 2 × 2 block at `l`. */
function pair(d: usize, e2: usize, l: i32): void {
  const half = 0.5 * (get(d, l + 1) - get(d, l));
  const root = Math.sqrt(half * half + get(e2, l));
  const t = get(e2, l) / (half >= 0 ? half + root : half - root);
  put(d, l, get(d, l) - t);
  put(d, l + 1, get(d, l + 1) + t);
  put(e2, l, 0);
}

/** One sweep over the unreduced block `l … m` with Wilkinson's shift. */
function sweep(d: usize, e2: usize, l: i32, m: i32): void {
  const root = Math.sqrt(get(e2, l));
  const g = (get(d, l + 1) - get(d, l)) / (2 * root);
  const r = Math.sqrt(g * g + 1);
  const sigma = get(d, l) - root / (g >= 0 ? g + r : g - r);
  let s: f64 = 0;
  let gamma = get(d, m) - sigma;
  let p = gamma * gamma;
  let oldP: f64 = 1;
  let oldSum: f64 = 1;
  let di = d + (<usize> (m - 1) << 3);
  let ei = e2 + (<usize> (m - 1) << 3);
  const first = d + (<usize> l << 3);
  while (di >= first) {
    const b = load<f64>(ei);
    const sum = p + b;
    store<f64>(ei, s * sum, 8);
    s = b / sum;
    const alpha = load<f64>(di);
    // With c = p / sum these are γ' = c (α − σ) − s γ and p' = γ'² / c, written so that each step waits
    // for one division and not for two.
    const numerator = p * (alpha - sigma) - b * gamma;
    const next = numerator / sum;
    store<f64>(di, gamma + (alpha - next), 8);
    const nextP = p > TINY
      ? numerator * numerator / (sum * p)
      : oldP / oldSum * b;
    gamma = next;
    oldP = p;
    oldSum = sum;
    p = nextP;
    di -= 8;
    ei -= 8;
  }
  put(e2, l, s * p);
  put(d, l, sigma + gamma);
}
