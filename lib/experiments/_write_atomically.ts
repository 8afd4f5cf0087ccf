import * as path from "@std/path";

/**
 * Writes a file so that whoever reads it finds all of it or what was there before, also when this process is
 * killed meanwhile. Makes the folder.
 */
export async function writeAtomically(
  file: string,
  content: string | Uint8Array,
): Promise<void> {
  await Deno.mkdir(path.dirname(file), { recursive: true });
  const part = `${file}.part`;
  if (typeof content === "string") await Deno.writeTextFile(part, content);
  else await Deno.writeFile(part, content);
  await Deno.rename(part, file);
}
