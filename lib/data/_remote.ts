import { createHash } from "node:crypto";
import { dirname, join } from "@std/path";
import { z } from "zod";
import type { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { inflate, isGzip } from "./_gzip.ts";

/** A file of a published data set. */
export interface RemoteFile {
  /** Folder below the data and the cache folder. */
  readonly folder: string;
  /** Its name at the mirrors, with the ending ".gz" if it has one. */
  readonly name: string;
  /**
   * SHA-256 of what is inside: mirrors compress anew, which changes the time stamp in the gzip header and
   * so the sum of the file.
   */
  readonly sha256: string;
  /** Addresses that the name is appended to, tried in this order. */
  readonly mirrors: readonly string[];
}

/** How far a download has come. */
export interface DownloadProgress {
  /** Name of the file. */
  readonly file: string;
  /** Bytes so far. */
  readonly received: number;
  /** Bytes in all, if the server says. */
  readonly total?: number;
}

/** Where a loader looks and downloads; every loader takes these. */
export interface LoadOptions {
  /** Folder looked into first, for `<set>/<file>` and `<file>`; left out, that in `INTERPLAY_DATA_DIR`. */
  readonly dataDir?: string;
  /** Folder for downloads; left out, that of the platform for caches. */
  readonly cacheDir?: string;
  /** Another mirror to download from, instead of the known ones. */
  readonly baseUrl?: string;
  /** Called as a download goes on. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Stops a download. */
  readonly signal?: AbortSignal;
}

/** The zod shape of {@linkcode LoadOptions}. */
export const loadOptions = {
  dataDir: z.string().optional(),
  cacheDir: z.string().optional(),
  baseUrl: z.url().optional(),
  onProgress: z.custom<(progress: DownloadProgress) => void>((f) =>
    typeof f === "function"
  ).optional(),
  signal: z.custom<AbortSignal>((x) => x instanceof AbortSignal).optional(),
};

/** {@linkcode LoadOptions} as zod hands them back. */
export type ParsedLoadOptions = {
  [K in keyof LoadOptions]: LoadOptions[K] | undefined;
};

/** A server that has not begun to answer by then is skipped. */
const CONNECT_MILLISECONDS = 30_000;

/** The folder of the platform for what can be fetched again. */
function platformCache(): string {
  const home = Deno.env.get("HOME") ?? ".";
  switch (Deno.build.os) {
    case "windows":
      return join(Deno.env.get("LOCALAPPDATA") ?? ".", "interplay", "cache");
    case "darwin":
      return join(home, "Library", "Caches", "interplay");
    default:
      return join(
        Deno.env.get("XDG_CACHE_HOME") ?? join(home, ".cache"),
        "interplay",
      );
  }
}

async function readIfThere(
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What the user has put into the data folder, compressed or not. */
async function fromDataFolder(
  file: RemoteFile,
  folder: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (const place of [join(folder, file.folder), folder]) {
    for (const name of [file.name, file.name.replace(/\.gz$/, "")]) {
      const bytes = await readIfThere(join(place, name));
      if (bytes) return bytes;
    }
  }
  return undefined;
}

/** SHA-256 of what is inside the file. */
async function contentSum(
  check: Check,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const hash = createHash("sha256");
  if (!isGzip(bytes)) return hash.update(bytes).digest("hex");
  for await (const piece of inflate(check, bytes)) hash.update(piece);
  return hash.digest("hex");
}

async function verify(
  check: Check,
  file: RemoteFile,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const sum = await contentSum(check, bytes);
  if (sum !== file.sha256) {
    check.fail(
      FormatError,
      `content of ${file.name} with SHA-256 ${file.sha256}`,
      sum,
    );
  }
}

/** A file in the cache that is what it should be; a damaged one counts as absent. */
async function fromCache(
  check: Check,
  file: RemoteFile,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await readIfThere(path);
  if (!bytes) return undefined;
  try {
    await verify(check, file, bytes);
    return bytes;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** The answer of a server, or an error that says what it said. */
async function request(url: string, signal?: AbortSignal): Promise<Response> {
  const patience = new AbortController();
  const timer = setTimeout(
    () => patience.abort(new Error("no answer in time")),
    CONNECT_MILLISECONDS,
  );
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([
        patience.signal,
        ...(signal ? [signal] : []),
      ]),
    });
    if (response.ok) return response;
    await response.body?.cancel();
    throw new Error(`HTTP ${response.status} ${response.statusText}`.trim());
  } finally {
    clearTimeout(timer);
  }
}

/** Writes the body to `path` as it comes. */
async function save(
  response: Response,
  path: string,
  onProgress: (received: number, total?: number) => void,
): Promise<void> {
  const length = response.headers.get("content-length");
  using out = await Deno.open(path, { write: true, truncate: true });
  let received = 0;
  for await (const piece of response.body ?? []) {
    for (let at = 0; at < piece.length;) {
      at += await out.write(piece.subarray(at));
    }
    received += piece.length;
    onProgress(received, length === null ? undefined : Number(length));
  }
  await out.sync();
}

/**
 * Downloads to a temporary file beside `path` and renames it when it is whole and right, so that nobody
 * ever finds half a file there.
 */
async function download(
  check: Check,
  file: RemoteFile,
  { url, path, onProgress, signal }: ParsedLoadOptions & {
    url: string;
    path: string;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const part = await Deno.makeTempFile({
    dir: dirname(path),
    prefix: `${file.name}.`,
    suffix: ".part",
  });
  try {
    const response = await request(url, signal);
    await save(
      response,
      part,
      (received, total) =>
        onProgress?.({
          file: file.name,
          received,
          ...(total === undefined ? {} : { total }),
        }),
    );
    const bytes = await Deno.readFile(part);
    await verify(check, file, bytes);
    await Deno.rename(part, path);
    return bytes;
  } catch (error) {
    await Deno.remove(part);
    throw error;
  }
}

/** What went wrong, with the cause that a failed fetch hides behind its message. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.message} (${error.cause.message})`
    : error.message;
}

/** Tries one mirror after the other; when none serves, says what each of them did. */
async function fromMirrors(
  check: Check,
  file: RemoteFile,
  options: ParsedLoadOptions & { path: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const mirrors = options.baseUrl ? [options.baseUrl] : file.mirrors;
  const failures: string[] = [];
  let damaged = false;
  for (const mirror of mirrors) {
    const url = `${mirror.replace(/\/$/, "")}/${file.name}`;
    try {
      return await download(check, file, { ...options, url });
    } catch (error) {
      options.signal?.throwIfAborted();
      damaged ||= error instanceof FormatError;
      failures.push(`${url}: ${reason(error)}`);
    }
  }
  return check.fail(
    damaged ? FormatError : Error,
    `${file.name} in \`dataDir\`, INTERPLAY_DATA_DIR or from a mirror`,
    failures.join("; "),
  );
}

/** The bytes of a file: from the data folder, else from the cache, else downloaded into the cache. */
export async function obtain(
  check: Check,
  file: RemoteFile,
  options: ParsedLoadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = options.dataDir ?? Deno.env.get("INTERPLAY_DATA_DIR");
  const own = folder ? await fromDataFolder(file, folder) : undefined;
  if (own) return own;
  const cache: string = options.cacheDir ?? platformCache();
  const path: string = join(cache, file.folder, file.name);
  return await fromCache(check, file, path) ??
    await fromMirrors(check, file, { ...options, path });
}
