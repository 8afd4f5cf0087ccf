import { join } from "@std/path";
import { z } from "zod";

/** A file of a published data set. */
export interface RemoteFile {
  /** Folder below the data and the cache folder. */
  readonly folder: string;
  /** Its name at the mirrors, with the ending ".gz" if it has one. */
  readonly name: string;
  /** SHA-256, in hexadecimal. */
  readonly sha256: string;
  /**
   * What was summed: the file as it is distributed, or the content inside the gzip file. Mirrors that
   * compress anew change the time stamp in the gzip header, and so the sum of the file.
   */
  readonly summed: "file" | "content";
  /** Addresses that the name is appended to, tried in this order. */
  readonly mirrors: readonly string[];
  /** Other names, and other forms, under which users have it in their data folder. */
  readonly aliases?: readonly string[];
  /** Whether another set has files of the same name: then only `folder` is looked into. */
  readonly sharedName?: boolean;
}

/** How far a download has come. */
export interface DownloadProgress {
  /** Name of the file. */
  readonly file: string;
  /** Bytes so far, those of an interrupted download that is gone on with included. */
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
  /** Stops it, as Interrupt does; the next call goes on with a download where the server lets it. */
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

/** The folder that is looked into before anything is downloaded, if there is one. */
export function dataFolder(options: ParsedLoadOptions): string | undefined {
  return options.dataDir ?? Deno.env.get("INTERPLAY_DATA_DIR");
}

/** The folder of the platform for what can be fetched again. */
export function platformCache(): string {
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
