/** A point of the pen's path in pixels, with half the width of the pen there. */
export interface InkPoint {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Raises `depth` to how deep each pixel lies inside the capsule from `a` to `b`, where that is deeper. */
function deepen(
  depth: Float32Array,
  size: number,
  [a, b]: readonly [InkPoint, InkPoint],
  reach: number,
): void {
  const pad = Math.max(a.radius, b.radius) + reach;
  const left = Math.max(0, Math.ceil(Math.min(a.x, b.x) - pad));
  const right = Math.min(size - 1, Math.floor(Math.max(a.x, b.x) + pad));
  const top = Math.max(0, Math.ceil(Math.min(a.y, b.y) - pad));
  const bottom = Math.min(size - 1, Math.floor(Math.max(a.y, b.y) + pad));
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const squared = dx * dx + dy * dy;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = squared === 0
        ? 0
        : ((x - a.x) * dx + (y - a.y) * dy) / squared;
      const t = along < 0 ? 0 : along > 1 ? 1 : along;
      const ex = x - a.x - t * dx;
      const ey = y - a.y - t * dy;
      const inside = a.radius + t * (b.radius - a.radius) -
        Math.sqrt(ex * ex + ey * ey);
      if (inside > depth[y * size + x]!) depth[y * size + x] = inside;
    }
  }
}

/**
 * Draws strokes into `size × size` pixels, 0 outside and 1 inside, by their distance field: across the
 * edge the grey level rises smoothly over `softness` pixels, which is anti-aliasing and blur in one.
 */
export function drawStrokes(
  pixels: Float32Array,
  size: number,
  strokes: readonly (readonly InkPoint[])[],
  softness: number,
): void {
  pixels.fill(-Infinity);
  for (const stroke of strokes) {
    for (let i = 0; i + 1 < stroke.length; i++) {
      deepen(pixels, size, [stroke[i]!, stroke[i + 1]!], softness);
    }
  }
  for (let p = 0; p < pixels.length; p++) {
    const t = Math.min(Math.max(pixels[p]! / (2 * softness) + 0.5, 0), 1);
    pixels[p] = t * t * (3 - 2 * t);
  }
}
