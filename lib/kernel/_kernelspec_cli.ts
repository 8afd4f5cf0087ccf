/**
 * The command `deno task kernel`.
 *
 * @module
 */

import {
  installKernelspec,
  jupyterDataFolder,
  kernelFolder,
  type Platform,
  removeKernelspec,
} from "./_kernelspec.ts";

const USAGE =
  `Makes the kernel "Deno (Interplay)" known to Jupyter, JupyterLab and VS Code.

deno task kernel [options]

  --remove   take it back
  --help     print this

It is written to the folder of your Jupyter data (JUPYTER_DATA_DIR, if set) as kernels/deno-interplay,
beside other kernels, none of which is touched. In a notebook it is the Deno kernel; the cell
import "interplay/kernel" makes Interrupt stop a run and values show themselves.

Exit code: 0 done, 1 failed, 2 wrong usage.`;

/** A Deno that npm keeps in a cache is gone when the cache is emptied. */
function cacheWarning(deno: string): string[] {
  return /[\\/]_npx[\\/]/.test(deno)
    ? [
      `Note: ${deno} lies in a cache of npm. Install Deno and run this again, and the kernel stays when the cache goes.`,
    ]
    : [];
}

async function install(folder: string): Promise<string> {
  const deno = Deno.execPath();
  const written = await installKernelspec(folder, deno);
  return [
    `Installed the kernel "Deno (Interplay)":`,
    ...written.map((file) => `  ${file}`),
    `It starts ${deno}. Take it back with: deno task kernel --remove`,
    ...cacheWarning(deno),
  ].join("\n");
}

async function remove(folder: string): Promise<string> {
  return await removeKernelspec(folder)
    ? `Removed ${folder}`
    : `Nothing to remove: no kernel at ${folder}`;
}

const platform: Platform = {
  os: Deno.build.os,
  env: (name) => Deno.env.get(name) || undefined,
};

/** Runs the command and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const [option, ...more] = args;
  if (option === "--help" && more.length === 0) {
    console.log(USAGE);
    return 0;
  }
  if (more.length > 0 || (option !== undefined && option !== "--remove")) {
    console.error(
      `Expected --remove, --help or nothing, received ${args.join(" ")}`,
    );
    return 2;
  }
  try {
    const folder = kernelFolder(jupyterDataFolder(platform));
    console.log(await (option === "--remove" ? remove : install)(folder));
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error.message);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
