import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  colorAt,
  DIVERGING,
  luminance,
  NEUTRAL,
  PALETTE,
  paletteColor,
  type Rgb,
  rgbOf,
  SEQUENTIAL,
} from "../../lib/display/_color.ts";

function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) =>
    x - y
  );
  return (light + 0.05) / (dark + 0.05);
}

type Triple = [number, number, number];

function linearLight(rgb: Rgb): Triple {
  const channel = (c: number) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4;
  return [channel(rgb[0]), channel(rgb[1]), channel(rgb[2])];
}

/** Linear light as three kinds of eyes see it (Viénot, Brettel and Mollon, 1999). */
const EYES: Record<string, (light: Triple) => Triple> = {
  normal: (light) => light,
  deuteranope: ([r, g, b]) => {
    const yellow = 0.29275 * r + 0.70725 * g - 0.02234 * b;
    return [yellow, yellow, -0.02234 * r + 0.02234 * g + b];
  },
  protanope: ([r, g, b]) => {
    const yellow = 0.11238 * r + 0.88762 * g;
    return [yellow, yellow, 0.00401 * r - 0.00401 * g + b];
  },
};

/** CIELAB of linear light under D65. */
function lab([r, g, b]: Triple): Triple {
  const root = (t: number) =>
    t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
  const x = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = root(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

Deno.test("PALETTE stands out by 3 : 1 on white and on the dark background", () => {
  for (const color of [...PALETTE, NEUTRAL]) {
    assert(contrast(rgbOf(color), [255, 255, 255]) >= 3, `${color} on white`);
    assert(contrast(rgbOf(color), rgbOf("#16181c")) >= 3, `${color} on dark`);
  }
});

Deno.test("PALETTE has no two colours alike, for colour-blind readers too", () => {
  for (const [eyes, see] of Object.entries(EYES)) {
    const seen = PALETTE.map((color) => lab(see(linearLight(rgbOf(color)))));
    seen.forEach((a, i) =>
      seen.slice(0, i).forEach((b, j) => {
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        const pair = `${PALETTE[i]} and ${PALETTE[j]}`;
        assert(distance >= 15, `${eyes}: ${pair}, ${distance}`);
      })
    );
  }
});

Deno.test("paletteColor() starts again after the last", () => {
  assertEquals(paletteColor(PALETTE.length), paletteColor(0));
});

Deno.test("colorAt() meets the stops, lies between them, and keeps to the ends", () => {
  assertEquals(colorAt(SEQUENTIAL, 0), rgbOf("#440154"));
  assertEquals(colorAt(SEQUENTIAL, 1), rgbOf("#fde725"));
  assertEquals(colorAt(DIVERGING, 0.5), rgbOf("#f7f7f7"));
  assertEquals(colorAt(DIVERGING, 7), rgbOf("#b2182b"));
  assertEquals(colorAt([[0, "#000000"], [1, "#646464"]], 0.25), [25, 25, 25]);
});

Deno.test("SEQUENTIAL grows lighter all the way", () => {
  const steps = Array.from(
    { length: 21 },
    (_, i) => luminance(colorAt(SEQUENTIAL, i / 20)),
  );
  assert(steps.every((x, i) => i === 0 || x > (steps[i - 1] ?? 1)));
});

Deno.test("luminance() is 0 for black and 1 for white", () => {
  assertAlmostEquals(luminance([0, 0, 0]), 0, 1e-12);
  assertAlmostEquals(luminance([255, 255, 255]), 1, 1e-12);
});
