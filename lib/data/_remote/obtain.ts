import { dirname, join } from "@std/path";
import type { Check } from "../../core/check.ts";
import { FormatError } from "../../core/errors.ts";
import { InterruptListener } from "../../core/interrupt.ts";
import { isIntact, verify } from "./checksum.ts";
import { type Download, fill } from "./download.ts";
import { Part } from "./part.ts";
import {
  dataFolder,
  type ParsedLoadOptions,
  platformCache,
  type RemoteFile,
} from "./remote_file.ts";
import { reasonOf } from "./request.ts";

/** Whether there is a file at `path`. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Where the user has put the file, compressed or not, if anywhere. */
async function inDataFolder(
  file: RemoteFile,
  folder: string,
): Promise<string | undefined> {
  const names = [file.name, ...file.aliases ?? []];
  const places = [
    join(folder, file.folder),
    ...file.sharedName ? [] : [folder],
  ];
  for (const place of places) {
    for (const name of names) {
      for (const spelling of [name, name.replace(/\.gz$/, "")]) {
        const path: string = join(place, spelling);
        if (await isFile(path)) return path;
      }
    }
  }
  return undefined;
}

/** Downloads into the part and checks the sum; leftovers of an earlier call that spoil it are dropped. */
async function fillAndVerify(
  check: Check,
  file: RemoteFile,
  { part, download }: { part: Part; download: Download },
): Promise<void> {
  const resumed = part.origin?.url === download.url;
  await fill(download, part);
  try {
    const { signal } = download;
    await verify(check, file, { path: part.path, signal });
  } catch (error) {
    download.signal?.throwIfAborted(); // nothing is wrong with it
    await part.restart(undefined);
    if (!resumed) throw error;
    await fillAndVerify(check, file, { part, download });
  }
}

/** Tries one mirror after the other; when none serves, says what each of them did. */
async function fromMirrors(
  check: Check,
  file: RemoteFile,
  { part, options }: { part: Part; options: ParsedLoadOptions },
): Promise<void> {
  const mirrors = options.baseUrl ? [options.baseUrl] : file.mirrors;
  const urls = mirrors.map((m) => `${m.replace(/\/$/, "")}/${file.name}`);
  const begun = part.origin?.url;
  urls.sort((a, b) => Number(b === begun) - Number(a === begun));
  const failures: string[] = [];
  let damaged = false;
  for (const url of urls) {
    try {
      const download = { ...options, url, name: file.name };
      await fillAndVerify(check, file, { part, download });
      return await part.finish();
    } catch (error) {
      options.signal?.throwIfAborted();
      damaged ||= error instanceof FormatError;
      failures.push(`${url}: ${reasonOf(error)}`);
    }
  }
  check.fail(
    damaged ? FormatError : Error,
    `${file.name} in \`dataDir\`, INTERPLAY_DATA_DIR or from a mirror`,
    failures.join("; "),
  );
}

/**
 * Where the file is: in the data folder, else in the cache, else downloaded into the cache. What lies in
 * the data folder is the user's and is not compared with what was published. An interrupt stops it.
 */
export async function obtain(
  check: Check,
  file: RemoteFile,
  options: ParsedLoadOptions,
): Promise<string> {
  using listener = new InterruptListener(options.signal, check.action);
  const { signal } = listener;
  const folder = dataFolder(options);
  const own = folder ? await inDataFolder(file, folder) : undefined;
  if (own) return own;
  const cache: string = options.cacheDir ?? platformCache();
  const path: string = join(cache, file.folder, file.name);
  const copy = { path, signal };
  if (await isIntact(check, file, copy)) return path;
  await Deno.mkdir(dirname(path), { recursive: true });
  using part = await Part.claim(path, signal);
  // Another process may have fetched it while this one waited for its turn.
  if (!(await isIntact(check, file, copy))) {
    await fromMirrors(check, file, { part, options: { ...options, signal } });
  }
  return path;
}
