import { join } from "@std/path";
import type { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { InterruptListener } from "../core/interrupt.ts";
import { ByteReader } from "./_byte_reader.ts";
import { inflate } from "./_gzip.ts";
import { filePieces } from "./_remote/file_pieces.ts";
import { isFile, obtain } from "./_remote/obtain.ts";
import {
  dataFolder,
  type ParsedLoadOptions,
  type RemoteFile,
} from "./_remote/remote_file.ts";
import { type ArchiveMember, readTar } from "./_tar.ts";

/** Members of a published archive, and where to look for it. */
export interface Wanted {
  /** A tar file, gzipped. */
  readonly archive: RemoteFile;
  /** Their paths in it. */
  readonly paths: readonly string[];
  /** Where to look, and what to tell about a download. */
  readonly where: ParsedLoadOptions;
}

/** The folder in which the user has unpacked the archive, if all members are there. */
async function unpackedIn(
  { archive, paths, where }: Wanted,
): Promise<string | undefined> {
  const folder = dataFolder(where);
  if (!folder) return undefined;
  for (const place of [join(folder, archive.folder), folder]) {
    const there = await Promise.all(
      paths.map((path) => isFile(join(place, path))),
    );
    if (there.every(Boolean)) return place;
  }
  return undefined;
}

async function* unpacked(
  check: Check,
  folder: string,
  { paths, signal }: { paths: readonly string[]; signal: AbortSignal },
): AsyncGenerator<ArchiveMember> {
  for (const path of paths) {
    const place: string = join(folder, path);
    const { size } = await Deno.stat(place);
    await using reader = new ByteReader(filePieces(place, signal));
    const fill = async (target: Uint8Array) => {
      const length = await reader.fill(target);
      if (length === target.length) return;
      check.fail(FormatError, `${target.length} bytes in ${path}`, length);
    };
    yield { path, size, fill };
  }
}

/**
 * The members asked for, in the order of the archive: from the data folder, unpacked or not, else from the
 * cache, else downloaded. Reads no further than the last of them; an interrupt stops it.
 */
export async function* archiveMembers(
  check: Check,
  wanted: Wanted,
): AsyncGenerator<ArchiveMember> {
  const folder = await unpackedIn(wanted);
  const { archive, paths, where } = wanted;
  const path = folder ?? await obtain(check, archive, where);
  using listener = new InterruptListener(where.signal, check.action);
  const { signal } = listener;
  if (folder !== undefined) {
    return yield* unpacked(check, folder, { paths, signal });
  }
  const missing = new Set(paths);
  const bytes = filePieces(path, signal);
  const tar = path.endsWith(".gz") ? inflate(check, bytes) : bytes;
  for await (const member of readTar(check, tar)) {
    const plain = { ...member, path: member.path.replace(/^\.\//, "") };
    if (!missing.delete(plain.path)) continue;
    yield plain;
    if (missing.size === 0) return;
  }
  const [first] = missing;
  check.fail(FormatError, `${first} in ${archive.name}`, "no such file");
}

/** A small text member. */
export async function readLines(
  check: Check,
  member: ArchiveMember,
): Promise<string[]> {
  const LONGEST = 65536;
  if (member.size > LONGEST) {
    const expected = `at most ${LONGEST} bytes in ${member.path}`;
    check.fail(FormatError, expected, member.size);
  }
  const bytes = new Uint8Array(member.size);
  await member.fill(bytes);
  return new TextDecoder().decode(bytes).split(/\r?\n/).filter((line) =>
    line !== ""
  );
}
