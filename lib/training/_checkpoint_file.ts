/**
 * A run in one file. Layout, little-endian:
 *
 * | bytes | what |
 * |---|---|
 * | 8 | `IPLAYCP1` |
 * | 4 | length of the header, `u32` |
 * | | header: JSON in UTF-8, see `header` below; a number JSON has no sign for is `{ "$number": "NaN" }` |
 * | | the values of the tensors that the header lists, one after the other, four bytes each |
 * | 32 | SHA-256 of all bytes before |
 *
 * Tensors are `weights/…`, `optimizer/…` (velocities or moments), `average/…`, `best/…`, and
 * `history/stepLosses`, the training loss of every step.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { dirname, fromFileUrl } from "@std/path";
import { z } from "zod";
import { FormatError } from "../core/errors.ts";
import type { EpochRecord } from "./history.ts";

const MAGIC = "IPLAYCP1";
const START = 12;
const DIGEST = 32;

const number = z.custom<number>((x) => typeof x === "number");
const count = z.int().nonnegative();

/** The numbers of a record that every kind of training has; the measures beside them are taken as they are. */
const record = z.looseObject({
  epoch: number,
  step: count,
  learningRate: number,
  trainLoss: number,
  loss: number,
  accuracy: number,
  mutualInformation: number,
  mir: number,
  hdr: number,
  entropy: z.strictObject({
    representations: number,
    head: number,
    joint: number,
  }),
  parts: z.record(z.string(), number),
}) as unknown as z.ZodType<EpochRecord>;

const dataRecord = z.strictObject({
  name: z.string(),
  checksum: z.string(),
  samples: count,
  classes: count,
});

const history = z.strictObject({
  kind: z.string(),
  epochs: z.array(record).min(1),
  best: z.strictObject({
    metric: z.string(),
    value: number,
    epoch: number,
    step: count,
  }).exactOptional(),
  model: z.string(),
  data: z.record(z.string(), dataRecord),
  backend: z.string(),
  versions: z.strictObject({
    interplay: z.string(),
    deno: z.string(),
    tfjs: z.string(),
  }),
  options: z.record(z.string(), z.unknown()),
});

const header = z.strictObject({
  format: z.literal("interplay/checkpoint"),
  version: z.literal(1),
  /** Steps taken. */
  step: count,
  /** The history but for its step losses; it has at least the record before the first step. */
  history,
  /** Sum and count of each number since the last record. */
  tally: z.record(z.string(), z.tuple([number, count])),
  /** What the objective remembers beside weights. */
  memory: z.record(z.string(), z.array(number)),
  tensors: z.array(z.strictObject({
    name: z.string(),
    shape: z.array(count),
    dtype: z.enum(["float32", "int32"]),
  })),
});

/** What a checkpoint says in words. */
export type CheckpointHeader = z.output<typeof header>;

/** The values of a tensor with their name. */
export interface SavedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** A checkpoint as it was read. */
export interface CheckpointFile {
  readonly header: CheckpointHeader;
  readonly tensors: ReadonlyMap<string, SavedTensor>;
}

/** `NaN`, `±∞` and `−0`, for which JSON has no sign, as an object. */
function encode(_key: string, value: unknown): unknown {
  const isPlain = typeof value !== "number" ||
    (Number.isFinite(value) && !Object.is(value, -0));
  if (isPlain) return value;
  return { $number: Object.is(value, -0) ? "-0" : String(value) };
}

function decode(_key: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && "$number" in value
    ? Number(value.$number)
    : value;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView) {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

function startOf(head: Uint8Array): Uint8Array {
  const start = new Uint8Array(START);
  start.set(new TextEncoder().encode(MAGIC));
  new DataView(start.buffer).setUint32(MAGIC.length, head.length, true);
  return start;
}

/** The file system as it is, or not. */
export function pathOf(path: string | URL): string {
  return path instanceof URL ? fromFileUrl(path) : path;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await file.write(bytes.subarray(at));
  }
}

/** Makes the renaming itself last, where directories can be opened. */
async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(dirname(path));
  await folder.sync();
}

