/**
 * Notebook files: nbformat 4 read strictly, written the way nbformat writes them, so that the same
 * notebook is always the same bytes.
 *
 * @see Jupyter, "The Notebook file format", nbformat 4.5
 * @module
 */

import { z } from "zod";
import { FormatError } from "../core/errors.ts";
import { sortedKeys } from "./_sorted_keys.ts";

/** Metadata: whatever tools leave there. */
export interface Metadata {
  /** Tools name their own keys. */
  readonly [key: string]: unknown;
}

/** One value in several MIME types. Text is one string; JSON types are objects. */
export interface OutputData {
  /** The value in that MIME type. */
  readonly [mimeType: string]: unknown;
}

/** Text a cell printed. */
export interface StreamOutput {
  /** Says which kind of output this is. */
  readonly output_type: "stream";
  /** Where it was printed: `"stdout"` or `"stderr"`. */
  readonly name: string;
  /** What was printed. */
  readonly text: string;
}

/** Something a cell displayed. */
export interface DisplayOutput {
  /** Says which kind of output this is. */
  readonly output_type: "display_data";
  /** What was displayed. */
  readonly data: OutputData;
  /** How to show it, a key a MIME type. */
  readonly metadata: Metadata;
}

/** The value of a cell's last expression. */
export interface ResultOutput {
  /** Says which kind of output this is. */
  readonly output_type: "execute_result";
  /** The value. */
  readonly data: OutputData;
  /** The count of the cell's run. */
  readonly execution_count: number | null;
  /** How to show it, a key a MIME type. */
  readonly metadata: Metadata;
}

/** What a cell threw. */
export interface ErrorOutput {
  /** Says which kind of output this is. */
  readonly output_type: "error";
  /** The name of the error's class. */
  readonly ename: string;
  /** Its message. */
  readonly evalue: string;
  /** Message and stack, line by line. */
  readonly traceback: readonly string[];
}

/** What a code cell left behind. */
export type Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

/** A cell to be executed. */
export interface CodeCell {
  /** Says which kind of cell this is. */
  readonly cell_type: "code";
  /** 1 to 64 letters, digits, `-` and `_`. */
  readonly id: string;
  /** Tags and the like. */
  readonly metadata: Metadata;
  /** The code. */
  readonly source: string;
  /** When it ran, counted from 1; `null` before its first run. */
  readonly execution_count: number | null;
  /** What its last run left behind. */
  readonly outputs: readonly Output[];
}

/** A cell to be read (Markdown), or to be passed on as it is (raw). */
export interface TextCell {
  /** Says which kind of cell this is. */
  readonly cell_type: "markdown" | "raw";
  /** 1 to 64 letters, digits, `-` and `_`. */
  readonly id: string;
  /** Tags and the like. */
  readonly metadata: Metadata;
  /** The text. */
  readonly source: string;
  /** Files pasted into the cell, by name. */
  readonly attachments?: Readonly<Record<string, OutputData>>;
}

/** One cell. */
export type Cell = CodeCell | TextCell;

/** A whole notebook. */
export interface Notebook {
  /** Top to bottom. */
  readonly cells: readonly Cell[];
  /** Kernel, language and the like. */
  readonly metadata: Metadata;
  /** The format's major version. */
  readonly nbformat: 4;
  /** The format's minor version. */
  readonly nbformat_minor: 5;
}

const lines = z.union([z.string(), z.array(z.string())])
  .transform((text) => typeof text === "string" ? text : text.join(""));
const metadata = z.record(z.string(), z.unknown());
const data = z.record(z.string(), z.unknown()).transform(rejoined);
const attachments = z.record(z.string(), data);
const count = z.int().min(0).nullable();

