/**
 * The layer table of the design as data, and the checker that reads a module graph against it. Used by
 * `layers_test.ts` alone.
 */

/** What one layer may import besides itself. */
export interface Layer {
  /** Other layers. */
  layers: readonly string[];
  /** npm packages, without version. */
  packages?: readonly string[];
  /** Layers or packages of which only types may be imported. */
  typesOnly?: readonly string[];
  /** Whether `node:` built-ins may be used. */
  node?: boolean;
}

const tfjs = [
  "@tensorflow/tfjs",
  "@tensorflow/tfjs-backend-wasm",
  "@tensorflow/tfjs-backend-webgpu",
];

/**
 * Packages that belong to no layer: option schemas and the standard library. They hold no mathematics,
 * no tensors and no figures, so a layer that uses them still stands alone.
 */
const everywhere = ["zod", "deno-std"];

const library = [
  "core",
  "linalg",
  "metrics",
  "losses",
  "data",
  "models",
  "training",
  "experiments",
  "display",
  "kernel",
];

/** The table. A layer that is not in it fails the test: enter it there first, with its reason. */
export const layerTable: Readonly<Record<string, Layer>> = {
  "mod.ts": { layers: library },
  core: { layers: [], packages: tfjs, typesOnly: tfjs },
  linalg: { layers: ["core"], packages: ["ml-matrix"] },
  metrics: { layers: ["core", "linalg"] },
  losses: { layers: ["core", "linalg"], packages: tfjs },
  data: { layers: ["core"], packages: tfjs, node: true },
  models: { layers: ["core"], packages: tfjs },
  training: {
    layers: ["core", "data", "losses", "metrics", "models"],
    packages: tfjs,
    node: true,
  },
  experiments: {
    layers: library.slice(0, library.indexOf("experiments")),
    packages: tfjs,
    node: true,
  },
  display: {
    layers: ["core"],
    packages: ["@types/plotly.js", "plotly.js-cartesian-dist-min"],
    typesOnly: ["@types/plotly.js"],
    node: true,
  },
  kernel: {
    layers: ["display", "core", "training"],
    packages: ["marked"], // Markdown cells of a published page
    typesOnly: ["training"],
    node: true,
  },
};

interface Resolved {
  specifier?: string;
  error?: string;
}

/** A module of `deno info --json`, as far as it matters here. */
export interface GraphModule {
  kind: string;
  specifier: string;
  error?: string;
  dependencies?: readonly {
    specifier: string;
    code?: Resolved;
    type?: Resolved;
  }[];
}

/** One import: from a file below the root to a file below the root, a package or a built-in. */
export interface Edge {
  /** Path below the root: `lib/metrics/gram.ts`. */
  from: string;
  /** Path below the root, `npm:name` or `node:name`; anything else as it was resolved. */
  to: string;
  /** Whether types alone are imported. */
  typesOnly: boolean;
}

/** `npm:/@scope/name@1.2.3/path` and `npm:name@1.2.3` without slash, version and path. */
export function packageName(specifier: string): string {
  const match = /^npm:\/?((?:@[^/]+\/)?[^/@]+)/.exec(specifier);
  return match?.[1] ?? specifier;
}

function place(specifier: string, root: string): string {
  if (specifier.startsWith(root)) return specifier.slice(root.length);
  return specifier.startsWith("npm:")
    ? `npm:${packageName(specifier)}`
    : specifier;
}

/** The imports that the files below `root` (a URL that ends with a slash) make. */
export function edgesOf(modules: readonly GraphModule[], root: string): Edge[] {
  return modules
    .filter(({ specifier }) => specifier.startsWith(root))
    .flatMap(({ specifier, dependencies = [] }) =>
      dependencies.map((dependency) => ({
        from: place(specifier, root),
        to: place(
          dependency.code?.specifier ?? dependency.type?.specifier ??
            dependency.specifier,
          root,
        ),
        typesOnly: dependency.code === undefined,
      }))
    );
}

/** The layer of a path: `metrics` for `lib/metrics/gram.ts`, `mod.ts` for itself. */
export function layerOf(path: string): string {
  return /^lib\/([^/]+)\//.exec(path)?.[1] ?? path;
}

/** Whether a path has a private part, `_x.ts` or `_x/`, that lies outside the folder of `from`. */
function privateElsewhere(from: string, to: string): boolean {
  const parts = to.split("/");
  const at = parts.findIndex((part) => part.startsWith("_"));
  if (at < 0) return false;
  return !from.startsWith(parts.slice(0, at).join("/") + "/");
}

function allows(layer: Layer, { from, to, typesOnly }: Edge): boolean {
  if (to.startsWith("node:")) return layer.node ?? false;
  const name = to.startsWith("npm:") ? to.slice(4) : layerOf(to);
  if (
    to.startsWith("npm:") ? everywhere.includes(name) : name === layerOf(from)
  ) {
    return true;
  }
  const listed = to.startsWith("npm:") ? layer.packages ?? [] : layer.layers;
  return listed.includes(name) &&
    (typesOnly || !(layer.typesOnly ?? []).includes(name));
}

/** A sentence for each edge the table does not allow. */
export function violations(edges: readonly Edge[]): string[] {
  return edges.flatMap((edge) => {
    const { from, to, typesOnly } = edge;
    const layer = layerTable[layerOf(from)];
    if (layer === undefined) return [`${from}: its layer is not in the table`];
    const what = `${from} imports ${typesOnly ? "types of " : ""}${to}`;
    if (!allows(layer, edge)) return [`${what}: the table does not allow it`];
    return privateElsewhere(from, to) ? [`${what}: that is private`] : [];
  });
}

/** Every file and package that `start` reaches, types included. */
export function reachable(
  edges: readonly Edge[],
  start: string,
): Set<string> {
  const seen = new Set([start]);
  for (const path of seen) {
    for (const { from, to } of edges) if (from === path) seen.add(to);
  }
  return seen;
}
