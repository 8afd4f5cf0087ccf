/**
 * Roots of the secular equation `f(λ) = 1 + Σ_j w_j / (d_j − λ) = 0`, `d` ascending, `w` positive: one
 * between each two poles and one behind the last.
 *
 * Each is sought as its distance `μ` from the nearer pole, so that differences to all poles stay exact
 * where they are small. The step is Li's middle way (Solving secular equations stably and efficiently,
 * LAPACK Working Note 89, 1994): the two nearest poles are kept, each half of the sum is fitted by one
 * of them. A bracket guards it: where the step leaves it, the interval is halved. About five
 * evaluations each; for a last root far from its pole it may take a few more.
 *
 * @module
 */

import { lanes, madd } from "./simd";

const EPSILON: f64 = 2.220446049250313e-16;

/** Distance of the root found last from its pole `origin`. */
export let distance: f64 = 0;

/** Index of the pole from which {@linkcode distance} is counted. */
export let origin: i32 = 0;

let sum: f64 = 0;
let slope: f64 = 0;

@inline
function get(x: usize, i: i32): f64 {
  return load<f64>(x + (<usize> i << 3));
}

/** `sum` and `slope`: of `w_j / (d_j − pole − μ)` for `j` in `[from, to)` and of its derivative. */
export function partialSums(
  d: usize,
  w: usize,
  from: i32,
  to: i32,
  pole: f64,
  mu: f64,
): void {
  const poles = f64x2.splat(pole);
  const mus = f64x2.splat(mu);
  const one = f64x2.splat(1);
  let s = f64x2.splat(0);
  let t = s;
  let at = d + (<usize> from << 3);
  let weight = w + (<usize> from << 3);
  const end = d + (<usize> to << 3) - 8;
  while (at < end) {
    const inverse = f64x2.div(
      one,
      f64x2.sub(f64x2.sub(v128.load(at), poles), mus),
    );
    const term = f64x2.mul(v128.load(weight), inverse);
    s = f64x2.add(s, term);
    t = madd(term, inverse, t);
    at += 16;
    weight += 16;
  }
  sum = lanes(s);
  slope = lanes(t);
  if (at === end) {
    const inverse = 1 / (load<f64>(at) - pole - mu);
    const term = load<f64>(weight) * inverse;
    sum += term;
    slope += term * inverse;
  }
}

/** Finds root `k` of `count` and leaves it in `distance` and `origin`. */
export function findRoot(
  d: usize,
  w: usize,
  count: i32,
  k: i32,
  total: f64,
): void {
  if (k === count - 1) findLast(d, w, count, total);
  else findInner(d, w, count, k);
}

/** Whether `f` is zero as far as its rounding errors let it be known. */
@inline
function settled(f: f64, below: f64, above: f64, mu: f64, slopes: f64): bool {
  return Math.abs(f) <=
    EPSILON * (8 * (above - below) + 3 + Math.abs(mu) * slopes);
}

function findInner(d: usize, w: usize, count: i32, k: i32): void {
  const gap = get(d, k + 1) - get(d, k);
  partialSums(d, w, 0, k + 1, get(d, k), 0.5 * gap);
  const below = sum;
  partialSums(d, w, k + 1, count, get(d, k), 0.5 * gap);
  const f = 1 + below + sum;
  const left = f >= 0;
  const pole = left ? get(d, k) : get(d, k + 1);
  const first = left ? 0 : -gap;
  const second = left ? gap : 0;
  let low = left ? 0 : -0.5 * gap;
  let high = left ? 0.5 * gap : 0;
  let mu = firstGuess(get(w, k), get(w, k + 1), gap, f, left);
  for (let i = 0; i < 90; i++) {
    if (!(mu > low && mu < high)) mu = 0.5 * (low + high);
    if (mu === low || mu === high) break;
    partialSums(d, w, 0, k + 1, pole, mu);
    const psi = sum;
    const psiSlope = slope;
    partialSums(d, w, k + 1, count, pole, mu);
    const f = 1 + psi + sum;
    const slopes = psiSlope + slope;
    if (settled(f, psi, sum, mu, slopes)) break;
    if (f < 0) low = mu;
    else high = mu;
    const next = mu +
      middleWay(first - mu, second - mu, f, psiSlope, slope);
    // Fewer than half the digits in five steps: the fit is poor here, halving is not.
    mu = i % 6 === 5 ? 0.5 * (low + high) : next;
  }
  distance = mu;
  origin = left ? k : k + 1;
}

/** Where the two nearest poles alone, the rest taken as at the middle of the gap, have their root. */
function firstGuess(
  w0: f64,
  w1: f64,
  gap: f64,
  middle: f64,
  left: bool,
): f64 {
  const c = middle + (w0 - w1) / (0.5 * gap);
  if (left) {
    const a = c * gap + w0 + w1;
    const b = w0 * gap;
    const root = Math.sqrt(Math.max(0, a * a - 4 * b * c));
    return a > 0 ? 2 * b / (a + root) : (a - root) / (2 * c);
  }
  const a = c * gap - w0 - w1;
  const b = w1 * gap;
  const root = Math.sqrt(Math.max(0, a * a + 4 * b * c));
  return a < 0 ? 2 * b / (a - root) : -(a + root) / (2 * c);
}

/** The step to the root of `c + s / (δ₁ − η) + S / (δ₂ − η)`, `δ` the distances to the two poles. */
@inline
function middleWay(
  first: f64,
  second: f64,
  f: f64,
  firstSlope: f64,
  secondSlope: f64,
): f64 {
  const c = f - first * firstSlope - second * secondSlope;
  const product = first * second;
  const a = (first + second) * f - product * (firstSlope + secondSlope);
  const b = product * f;
  const root = Math.sqrt(Math.max(0, a * a - 4 * b * c));
  return a <= 0 ? (a - root) / (2 * c) : 2 * b / (a + root);
}

/** The root behind the last pole, at most `total = Σ w` away. */
function findLast(d: usize, w: usize, count: i32, total: f64): void {
  const pole = get(d, count - 1);
  let low: f64 = 0;
  let high = total;
  let mu = 0.5 * (get(w, count - 1) + total);
  for (let i = 0; i < 90; i++) {
    if (!(mu > low && mu <= high)) mu = 0.5 * (low + high);
    if (mu === low) break;
    partialSums(d, w, 0, count, pole, mu);
    const f = 1 + sum;
    if (settled(f, sum, 0, mu, slope)) break;
    if (f < 0) low = mu;
    else high = mu;
    // c + s / (δ − η) with δ = −μ.
    const next = mu * mu * slope / (f + mu * slope);
    mu = i % 6 === 5 ? 0.5 * (low + high) : next;
  }
  distance = mu;
  origin = count - 1;
}