const output = z.discriminatedUnion("output_type", [
  z.strictObject({
    output_type: z.literal("stream"),
    name: z.string(),
    text: lines,
  }),
  z.strictObject({ output_type: z.literal("display_data"), data, metadata }),
  z.strictObject({
    output_type: z.literal("execute_result"),
    data,
    execution_count: count,
    metadata,
  }),
  z.strictObject({
    output_type: z.literal("error"),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const id = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/).optional();

const cell = z.discriminatedUnion("cell_type", [
  z.strictObject({
    cell_type: z.literal("code"),
    id,
    metadata,
    source: lines,
    execution_count: count,
    outputs: z.array(output),
  }),
  z.strictObject({
    cell_type: z.literal("markdown"),
    id,
    metadata,
    source: lines,
    attachments: attachments.optional(),
  }),
  z.strictObject({
    cell_type: z.literal("raw"),
    id,
    metadata,
    source: lines,
    attachments: attachments.optional(),
  }),
]);

const version = z.object({ nbformat: z.int(), nbformat_minor: z.int() });
const notebook = z.strictObject({
  cells: z.array(cell),
  metadata,
  nbformat: z.literal(4),
  nbformat_minor: z.int().min(0).max(5),
});

function isJsonMime(type: string): boolean {
  return type === "application/json" ||
    (type.startsWith("application/") && type.endsWith("+json"));
}

/** A bundle as it is in memory: each text one string, however the file had split it. */
function rejoined(bundle: Record<string, unknown>): OutputData {
  return Object.fromEntries(
    Object.entries(bundle).map(([type, value]) => {
      const split = !isJsonMime(type) && Array.isArray(value) &&
        value.every((line) => typeof line === "string");
      return [type, split ? value.join("") : value];
    }),
  );
}

function fail(expected: string, received: string): never {
  throw new FormatError(
    `Cannot read the notebook: expected ${expected}, received ${received}`,
  );
}

function parseJson(text: string): unknown {
  if (text.trim() === "") fail("JSON", "an empty file");
  try {
    // Some editors write a byte order mark.
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    return fail("JSON", (error as SyntaxError).message);
  }
}

/** Cells written before nbformat 4.5 have no id: the place of the cell makes one that stays the same. */
function withIds(
  cells: readonly z.output<typeof cell>[],
): Cell[] {
  const taken = new Set(cells.map((each) => each.id));
  return cells.map((each, i) => {
    if (each.id !== undefined) return each as Cell;
    let fresh = `cell-${i + 1}`;
    while (taken.has(fresh)) fresh += "-";
    taken.add(fresh);
    return { ...each, id: fresh } as Cell;
  });
}

/**
 * Reads a notebook file of nbformat 4.0 to 4.5. Older minor versions become 4.5; cells without an id get
 * one from their place. Text that the file splits into lines is joined.
 *
 * @param text The content of an `.ipynb` file.
 * @returns The notebook.
 * @throws {FormatError} If `text` is not JSON, not nbformat 4, or breaks its schema; the message has the path.
 *
 * @example
 * ```ts
 * import { parseNotebook } from "interplay/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * const file = '{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":4}';
 * assertEquals(parseNotebook(file).nbformat_minor, 5);
 * ```
 */
export function parseNotebook(text: string): Notebook {
  const json = parseJson(text);
  const versions = version.safeParse(json);
  if (!versions.success) {
    fail("a notebook with `nbformat` and `nbformat_minor`", "other JSON");
  }
  const { nbformat, nbformat_minor } = versions.data;
  if (nbformat !== 4 || nbformat_minor > 5) {
    const hint = nbformat < 4
      ? " (jupyter nbconvert --to notebook brings it up to date)"
      : "";
    const received = `nbformat ${nbformat}.${nbformat_minor}${hint}`;
    fail("nbformat 4.0 to 4.5", received);
  }
  const parsed = notebook.safeParse(json);
  if (!parsed.success) {
    throw new FormatError(
      `Cannot read the notebook: ${z.prettifyError(parsed.error)}`,
    );
  }
  return {
    cells: withIds(parsed.data.cells),
    metadata: parsed.data.metadata,
    nbformat: 4,
    nbformat_minor: 5,
  };
}

function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

function splitBundle(bundle: OutputData): OutputData {
  return Object.fromEntries(
    Object.entries(bundle).map(([type, value]) => {
      const split = typeof value === "string" &&
        (type.startsWith("text/") || type === "image/svg+xml" ||
          type === "application/javascript");
      return [type, split ? splitLines(value) : value];
    }),
  );
}

function splitOutput(each: Output): unknown {
  if (each.output_type === "stream") {
    return { ...each, text: splitLines(each.text) };
  }
  if (each.output_type === "error") return each;
  return { ...each, data: splitBundle(each.data) };
}

function splitCell(each: Cell): unknown {
  const source = splitLines(each.source);
  if (each.cell_type === "code") {
    return { ...each, source, outputs: each.outputs.map(splitOutput) };
  }
  if (each.attachments === undefined) return { ...each, source };
  const files = Object.entries(each.attachments)
    .map(([name, bundle]) => [name, splitBundle(bundle)]);
  return { ...each, source, attachments: Object.fromEntries(files) };
}

/**
 * The file of a notebook, as nbformat writes it: keys sorted, one space of indent, text as lists of lines,
 * a newline at the end. The same notebook gives the same bytes.
 *
 * @param notebook The notebook.
 * @returns The content of an `.ipynb` file.
 *
 * @example
 * ```ts
 * import { parseNotebook, serializeNotebook } from "interplay/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * const file = '{\n "cells": [],\n "metadata": {},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n';
 * assertEquals(serializeNotebook(parseNotebook(file)), file);
 * ```
 */
export function serializeNotebook(notebook: Notebook): string {
  const split = { ...notebook, cells: notebook.cells.map(splitCell) };
  return `${JSON.stringify(sortedKeys(split), null, 1)}\n`;
}
