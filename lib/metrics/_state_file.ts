/**
 * Named arrays of float64 in one file with a checksum: how accumulators are kept and handed over.
 *
 * Layout: eight bytes of magic, the length of the header as a little-endian `u32`, the header as JSON
 * (kind, sizes, SHA-256 of what follows), then the arrays one after the other, little-endian.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { z } from "zod";
import { FormatError } from "../core/errors.ts";
import { writeWhole } from "../core/whole_file.ts";

const MAGIC = "IPLAYST1";

const headerSchema = z.strictObject({
  kind: z.string(),
  arrays: z.array(z.strictObject({
    name: z.string(),
    length: z.int().nonnegative(),
  })),
  sha256: z.string(),
});

/** What goes into a file. */
export interface State {
  /** What the arrays are the state of. */
  readonly kind: string;
  /** The arrays by name. */
  readonly arrays: Readonly<Record<string, Float64Array>>;
}

async function checksum(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (b) => b.toString(16).padStart(2, "0")).join("");
}

function payloadOf(arrays: readonly Float64Array[]): Uint8Array<ArrayBuffer> {
  const length = arrays.reduce((sum, array) => sum + array.length, 0);
  const view = new DataView(new ArrayBuffer(8 * length));
  let at = 0;
  for (const array of arrays) {
    for (const x of array) {
      view.setFloat64(at, x, true);
      at += 8;
    }
  }
  return new Uint8Array(view.buffer);
}

/** Writes a state whole or not at all: a reader never sees half of it. */
export async function saveState(
  path: string | URL,
  state: State,
): Promise<void> {
  const entries = Object.entries(state.arrays);
  const payload = payloadOf(entries.map(([, array]) => array));
  const header = new TextEncoder().encode(JSON.stringify({
    kind: state.kind,
    arrays: entries.map(([name, { length }]) => ({ name, length })),
    sha256: await checksum(payload),
  }));
  const size = new DataView(new ArrayBuffer(4));
  size.setUint32(0, header.length, true);
  const target: string = path instanceof URL ? fromFileUrl(path) : path;
  const parts = [MAGIC, size.buffer, header, payload];
  await writeWhole(target, new Uint8Array(await new Blob(parts).arrayBuffer()));
}

function fail(path: string | URL, expected: string, received: string): never {
  throw new FormatError(
    `Cannot load ${path}: expected ${expected}, received ${received}`,
  );
}

function parseHeader(
  path: string | URL,
  bytes: Uint8Array,
): z.output<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return fail(path, "a header", "bytes that are none");
  }
}

/** What a file held. */
export class SavedState {
  readonly #path: string | URL;
  readonly #arrays: ReadonlyMap<string, Float64Array>;

  /** The arrays of the file at `path`. */
  constructor(path: string | URL, arrays: ReadonlyMap<string, Float64Array>) {
    this.#path = path;
    this.#arrays = arrays;
  }

  /** The array `name`, which must be there and have `length` numbers. */
  take(name: string, length: number): Float64Array {
    const array = this.#arrays.get(name);
    if (array?.length === length) return array;
    const received = array === undefined ? "none" : String(array.length);
    return fail(this.#path, `${length} numbers in \`${name}\``, received);
  }
}

/** Reads a state of `kind`; throws a `FormatError` for any other file, or a damaged one. */
export async function loadState(
  path: string | URL,
  kind: string,
): Promise<SavedState> {
  const bytes = await Deno.readFile(path);
  const magic = new TextDecoder().decode(bytes.subarray(0, 8));
  if (magic !== MAGIC) {
    fail(path, `a saved accumulator (${MAGIC})`, JSON.stringify(magic));
  }
  if (bytes.length < 12) fail(path, "a header", `${bytes.length} bytes`);
  const end = 12 + new DataView(bytes.buffer, 8, 4).getUint32(0, true);
  const header = parseHeader(path, bytes.subarray(12, end));
  if (header.kind !== kind) {
    fail(path, `the state of ${kind}`, `that of ${header.kind}`);
  }
  const payload = bytes.slice(end);
  const doubles = header.arrays.reduce((sum, { length }) => sum + length, 0);
  if (payload.length !== 8 * doubles) {
    fail(path, `${8 * doubles} bytes of numbers`, String(payload.length));
  }
  const sum = await checksum(payload);
  if (sum !== header.sha256) fail(path, `the checksum ${header.sha256}`, sum);
  const view = new DataView(payload.buffer);
  const arrays = new Map<string, Float64Array>();
  let at = 0;
  for (const { name, length } of header.arrays) {
    arrays.set(
      name,
      Float64Array.from(
        { length },
        (_, i) => view.getFloat64(at + 8 * i, true),
      ),
    );
    at += 8 * length;
  }
  return new SavedState(path, arrays);
}
