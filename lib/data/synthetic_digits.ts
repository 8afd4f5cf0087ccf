import { z } from "zod";
import { Check } from "../core/check.ts";
import { Random } from "../core/random.ts";
import { type DataSet, showable } from "./data_set.ts";
import { type Glyph, glyphs, type Stroke } from "./_glyphs.ts";
import { drawStrokes, type InkPoint } from "./_ink.ts";

/** Options of {@linkcode syntheticDigits}. */
export interface SyntheticDigitsOptions {
  /** Fixes every pixel; 0 if left out. */
  readonly seed?: number;
  /** Number of images; 10,000 if left out. */
  readonly samples?: number;
  /** Height and width in pixels; 28 if left out. */
  readonly size?: number;
  /** Standard deviation of the pixel noise, whose range is `[0, 1]`; 0.05 if left out. */
  readonly noise?: number;
  /** Scales every distortion of the shape; 0 draws upright copies of the styles, 1 if left out. */
  readonly distortion?: number;
}

const digitOptions = z.strictObject({
  seed: z.int().default(0),
  samples: z.int().positive().default(10_000),
  size: z.int().min(8).max(512).default(28),
  noise: z.number().nonnegative().default(0.05),
  distortion: z.number().nonnegative().default(1),
});

/** Points laid on a curve between two points of a stroke. */
const STEPS = 5;

/** Catmull and Rom's spline through the points, as a polyline; a doubled point is a corner. */
function smooth(stroke: Stroke): [number, number][] {
  const at = (i: number) =>
    stroke[Math.min(Math.max(i, 0), stroke.length - 1)]!;
  const line: [number, number][] = [];
  for (let i = 0; i + 1 < stroke.length; i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let k = i === 0 ? 0 : 1; k <= STEPS; k++) {
      const t = k / STEPS;
      const blend = (a: number, b: number, c: number, d: number) =>
        b + t * ((c - a) + t * (2 * a - 5 * b + 4 * c - d +
                t * (3 * (b - c) + d - a))) /
          2;
      line.push([
        blend(p0[0], p1[0], p2[0], p3[0]),
        blend(p0[1], p1[1], p2[1], p3[1]),
      ]);
    }
  }
  return line;
}

/** All styles as polylines, made once. */
const outlines = glyphs.map((styles) =>
  styles.map((glyph: Glyph) => glyph.map(smooth))
);

type Map2 = (x: number, y: number) => [number, number];

/** Rotation, shear, scale and shift about the middle of the box. */
function affine(random: Random, strength: number): Map2 {
  const angle = 0.13 * strength * random.normal();
  const shear = 0.18 * strength * random.normal();
  const height = 1 + 0.08 * strength * random.normal();
  const width = height * (0.88 + 0.1 * strength * random.normal());
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const dx = 0.035 * strength * random.normal();
  const dy = 0.035 * strength * random.normal();
  return (x, y) => {
    const u = width * (x - 0.5) - shear * height * (y - 0.5);
    const v = height * (y - 0.5);
    return [0.5 + dx + cos * u - sin * v, 0.5 + dy + sin * u + cos * v];
  };
}

/**
 * A smooth random displacement: Gaussian vectors on a grid of `cells × cells` fields over the box, with
 * cubic B-splines between them. It moves points, so strokes that meet still meet.
 */
function elastic(random: Random, cells: number, strength: number): Map2 {
  const side = cells + 3;
  const grid = random.normals(2 * side * side);
  const weights = (t: number): [number, number, number, number] => [
    (1 - t) ** 3 / 6,
    (3 * t ** 3 - 6 * t ** 2 + 4) / 6,
    (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6,
    t ** 3 / 6,
  ];
  const place = (x: number) => {
    const scaled = Math.min(Math.max(x, 0), 1) * cells;
    const cell = Math.min(Math.floor(scaled), cells - 1);
    return { cell, weights: weights(scaled - cell) };
  };
  return (x, y) => {
    const column = place(x);
    const row = place(y);
    let [dx, dy] = [0, 0];
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        const k = 2 * ((row.cell + i) * side + column.cell + j);
        const weight = row.weights[i]! * column.weights[j]!;
        dx += weight * grid[k]!;
        dy += weight * grid[k + 1]!;
      }
    }
    return [x + strength * dx, y + strength * dy];
  };
}

/** Half the width of the pen along the stroke, in boxes: pressure rises and falls once or twice. */
function pen(random: Random, strength: number): (t: number) => number {
  const radius = 0.058 * Math.exp(0.25 * strength * random.normal());
  const swell = 0.18 * strength * random.uniform();
  const phase = 2 * Math.PI * random.uniform();
  const turns = 1 + 2 * random.uniform();
  return (t) => radius * (1 + swell * Math.sin(phase + turns * Math.PI * t));
}

