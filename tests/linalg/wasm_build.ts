/**
 * Builds the embedded kernels: `assembly/*.as` to modules that a file beside carries as text.
 *
 * `deno task build:wasm` writes those files; tests call {@linkcode buildModules} and compare.
 *
 * @module
 */

import * as asc from "assemblyscript/asc";

/** One kernel: where it lies, and how it is compiled. */
export interface KernelSource {
  /** The folder with `assembly/`. */
  readonly folder: URL;
  /** The file in it that carries the modules. */
  readonly file: string;
  /** Flags of each build, beside those that all have. */
  readonly builds: Readonly<Record<string, readonly string[]>>;
}

const lib = new URL("../../lib/", import.meta.url);

/** Dense linear algebra in float64. */
export const linalgKernel: KernelSource = {
  folder: new URL("linalg/wasm/", lib),
  file: "_modules.ts",
  builds: {
    relaxed: ["--enable", "simd", "--enable", "relaxed-simd"],
    simd: ["--enable", "simd"],
  },
};

/**
 * Gradients in float32 on the memory of the tfjs backend. Without relaxed SIMD, whose rounding depends on the
 * machine: training would turn that into other networks.
 */
export const modelsKernel: KernelSource = {
  folder: new URL("models/_wasm/", lib),
  file: "modules.ts",
  builds: { simd: ["--enable", "simd", "--importMemory"] },
};

/** Sources are not TypeScript, and no tool shall take them for it; the compiler asks for `.ts`. */
function sourceOf(folder: URL, name: string): Promise<string | null> {
  const path = `assembly/${name.replace(/\.ts$/, ".as")}`;
  return Deno.readTextFile(new URL(path, folder)).catch(() => null);
}

async function build(
  folder: URL,
  flags: readonly string[],
): Promise<Uint8Array> {
  let module: Uint8Array | undefined;
  const { error, stderr } = await asc.main([
    ...["index.ts", "--outFile", "module.wasm"],
    ...["-O3", "--runtime", "stub", "--noAssert", "--use", "abort="],
    ...flags,
  ], {
    readFile: (name) => sourceOf(folder, name),
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

/** The text that the file of a kernel must have. */
export async function buildModules(kernel: KernelSource): Promise<string> {
  const entries: string[] = [];
  for (const [name, flags] of Object.entries(kernel.builds)) {
    const module = await build(kernel.folder, flags);
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
  for (const kernel of [linalgKernel, modelsKernel]) {
    const text = await buildModules(kernel);
    await Deno.writeTextFile(new URL(kernel.file, kernel.folder), text);
  }
}
