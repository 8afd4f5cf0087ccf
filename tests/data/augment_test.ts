import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { augment, type AugmentOptions, checksum, dataSet } from "interplay";
import { OptionsError, ShapeError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { cutOut, flip, shift, warp } from "../../lib/data/_augment/geometry.ts";
import type { Image } from "../../lib/data/_augment/image.ts";
import * as tones from "../../lib/data/_augment/tones.ts";

/** An image of these values, `width × channels` a row. */
function image(rows: number[][], channels = 1): Image {
  const pixels = Float32Array.from(rows.flat());
  return {
    pixels,
    height: rows.length,
    width: rows[0]!.length / channels,
    channels,
    scratch: new Float32Array(pixels.length),
  };
}

/** What an operation makes of an image, in rows. */
function after(
  rows: number[][],
  operation: (image: Image) => void,
  channels = 1,
): number[][] {
  const picture = image(rows, channels);
  operation(picture);
  const row = picture.width * channels;
  return rows.map((_, y) => [...picture.pixels.slice(y * row, (y + 1) * row)]);
}

const numbered = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];

Deno.test("flip() mirrors left and right, whole pixels at a time", () => {
  assertEquals(after(numbered, flip), [[3, 2, 1], [6, 5, 4], [9, 8, 7]]);
  assertEquals(after([[1, 2, 3, 4]], flip, 2), [[3, 4, 1, 2]]);
});

Deno.test("shift() reflects at the border, which is not repeated", () => {
  const down = after(numbered, (i) => shift(i, 1, 0));
  assertEquals(down, [[4, 5, 6], [1, 2, 3], [4, 5, 6]]);
  const left = after(numbered, (i) => shift(i, 0, -2));
  assertEquals(left, [[3, 2, 1], [6, 5, 4], [9, 8, 7]]);
  assertEquals(after(numbered, (i) => shift(i, 0, 0)), numbered);
  assertEquals(after([[1], [2]], (i) => shift(i, 0, 1)), [[1], [2]]);
});

const still = { a: 1, b: 0, c: 0, d: 1, shiftX: 0, shiftY: 0 };

Deno.test("warp() turns about the middle, moves, and interpolates; outside is 0", () => {
  assertEquals(after(numbered, (i) => warp(i, still)), numbered);
  const quarter = { ...still, a: 0, b: -1, c: 1, d: 0 };
  const turned = after(numbered, (i) => warp(i, quarter));
  assertEquals(turned, [[3, 6, 9], [2, 5, 8], [1, 4, 7]]);
  const moved = after(numbered, (i) => warp(i, { ...still, shiftX: 1 }));
  assertEquals(moved, [[2, 3, 0], [5, 6, 0], [8, 9, 0]]);
  const between = after(numbered, (i) => warp(i, { ...still, shiftY: 0.5 }));
  assertEquals(between, [[2.5, 3.5, 4.5], [5.5, 6.5, 7.5], [3.5, 4, 4.5]]);
  const far = after(numbered, (i) => warp(i, { ...still, shiftX: 50 }));
  assertEquals(far, [[0, 0, 0], [0, 0, 0], [0, 0, 0]]);
});

Deno.test("warp() keeps channels apart", () => {
  const moved = after(
    [[1, 10, 2, 20]],
    (i) => warp(i, { ...still, shiftX: 1 }),
    2,
  );
  assertEquals(moved, [[2, 20, 0, 0]]);
});

Deno.test("cutOut() fills a square as far as it lies in the image", () => {
  const cut = (y: number, x: number, side: number) =>
    after(numbered, (i) => cutOut(i, { y, x, side, fill: 0 }));
  assertEquals(cut(1, 1, 1), [[1, 2, 3], [4, 0, 6], [7, 8, 9]]);
  assertEquals(cut(0, 0, 2), [[0, 2, 3], [4, 5, 6], [7, 8, 9]]);
  assertEquals(cut(2, 2, 3), [[1, 2, 3], [4, 0, 0], [7, 0, 0]]);
  assertEquals(cut(1, 1, 0), numbered);
});

