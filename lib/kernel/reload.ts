/**
 * Modules that were edited after the kernel has loaded them.
 *
 * @module
 */

// deno-lint-ignore-file house/no-clock -- a file is newer than what was loaded of it, or not

import { registerHooks } from "node:module";
import * as path from "@std/path";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import { currentHost } from "../display/host.ts";

const graphSchema = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    error: z.string().optional(),
    dependencies: z.array(z.object({
      code: z.object({ specifier: z.string().optional() }).optional(),
    })).default([]),
  })),
});

/** Files by URL, each with those it imports. Packages are left out: they do not change. */
type Graph = ReadonlyMap<string, readonly string[]>;

/** Versions of files that were loaded again. */
const versions = new Map<string, number>();
/** When they were loaded again. */
const loadedAt = new Map<string, number>();
let hooked = false;

/** From now on an import of a file that was loaded again leads to its latest version, whoever imports it. */
function hookImports(): void {
  if (hooked) return;
  hooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const version = versions.get(resolved.url);
      return version === undefined
        ? resolved
        : { ...resolved, url: `${resolved.url}?v=${version}` };
    },
  });
}

/** Paths are meant from the folder of the notebook, names as an import would resolve them. */
function resolve(specifier: string): string {
  const isPath = /^\.{0,2}[\\/]/.test(specifier) || path.isAbsolute(specifier);
  return isPath
    ? path.toFileUrl(path.resolve(specifier)).href
    : import.meta.resolve(specifier);
}

async function readGraph(check: Check, url: string): Promise<Graph> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", url],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(success ? stdout : stderr);
  if (!success) check.fail(OptionsError, "a module", text.trim());
  const { modules } = graphSchema.parse(JSON.parse(text));
  const broken = modules.find(({ error }) => error !== undefined);
  if (broken?.error !== undefined) {
    check.fail(OptionsError, "modules that can be read", broken.error);
  }
  return new Map(
    modules.filter(({ specifier }) => specifier.startsWith("file:"))
      .map(({ specifier, dependencies }) => [
        specifier,
        dependencies.flatMap(({ code }) => code?.specifier ?? [])
          .filter((each) => each.startsWith("file:")),
      ]),
  );
}

/** Whether a file was written after it was loaded, or may have been. */
async function isEdited(url: string): Promise<boolean> {
  const { mtime } = await Deno.stat(path.fromFileUrl(url));
  const since = loadedAt.get(url) ?? performance.timeOrigin;
  return mtime !== null && mtime.getTime() > since;
}

/** Those edited and all that import them, directly or not. */
function withImporters(graph: Graph, edited: ReadonlySet<string>): Set<string> {
  const found = new Set(edited);
  for (const url of found) {
    for (const [importer, imports] of graph) {
      // A set that grows while it is walked through is walked through to its new end.
      if (imports.includes(url)) found.add(importer);
    }
  }
  return found;
}

function shortName(url: string): string {
  const file: string = path.relative(Deno.cwd(), path.fromFileUrl(url));
  return file;
}

/**
 * Loads a module again after it was edited, with all files of yours that it imports and that have changed, and
 * whatever lies between. Files that have not changed, and packages, stay what they are.
 *
 * Later imports of these files, in this cell or another, lead to the new version: running the cell with the
 * `import` again does the rest. Reload the name that you import from: `"interplay"` for what comes from there,
 * although the file belongs to `interplay/metrics`. Values made by the old version keep its classes.
 *
 * Cost: one `deno info`, some tenths of a second.
 *
 * @param specifier a path from the folder of the notebook, a URL, or a name of the import map.
 * @returns the module, as `import()` would; and a line says what was loaded again.
 * @throws OptionsError if there is no such module, or one that it imports cannot be read. What the module
 * itself throws is passed on.
 *
 * @example
 * ```ts
 * import { reload } from "interplay/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.makeTempFile({ suffix: ".ts" });
 * await Deno.writeTextFile(file, "export const answer = 41;");
 * assertEquals((await import(`file://${file}`)).answer, 41);
 * await Deno.writeTextFile(file, "export const answer: number = 42;");
 * assertEquals((await reload(file)).answer, 42);
 * assertEquals((await import(`file://${file}`)).answer, 42);
 * await Deno.remove(file);
 * ```
 */
export async function reload<M = Record<string, unknown>>(
  specifier: string,
): Promise<M> {
  const check = new Check(`reload ${specifier}`);
  const url = resolve(specifier);
  const graph = await readGraph(check, url);
  const now = Date.now();
  const urls = [...graph.keys()];
  const edited = await Promise.all(urls.map(isEdited));
  const again = withImporters(graph, new Set(urls.filter((_, i) => edited[i])));
  hookImports();
  for (const each of again) {
    versions.set(each, (versions.get(each) ?? 0) + 1);
    loadedAt.set(each, now);
  }
  const names = [...again].map(shortName).sort();
  currentHost().print(
    names.length === 0
      ? `Nothing has changed in ${specifier}\n`
      : `Reloaded ${names.join(", ")}\n`,
  );
  return await import(url) as M;
}
