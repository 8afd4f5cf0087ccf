/**
 * Batch normalisation with the rectifier after it, and the way back, as passes over `[rows, channels]`; channels
 * come in fours. With `unit = (x − mean) · inverse`, `z = unit · gamma + beta`, the result is `z` where that is
 * positive and `slope · z` elsewhere.
 *
 * A plan is six rows of `channels` numbers: mean, inverse deviation, gamma, beta, and for the way back the mean of
 * `dz` and the mean of `dz · unit`.
 *
 * @module
 */

import { madd } from "./simd";

/** Numbers of a block of rows: half of the first cache, so that all channels of it are read from there. */
const BLOCK: i32 = 4096;

/** Rows of a block. */
@inline
function blockRows(channels: i32): i32 {
  return max(1, BLOCK / channels);
}

/** Adds `Σ (x − mean)²` over the rows to `to [channels]`; only the mean of the plan is read. */
export function addDeviations(
  plan: usize,
  x: usize,
  rows: i32,
  channels: i32,
  to: usize,
): void {
  const stride = <usize> channels << 2;
  const block = blockRows(channels);
  for (let first = 0; first < rows; first += block) {
    const count = min(block, rows - first);
    for (let c: usize = 0; c < stride; c += 16) {
      const mean = v128.load(plan + c);
      let sum = f32x4.splat(0);
      let at = x + c;
      for (let i = 0; i < count; i++) {
        const d = f32x4.sub(v128.load(at), mean);
        sum = madd(d, d, sum);
        at += stride;
      }
      v128.store(to + c, f32x4.add(v128.load(to + c), sum));
    }
    x += <usize> count * stride;
  }
}

/** Writes the result to `y`. */
export function normalize(
  plan: usize,
  x: usize,
  rows: i32,
  channels: i32,
  slope: f32,
  y: usize,
): void {
  const stride = <usize> channels << 2;
  const block = blockRows(channels);
  const zero = f32x4.splat(0), below = f32x4.splat(slope);
  for (let first = 0; first < rows; first += block) {
    const count = min(block, rows - first);
    for (let c: usize = 0; c < stride; c += 16) {
      const mean = v128.load(plan + c);
      const inverse = v128.load(plan + stride + c);
      const gamma = v128.load(plan + 2 * stride + c);
      const beta = v128.load(plan + 3 * stride + c);
      let at = c;
      for (let i = 0; i < count; i++) {
        const unit = f32x4.mul(f32x4.sub(v128.load(x + at), mean), inverse);
        const z = madd(unit, gamma, beta);
        const cut = f32x4.mul(f32x4.min(z, zero), below);
        v128.store(y + at, f32x4.add(f32x4.max(z, zero), cut));
        at += stride;
      }
    }
    x += <usize> count * stride;
    y += <usize> count * stride;
  }
}

/** `dy` where `z` is positive, `slope · dy` elsewhere. */
@inline
function throughRectifier(z: v128, dy: v128, slope: v128): v128 {
  const positive = f32x4.gt(z, f32x4.splat(0));
  return v128.bitselect(dy, f32x4.mul(dy, slope), positive);
}

/** Adds `Σ dz` and, in the row after, `Σ dz · unit` to `to [2, channels]`. */
export function addNormalGradients(
  plan: usize,
  x: usize,
  dy: usize,
  rows: i32,
  channels: i32,
  slope: f32,
  to: usize,
): void {
  const stride = <usize> channels << 2;
  const block = blockRows(channels);
  const below = f32x4.splat(slope);
  for (let first = 0; first < rows; first += block) {
    const count = min(block, rows - first);
    for (let c: usize = 0; c < stride; c += 16) {
      const mean = v128.load(plan + c);
      const inverse = v128.load(plan + stride + c);
      const gamma = v128.load(plan + 2 * stride + c);
      const beta = v128.load(plan + 3 * stride + c);
      let sum = f32x4.splat(0);
      let dot = sum;
      let at = c;
      for (let i = 0; i < count; i++) {
        const unit = f32x4.mul(f32x4.sub(v128.load(x + at), mean), inverse);
        const z = madd(unit, gamma, beta);
        const dz = throughRectifier(z, v128.load(dy + at), below);
        sum = f32x4.add(sum, dz);
        dot = madd(dz, unit, dot);
        at += stride;
      }
      const after = to + stride + c;
      v128.store(to + c, f32x4.add(v128.load(to + c), sum));
      v128.store(after, f32x4.add(v128.load(after), dot));
    }
    x += <usize> count * stride;
    dy += <usize> count * stride;
  }
}

/** Writes `dx = gamma · inverse · (dz − mean(dz) − unit · mean(dz · unit))`. */
export function normalGradient(
  plan: usize,
  x: usize,
  dy: usize,
  rows: i32,
  channels: i32,
  slope: f32,
  dx: usize,
): void {
  const stride = <usize> channels << 2;
  const block = blockRows(channels);
  const below = f32x4.splat(slope);
  for (let first = 0; first < rows; first += block) {
    const count = min(block, rows - first);
    for (let c: usize = 0; c < stride; c += 16) {
      const mean = v128.load(plan + c);
      const inverse = v128.load(plan + stride + c);
      const gamma = v128.load(plan + 2 * stride + c);
      const beta = v128.load(plan + 3 * stride + c);
      const meanDz = v128.load(plan + 4 * stride + c);
      const meanDot = v128.load(plan + 5 * stride + c);
      const factor = f32x4.mul(gamma, inverse);
      let at = c;
      for (let i = 0; i < count; i++) {
        const unit = f32x4.mul(f32x4.sub(v128.load(x + at), mean), inverse);
        const z = madd(unit, gamma, beta);
        const dz = throughRectifier(z, v128.load(dy + at), below);
        const rest = f32x4.sub(f32x4.sub(dz, meanDz), f32x4.mul(unit, meanDot));
        v128.store(dx + at, f32x4.mul(factor, rest));
        at += stride;
      }
    }
    x += <usize> count * stride;
    dy += <usize> count * stride;
    dx += <usize> count * stride;
  }
}
