import { copied, greyAt, type Image } from "./image.ts";

/** Stretches each channel so that its darkest value is 0 and its brightest 1. */
export function autocontrast({ pixels, channels }: Image): void {
  for (let c = 0; c < channels; c++) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = c; i < pixels.length; i += channels) {
      const x = pixels[i]!;
      if (x < low) low = x;
      if (x > high) high = x;
    }
    if (low === high) continue;
    const scale = 1 / (high - low);
    for (let i = c; i < pixels.length; i += channels) {
      pixels[i] = (pixels[i]! - low) * scale;
    }
  }
}

/** Towards black: 1 leaves the image as it is, 0 is black. */
export function brightness({ pixels }: Image, factor: number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i]! *= factor;
}

/** Towards its mean grey: 1 leaves the image as it is, 0 is that grey everywhere. */
export function contrast(image: Image, factor: number): void {
  const { pixels, channels } = image;
  let sum = 0;
  for (let i = 0; i < pixels.length; i += channels) sum += greyAt(image, i);
  const rest = (1 - factor) * sum * channels / pixels.length;
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = rest + factor * pixels[i]!;
  }
}

/** Towards grey: 1 leaves the image as it is, 0 has no colour. */
export function color(image: Image, factor: number): void {
  const { pixels, channels } = image;
  for (let i = 0; i < pixels.length; i += channels) {
    const rest = (1 - factor) * greyAt(image, i);
    for (let c = 0; c < channels; c++) {
      pixels[i + c] = rest + factor * pixels[i + c]!;
    }
  }
}

/** Towards a blur of 3 × 3 with a heavy middle: 1 leaves the image as it is. The border stays. */
export function sharpness(image: Image, factor: number): void {
  const { pixels, height, width, channels } = image;
  const from = copied(image);
  const row = width * channels;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * row + channels; i < (y + 1) * row - channels; i++) {
      const above = from[i - row - channels]! + from[i - row]! +
        from[i - row + channels]!;
      const below = from[i + row - channels]! + from[i + row]! +
        from[i + row + channels]!;
      const blurred = (above + below + from[i - channels]! +
        from[i + channels]! + 5 * from[i]!) / 13;
      pixels[i] = blurred + factor * (from[i]! - blurred);
    }
  }
}

const LEVELS = 256;

/** The nearest of 256 grey levels. */
function levelOf(x: number): number {
  return Math.round(x * (LEVELS - 1));
}

/** Spreads the values of each channel evenly over 256 levels, as PIL does. */
export function equalize({ pixels, channels }: Image): void {
  const counts = new Uint32Array(LEVELS);
  const table = new Float32Array(LEVELS);
  for (let c = 0; c < channels; c++) {
    counts.fill(0);
    for (let i = c; i < pixels.length; i += channels) {
      counts[levelOf(pixels[i]!)]!++;
    }
    const brightest = counts.findLast((count) => count > 0) ?? 0;
    const step = Math.floor(
      (pixels.length / channels - brightest) / (LEVELS - 1),
    );
    if (step === 0) continue;
    for (let level = 0, below = step >> 1; level < LEVELS; level++) {
      const spread = Math.floor(below / step);
      table[level] = Math.min(spread, LEVELS - 1) / (LEVELS - 1);
      below += counts[level]!;
    }
    for (let i = c; i < pixels.length; i += channels) {
      pixels[i] = table[levelOf(pixels[i]!)]!;
    }
  }
}

/** Keeps the highest `bits` of the 8 bits of each level. */
export function posterize({ pixels }: Image, bits: number): void {
  const mask = 0xff & (0xff << (8 - bits));
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = (levelOf(pixels[i]!) & mask) / (LEVELS - 1);
  }
}

/** Inverts what is at least `threshold`. */
export function solarize({ pixels }: Image, threshold: number): void {
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i]! >= threshold) pixels[i] = 1 - pixels[i]!;
  }
}
