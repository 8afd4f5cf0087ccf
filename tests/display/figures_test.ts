/** What each figure makes of its data, and what it refuses. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import {
  LabelError,
  NotFiniteError,
  OptionsError,
  ShapeError,
} from "../../lib/core/mod.ts";
import {
  collapsePlot,
  type CollapseRecord,
  confusion,
  curves,
  type Figure,
  gramHeatmap,
  type HeatmapTrace,
  imageGrid,
  interplayPlot,
  type InterplayPoint,
  type InterplayReference,
  scatter2d,
  type ScatterTrace,
  spectrumPlot,
} from "../../lib/display/mod.ts";
import { collapseHistory, interplayHistory, rings } from "./gallery.ts";

function scatterOf(figure: Figure, name: string): ScatterTrace {
  const trace = figure.toJSON().data.find((t) => t.name === name);
  if (trace?.type !== "scatter") throw new Error(`no trace ${name}`);
  return trace;
}

function cellsOf(figure: Figure): HeatmapTrace {
  const [trace] = figure.toJSON().data;
  if (trace?.type !== "heatmap") throw new Error("no cells");
  return trace;
}

function labelsOf(figure: Figure): string[] {
  return (figure.toJSON().layout.annotations ?? []).map((a) => a.text);
}

Deno.test("curves() counts from 1 without x, and keeps uneven x", () => {
  const figure = curves({ a: [1, 2, 3], b: { x: [0, 1, 5], y: [1, 2, 3] } });
  assertEquals([scatterOf(figure, "a").x0, scatterOf(figure, "a").dx], [1, 1]);
  assertEquals(scatterOf(figure, "b").x, [0, 1, 5]);
});

Deno.test("curves() takes an array of named series", () => {
  const figure = curves([{ name: "a", y: [1, 2] }, { name: "a", y: [2, 3] }]);
  assertEquals(figure.toJSON().data.length, 2);
});

Deno.test("curves() draws gaps as gaps, in the SVG as separate strokes", () => {
  const figure = curves({ a: [1, 2, NaN, 4, 5, Infinity, null, 7] });
  assertEquals(scatterOf(figure, "a").y, [1, 2, null, 4, 5, null, null, 7]);
  const path = / d="(M[^"]*l[^"]*)"/.exec(figure.toSvg())?.[1] ?? "";
  assertEquals(path.match(/M/g)?.length, 3);
});

Deno.test("curves() draws a series without one finite value as nothing, and still draws", () => {
  const figure = curves({ lost: [NaN, NaN], kept: [1, 2] });
  assertEquals(scatterOf(figure, "lost").y, [null, null]);
  assert(figure.toString().includes("lost: no finite value"));
});

Deno.test("curves() leaves out what a log axis has no place for, and says so", () => {
  const figure = curves({ a: [1, 0, -1, 10] }, { y: { log: true } });
  assertEquals(scatterOf(figure, "a").y, [1, null, null, 10]);
  assertEquals(figure.notes, [
    "2 values ≤ 0 have no place on a log axis and are left out.",
  ]);
});

Deno.test("curves() with a band draws a closed outline for each stretch without a gap", () => {
  const figure = curves({
    a: { y: [1, 2, NaN, 3], low: [0, 1, NaN, 2], high: [2, 3, NaN, 4] },
  });
  const band = scatterOf(figure, "a: mean ± sd");
  assertEquals(band.fill, "toself");
  assertEquals(band.x, [1, 2, 2, 1, null, 4, 4]);
  assertEquals(band.y, [2, 3, 1, 0, null, 4, 2]);
});

Deno.test("curves() keeps reference lines within the window and writes their value", () => {
  const figure = curves({ a: [1, 2] }, {
    references: [{ value: 5, label: "limit" }],
  });
  const { layout } = figure.toJSON();
  assert((layout.yaxis?.range[1] ?? 0) > 5);
  assertEquals(layout.shapes?.[0]?.y0, 5);
  assertEquals(labelsOf(figure), ["limit 5"]);
});

Deno.test("curves() sets labels of reference lines that lie close together apart", () => {
  const references = [1, 1.001, 1.002].map((value, i) => ({
    value,
    label: `line ${i}`,
  }));
  const figure = curves({ a: [0, 2] }, { references });
  const { annotations = [], yaxis } = figure.toJSON().layout;
  const [low = 0, high = 1] = yaxis?.range ?? [];
  const places = annotations.map((a) =>
    a.y / (high - low) * 300 + (a.yshift ?? 0)
  )
    .sort((a, b) => a - b);
  places.slice(1).forEach((at, i) => assert(at - (places[i] ?? 0) >= 13));
});

Deno.test("curves() says what was decimated", () => {
  const figure = curves({
    a: Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i)),
  });
  assert(figure.notes[0]?.startsWith("Series of up to 50000 points"));
  assert(scatterOf(figure, "a").y.length < 1700);
  assert(figure.toString().includes("a: 50000 values"));
});

Deno.test("curves() takes a fixed window", () => {
  const range = (log: boolean) =>
    curves({ a: [1, 2] }, { y: { log, range: [0.1, 10] } }).toJSON().layout
      .yaxis?.range;
  assertEquals(range(false), [0.1, 10]);
  assertEquals(range(true), [-1, 1]);
});

Deno.test("curves() refuses what cannot be drawn, in words", () => {
  assertThrows(
    () => curves({}),
    ShapeError,
    "Cannot draw curves: expected at least 1 series, received 0",
  );
  assertThrows(
    () => curves({ a: [] }),
    ShapeError,
    "expected at least 1 value in `a`, received 0",
  );
  assertThrows(
    () => curves({ a: { x: [1], y: [1, 2] } }),
    ShapeError,
    "Cannot draw curves: expected 2 values in `a.x`, received 1",
  );
  assertThrows(
    () => curves({ a: { y: [1], low: [0] } }),
    ShapeError,
    "both edges of the band of `a`",
  );
  assertThrows(
    () => curves({ a: [1] }, { colour: "red" } as never),
    OptionsError,
    "colour",
  );
  assertThrows(
    () => curves({ a: [1] }, { y: { log: true, range: [0, 1] } }),
    OptionsError,
    "expected a positive `y.range` for a log axis, received 0",
  );
  const many = Object.fromEntries(
    Array.from({ length: 61 }, (_, i) => [`s${i}`, [1, 2]]),
  );
  assertThrows(
    () => curves(many),
    ShapeError,
    "expected at most 60 series, received 61",
  );
});

Deno.test("spectrumPlot() sorts, and accumulates shares up to 1", () => {
  const figure = spectrumPlot([1, 3, 4], { cumulative: true });
  assertEquals(scatterOf(figure, "eigenvalues").y, [0.5, 0.875, 1]);
  assertEquals(figure.toJSON().layout.yaxis?.type, "linear");
});

Deno.test("spectrumPlot() counts eigenvalues that are not positive", () => {
  const figure = spectrumPlot({ a: [1, 0, 0.5], b: [2, 1, 1] });
  assertEquals(figure.notes, [
    "1 values ≤ 0 have no place on a log axis and are left out.",
  ]);
  assertEquals(scatterOf(figure, "a").y, [1, 0.5, null]);
});

Deno.test("spectrumPlot() refuses empty and non-finite spectra", () => {
  assertThrows(
    () => spectrumPlot([]),
    ShapeError,
    "at least 1 eigenvalue in `eigenvalues`, received 0",
  );
  assertThrows(() => spectrumPlot({}), ShapeError, "at least 1 spectrum");
  assertThrows(
    () => spectrumPlot({ a: [1, NaN] }),
    NotFiniteError,
    "finite numbers in `a`, received NaN at 1",
  );
});

Deno.test("interplayPlot() has a panel for entropies, MIR, HDR, accuracy and loss", () => {
  const { layout } = interplayPlot(interplayHistory(5)).toJSON();
  const titles = [
    layout.yaxis,
    layout.yaxis2,
    layout.yaxis3,
    layout.yaxis4,
    layout.yaxis5,
  ];
  assertEquals(titles.map((a) => a?.title?.text), [
    "entropy (nats)",
    "MIR",
    "HDR",
    "accuracy",
    "loss",
  ]);
  assertEquals(layout.yaxis6, undefined);
});

Deno.test("interplayPlot() draws collapse, random and shuffled references, and says N", () => {
  const figure = interplayPlot(interplayHistory(5));
  const { layout, data } = figure.toJSON();
  assertEquals((layout.shapes ?? []).map((s) => [s.yref, s.y0, s.line.dash]), [
    ["y", 2.1972, "dash"],
    ["y2", 0.95235, "dash"],
    ["y2", 0.24, "dot"],
    ["y3", 0, "dash"],
    ["y3", 0.55, "dot"],
  ]);
  const bands = data.filter((t) => t.type === "scatter" && t.fill === "toself");
  assertEquals(bands.map((t) => t.type === "scatter" && t.yaxis), ["y2", "y3"]);
  assertEquals(
    layout.title.subtitle?.text.replaceAll("<br>", " "),
    "N = 1000 samples, C = 10 classes; no entropy above log N = 6.9078; shuffled: mean ± sd of 20 permutations",
  );
  assertEquals(figure.notes, []);
});

Deno.test("interplayPlot() draws the ceiling where it does not press the curves flat", () => {
  const low = interplayHistory(5).map((record) => ({
    ...record,
    reference: {
      ...(record.reference as InterplayReference),
      ceiling: 1.2 * (record.entropy.joint ?? NaN),
    },
  }));
  const { layout } = interplayPlot(low).toJSON();
  assertEquals(layout.shapes?.filter((s) => s.yref === "y").length, 2);
  assert(!layout.title.subtitle?.text.includes("no entropy above"));
});

Deno.test("interplayPlot() without a reference says that a MIR alone means nothing", () => {
  const alone = interplayHistory(3).map(({ reference: _, ...rest }) => rest);
  const figure = interplayPlot(alone);
  assert(figure.notes[0]?.startsWith("No reference was given"));
  assert(
    labelsOf(figure).some((text) => text.startsWith("No reference was given")),
  );
  assert(figure.toSvg().includes("No reference was given"));
});

Deno.test("interplayPlot() draws a NaN of a record as a gap", () => {
  const history = interplayHistory(4).map((r, i) =>
    i === 1 ? { ...r, mir: NaN } : r
  );
  assertEquals(scatterOf(interplayPlot(history), "MIR").y[1], null);
});

Deno.test("interplayPlot() refuses an empty history and names a number that is missing", () => {
  assertThrows(
    () => interplayPlot([]),
    ShapeError,
    "expected at least 1 record in `history`, received 0",
  );
  const [first] = interplayHistory(1);
  const broken = {
    ...first,
    entropy: { representations: 1 },
  } as InterplayPoint;
  assertThrows(
    () => interplayPlot([broken]),
    ShapeError,
    "Cannot draw the interplay: expected a number in `history[0].entropy.head`, received nothing",
  );
  const text = { ...first, mir: "0.5" } as unknown as InterplayPoint;
  assertThrows(
    () => interplayPlot([text]),
    ShapeError,
    "`history[0].mir`, received string",
  );
});

Deno.test("interplayPlot() and collapsePlot() draw a history of one epoch", () => {
  for (
    const figure of [
      interplayPlot(interplayHistory(1)),
      collapsePlot(collapseHistory(1)),
    ]
  ) {
    assertEquals(/NaN/.test(figure.toSvg()), false);
    assert(figure.toJSON().layout.xaxis?.range.every(Number.isFinite));
  }
});

Deno.test("collapsePlot() is logarithmic but for the agreement, which may be missing", () => {
  const { layout } = collapsePlot(collapseHistory(4)).toJSON();
  assertEquals(
    [layout.yaxis, layout.yaxis2, layout.yaxis3, layout.yaxis4].map((a) =>
      a?.type
    ),
    [
      "log",
      "log",
      "log",
      "linear",
    ],
  );
  const without = collapseHistory(4).map((
    { nc4: _, ...rest },
  ): CollapseRecord => rest);
  assertEquals(collapsePlot(without).toJSON().layout.yaxis4, undefined);
});

Deno.test("collapsePlot() at exact collapse has nothing on the log axes and says so", () => {
  const zeros = collapseHistory(2).map((r): CollapseRecord => ({
    ...r,
    nc1: { pinv: 0, quotient: 0, cdnv: 0 },
  }));
  assert(collapsePlot(zeros).notes[0]?.startsWith("6 values ≤ 0"));
});

Deno.test("gramHeatmap() sorts by class, keeps the order within a class, and marks boundaries", () => {
  const K = [[1, 0.1, 0.2], [0.1, 1, 0.3], [0.2, 0.3, 1]];
  const figure = gramHeatmap(K, { labels: [1, 0, 1], classNames: ["a", "b"] });
  assertEquals(cellsOf(figure).z, [[1, 0.1, 0.3], [0.1, 1, 0.2], [
    0.3,
    0.2,
    1,
  ]]);
  assertEquals(scatterOf(figure, "class boundaries").x?.[0], 0.5);
  const { xaxis } = figure.toJSON().layout;
  assertEquals([xaxis?.tickvals, xaxis?.ticktext], [[0, 1.5], ["a", "b"]]);
  assert(
    figure.toString().includes("mean within classes 0.2, between classes 0.2"),
  );
});

Deno.test("gramHeatmap() with sort: false keeps the order", () => {
  const K = [[1, 0.5], [0.5, 1]];
  const figure = gramHeatmap(K, { labels: [1, 0], sort: false });
  assertEquals(figure.toJSON().data.length, 1);
  assertEquals(figure.toJSON().layout.xaxis?.title?.text, "sample");
});

Deno.test("gramHeatmap() pools by block means, exactly", () => {
  const n = 128;
  const K = Array.from(
    { length: n },
    (_, i) =>
      Array.from(
        { length: n },
        (_, j) =>
          i === j ? 1 : Math.floor(i / 2) === Math.floor(j / 2) ? 0.5 : 0,
      ),
  );
  const { z } = cellsOf(gramHeatmap(K));
  assertEquals([z.length, z[0]?.[0], z[0]?.[1]], [64, 0.75, 0]);
  assertEquals(gramHeatmap(K).notes, [
    "128 samples in 64 blocks; each cell a mean.",
  ]);
});

Deno.test("gramHeatmap() has a scale about 0 where values are negative, from 0 else", () => {
  const scale = (x: number) => {
    const { zmin, zmax } = cellsOf(gramHeatmap([[2, x], [x, 2]]));
    return [zmin, zmax];
  };
  assertEquals(scale(-1), [-2, 2]);
  assertEquals(scale(1), [0, 2]);
});

Deno.test("gramHeatmap() refuses what is no Gram, and labels that do not fit", () => {
  assertThrows(
    () => gramHeatmap([[1, 2]]),
    ShapeError,
    "a square matrix as `K`, received 1 × 2",
  );
  assertThrows(
    () => gramHeatmap([[1, 2], [3, 1]]),
    ShapeError,
    "a symmetric matrix as `K`",
  );
  assertThrows(() => gramHeatmap([]), ShapeError, "at least 1 row in `K`");
  assertThrows(() => gramHeatmap([[NaN]]), NotFiniteError);
  assertThrows(
    () => gramHeatmap([[1]], { labels: [0, 1] }),
    ShapeError,
    "1 labels in `labels`, received 2",
  );
  assertThrows(() => gramHeatmap([[1]], { labels: [0.5] }), LabelError);
});

Deno.test("confusion() counts pairs, and colours by the share of the row", () => {
  const cells = cellsOf(confusion([0, 0, 0, 1], [0, 0, 1, 1]));
  assertEquals(cells.customdata, [[2, 1], [0, 1]]);
  assertEquals(cells.z, [[66.7, 33.3], [0, 100]]);
  assertEquals(cells.text, [["2", "1"], ["", "1"]]);
});

Deno.test("confusion() takes counts, and a class without samples is a row of zeros", () => {
  assertEquals(cellsOf(confusion([[0, 0], [1, 3]])).z, [[0, 0], [25, 75]]);
});

Deno.test("confusion() says accuracy and the most frequent mistakes", () => {
  const text = confusion([[8, 2], [1, 9]], { classNames: ["cat", "dog"] })
    .toString();
  assert(text.includes("N = 20 samples, C = 2 classes, 85.00 % correct"));
  assert(text.includes("cat taken for dog: 2"));
});

Deno.test("confusion() pools many classes without losing a count", () => {
  const n = 200;
  const figure = confusion(
    Array.from({ length: n }, () => new Array<number>(n).fill(1)),
  );
  const counts = cellsOf(figure).customdata ?? [];
  assertEquals(counts.flat().reduce((a, b) => a + b, 0), n * n);
  assert(figure.notes[0]?.startsWith("200 classes are pooled to"));
});

Deno.test("confusion() refuses unequal lengths, labels beyond the names, and what is no count", () => {
  assertThrows(
    () => confusion([0, 1], [0]),
    ShapeError,
    "2 labels in `predictedLabels`, received 1",
  );
  assertThrows(
    () => confusion([], []),
    ShapeError,
    "at least 1 label in `trueLabels`",
  );
  assertThrows(
    () => confusion([0, 2], [0, 1], { classNames: ["a", "b"] }),
    LabelError,
    "[0, 2)",
  );
  assertThrows(() => confusion([[1, -1], [0, 0]]), LabelError, "-1 at [0, 1]");
  assertThrows(() => confusion([[1, 2]]), ShapeError, "1 × 2");
  assertThrows(
    () => confusion([[1]], { classNames: ["a", "b"] }),
    OptionsError,
    "1 names in `classNames`, received 2",
  );
});

Deno.test("scatter2d() gives each class a colour and, beyond eight, a shape", () => {
  const points = Array.from({ length: 10 }, (_, i) => [i, i * i]);
  const data =
    scatter2d(points, { labels: points.map((_, i) => i) }).toJSON().data;
  const styles = data.map((t) =>
    t.type === "scatter" ? `${t.marker?.color} ${t.marker?.symbol}` : ""
  );
  assertEquals(new Set(styles).size, 10);
});

Deno.test("scatter2d() draws an even share of every class, a small class whole or in part", () => {
  const labels = Array.from({ length: 20_000 }, (_, i) => i < 5 ? 1 : 0);
  const figure = scatter2d(labels.map((_, i) => [Math.sin(i), Math.cos(i)]), {
    labels,
  });
  const [many, few] = figure.toJSON().data.map((t) =>
    t.type === "scatter" ? t.y.length : 0
  );
  assert((many ?? 0) > 300 && (few ?? 0) >= 1);
  assert(figure.notes[0]?.includes("of 20000 points are drawn"));
});

Deno.test("scatter2d() with more than 24 classes shares colours and names each point", () => {
  const labels = Array.from({ length: 60 }, (_, i) => i % 30);
  const figure = scatter2d(labels.map((l, i) => [l, i]), { labels });
  const { data, layout } = figure.toJSON();
  assertEquals([data.length, layout.showlegend], [8, false]);
  const texts = data.flatMap((t) => t.type === "scatter" ? t.text ?? [] : []);
  assertEquals(new Set(texts).size, 30);
});

Deno.test("scatter2d() refuses other than two columns, NaN and labels that do not fit", () => {
  assertThrows(
    () => scatter2d([[1, 2, 3]]),
    ShapeError,
    "2 columns in `points`, received 3",
  );
  assertThrows(() => scatter2d([]), ShapeError, "at least 1 row in `points`");
  assertThrows(() => scatter2d([[1, NaN]]), NotFiniteError, "NaN at [0, 1]");
  assertThrows(
    () => scatter2d([[1, 2]], { labels: [0, 1] }),
    ShapeError,
    "1 labels",
  );
});

Deno.test("imageGrid() lays images out in columns, and keeps few images whole", () => {
  const figure = imageGrid(rings(6), { columns: 3 });
  const [image] = figure.toJSON().layout.images ?? [];
  assertEquals([image?.sizex, image?.sizey], [3 * 30, 2 * 30]);
  assertEquals(figure.notes, []);
});

Deno.test("imageGrid() says in how many pixels and shades it draws many images", () => {
  const noisy = rings(100).map((row, k) =>
    row.map((x, i) => x * ((i * 7919 + k * 31) % 101) / 101)
  );
  assert(
    /^Drawn as \d+ × \d+ pixels in 8 shades of grey\.$/.test(
      imageGrid(noisy).notes[0] ?? "",
    ),
  );
});

Deno.test("imageGrid() shows the first hundred of more", () => {
  assertEquals(imageGrid(rings(120)).notes[0], "The first 100 of 120 images.");
});

Deno.test("imageGrid() takes [N, h, w], [N, h, w, 3] and tensors", () => {
  const grey = { shape: [2, 2, 3], dataSync: () => new Float32Array(12) };
  const color = { shape: [2, 2, 3, 3], data: new Float32Array(36) };
  for (const images of [grey, color]) {
    assert(imageGrid(images).toString().includes("2 images of 3 × 2 pixels"));
  }
});

Deno.test("imageGrid() refuses sides and shapes that do not fit", () => {
  assertThrows(
    () => imageGrid([[1, 2, 3]]),
    OptionsError,
    "expected `width` and `height` for images that are not square, received – × –",
  );
  assertThrows(
    () => imageGrid([[1, 2, 3, 4]], { width: 3 }),
    OptionsError,
    "`width` × `height` to be 4",
  );
  assertThrows(() => imageGrid([]), ShapeError, "at least 1 row in `images`");
  assertThrows(
    () => imageGrid({ shape: [0, 2, 2], data: [] }),
    ShapeError,
    "at least 1 image",
  );
  assertThrows(
    () => imageGrid({ shape: [1, 2, 2, 2], data: new Array(8).fill(0) }),
    ShapeError,
    "[1, 2, 2, 2]",
  );
  assertThrows(() => imageGrid([[NaN]]), NotFiniteError);
  assertThrows(
    () => imageGrid([[1]], { labels: ["a", "b"] }),
    ShapeError,
    "1 labels in `labels`, received 2",
  );
});

Deno.test("every panel's window holds every finite value", () => {
  const { data, layout } = interplayPlot(interplayHistory(9)).toJSON();
  for (const trace of data) {
    if (trace.type !== "scatter") continue;
    const { range: [low, high] = [0, 0] } =
      layout[`yaxis${trace.yaxis?.slice(1) ?? ""}` as "yaxis"] ?? {};
    for (const y of trace.y) {
      assert(y === null || (y >= low && y <= high), trace.name);
    }
  }
  const [start, end] = layout.yaxis?.domain ?? [0, 0];
  assertAlmostEquals(end, 1);
  assert(start < end);
});