/** What to multiply with and to add so that `[low, high]` lies in `[0, limit]`, as near as can be. */
function into(
  limit: number,
  [low, high]: readonly [number, number],
): { scale: number; shift: number } {
  const scale = Math.min(1, limit / (high - low));
  const shift = Math.max(0, -scale * low) -
    Math.max(0, scale * high - limit);
  return { scale, shift };
}

/** Moves, and if need be shrinks, what would leave the frame. */
function fit(strokes: InkPoint[][], size: number): InkPoint[][] {
  const points = strokes.flat();
  const range = (at: (p: InkPoint) => number) =>
    [
      points.reduce((low, p) => Math.min(low, at(p) - p.radius), Infinity),
      points.reduce((high, p) => Math.max(high, at(p) + p.radius), -Infinity),
    ] as const;
  const across = into(size - 1, range((p) => p.x));
  const down = into(size - 1, range((p) => p.y));
  return strokes.map((line) =>
    line.map(({ x, y, radius }) => ({
      x: across.scale * x + across.shift,
      y: down.scale * y + down.shift,
      radius,
    }))
  );
}

/** The strokes of one image, in pixels. */
function write(
  random: Random,
  digit: number,
  { size, distortion }: { size: number; distortion: number },
): InkPoint[][] {
  const styles = outlines[digit]!;
  const strokes = styles[random.integer(styles.length)]!;
  const bend = elastic(random, 2, 0.1 * distortion);
  const wobble = elastic(random, 4, 0.035 * distortion);
  const place = affine(random, distortion);
  const width = pen(random, distortion);
  // As in MNIST the box of a digit takes 20 of 28 pixels; half a pixel puts its middle at the centre.
  const box = size * 20 / 28;
  const written = strokes.map((line) =>
    line.map(([x, y], i) => {
      const [u, v] = place(...wobble(...bend(x, y)));
      return {
        x: size / 2 - 0.5 + box * (u - 0.5),
        y: size / 2 - 0.5 + box * (v - 0.5),
        radius: box * width(i / line.length),
      };
    })
  );
  return fit(written, size);
}

/** Draws one sample into `pixels`. */
function drawDigit(
  pixels: Float32Array,
  digit: number,
  random: Random,
  options: z.output<typeof digitOptions>,
): void {
  const strokes = write(random, digit, options);
  const softness = (0.9 + 0.7 * random.uniform()) * options.size / 28;
  const ink = 1 - 0.25 * random.uniform();
  drawStrokes(pixels, options.size, strokes, softness);
  for (let p = 0; p < pixels.length; p++) {
    const noisy = ink * pixels[p]! +
      (options.noise > 0 ? options.noise * random.normal() : 0);
    pixels[p] = Math.min(Math.max(noisy, 0), 1);
  }
}

/**
 * Handwritten-looking digits, drawn stroke by stroke: the data set that needs no download. Grey levels in
 * `[0, 1]`, ink bright on dark as in MNIST.
 *
 * Each digit has three or four ways of writing; a sample takes one, bends it by a smooth random field,
 * rotates, shears, scales and shifts it, and draws it with a pen of random width, pressure, softness and
 * ink through an anti-aliasing distance field. Each ten samples in a row hold each digit once, in random
 * order. Sample `i` depends on the seed and `i` alone: a larger set begins with the smaller one.
 *
 * Easier than MNIST: a small network passes 98 %. With `noise` and `distortion` it gets harder.
 *
 * Cost: about 0.1 ms an image of 28 × 28.
 *
 * @param options Seed, number of images, size, noise and distortion.
 * @returns Images `[samples, size, size, 1]` with labels `0 … 9`.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { syntheticDigits } from "interplay/data";
 * import { assertEquals } from "@std/assert";
 *
 * const digits = syntheticDigits({ seed: 7, samples: 100 });
 * assertEquals(digits.shape, [100, 28, 28, 1]);
 * assertEquals([...digits.labels.slice(0, 10)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
 * ```
 */
export function syntheticDigits(options: SyntheticDigitsOptions = {}): DataSet {
  const check = new Check("draw digits");
  const parsed = check.options(digitOptions, options);
  const { seed, samples, size } = parsed;
  const random = new Random(seed);
  const inputs = new Float32Array(samples * size * size);
  const labels = new Int32Array(samples);
  for (let i = 0; i < samples; i += 10) {
    const order = random.fork(`labels ${i}`).permutation(10);
    labels.set(order.subarray(0, Math.min(10, samples - i)), i);
  }
  for (let i = 0; i < samples; i++) {
    const pixels = inputs.subarray(i * size * size, (i + 1) * size * size);
    drawDigit(pixels, labels[i]!, random.fork(`sample ${i}`), parsed);
  }
  return showable({
    name: `syntheticDigits(seed ${seed})`,
    inputs,
    shape: [samples, size, size, 1],
    labels,
    classes: 10,
    classNames: Array.from({ length: 10 }, (_, c) => `${c}`),
  });
}
