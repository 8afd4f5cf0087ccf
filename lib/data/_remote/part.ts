import { z } from "zod";

/** Where the bytes of a part come from, and what proves that the rest belongs to them. */
const origin = z.strictObject({
  url: z.string(),
  /** The ETag, or the date of the last change, for `If-Range`. */
  validator: z.string(),
});

/** Where the bytes of a part come from. */
export type Origin = z.output<typeof origin>;

/** Between two looks at whether another process has finished with the part. */
const POLL_MILLISECONDS = 100;

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Opens the part, unless another process holds it or has just moved it to its place. */
async function tryOpen(path: string): Promise<Deno.FsFile | undefined> {
  const file = await Deno.open(path, { create: true, read: true, write: true });
  try {
    // Some network file systems know no locks; two downloads at once then end at the checksum.
    const held = await file.tryLock(true).catch(() => true);
    const { ino } = await file.stat();
    if (held && ino === (await Deno.stat(path)).ino) return file;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      file.close();
      throw error;
    }
  }
  file.close();
  return undefined;
}

/**
 * A download under way: the file beside its place with the ending ".part", and a note of where its bytes
 * come from. One process at a time holds it. What is left of it when it is disposed is kept only if a
 * later call can go on with it.
 */
export class Part implements Disposable {
  /** The place it will be moved to. */
  readonly destination: string;
  /** Where it is meanwhile. */
  readonly path: string;
  #file: Deno.FsFile;
  #size: number;
  #origin: Origin | undefined;
  #moved = false;

  private constructor(
    destination: string,
    file: Deno.FsFile,
    { size, origin }: { size: number; origin: Origin | undefined },
  ) {
    this.destination = destination;
    this.path = `${destination}.part`;
    this.#file = file;
    this.#size = size;
    this.#origin = origin;
  }

  /** Takes hold of the part of `destination`, once nobody else does. */
  static async claim(
    destination: string,
    signal?: AbortSignal,
  ): Promise<Part> {
    for (;;) {
      signal?.throwIfAborted();
      const file = await tryOpen(`${destination}.part`);
      if (file === undefined) {
        await new Promise((go) => setTimeout(go, POLL_MILLISECONDS));
        continue;
      }
      const { size } = await file.stat();
      const origin = await readOrigin(`${destination}.part.json`);
      return new Part(destination, file, { size, origin });
    }
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Where they come from, if the rest can be asked for. */
  get origin(): Origin | undefined {
    return this.#size > 0 ? this.#origin : undefined;
  }

  /** Empties it for a download from the beginning, which can be gone on with if it has an origin. */
  async restart(from: Origin | undefined): Promise<void> {
    await this.#file.truncate(0);
    this.#size = 0;
    this.#origin = from;
    const note = `${this.path}.json`;
    if (from === undefined) removeIfThere(note);
    else await Deno.writeTextFile(note, JSON.stringify(from));
  }

  /** Appends. */
  async write(piece: Uint8Array): Promise<void> {
    await this.#file.seek(this.#size, Deno.SeekMode.Start);
    for (let at = 0; at < piece.length;) {
      const written = await this.#file.write(piece.subarray(at));
      at += written;
      this.#size += written;
    }
  }

  /** Moves it to its place: from then on it is there, whole. */
  async finish(): Promise<void> {
    await this.#file.sync();
    await Deno.rename(this.path, this.destination);
    this.#moved = true;
    removeIfThere(`${this.path}.json`);
  }

  /** Lets go of it. */
  [Symbol.dispose](): void {
    if (!this.#moved && this.origin === undefined) {
      removeIfThere(this.path);
      removeIfThere(`${this.path}.json`);
    }
    this.#file.close();
  }
}

/** The note beside a part; one that cannot be read counts as none. */
async function readOrigin(path: string): Promise<Origin | undefined> {
  try {
    return origin.parse(JSON.parse(await Deno.readTextFile(path)));
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound || error instanceof SyntaxError ||
      error instanceof z.ZodError
    ) return undefined;
    throw error;
  }
}