/** Writes pieces and their SHA-256 whole or not at all: through a file beside it that is renamed when safe. */
async function writeAtomically(
  path: string,
  pieces: readonly Uint8Array[],
): Promise<void> {
  const partial = `${path}.${Deno.pid}.partial`;
  const hash = createHash("sha256");
  try {
    {
      using file = await Deno.open(partial, {
        write: true,
        create: true,
        truncate: true,
      });
      for (const piece of pieces) {
        hash.update(piece);
        await writeAll(file, piece);
      }
      await writeAll(file, hash.digest());
      await file.sync();
    }
    await Deno.rename(partial, path);
    await syncFolder(path);
  } catch (error) {
    await Deno.remove(partial).catch(() => undefined);
    throw error;
  }
}

/** Writes a checkpoint whole or not at all, and safe from a loss of power. */
export async function writeCheckpoint(
  path: string | URL,
  head: Omit<CheckpointHeader, "format" | "version" | "tensors">,
  tensors: readonly SavedTensor[],
): Promise<void> {
  const text = JSON.stringify({
    format: "interplay/checkpoint",
    version: 1,
    ...head,
    tensors: tensors.map(({ name, shape, values }) => ({
      name,
      shape,
      dtype: values instanceof Int32Array ? "int32" : "float32",
    })),
  }, encode);
  const bytes = new TextEncoder().encode(text);
  await writeAtomically(pathOf(path), [
    startOf(bytes),
    bytes,
    ...tensors.map(({ values }) => bytesOf(values)),
  ]);
}

/** Reads one file, and says what is wrong with it. */
class Reader {
  readonly #path: string;
  readonly #bytes: Uint8Array;

  constructor(path: string, bytes: Uint8Array) {
    this.#path = path;
    this.#bytes = bytes;
  }

  read(): CheckpointFile {
    const magic = new TextDecoder().decode(this.#bytes.subarray(0, 8));
    if (magic !== MAGIC) {
      this.#fail(`a checkpoint (${MAGIC})`, JSON.stringify(magic));
    }
    this.#checkDigest();
    const view = new DataView(this.#bytes.buffer);
    const end = START + view.getUint32(MAGIC.length, true);
    const head = this.#header(this.#bytes.subarray(START, end));
    return { header: head, tensors: this.#tensors(head, end) };
  }

  #fail(expected: string, received: string): never {
    throw new FormatError(
      `Cannot read ${this.#path}: expected ${expected}, received ${received}`,
    );
  }

  #checkDigest(): void {
    const end = this.#bytes.length - DIGEST;
    if (end < START) this.#fail("a header", `${this.#bytes.length} bytes`);
    const found = createHash("sha256").update(this.#bytes.subarray(0, end))
      .digest("hex");
    const stored = Array.from(
      this.#bytes.subarray(end),
      (b) => b.toString(16).padStart(2, "0"),
    ).join("");
    if (found !== stored) this.#fail(`the checksum ${stored}`, found);
  }

  #header(bytes: Uint8Array): CheckpointHeader {
    const text = new TextDecoder().decode(bytes);
    const parsed = header.safeParse(JSON.parse(text, decode));
    if (parsed.success) return parsed.data;
    return this.#fail(
      "a header of version 1",
      z.prettifyError(parsed.error),
    );
  }

  #tensors(
    { tensors }: CheckpointHeader,
    start: number,
  ): Map<string, SavedTensor> {
    const found = new Map<string, SavedTensor>();
    let at = start;
    for (const { name, shape, dtype } of tensors) {
      const length = 4 * shape.reduce((a, b) => a * b, 1);
      const { buffer } = this.#bytes.slice(at, at + length);
      const values = dtype === "int32"
        ? new Int32Array(buffer)
        : new Float32Array(buffer);
      found.set(name, { name, shape, values });
      at += length;
    }
    const end = this.#bytes.length - DIGEST;
    if (at !== end) this.#fail(`${at + DIGEST} bytes`, `${end + DIGEST}`);
    return found;
  }
}

/** The checkpoint at `path`, `undefined` if there is no file; throws a `FormatError` for any other or a damaged one. */
export async function readCheckpoint(
  path: string | URL,
): Promise<CheckpointFile | undefined> {
  try {
    return new Reader(pathOf(path), await Deno.readFile(path)).read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
