/**
 * The gradient of pooling by the largest value.
 *
 * @module
 */

/**
 * Hands the gradient of every output to the first input of its window, row by row, that has its value; four
 * channels at a time where there are four.
 *
 * @param shape `[13]` integers: height, width and channels of the input; height and width of the output;
 * height and width of the window; its strides, its dilations, and the padding above and to the left.
 * @param x One input image.
 * @param y Its output.
 * @param dy Gradient of the output.
 * @param dx Gradient of the input; cleared image by image, while it is in the cache.
 */
export function maxPoolGradient(
  shape: usize,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
): void {
  const height = load<i32>(shape, 0), width = load<i32>(shape, 4);
  const channels = load<i32>(shape, 8);
  const outHeight = load<i32>(shape, 12), outWidth = load<i32>(shape, 16);
  const windowHeight = load<i32>(shape, 20), windowWidth = load<i32>(shape, 24);
  const strideY = load<i32>(shape, 28), strideX = load<i32>(shape, 32);
  const dilationY = load<i32>(shape, 36), dilationX = load<i32>(shape, 40);
  const top = load<i32>(shape, 44), left = load<i32>(shape, 48);
  const pixel = <usize> channels << 2;
  memory.fill(dx, 0, <usize> (height * width) * pixel);
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      const firstY = oy * strideY - top, firstX = ox * strideX - left;
      let c = 0;
      for (; c + 4 <= channels; c += 4) {
        const value = v128.load(y);
        const gradient = v128.load(dy);
        let free = i32x4.splat(-1);
        for (let ky = 0; ky < windowHeight; ky++) {
          const iy = firstY + ky * dilationY;
          if (iy < 0 || iy >= height) continue;
          for (let kx = 0; kx < windowWidth; kx++) {
            const ix = firstX + kx * dilationX;
            if (ix < 0 || ix >= width) continue;
            const at = <usize> (iy * width + ix) * pixel + (<usize> c << 2);
            const hit = v128.and(free, f32x4.eq(v128.load(x + at), value));
            const sum = v128.load(dx + at);
            v128.store(dx + at, f32x4.add(sum, v128.and(hit, gradient)));
            free = v128.andnot(free, hit);
          }
        }
        y += 16, dy += 16;
      }
      for (; c < channels; c++) {
        const value = load<f32>(y);
        let free = true;
        for (let ky = 0; ky < windowHeight && free; ky++) {
          const iy = firstY + ky * dilationY;
          if (iy < 0 || iy >= height) continue;
          for (let kx = 0; kx < windowWidth && free; kx++) {
            const ix = firstX + kx * dilationX;
            if (ix < 0 || ix >= width) continue;
            const at = <usize> (iy * width + ix) * pixel + (<usize> c << 2);
            if (load<f32>(x + at) !== value) continue;
            store<f32>(dx + at, load<f32>(dx + at) + load<f32>(dy));
            free = false;
          }
        }
        y += 4, dy += 4;
      }
    }
  }
}
