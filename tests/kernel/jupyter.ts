/** Jupyter's own clients, in Python, with the kernel "Deno (Interplay)" installed in the folder of a test. */

import { assert } from "@std/assert";
import {
  installKernelspec,
  kernelFolder,
} from "../../lib/kernel/_kernelspec.ts";
import { Folder, isMissing } from "./fixtures.ts";

const python = "/usr/bin/python3";

/** Whether the tests that need Jupyter must be left out. */
export const noJupyter: boolean = isMissing(python);

/** A folder that resolves `interplay/…` to this checkout, and whose Jupyter knows the kernel. */
export async function jupyterFolder(): Promise<Folder> {
  const folder = await Folder.make();
  await folder.project();
  await installKernelspec(kernelFolder(folder.path), Deno.execPath());
  return folder;
}

/** Runs a script in such a folder and returns what it prints. */
export async function runPython(
  folder: Folder,
  script: string,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: ["-c", script],
    cwd: folder.path,
    env: { JUPYTER_DATA_DIR: folder.path, NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Runs a script that speaks to the kernel, as `kc` and its manager `km`; the kernel ends with it. */
export function runClient(folder: Folder, script: string): Promise<string> {
  const start = `
import atexit, json, threading, time
from jupyter_client.manager import start_new_kernel
km, kc = start_new_kernel(kernel_name="deno-interplay", cwd=${
    JSON.stringify(folder.path)
  })
atexit.register(lambda: km.shutdown_kernel(now=True))
atexit.register(kc.stop_channels)`;
  return runPython(folder, `${start}\n${script}`);
}
