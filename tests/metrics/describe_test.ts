import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { jupyterDisplay, OptionsError, Random } from "interplay";
import * as metrics from "interplay/metrics";
import { BATTERY } from "./battery.ts";

/** Functions of the folder that are about metrics, not metrics themselves. */
const ABOUT = [
  "describe",
  "explain",
  "report",
  "sanityCheck",
  "useNativeLapack",
];

const functions = Object.entries(metrics)
  .filter(([name, value]) => typeof value === "function" && /^[a-z]/.test(name))
  .map(([name]) => name)
  .filter((name) => !ABOUT.includes(name) && !name.endsWith("Async"));

Deno.test("describe() knows every metric that is exported, and nothing else", () => {
  assertEquals([...metrics.metricNames].sort(), functions.sort());
});

Deno.test("describe() takes a name or the function, and shows itself as a table", () => {
  for (const name of metrics.metricNames) {
    const description = metrics.describe(name);
    assertEquals(description, metrics.describe(metrics[name] as () => unknown));
    assert(Object.values(description).every((text) => text.length > 0));
    const { "text/plain": text } = description[jupyterDisplay]() as Record<
      string,
      string
    >;
    assertStringIncludes(text!, description.range);
  }
});

Deno.test("describe() says which names it knows", () => {
  assertThrows(
    () => metrics.describe("toString" as never),
    OptionsError,
    "matrixEntropy",
  );
});

Deno.test("the battery has a row for every metric but the closed forms", () => {
  const covered = new Set(BATTERY.map(({ metric }) => metric));
  const closed = ["collapseMir", "collapseEntropy", "equiangularEntropy"];
  assertEquals(
    metrics.metricNames.filter((name) => !covered.has(name)),
    closed,
  );
});

Deno.test("sanityCheck() passes, holds a claim for every metric, and shows a table", () => {
  const all = metrics.sanityCheck();
  assert(all.passed);
  assertEquals(
    new Set(all.rows.map(({ metric }) => metric)),
    new Set(metrics.metricNames),
  );
  const bundle = all[jupyterDisplay]() as Record<string, string>;
  assertStringIncludes(bundle["text/html"]!, "All checks passed");
  assertStringIncludes(bundle["text/markdown"]!, "| pass |");
});

Deno.test("report() holds the same numbers as the functions it names", () => {
  const random = new Random(5);
  const labels = Array.from({ length: 50 }, (_, i) => i % 5);
  const weights = labels.slice(0, 5).map(() => Array.from(random.normals(6)));
  const Z = labels.map((c) => weights[c]!.map((x) => x + random.normal()));
  const everything = metrics.report(Z, labels, { weights }, {
    permutations: 2,
    seed: 4,
  });
  const effort = { reference: { permutations: 2, seed: 4 } };
  assertEquals(
    everything.interplay,
    metrics.interplay(Z, labels, { weights }, effort),
  );
  assertEquals(
    everything.neuralCollapse,
    metrics.neuralCollapse(Z, labels, { weights }),
  );
  assertEquals(everything.silhouette, metrics.silhouette(Z, labels));
  assertEquals(
    everything.codingRateReduction,
    metrics.codingRateReduction(Z, labels),
  );
  assertEquals(
    everything.alignment,
    metrics.alignment(Z, labels.map((c) => weights[c]!)),
  );
});

Deno.test("report(), interplay() and neuralCollapse() show unit, range and reference", () => {
  const labels = [0, 1, 2, 0, 1, 2];
  const weights = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  const Z = labels.map((c, i) =>
    weights[c]!.map((x, j) => x + 0.1 * Math.sin(3 * i + j))
  );
  const text = (record: metrics.Displayable) =>
    (record[jupyterDisplay]() as Record<string, string>)["text/plain"]!;
  const everything = text(metrics.report(Z, labels, { weights }));
  for (
    const word of [
      "N = 6, d = 3, C = 3",
      "nats",
      "at collapse",
      "shuffled labels",
      "NC4",
    ]
  ) {
    assertStringIncludes(everything, word);
  }
  assertStringIncludes(
    text(metrics.interplay(Z, labels, { weights })),
    "N = 6",
  );
  assertStringIncludes(
    text(metrics.neuralCollapse(Z, labels, { weights })),
    "0 at collapse",
  );
});

Deno.test("uniformity() and silhouette() draw a seeded sample when asked to", () => {
  const random = new Random(6);
  const Z = Array.from({ length: 80 }, () => Array.from(random.normals(3)));
  const labels = Z.map((_, i) => i % 2);
  const drawn = metrics.uniformity(Z, { sampleSize: 30, seed: 1 });
  assertEquals(drawn, metrics.uniformity(Z, { sampleSize: 30, seed: 1 }));
  assert(drawn !== metrics.uniformity(Z, { sampleSize: 30, seed: 2 }));
  assertEquals(
    metrics.uniformity(Z, { sampleSize: 80 }),
    metrics.uniformity(Z),
  );
  const score = metrics.silhouette(Z, labels, { sampleSize: 40 });
  assert(
    Math.abs(score - metrics.silhouette(Z, labels)) < 0.1 &&
      score !== metrics.silhouette(Z, labels),
  );
});

Deno.test("report() of collapsed features shows in each row the value that it says collapse has", () => {
  const classes = 10;
  const labels = Array.from({ length: 1500 }, (_, i) => i % classes);
  const weights = Array.from(
    { length: classes },
    (_, c) =>
      Array.from(
        { length: 16 },
        (_, j) => j < classes ? (c === j ? 1 : 0) - 1 / classes : 0,
      ),
  );
  const everything = metrics.report(labels.map((c) => weights[c]!), labels, {
    weights,
  });
  const { "text/markdown": text } = everything[jupyterDisplay]() as Record<
    string,
    string
  >;
  const rows = text!.split("\n").filter((line) => line.startsWith("| ")).slice(
    2,
  )
    .map((line) => line.split(" | "));
  assert(rows.length > 30);
  for (const [name, value, , , , collapse] of rows) {
    if (collapse === "") continue;
    // Uniformity at collapse is a limit for many samples; all else is exact.
    const tolerance = name!.includes("uniformity") ? 0.01 : 1e-4;
    assertAlmostEquals(Number(value), Number(collapse), tolerance, name);
  }
});
