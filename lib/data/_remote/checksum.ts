import { createHash } from "node:crypto";
import type { Check } from "../../core/check.ts";
import { FormatError } from "../../core/errors.ts";
import { inflate } from "../_gzip.ts";
import { filePieces } from "./file_pieces.ts";
import type { RemoteFile } from "./remote_file.ts";

/** A file here, and what stops reading it. */
interface Copy {
  readonly path: string;
  readonly signal: AbortSignal | undefined;
}

/** Fails unless the file at `path` is what was published. */
export async function verify(
  check: Check,
  file: RemoteFile,
  { path, signal }: Copy,
): Promise<void> {
  const { name, summed, sha256 } = file;
  const inside = summed === "content" && name.endsWith(".gz");
  const bytes = filePieces(path, signal);
  const hash = createHash("sha256");
  for await (const piece of inside ? inflate(check, bytes) : bytes) {
    hash.update(piece);
  }
  const sum = hash.digest("hex");
  if (sum === sha256) return;
  const what = inside ? `content of ${name}` : name;
  check.fail(FormatError, `${what} with SHA-256 ${sha256}`, sum);
}

/** Whether the file at `path` is there and is what was published; a damaged one counts as absent. */
export async function isIntact(
  check: Check,
  file: RemoteFile,
  copy: Copy,
): Promise<boolean> {
  try {
    await verify(check, file, copy);
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
