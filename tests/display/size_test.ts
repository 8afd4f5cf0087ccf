import { assert, assertEquals } from "@std/assert";
import { Random } from "../../lib/core/mod.ts";
import {
  collapsePlot,
  confusion,
  curves,
  type Figure,
  gramHeatmap,
  imageGrid,
  interplayPlot,
  scatter2d,
  spectrumPlot,
} from "../../lib/display/mod.ts";
import {
  collapseHistory,
  gallery,
  interplayHistory,
  rings,
} from "./gallery.ts";

const LIMIT = 50_000;

/** Bytes of all MIME types as a notebook file holds them. */
function bytes(figure: Figure): number {
  return new TextEncoder().encode(JSON.stringify(figure.bundle())).length;
}

function noise(n: number, seed: number): Float64Array {
  return new Random(seed).normals(n);
}

function noisyGram(n: number): number[][] {
  const values = noise(n * n, 1);
  return Array.from(
    { length: n },
    (_, i) =>
      Array.from(
        { length: n },
        (_, j) =>
          i === j
            ? 1
            : Math.tanh(values[Math.min(i, j) * n + Math.max(i, j)] ?? 0),
      ),
  );
}

const hard: Record<string, () => Figure> = {
  "a curve of 100 000 points": () => curves({ noise: noise(100_000, 1) }),
  "eight curves of 10 000 points with bands": () =>
    curves(Object.fromEntries(Array.from({ length: 8 }, (_, i) => {
      const y = noise(10_000, i);
      const [low, high] = [y.map((v) => v - 1), y.map((v) => v + 1)];
      return [`series ${i}`, { y, low, high }];
    }))),
  "sixty short curves": () =>
    curves(Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`run ${i}`, noise(50, i)]),
    )),
  "a curve of gaps": () =>
    curves({ gaps: noise(100_000, 1).map((v, i) => i % 2 ? v : NaN) }),
  "curves over uneven steps": () =>
    curves({
      a: { x: noise(5000, 2).map(Math.exp).sort(), y: noise(5000, 3) },
      b: { x: noise(5000, 4).map(Math.exp).sort(), y: noise(5000, 5) },
    }),
  "a spectrum of 10 000": () => spectrumPlot(noise(10_000, 1).map(Math.exp)),
  "an interplay of 1000 epochs": () => interplayPlot(interplayHistory(1000)),
  "an interplay of 60 epochs": () => interplayPlot(interplayHistory(60)),
  "a collapse of 1000 epochs": () => collapsePlot(collapseHistory(1000)),
  "a collapse of 60 epochs": () => collapsePlot(collapseHistory(60)),
  "a Gram of 1000 × 1000": () =>
    gramHeatmap(noisyGram(1000), {
      labels: Array.from({ length: 1000 }, (_, i) => i % 10),
    }),
  "a Gram of 60 × 60 without a pattern": () =>
    gramHeatmap(noisyGram(60), {
      labels: Array.from({ length: 60 }, (_, i) => i % 10),
    }),
  "a confusion of 50 classes without a pattern": () =>
    confusion(Array.from(
      { length: 50 },
      (_, i) => noise(50, i).map((v) => Math.round(Math.abs(v) * 100)),
    )),
  "a confusion of 1000 classes": () =>
    confusion(
      Array.from({ length: 1000 }, (_, i) =>
        noise(1000, i % 7).map((v) => Math.round(v * v))),
    ),
  "10 000 points of 24 classes": () =>
    scatter2d(
      Array.from({ length: 10_000 }, (_, i) => noise(2, i)),
      { labels: Array.from({ length: 10_000 }, (_, i) => i % 24) },
    ),
  "10 000 points of 100 classes": () =>
    scatter2d(
      Array.from({ length: 10_000 }, (_, i) => noise(2, i)),
      { labels: Array.from({ length: 10_000 }, (_, i) => i % 100) },
    ),
  "100 labelled images of noise": () =>
    imageGrid(Array.from({ length: 100 }, (_, i) => noise(784, i)), {
      labels: Array.from({ length: 100 }, (_, i) => `class ${i}`),
    }),
  "100 images in colour": () =>
    imageGrid({
      shape: [100, 32, 32, 3],
      data: Float64Array.from({ length: 100 * 3072 }, (_, i) => i % 256 / 255),
    }),
  "300 images": () => imageGrid(rings(300)),
};

for (const [name, make] of Object.entries(hard)) {
  Deno.test(`${name}: the whole bundle stays under 50 KB`, () => {
    const size = bytes(make());
    assert(size < LIMIT, `${size} bytes`);
  });
}

Deno.test("every figure of the gallery stays under 50 KB and is complete JSON", () => {
  for (const [name, figure] of Object.entries(gallery())) {
    assert(bytes(figure) < LIMIT, name);
    const text = JSON.stringify(figure.bundle());
    assertEquals(/\b(?:NaN|Infinity|undefined)\b/.test(text), false, name);
  }
});
