import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";

const root = new URL("../../", import.meta.url);

async function run(command: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Files that git tracks or would track, so that a new file is judged before its commit. */
async function projectFiles(): Promise<string[]> {
  const listed = await run("git", [
    "-c",
    "safe.directory=*", // in a container the checkout may belong to another user
    "ls-files",
    "--cached",
    "--others",
    "--exclude-standard",
  ]);
  const present = await Promise.all(
    listed.trim().split("\n").map(async (path) => {
      const found = await Deno.stat(new URL(path, root)).catch(() => undefined);
      return found?.isFile ? [path] : [];
    }),
  );
  return present.flat().sort();
}

/** The file as text, or `undefined` if it is binary. */
async function textOf(path: string): Promise<string | undefined> {
  const bytes = await Deno.readFile(new URL(path, root));
  if (bytes.subarray(0, 8192).includes(0)) return undefined;
  return new TextDecoder().decode(bytes);
}

interface Config {
  exports: Record<string, string>;
  imports: Record<string, string>;
  tasks: Record<string, { command: string }>;
  permissions: Record<string, Record<string, unknown>>;
}

const files = await projectFiles();
const texts = new Map<string, string>();
for (const path of files) {
  const text = await textOf(path);
  if (text !== undefined) texts.set(path, text);
}
const config: Config = JSON.parse(texts.get("deno.json") ?? "{}");
const sources = [...texts].filter(([path]) => /^lib\/.*\.tsx?$/.test(path));
const denoVersion = (texts.get(".ci/deno-version") ?? "").trim();

/** "path:line" of every line that matches, for a message one can click. */
function linesMatching(
  entries: Iterable<[string, string]>,
  pattern: RegExp,
): string[] {
  return [...entries].flatMap(([path, text]) =>
    text.split("\n").flatMap((line, i) =>
      pattern.test(line)
        ? [`${path}:${i + 1}: ${line.trim().slice(0, 120)}`]
        : []
    )
  );
}

Deno.test("top level holds what the design allows and nothing else", () => {
  const allowed = [
    "LICENSE",
    "README.md",
    "deno.json",
    "deno.lock",
    "lib",
    "mod.ts",
    "notebooks",
    "tests",
  ];
  const names = new Set(files.map((path) => path.split("/")[0] ?? ""));
  const odd = [...names].filter((name) =>
    !name.startsWith(".") && !allowed.includes(name)
  );
  assertEquals(odd, []);
  for (const name of allowed) assert(names.has(name), `${name} is missing`);
});

Deno.test("files are named for their noun, in snake_case", () => {
  const vague = /(^|\/)_?(utils?|helpers?|misc|common|shared|stuff)(\/|\.|_|$)/;
  const odd = files.filter((path) =>
    /^(lib|tests)\//.test(path) &&
    (vague.test(path) ||
      !/^(?:[a-z0-9_]+\/)*[a-z0-9_-]+(?:\.[a-z0-9]+)*$/.test(path))
  );
  assertEquals(odd, []);
  const sourceNames = sources.map(([path]) => path.split("/").at(-1) ?? "");
  assertEquals(
    sourceNames.filter((name) => !/^[a-z0-9_]+(\.d)?\.tsx?$/.test(name)),
    [],
  );
});

Deno.test("every source file opens with a comment, or documents each export", () => {
  const bare = sources.flatMap(([path, text]) => {
    if (text.startsWith("/**")) return [];
    const lines = text.split("\n");
    const seen = new Set<string>();
    return lines.flatMap((line, i) => {
      const name =
        /^export (?:declare |abstract |async )*(?:function\*?|class|const|let|interface|type|enum) (\w+)/
          .exec(line)?.[1];
      if (name === undefined || seen.has(name)) return [];
      seen.add(name); // the overloads of a function share the comment of the first
      return lines[i - 1]?.trimEnd().endsWith("*/")
        ? []
        : [`${path}:${i + 1}: ${name}`];
    });
  });
  assertEquals(bare, []);
});

Deno.test("mod.ts files only re-export", () => {
  const modules = [...texts].filter(([path]) =>
    path === "mod.ts" || /^lib\/[^/]+\/mod\.ts$/.test(path)
  );
  const odd = modules.filter(([path, text]) => {
    // Importing interplay/kernel is what changes the kernel, so there a bare import may stand.
    const effects = path === "lib/kernel/mod.ts" ? /import\s+"[^"]+";/g : /$^/g;
    const rest = text
      .replaceAll(effects, "")
      .replaceAll(/\/\*[\s\S]*?\*\//g, "")
      .replaceAll(/^\s*\/\/.*$/gm, "")
      .replaceAll(
        /export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s+from\s+"[^"]+";/g,
        "",
      );
    return rest.trim() !== "";
  });
  assertEquals(odd.map(([path]) => path), []);
});

Deno.test("an ignored house rule in lib carries its reason, and `any` is never ignored", () => {
  assertEquals(
    linesMatching(sources, /deno-lint-ignore.*house(?!.*-- \S+ \S+)/),
    [],
  );
  assertEquals(
    linesMatching(sources, /deno-lint-ignore.*no-explicit-any/),
    [],
  );
  assertEquals(linesMatching(sources, /@ts-(ignore|nocheck)/), []);
});

// Written so that this file does not match itself.
const machinePath =
  /(?<![\w.~$}-])(\/(home|Users|root|work|workspace|private\/var|tmp)\/\w|[A-Z]:\\Users\\)/;