const half = [[0.25, 0.5], [0.5, 0.75]];

Deno.test("autocontrast() stretches each channel to [0, 1], and leaves what is constant", () => {
  assertEquals(after(half, tones.autocontrast), [[0, 0.5], [0.5, 1]]);
  const pair = after([[0.25, 0.5, 0.75, 0.5]], tones.autocontrast, 2);
  assertEquals(pair, [[0, 0.5, 1, 0.5]]);
});

Deno.test("brightness(), contrast(), color() and sharpness() leave the image as it is at 1", () => {
  const colours = [[0.25, 0.5, 0.75], [1, 0, 0.5], [0, 0, 0]];
  for (
    const operation of [
      tones.brightness,
      tones.contrast,
      tones.color,
      tones.sharpness,
    ]
  ) assertEquals(after(colours, (i) => operation(i, 1), 3), colours);
});

Deno.test("brightness() scales, contrast() draws to the mean grey, color() to the grey of the pixel", () => {
  const dark = after(half, (i) => tones.brightness(i, 0.5));
  assertEquals(dark, [[0.125, 0.25], [0.25, 0.375]]);
  const flat = after(half, (i) => tones.contrast(i, 0.5));
  assertEquals(flat, [[0.375, 0.5], [0.5, 0.625]]);
  const [[r, g, b]] = after([[1, 0, 0]], (i) => tones.color(i, 0), 3) as [
    number[],
  ];
  assertEquals([r, g, b], new Array(3).fill(Math.fround(0.299)));
});

Deno.test("sharpness() at 0 blurs with the weights 1 … 1 5 1 … 1 by 13, and leaves the border", () => {
  const spot = [[0, 0, 0], [0, 1, 0], [0, 0, 0]];
  const [top, middle] = after(spot, (i) => tones.sharpness(i, 0));
  assertEquals(top, [0, 0, 0]);
  assertEquals(middle, [0, Math.fround(5 / 13), 0]);
  const ring = [[1, 1, 1], [1, 0, 1], [1, 1, 1]];
  const [, around] = after(ring, (i) => tones.sharpness(i, 0));
  assertEquals(around, [1, Math.fround(8 / 13), 1]);
});

Deno.test("posterize() keeps the highest bits of a level, solarize() inverts what is bright", () => {
  const levels = [[0, 100 / 255, 200 / 255, 1]];
  const four = after(levels, (i) => tones.posterize(i, 4));
  assertEquals(
    four,
    [[0, 96, 192, 240].map((level) => Math.fround(level / 255))],
  );
  const solar = after([[0, 0.25, 0.5, 1]], (i) => tones.solarize(i, 0.5));
  assertEquals(solar, [[0, 0.25, 0.5, 0]]);
});

// PIL's ImageOps.equalize of the same levels, traced by hand: 1,020 pixels, a quarter at each level, so the
// step is 3 · 255 / 255 = 3, and level k gets (1 + 255 k) / 3 rounded down: 0, 85, 170, 255.
Deno.test("equalize() spreads levels as PIL does, and leaves what is constant", () => {
  const row = [10, 11, 12, 200].flatMap((level) =>
    new Array<number>(255).fill(level / 255)
  );
  const [spread] = after([row], tones.equalize) as [number[]];
  const levels = [...new Set(spread)].map((x) => Math.round(255 * x));
  assertEquals(levels, [0, 85, 170, 255]);
  assertEquals(after([[0.5, 0.5]], tones.equalize), [[0.5, 0.5]]);
});

/** Images of uniform noise. */
function images(count: number, side: number, channels: number) {
  const random = new Random(5);
  const size = count * side * side * channels;
  return dataSet({
    inputs: Float32Array.from({ length: size }, () => random.uniform()),
    shape: [count, side, side, channels],
    labels: new Uint8Array(count),
  });
}

const grey = images(4, 11, 1);
const colour = images(3, 8, 3);

