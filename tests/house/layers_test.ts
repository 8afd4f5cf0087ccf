import { assert, assertEquals } from "@std/assert";
import {
  type Edge,
  edgesOf,
  type GraphModule,
  layerOf,
  layerTable,
  packageName,
  reachable,
  violations,
} from "./layers.ts";

const root = new URL("../../", import.meta.url);

async function libraryFiles(folder = "lib"): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) paths.push(...await libraryFiles(path));
    else if (/\.tsx?$/.test(entry.name)) paths.push(path);
  }
  return paths.sort();
}

async function graphOf(path: string): Promise<GraphModule[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", path],
    cwd: root,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout)).modules;
}

/** One graph of the whole library: entries first, then whatever they did not reach. */
async function wholeGraph(files: readonly string[]): Promise<GraphModule[]> {
  const modules = new Map<string, GraphModule>();
  const entries = files.filter((path) => path.endsWith("/mod.ts"));
  for (const path of ["mod.ts", ...entries, ...files]) {
    if (modules.has(new URL(path, root).href)) continue;
    for (const module of await graphOf(path)) {
      modules.set(module.specifier, module);
    }
  }
  return [...modules.values()];
}

const files = await libraryFiles();
const modules = await wholeGraph(files);
const edges = edgesOf(modules, root.href);

Deno.test("layers: no module imports what the table does not allow", () => {
  assertEquals(violations(edges), []);
});

Deno.test("layers: every module of the graph is found and parsed", () => {
  assertEquals(modules.filter(({ error }) => error !== undefined), []);
});

Deno.test("layers: the graph covers every file of lib", () => {
  const seen = new Set(modules.map(({ specifier }) => specifier));
  const missing = files.filter((path) => !seen.has(new URL(path, root).href));
  assertEquals(missing, []);
});

Deno.test("layers: every file of lib is reached from a mod.ts or a task, so none is dead", async () => {
  const config = await Deno.readTextFile(new URL("deno.json", root));
  const entries = files.filter((path) =>
    path.endsWith("/mod.ts") || config.includes(` ${path}`)
  );
  const reached = new Set(
    ["mod.ts", ...entries].flatMap((path) => [...reachable(edges, path)]),
  );
  assertEquals(files.filter((path) => !reached.has(path)), []);
});

Deno.test("layers: interplay/metrics pulls in no package but zod, ml-matrix and the standard library", () => {
  const packages = [...reachable(edges, "lib/metrics/mod.ts")]
    .filter((path) => path.startsWith("npm:")).sort();
  assert(packages.includes("npm:ml-matrix"), "the graph was not read");
  const allowed = ["npm:deno-std", "npm:ml-matrix", "npm:zod"];
  assertEquals(packages.filter((name) => !allowed.includes(name)), []);
});

Deno.test("layers: interplay/display pulls in no tfjs", () => {
  const reached = [...reachable(edges, "lib/display/mod.ts")];
  assert(reached.length > 1, "the graph was not read");
  assertEquals(reached.filter((name) => name.includes("tensorflow")), []);
});

Deno.test("layers: a layer imports only layers of the table, and no two import each other", () => {
  for (const [name, { layers }] of Object.entries(layerTable)) {
    for (const other of layers) {
      const back = layerTable[other]?.layers ?? [name];
      assert(!back.includes(name), `${name} ⇄ ${other}, or no such layer`);
    }
  }
});

// The checker itself: it must see what it is there to see.

function edge(from: string, to: string, typesOnly = false): Edge {
  return { from, to, typesOnly };
}

