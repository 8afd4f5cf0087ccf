/**
 * Builds the embedded kernel: `assembly/*.as` to the two modules that `_modules.ts` carries as text.
 *
 * `deno task build:wasm` writes that file; a test calls {@linkcode buildModules} and compares.
 *
 * @module
 */

import * as asc from "assemblyscript/asc";

const folder = new URL("../../lib/linalg/wasm/", import.meta.url);

const builds = {
  relaxed: ["--enable", "simd", "--enable", "relaxed-simd"],
  simd: ["--enable", "simd"],
};

/** Sources are not TypeScript, and no tool shall take them for it; the compiler asks for `.ts`. */
function sourceOf(name: string): Promise<string | null> {
  const path = `assembly/${name.replace(/\.ts$/, ".as")}`;
  return Deno.readTextFile(new URL(path, folder)).catch(() => null);
}

async function build(features: readonly string[]): Promise<Uint8Array> {
  let module: Uint8Array | undefined;
  const { error, stderr } = await asc.main([
    ...["index.ts", "--outFile", "module.wasm"],
    ...["-O3", "--runtime", "stub", "--noAssert", "--use", "abort="],
    ...features,
  ], {
    readFile: (name) => sourceOf(name),
    writeFile: (_, contents) => {
      if (typeof contents !== "string") module = contents;
    },
    listFiles: () => null,
  });
  if (error !== null || module === undefined) {
    throw new Error(`AssemblyScript: ${error?.message}\n${stderr.toString()}`);
  }
  return module;
}

/** The text that `_modules.ts` must have. */
export async function buildModules(): Promise<string> {
  const entries: string[] = [];
  for (const [name, features] of Object.entries(builds)) {
    const module = await build(features);
    entries.push(
      `  // ${module.length} bytes\n  ${name}:\n    "${module.toBase64()}",\n`,
    );
  }
  return `/**
 * The embedded kernel, built from assembly/ by \`deno task build:wasm\`: do not edit.
 *
 * @module
 */

/** Each build of the module in base64. */
export const modules = {
${entries.join("")}};
`;
}

if (import.meta.main) {
  await Deno.writeTextFile(
    new URL("_modules.ts", folder),
    await buildModules(),
  );
}
