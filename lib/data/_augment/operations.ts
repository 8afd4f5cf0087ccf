import type { Random } from "../../core/random.ts";
import { warp } from "./geometry.ts";
import type { Image } from "./image.ts";
import * as tones from "./tones.ts";

/** One operation of the RandAugment family; `u` in `[0, 1)` says how much, `magnitude` scales that. */
type Operation = (image: Image, u: number, magnitude: number) => void;

/** Largest angle, in radians. */
const ROTATION = Math.PI / 6;

/** Largest shear, and largest shift as a share of the side. */
const SLANT = 0.3;

/** Both ways from the middle. */
const bothWays = (u: number, most: number) => most * (2 * u - 1);

/** The factor of a blend: never quite the original, never quite the other end, at full magnitude. */
const factor = (u: number, magnitude: number) =>
  1 - magnitude * (0.05 + 0.9 * u);

const still = { a: 1, b: 0, c: 0, d: 1, shiftX: 0, shiftY: 0 };

function rotate(image: Image, angle: number): void {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  warp(image, { ...still, a: cos, b: -sin, c: sin, d: cos });
}

/** Those for any image, with the ranges of FixMatch. */
const operations: readonly Operation[] = [
  () => {},
  (image) => tones.autocontrast(image),
  (image, u, m) => tones.brightness(image, factor(u, m)),
  (image, u, m) => tones.contrast(image, factor(u, m)),
  (image) => tones.equalize(image),
  (image, u, m) => tones.posterize(image, 8 - Math.round(4 * m * u)),
  (image, u, m) => rotate(image, bothWays(u, m * ROTATION)),
  (image, u, m) => tones.sharpness(image, factor(u, m)),
  (image, u, m) => warp(image, { ...still, b: bothWays(u, m * SLANT) }),
  (image, u, m) => warp(image, { ...still, c: bothWays(u, m * SLANT) }),
  (image, u, m) => tones.solarize(image, 1 - m * u),
  (image, u, m) =>
    warp(image, { ...still, shiftX: bothWays(u, m * SLANT * image.width) }),
  (image, u, m) =>
    warp(image, { ...still, shiftY: bothWays(u, m * SLANT * image.height) }),
];

/** And for images with colours. */
const colorOperations: readonly Operation[] = [
  ...operations,
  (image, u, m) => tones.color(image, factor(u, m)),
];

/** Applies `count` operations drawn at random, one after the other. */
export function applyRandomly(
  image: Image,
  random: Random,
  { count, magnitude }: { count: number; magnitude: number },
): void {
  const pool = image.channels === 3 ? colorOperations : operations;
  for (let k = 0; k < count; k++) {
    const operation = pool[random.integer(pool.length)]!;
    operation(image, random.uniform(), magnitude);
  }
}