const options = fc.record({
  view: fc.constantFrom("weak", "strong"),
  seed: fc.maxSafeInteger(),
  epoch: fc.nat(1000),
  shift: fc.double({ min: 0, max: 1, noNaN: true }),
  flip: fc.boolean(),
  operations: fc.nat(6),
  magnitude: fc.double({ min: 0, max: 1, noNaN: true }),
  cutout: fc.double({ min: 0, max: 1, noNaN: true }),
  fill: fc.double({ min: 0, max: 1, noNaN: true }),
}, { requiredKeys: [] }) as fc.Arbitrary<AugmentOptions>;

Deno.test("augment() keeps shape and range, whatever it does to an image", () => {
  fc.assert(
    fc.property(options, fc.constantFrom(grey, colour), (options, data) => {
      const views = augment(data, [2, 0, 2], options);
      assertEquals(views.length, 3 * data.inputs.length / data.shape[0]!);
      assert(views.every((x) => x >= 0 && x <= 1));
    }),
    { numRuns: 200 },
  );
});

Deno.test("augment() gives a sample the same view in any batch, in any order", () => {
  fc.assert(fc.property(options, (options) => {
    const size = 11 * 11;
    const all = augment(grey, [0, 1, 2, 3], options);
    const other = augment(grey, [3, 1], options);
    assertEquals(other.slice(0, size), all.slice(3 * size));
    assertEquals(other.slice(size), all.slice(size, 2 * size));
    assertEquals(augment(grey, [0, 1, 2, 3], options), all);
  }));
});

Deno.test("augment() gives other views with another seed, epoch, or kind of view, and to equal samples", () => {
  const size = 64 * 3;
  const views = [
    {},
    { seed: 1 },
    { epoch: 1 },
    { view: "strong" as const, operations: 0, cutout: 0 },
  ].map((options) => augment(colour, [0], { flip: true, ...options }).join());
  assertEquals(new Set(views).size, 4);
  const twins = {
    inputs: Float32Array.of(
      ...colour.inputs.slice(0, size),
      ...colour.inputs.slice(0, size),
    ),
    shape: [2, 8, 8, 3],
  };
  const both = augment(twins, [0, 1], { view: "strong", seed: 3 });
  assert(both.slice(0, size).join() !== both.slice(size).join());
});

Deno.test("augment() leaves the data as they are, and an image without any change too", () => {
  const before = checksum(colour);
  augment(colour, [0, 1, 2], { view: "strong" });
  assertEquals(checksum(colour), before);
  const nothing = { shift: 0, operations: 0, cutout: 0 };
  for (const view of ["weak", "strong"] as const) {
    assertEquals(
      augment(grey, [1], { view, ...nothing }),
      grey.inputs.slice(121, 242),
    );
  }
});

Deno.test("augment() of weak views shifts by at most the share it was given, every amount as often", () => {
  const spot = new Float32Array(16 * 16);
  spot[8 * 16 + 8] = 1;
  const data = { inputs: spot, shape: [1, 16, 16, 1] };
  const seen = new Map<number, number>();
  for (let epoch = 0; epoch < 2500; epoch++) {
    const at = augment(data, [0], { epoch, shift: 0.13 }).indexOf(1);
    seen.set(at, (seen.get(at) ?? 0) + 1);
  }
  // Shifts of −2 … 2 both ways: 25 places, 100 times each, five standard deviations either way.
  assertEquals(seen.size, 25);
  for (const [at, times] of seen) {
    const [y, x] = [Math.floor(at / 16), at % 16];
    assert(Math.abs(y - 8) <= 2 && Math.abs(x - 8) <= 2, `${y}, ${x}`);
    assert(Math.abs(times - 100) < 50, `${times} at ${y}, ${x}`);
  }
});

Deno.test("augment() mirrors half of the images if asked, and none otherwise", () => {
  const data = {
    inputs: Float32Array.from({ length: 2000 }, (_, i) => i % 2),
    shape: [1000, 1, 2, 1],
  };
  const indices = Array.from({ length: 1000 }, (_, i) => i);
  const mirrored = (flip: boolean) =>
    augment(data, indices, { flip, shift: 0 })
      .filter((x, i) => i % 2 === 0 && x === 1).length;
  assertEquals(mirrored(false), 0);
  // 1,000 coins: five standard deviations are 79.
  assert(Math.abs(mirrored(true) - 500) < 79, `${mirrored(true)}`);
});

