/** Notebooks made for one test, in a folder that goes with it. */

import { join } from "@std/path";
import { type Notebook, parseNotebook } from "../../lib/kernel/mod.ts";

const root = new URL("../../", import.meta.url);

/** What may be said of a code cell besides its source. */
interface CodeMore {
  metadata?: Record<string, unknown>;
  outputs?: readonly unknown[];
  count?: number | null;
}

/** A code cell. */
export function code(
  source: string,
  { metadata = {}, outputs = [], count = null }: CodeMore = {},
): Record<string, unknown> {
  return {
    cell_type: "code",
    metadata,
    source,
    execution_count: count,
    outputs,
  };
}

export function markdown(
  source: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return { cell_type: "markdown", metadata: {}, source, ...more };
}

/** The file of a notebook with these cells; strings are code. */
export function notebookText(
  cells: readonly (string | Record<string, unknown>)[],
  metadata: Record<string, unknown> = {},
): string {
  const whole = cells.map((cell, i) => ({
    id: `cell-${i + 1}`,
    ...(typeof cell === "string" ? code(cell) : cell),
  }));
  return JSON.stringify({
    cells: whole,
    metadata,
    nbformat: 4,
    nbformat_minor: 5,
  });
}

export function notebookOf(
  ...cells: readonly (string | Record<string, unknown>)[]
): Notebook {
  return parseNotebook(notebookText(cells));
}

/** A folder that is removed at the end of the test. */
export class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    // The real path: what the system calls its folder for such things may be a link.
    const path = await Deno.makeTempDir({ prefix: "interplay-test-" });
    return new Folder(await Deno.realPath(path));
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Writes a notebook and returns its path. */
  async notebook(
    cells: readonly (string | Record<string, unknown>)[],
    name = "notebook.ipynb",
  ): Promise<string> {
    await Deno.writeTextFile(this.file(name), notebookText(cells));
    return this.file(name);
  }

  /** Makes the folder a project that resolves `interplay/…` to this checkout. */
  async project(): Promise<void> {
    const text = await Deno.readTextFile(new URL("deno.json", root));
    const { imports } = JSON.parse(text) as { imports: Record<string, string> };
    const absolute = Object.entries(imports).map(([name, target]) => [
      name,
      target.startsWith("./") ? new URL(target, root).href : target,
    ]);
    await Deno.writeTextFile(
      this.file("deno.json"),
      JSON.stringify({ imports: Object.fromEntries(absolute) }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Whether a process of this id is there. */
export async function isAlive(pid: number): Promise<boolean> {
  const { success } = await new Deno.Command("kill", {
    args: ["-0", String(pid)],
    stderr: "null",
  }).output();
  return success;
}

/** Waits until `condition` holds; gives up after half a minute. */
export async function until(
  condition: () => Promise<boolean>,
): Promise<boolean> {
  for (let i = 0; i < 300; i++) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** Whether a tool that a test needs is there; under CI it must be, so the test runs and fails. */
export function isMissing(file: string): boolean {
  if (Deno.env.get("CI") === "true") return false;
  try {
    return !Deno.statSync(file).isFile;
  } catch {
    return true;
  }
}