for (
  const bad of [
    edge("lib/metrics/gram.ts", "npm:@tensorflow/tfjs"),
    edge("lib/metrics/gram.ts", "npm:@tensorflow/tfjs", true),
    edge("lib/metrics/gram.ts", "npm:ml-matrix"),
    edge("lib/metrics/gram.ts", "lib/display/mod.ts"),
    edge("lib/metrics/gram.ts", "lib/display/mod.ts", true),
    edge("lib/metrics/gram.ts", "mod.ts"),
    edge("lib/metrics/gram.ts", "tests/golden/inputs.ts"),
    edge("lib/metrics/gram.ts", "node:fs"),
    edge("lib/metrics/gram.ts", "lib/linalg/_tridiagonal.ts"),
    edge("lib/metrics/gram.ts", "https://example.com/mod.ts"),
    edge("lib/linalg/eigen.ts", "lib/metrics/mod.ts"),
    edge("lib/core/matrix.ts", "npm:@tensorflow/tfjs"),
    edge("lib/core/matrix.ts", "lib/linalg/mod.ts"),
    edge("lib/display/curves.ts", "npm:@tensorflow/tfjs", true),
    edge("lib/display/curves.ts", "npm:@types/plotly.js"),
    edge("lib/training/loop.ts", "lib/display/mod.ts"),
    edge("lib/kernel/mod.ts", "lib/training/mod.ts"),
    edge("lib/kernel/mod.ts", "npm:left-pad"),
    edge("lib/unheard/mod.ts", "lib/core/mod.ts"),
    edge("mod.ts", "npm:zod-to-ts"),
  ]
) {
  const types = bad.typesOnly ? " (types)" : "";
  Deno.test(`violations() rejects ${bad.from} → ${bad.to}${types}`, () => {
    assertEquals(violations([bad]).length, 1);
  });
}

Deno.test("violations() accepts what the table allows", () => {
  const good = [
    edge("mod.ts", "lib/kernel/mod.ts"),
    edge("lib/core/check.ts", "npm:zod"),
    edge("lib/core/matrix.ts", "npm:@tensorflow/tfjs", true),
    edge("lib/linalg/eigen.ts", "npm:ml-matrix"),
    edge("lib/linalg/eigen.ts", "lib/linalg/_tridiagonal.ts"),
    edge("lib/linalg/solvers/wasm.ts", "lib/linalg/_tridiagonal.ts"),
    edge("lib/metrics/gram.ts", "lib/linalg/mod.ts"),
    edge("lib/display/curves.ts", "npm:@types/plotly.js", true),
    edge("lib/display/png.ts", "node:zlib"),
    edge("lib/kernel/mod.ts", "lib/training/mod.ts", true),
  ];
  assertEquals(violations(good), []);
});

Deno.test("edgesOf() tells types from code, and drops versions of packages", () => {
  const graph = [{
    kind: "esm",
    specifier: "file:///r/lib/a/x.ts",
    dependencies: [
      { specifier: "./y.ts", type: { specifier: "file:///r/lib/a/y.ts" } },
      { specifier: "tf", code: { specifier: "npm:@scope/name@1.2.3/sub.js" } },
      { specifier: "gone" },
    ],
  }, { kind: "npm", specifier: "npm:/@scope/name@1.2.3" }];
  assertEquals(edgesOf(graph, "file:///r/"), [
    edge("lib/a/x.ts", "lib/a/y.ts", true),
    edge("lib/a/x.ts", "npm:@scope/name"),
    edge("lib/a/x.ts", "gone", true),
  ]);
});

Deno.test("packageName() reads scoped and plain names, with and without a slash", () => {
  assertEquals(packageName("npm:/zod@4.6.7"), "zod");
  assertEquals(packageName("npm:deno-std@1.4.0/assert/mod.js"), "deno-std");
  assertEquals(packageName("npm:/@types/plotly.js@3.0.14"), "@types/plotly.js");
});

Deno.test("layerOf() is the folder below lib", () => {
  assertEquals(layerOf("lib/metrics/deep/x.ts"), "metrics");
  assertEquals(layerOf("mod.ts"), "mod.ts");
});

Deno.test("reachable() follows edges to the end, around cycles", () => {
  const ring = [edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("d", "e")];
  assertEquals([...reachable(ring, "a")], ["a", "b", "c"]);
});