Deno.test("augment() of strong views uses every operation", () => {
  const views = new Set<string>();
  const only = { operations: 1, cutout: 0, shift: 0, view: "strong" as const };
  for (let epoch = 0; epoch < 300; epoch++) {
    views.add(augment(colour, [0], { ...only, epoch }).join());
  }
  // 14 operations; identity, autocontrast, equalize and the few depths of posterize repeat themselves.
  assert(views.size > 150 && views.size < 300, `${views.size}`);
  assert(views.has(colour.inputs.slice(0, 192).join()));
});

const vectors = {
  inputs: Float32Array.from({ length: 40_000 }, (_, i) => i < 20_000 ? 2 : -1),
  shape: [2, 20_000],
};

Deno.test("augment() adds noise to vectors and drops entries, without a change of the expectation", () => {
  for (
    const [view, noise, dropped] of [["weak", 0.1, 0], [
      "strong",
      0.3,
      0.2,
    ]] as const
  ) {
    const out = augment(vectors, [0], { view, seed: 1 });
    const zeros = out.filter((x) => x === 0).length / out.length;
    // 20,000 draws: five standard errors of a share of 0.2 are 0.014, of the mean about 0.03.
    assert(Math.abs(zeros - dropped) < 0.014, `${zeros}`);
    const mean = out.reduce((a, b) => a + b, 0) / out.length;
    assert(Math.abs(mean - 2) < 0.04, `${mean}`);
    const kept = out.filter((x) => x !== 0).map((x) => x * (1 - dropped) - 2);
    const variance = kept.reduce((a, b) => a + b * b, 0) / kept.length;
    assert(Math.abs(Math.sqrt(variance) / noise - 1) < 0.03, `${variance}`);
  }
});

Deno.test("augment() leaves vectors as they are without noise and dropout", () => {
  const out = augment(vectors, [1], { view: "strong", noise: 0, dropout: 0 });
  assertEquals(out, vectors.inputs.slice(20_000));
});

Deno.test("augment() refuses samples that are neither images nor vectors", () => {
  const error = assertThrows(
    () => augment({ inputs: new Float32Array(8), shape: [2, 2, 2] }, [0]),
    ShapeError,
  );
  assertEquals(
    error.message,
    "Cannot augment the samples: expected images [N, h, w, c] or vectors [N, d], received [2, 2, 2]",
  );
});

Deno.test("augment() refuses an index that is none, and an empty batch", () => {
  const message = (indices: number[]) =>
    assertThrows(() => augment(grey, indices), ShapeError).message;
  assertEquals(
    message([0, 4]),
    "Cannot augment the samples: expected an integer in [0, 4) in `indices`, received 4 at 1",
  );
  assertEquals(
    message([]),
    "Cannot augment the samples: expected at least 1 index, received 0",
  );
});

Deno.test("augment() refuses strong views of values beyond [0, 1], and takes weak ones", () => {
  const data = {
    inputs: Float32Array.of(0, 1, 0.5, 0.5, 0, -0.5, 1, 1),
    shape: [2, 2, 2, 1],
  };
  const error = assertThrows(
    () => augment(data, [0, 0, 1], { view: "strong" }),
    RangeError,
  );
  assertEquals(
    error.message,
    "Cannot augment the samples: expected values in [0, 1] for strong views, received -0.5 in sample 2 of the batch (augment before standardizing)",
  );
  augment(data, [0, 1]);
  augment(data, [0, 0], { view: "strong" });
});

Deno.test("augment() refuses options out of range and unknown ones", () => {
  const bad: AugmentOptions[] = [
    { shift: 1.5 },
    { operations: -1 },
    { magnitude: 2 },
    { dropout: 1 },
    { view: "medium" as "weak" },
    { rotate: 3 } as AugmentOptions,
  ];
  for (const options of bad) {
    assertThrows(() => augment(grey, [0], options), OptionsError);
  }
});
