/**
 * Gradients of convolutions that filter each channel by itself: output channel `c·q + j` is channel `c` of the
 * input under filter `j` of `q`.
 *
 * @module
 */

import { madd } from "./simd";

/** `to[c q + j] += a[c] b[c q + j]`, over all channels. */
@inline
function addSpread(a: usize, b: usize, channels: i32, q: i32, to: usize): void {
  let c = 0;
  if (q === 1) {
    for (; c + 4 <= channels; c += 4) {
      v128.store(to, madd(v128.load(a), v128.load(b), v128.load(to)));
      a += 16, b += 16, to += 16;
    }
  }
  for (; c < channels; c++) {
    const factor = load<f32>(a);
    for (let j = 0; j < q; j++) {
      store<f32>(to, load<f32>(to) + factor * load<f32>(b));
      b += 4, to += 4;
    }
    a += 4;
  }
}

/** `to[c] += Σ_j a[c q + j] b[c q + j]`, over all channels. */
@inline
function addDots(a: usize, b: usize, channels: i32, q: i32, to: usize): void {
  let c = 0;
  if (q === 1) {
    for (; c + 4 <= channels; c += 4) {
      v128.store(to, madd(v128.load(a), v128.load(b), v128.load(to)));
      a += 16, b += 16, to += 16;
    }
  }
  for (; c < channels; c++) {
    let sum = load<f32>(to);
    for (let j = 0; j < q; j++) {
      sum += load<f32>(a) * load<f32>(b);
      a += 4, b += 4;
    }
    store<f32>(to, sum);
    to += 4;
  }
}

/**
 * Adds the gradients of one image: with respect to the filter if `target` is that, to the input otherwise.
 *
 * @param shape As in {@linkcode maxPoolGradient}, and the number of filters a channel.
 * @param other The input image where the filter is sought, the filter where the input is.
 * @param dy Gradient of the output image.
 * @param target What is added to.
 * @param ofFilter Whether `target` is the gradient of the filter.
 */
export function addDepthwiseGradient(
  shape: usize,
  other: usize,
  dy: usize,
  target: usize,
  ofFilter: bool,
): void {
  const height = load<i32>(shape, 0), width = load<i32>(shape, 4);
  const channels = load<i32>(shape, 8);
  const outHeight = load<i32>(shape, 12), outWidth = load<i32>(shape, 16);
  const filterHeight = load<i32>(shape, 20), filterWidth = load<i32>(shape, 24);
  const strideY = load<i32>(shape, 28), strideX = load<i32>(shape, 32);
  const dilationY = load<i32>(shape, 36), dilationX = load<i32>(shape, 40);
  const top = load<i32>(shape, 44), left = load<i32>(shape, 48);
  const q = load<i32>(shape, 52);
  const pixel = <usize> channels << 2;
  const tap = pixel * <usize> q;
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      for (let ky = 0; ky < filterHeight; ky++) {
        const iy = oy * strideY - top + ky * dilationY;
        if (iy < 0 || iy >= height) continue;
        for (let kx = 0; kx < filterWidth; kx++) {
          const ix = ox * strideX - left + kx * dilationX;
          if (ix < 0 || ix >= width) continue;
          const atPixel = <usize> (iy * width + ix) * pixel;
          const atTap = <usize> (ky * filterWidth + kx) * tap;
          if (ofFilter) {
            addSpread(other + atPixel, dy, channels, q, target + atTap);
          } else addDots(other + atTap, dy, channels, q, target + atPixel);
        }
      }
      dy += tap;
    }
  }
}
