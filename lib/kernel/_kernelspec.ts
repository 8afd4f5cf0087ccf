/**
 * The kernelspec "Deno (Interplay)": where Jupyter looks for it, what stands in it, how it comes and goes.
 *
 * @see Jupyter client, "Making kernels for Jupyter"; Jupyter core, `jupyter_core.paths`
 * @module
 */

import * as path from "@std/path";
import { z } from "zod";
import { contentOf } from "./_project.ts";

/** The folder of the kernelspec: beside `deno`, which `deno jupyter --install` writes, never in its place. */
export const KERNEL_NAME = "deno-interplay";

const ICONS = ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];
const SPEC = "kernel.json";

/** The mark by which a kernelspec is known to be ours: no other is ever written over or removed. */
const markSchema = z.object({
  metadata: z.object({ interplay: z.object({}) }),
});

/** A kernelspec folder that somebody else has made stands in the way. */
export class ForeignKernelspecError extends Error {
  /** Always "ForeignKernelspecError". */
  override readonly name: string = "ForeignKernelspecError";
}

/** What of the system says where Jupyter keeps a user's data. */
export interface Platform {
  /** The system. */
  readonly os: typeof Deno.build.os;
  /** A variable of the environment, if it is set and not empty. */
  readonly env: (name: string) => string | undefined;
}

/** Joined the way of that system, whichever this is. */
function joined({ os }: Platform, ...parts: string[]): string {
  return parts.join(os === "windows" ? "\\" : "/");
}

/**
 * The folder of a user's Jupyter data.
 *
 * @throws {Error} If the environment does not say where the user's home is.
 */
export function jupyterDataFolder(platform: Platform): string {
  const { os, env } = platform;
  const chosen = env("JUPYTER_DATA_DIR");
  if (chosen !== undefined) return chosen;
  const roaming = env("APPDATA");
  if (os === "windows" && roaming !== undefined) {
    return joined(platform, roaming, "jupyter");
  }
  const home = env(os === "windows" ? "USERPROFILE" : "HOME");
  if (home === undefined) {
    throw new Error(
      "Cannot find Jupyter's folder: expected a home folder in the environment, received none (JUPYTER_DATA_DIR sets it)",
    );
  }
  if (os === "windows") return joined(platform, home, ".jupyter", "data");
  if (os === "darwin") return joined(platform, home, "Library", "Jupyter");
  const shared = env("XDG_DATA_HOME");
  return shared === undefined
    ? joined(platform, home, ".local", "share", "jupyter")
    : joined(platform, shared, "jupyter");
}

/** Where the kernelspec belongs below Jupyter's data. */
export function kernelFolder(data: string): string {
  return path.join(data, "kernels", KERNEL_NAME);
}

/**
 * What Jupyter reads. Interrupts come as signals, which `interplay/kernel` listens for; by message they would
 * reach no code that awaits. The kernel is given no flags: it has all permissions, and WebGPU, without.
 */
function kernelspec(deno: string): string {
  const spec = {
    argv: [deno, "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno (Interplay)",
    language: "typescript",
    interrupt_mode: "signal",
    metadata: { interplay: { made: "deno task kernel" } },
  };
  return `${JSON.stringify(spec, null, 2)}\n`;
}

function isOurs(text: string): boolean {
  try {
    return markSchema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** Whether our kernelspec is there; throws if somebody else's is. */
async function isInstalled(folder: string): Promise<boolean> {
  const text = await contentOf(path.join(folder, SPEC));
  if (text === undefined) return false;
  if (isOurs(text)) return true;
  throw new ForeignKernelspecError(
    `Cannot touch ${folder}: expected the kernelspec of this task, received one that something else has made`,
  );
}

/**
 * Writes the kernelspec, over an earlier one of ours.
 *
 * @param folder Where it belongs.
 * @param deno The program that Jupyter will start.
 * @returns the files written.
 * @throws {ForeignKernelspecError} If a kernelspec of somebody else is there.
 */
export async function installKernelspec(
  folder: string,
  deno: string,
): Promise<string[]> {
  await isInstalled(folder);
  await Deno.mkdir(folder, { recursive: true });
  for (const icon of ICONS) {
    const source = new URL(`./kernelspec/${icon}`, import.meta.url);
    await Deno.writeFile(path.join(folder, icon), await Deno.readFile(source));
  }
  // Last: a folder without it is no kernelspec, so a half-written one is never offered.
  await Deno.writeTextFile(path.join(folder, SPEC), kernelspec(deno));
  return [...ICONS, SPEC].map((name) => path.join(folder, name));
}

/**
 * Removes the kernelspec, and its folder if nothing else is in it.
 *
 * @returns whether there was one.
 * @throws {ForeignKernelspecError} If a kernelspec of somebody else is there.
 */
export async function removeKernelspec(folder: string): Promise<boolean> {
  if (!await isInstalled(folder)) return false;
  for (const name of [SPEC, ...ICONS]) {
    await Deno.remove(path.join(folder, name)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  const left = await Array.fromAsync(Deno.readDir(folder));
  if (left.length === 0) await Deno.remove(folder);
  return true;
}