const registryHost =
  /\/\/[^\s"'/]*(registry|npmjs|pypi|pythonhosted|artifactory|nexus|verdaccio|mirror)[^\s"'/]*/i;
const registrySetting = /\bregistry\s*=\s*[a-z"']|--regist[r]y\b/;

Deno.test("no text file holds a path of some machine", () => {
  assertEquals(linesMatching(texts, machinePath), []);
  const here = [fromFileUrl(root).slice(0, -1), Deno.env.get("HOME") ?? ""]
    .filter((path) => path.split("/").length > 2);
  assertEquals(
    here.flatMap((path) =>
      [...texts].filter(([, text]) => text.includes(path))
        .map(([file]) => `${file} holds ${path}`)
    ),
    [],
  );
});

Deno.test("no text file names a package registry or its mirror", () => {
  assertEquals(linesMatching(texts, registryHost), []);
  assertEquals(linesMatching(texts, registrySetting), []);
});

Deno.test("linesMatching() sees a path, a registry and a setting, and passes by what is none", () => {
  const found = (line: string, pattern: RegExp) =>
    linesMatching([["a.ts", `x\n${line}`]], pattern);
  const slash = "/";
  assertEquals(found(`at ${slash}home/someone/x.ts`, machinePath).length, 1);
  assertEquals(
    found(`"file://${slash}Users/someone"`, machinePath).length,
    1,
  );
  assertEquals(found(`${slash}usr/bin/python3`, machinePath), []);
  assertEquals(found(`https:/${slash}registry.some.org/x`, registryHost), [
    `a.ts:2: https:/${slash}registry.some.org/x`,
  ]);
  assertEquals(found(`https:/${slash}example.org/registry`, registryHost), []);
  assertEquals(found(`npm i --${"registry"} x`, registrySetting).length, 1);
});

Deno.test("there is one Deno version, and every command names it", () => {
  assertMatch(denoVersion, /^\d+\.\d+\.\d+$/);
  const readme = texts.get("README.md") ?? "";
  assert(
    readme.includes(`deno@${denoVersion}`),
    "README.md must show the command for a machine without Deno",
  );
  const others = [...texts].flatMap(([path, text]) =>
    [...text.matchAll(/\bdeno@(\d+\.\d+\.\d+)/g)]
      .filter(([, version]) => version !== denoVersion)
      .map(([found]) => `${path}: ${found}`)
  );
  assertEquals(others, []);
});

Deno.test("deno.json pins every package to one version", () => {
  for (const [name, target] of Object.entries(config.imports)) {
    if (!target.startsWith("./")) {
      assertMatch(target, /^npm:(@[^/]+\/)?[^/@]+@\d+\.\d+\.\d+(\/|$)/, name);
    }
  }
});

Deno.test("deno.json names no package beside those of the design", () => {
  const allowed = [
    "@tensorflow/tfjs",
    "@tensorflow/tfjs-backend-wasm",
    "@tensorflow/tfjs-backend-webgpu",
    "@types/plotly.js",
    "assemblyscript",
    "deno-std",
    "fast-check",
    "marked",
    "ml-matrix",
    "playwright-core",
    "plotly.js-cartesian-dist-min",
    "zod",
  ];
  const names = Object.values(config.imports).flatMap((target) =>
    /^npm:((?:@[^/]+\/)?[^/@]+)/.exec(target)?.[1] ?? []
  );
  assertEquals(names.filter((name) => !allowed.includes(name)), []);
});

Deno.test("every subpath of deno.json leads to a file and can be imported by its name", () => {
  for (const [subpath, target] of Object.entries(config.exports)) {
    const name = `interplay${subpath.slice(1)}`;
    assertEquals(config.imports[name], target, name);
    assert(files.includes(target.slice(2)), `${target} is missing`);
  }
});

Deno.test("tests run with the network of this machine only", () => {
  assertEquals(config.permissions["tests"], {
    read: true,
    write: true,
    env: true,
    sys: true,
    run: true,
    ffi: true, // native LAPACK
    net: ["127.0.0.1", "localhost"],
  });
  assertMatch(config.tasks["test"]?.command ?? "", /^deno test -P=tests --doc/);
  assertEquals(
    Object.values(config.tasks).filter(({ command }) =>
      /deno test.*(\s-A\b|--allow-)/.test(command)
    ),
    [],
  );
});

interface Documented {
  nodes: Record<string, { symbols: { name: string }[] }>;
}

async function symbolsOf(path: string): Promise<string[]> {
  const { nodes }: Documented = JSON.parse(
    await run(Deno.execPath(), ["doc", "--json", path]),
  );
  const found = nodes[new URL(path, root).href];
  assert(found !== undefined, `deno doc says nothing about ${path}`);
  return (found?.symbols ?? []).map(({ name }) => name);
}

const rootSymbols = new Set(await symbolsOf("mod.ts"));
for (const [subpath, target] of Object.entries(config.exports)) {
  Deno.test({
    name: `every public symbol of ${subpath} is importable from mod.ts`,
    ignore: !files.includes(target.slice(2)), // a missing file fails another test
    fn: async () => {
      const symbols = await symbolsOf(target);
      assert(symbols.length > 0, `${target} exports nothing`);
      assertEquals(symbols.filter((name) => !rootSymbols.has(name)), []);
    },
  });
}

Deno.test("every folder of lib with a public face is a subpath, or re-exported by one", async () => {
  const faces = files.filter((path) => /^lib\/[^/]+\/mod\.ts$/.test(path));
  const internal = ["lib/core/mod.ts", "lib/linalg/mod.ts"];
  const exported = Object.values(config.exports).map((path) => path.slice(2));
  assertEquals(
    faces.filter((path) =>
      !exported.includes(path) && !internal.includes(path)
    ),
    [],
  );
  for (const name of await symbolsOf("lib/core/mod.ts")) {
    assert(rootSymbols.has(name), `mod.ts does not export ${name} of lib/core`);
  }
});
