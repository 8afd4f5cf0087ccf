import type { Check } from "../../core/check.ts";
import { FormatError } from "../../core/errors.ts";
import { InterruptListener } from "../../core/interrupt.ts";
import { reasonOf, request } from "../_remote/request.ts";
import { concatenate } from "../_gzip.ts";

/** Where a reader takes its bytes from: the path of a file, an address, or the bytes themselves. */
export type Source = string | URL | Uint8Array;

/** Bytes that are read in any order, and only those that are needed. */
export interface ByteSource extends Disposable {
  /** How many there are. */
  readonly size: number;
  /** `length` bytes from `at` on, all of which must be there; they belong to the caller. */
  read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Bytes in memory. Where they are `owned`, parts are handed out without a copy. */
export class MemorySource implements ByteSource {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #owned: boolean;

  /** Reads from `bytes`. */
  constructor(
    bytes: Uint8Array<ArrayBuffer>,
    { owned }: { owned: boolean },
  ) {
    this.#bytes = bytes;
    this.#owned = owned;
  }

  /** How many there are. */
  get size(): number {
    return this.#bytes.length;
  }

  /** Part of them. */
  read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const end = at + length;
    return Promise.resolve(
      this.#owned ? this.#bytes.subarray(at, end) : this.#bytes.slice(at, end),
    );
  }

  /** Nothing to let go of. */
  [Symbol.dispose](): void {}
}

/** Bytes that are read between two looks for an interrupt. */
const PIECE = 2 ** 24;

/** A file that is open; it hears an interrupt, and its next piece is then an AbortError. */
class FileSource implements ByteSource {
  readonly size: number;
  readonly #check: Check;
  readonly #file: Deno.FsFile;
  readonly #listener: InterruptListener;

  constructor(check: Check, file: Deno.FsFile) {
    this.#check = check;
    this.#file = file;
    this.size = file.statSync().size;
    this.#listener = new InterruptListener(undefined, check.action);
  }

  async read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    await this.#file.seek(at, Deno.SeekMode.Start);
    for (let got = 0; got < length;) {
      this.#listener.signal.throwIfAborted();
      const count = await this.#file.read(bytes.subarray(got, got + PIECE));
      if (count === null) {
        this.#check.fail(FormatError, `${length} bytes from ${at} on`, got);
      }
      got += count;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
    this.#file.close();
  }
}

async function fetchAll(
  check: Check,
  url: string,
): Promise<Uint8Array<ArrayBuffer>> {
  using listener = new InterruptListener(undefined, check.action);
  const { signal } = listener;
  try {
    using answer = await request(url, { signal });
    return concatenate(await Array.fromAsync(answer.pieces()));
  } catch (error) {
    signal.throwIfAborted();
    return check.fail(Error, `bytes from ${url}`, reasonOf(error));
  }
}

async function openFile(check: Check, path: string | URL): Promise<ByteSource> {
  try {
    return new FileSource(check, await Deno.open(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return check.fail(Deno.errors.NotFound, `a file at ${path}`, "none");
  }
}

/**
 * Opens a source; whoever does so disposes it. A file is opened, an address is downloaded; both hear an
 * interrupt while they are read.
 */
export async function openSource(
  check: Check,
  source: Source,
): Promise<ByteSource> {
  if (source instanceof Uint8Array) {
    const bytes = source as Uint8Array<ArrayBuffer>;
    return new MemorySource(bytes, { owned: false });
  }
  if (/^https?:/.test(String(source))) {
    const bytes = await fetchAll(check, String(source));
    return new MemorySource(bytes, { owned: true });
  }
  const isUrl = source instanceof URL || source.startsWith("file:");
  return await openFile(check, isUrl ? new URL(source) : source);
}

/** All bytes of a source, piece by piece. */
export async function* sourcePieces(
  source: ByteSource,
  piece = 4096,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < source.size; at += piece) {
    yield await source.read(at, Math.min(piece, source.size - at));
  }
}
