/**
 * Files that are written whole or not at all.
 *
 * @module
 */

import * as path from "@std/path";

let written = 0;

/** A name in the same folder that nobody else uses, short whatever the name of `file`. */
function partialOf(file: string): string {
  const name = `.interplay-${Deno.pid}-${++written}.partial`;
  return path.join(path.dirname(path.resolve(file)), name);
}

/** Writes the whole file or nothing: a reader never sees half of it. */
export async function writeWhole(
  file: string,
  content: string | Uint8Array,
): Promise<void> {
  const partial = partialOf(file);
  try {
    if (typeof content === "string") await Deno.writeTextFile(partial, content);
    else await Deno.writeFile(partial, content);
    await Deno.rename(partial, file);
  } catch (error) {
    await Deno.remove(partial).catch(() => undefined);
    throw error;
  }
}

type ErrorClass = new (message: string) => Error;

function fail(
  Type: ErrorClass,
  file: string,
  [expected, received]: readonly [string, string],
): never {
  throw new Type(
    `Cannot write ${file}: expected ${expected}, received ${received}`,
  );
}

/** What is at a path; `undefined` if nothing is, or nothing that may be looked at. */
async function kindOf(file: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await Deno.stat(file)).isDirectory ? "folder" : "file";
  } catch {
    return undefined;
  }
}

/**
 * Makes sure that `file` can be written, before hours are spent on what is to go there: its folder takes a
 * new file, and `file` is no folder itself.
 *
 * @throws {Deno.errors.NotFound} If there is no folder for it.
 * @throws {Deno.errors.IsADirectory} If it is a folder.
 * @throws {Deno.errors.PermissionDenied} If the folder takes no new file.
 */
export async function requireWritable(file: string): Promise<void> {
  if (await kindOf(file) === "folder") {
    fail(Deno.errors.IsADirectory, file, ["a file", "a folder"]);
  }
  const partial = partialOf(file);
  try {
    await Deno.writeTextFile(partial, "");
    await Deno.remove(partial);
  } catch (error) {
    const folder = path.dirname(partial);
    const absent = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (absent) {
      fail(Deno.errors.NotFound, file, ["a folder", `none at ${folder}`]);
    }
    const reason = error instanceof Error ? error.message : String(error);
    const expected = "a folder that can be written to";
    fail(Deno.errors.PermissionDenied, file, [expected, reason]);
  }
}
