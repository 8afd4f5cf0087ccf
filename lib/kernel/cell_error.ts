/**
 * The error a notebook run ends with when a cell does.
 *
 * @module
 */

import type { ErrorOutput } from "./notebook.ts";

/** Where and why a notebook stopped. */
export interface CellFailure {
  /** The code cell, counted from 1: its execution count. */
  readonly number: number;
  /** How many code cells there are. */
  readonly total: number;
  /** Its source. */
  readonly source: string;
  /** What it ended with. */
  readonly error: ErrorOutput;
}

const EXCERPT_LINES = 12;

function excerpt(source: string): string {
  const lines = source.trimEnd().split("\n");
  const width = String(Math.min(lines.length, EXCERPT_LINES)).length;
  const shown = lines.slice(0, EXCERPT_LINES)
    .map((line, i) => `  ${String(i + 1).padStart(width)} | ${line}`.trimEnd());
  const rest = lines.length - shown.length;
  return [...shown, ...(rest > 0 ? [`  … and ${rest} more`] : [])].join("\n");
}

/**
 * A cell failed, took too long or ended the kernel. The message says which, with the first lines of its
 * source and the traceback.
 *
 * @example
 * ```ts
 * import { CellError } from "interplay/kernel";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const error = new CellError({
 *   number: 2,
 *   total: 3,
 *   source: "JSON.parse('{')",
 *   error: {
 *     output_type: "error",
 *     ename: "SyntaxError",
 *     evalue: "Expected property name",
 *     traceback: [],
 *   },
 * });
 * assertStringIncludes(error.message, "Cell 2 of 3 failed: SyntaxError: Expected property name");
 * assertStringIncludes(error.message, "1 | JSON.parse('{')");
 * ```
 */
export class CellError extends Error {
  /** Always "CellError". */
  override readonly name: string = "CellError";
  /** Where and why. */
  readonly failure: CellFailure;

  /** Says what failed. */
  constructor(failure: CellFailure) {
    const { number, total, source, error } = failure;
    // The rest of a long message stands in the traceback.
    const head = `${error.ename}: ${error.evalue.split("\n")[0]}`;
    const traceback = error.traceback.join("\n").trim() || head;
    super(
      `Cell ${number} of ${total} failed: ${head}\n${
        excerpt(source)
      }\n${traceback}`,
    );
    this.failure = failure;
  }
}
