/**
 * The project around a notebook: the folders whose configuration the kernel reads, and the lock file it
 * writes.
 *
 * @module
 */

import * as path from "@std/path";

const CONFIGURATIONS = ["deno.json", "deno.jsonc", "package.json"];

/** The text of a file, or `undefined` if it is not there. */
export async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function withParents(folder: string): string[] {
  const parent: string = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}

/** The nearest configuration around `folder`, or `undefined` if there is none. */
export async function configuration(
  folder: string,
): Promise<string | undefined> {
  for (const parent of withParents(folder)) {
    for (const name of CONFIGURATIONS) {
      const file = path.join(parent, name);
      if (await contentOf(file) !== undefined) return file;
    }
  }
  return undefined;
}

/** The nearest folder around `folder` with a configuration, or `folder` itself if there is none. */
export async function projectRoot(folder: string): Promise<string> {
  const file = await configuration(folder);
  return file === undefined ? folder : path.dirname(file);
}

/**
 * `text` in which the URLs of files inside `root` are paths relative to `folder`, so that it reads the same
 * on every machine.
 */
export function relativeUrls(
  text: string,
  { root, folder }: { root: string; folder: string },
): string {
  return text.replaceAll(/file:\/\/\/(?:[A-Za-z]:)?[^\s:"')]+/g, (url) => {
    const file: string = path.fromFileUrl(url);
    return file.startsWith(root + path.SEPARATOR)
      ? path.relative(folder, file)
      : url;
  });
}

/** A file as it was at one moment; `content` is `undefined` if it was not there. */
interface Snapshot {
  readonly file: string;
  readonly content: string | undefined;
}

async function snapshot(file: string): Promise<Snapshot> {
  return { file, content: await contentOf(file) };
}

async function isUnchanged({ file, content }: Snapshot): Promise<boolean> {
  return await contentOf(file) === content;
}

/**
 * Holds the `deno.lock` files around a notebook as they were. The kernel adds every package a cell imports to
 * the lock and has no flag against it; a run is not meant to change the project. When a configuration has
 * changed meanwhile somebody else is at work there, and the locks are left alone.
 */
export class LockGuard implements AsyncDisposable {
  readonly #locks: readonly Snapshot[];
  readonly #configurations: readonly Snapshot[];

  private constructor(
    locks: readonly Snapshot[],
    configurations: readonly Snapshot[],
  ) {
    this.#locks = locks;
    this.#configurations = configurations;
  }

  /** Remembers the locks of `folder` and its parents. */
  static async hold(folder: string): Promise<LockGuard> {
    const found = await Promise.all(
      withParents(folder).flatMap((each) =>
        CONFIGURATIONS.map((name) => snapshot(path.join(each, name)))
      ),
    );
    const present = found.filter((each) => each.content !== undefined);
    const folders = new Set(present.map((each) => path.dirname(each.file)));
    const locks = await Promise.all(
      [...folders].map((each) => snapshot(path.join(each, "deno.lock"))),
    );
    return new LockGuard(locks, present);
  }

  /** Puts back what the run has changed. */
  async [Symbol.asyncDispose](): Promise<void> {
    const unchanged = await Promise.all(this.#configurations.map(isUnchanged));
    if (unchanged.includes(false)) return;
    for (const lock of this.#locks) {
      if (await isUnchanged(lock)) continue;
      if (lock.content === undefined) await Deno.remove(lock.file);
      else await Deno.writeTextFile(lock.file, lock.content);
    }
  }
}
