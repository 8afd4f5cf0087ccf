/**
 * Whether two runs of a notebook have given the same.
 *
 * @module
 */

import { isEmbeddedLibrary } from "./_outputs.ts";
import { sortedKeys } from "./_sorted_keys.ts";
import type { CodeCell, Notebook, Output } from "./notebook.ts";

/** One place where the outputs of two runs part. */
export interface OutputDifference {
  /** The place of the cell among all cells of the notebook it is in, counted from 1. */
  readonly cell: number;
  /** What was expected there and what was received. */
  readonly message: string;
}

/** Characters shown before the first that differs, and in all. */
const LEAD = 16;
const SHOWN = 48;

/** One output as named texts: what a reader sees of it, not when it ran. */
type Parts = ReadonlyMap<string, string>;

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(sortedKeys(value));
}

// The traceback of an error is left out: it names files, which lie elsewhere on another machine.
function partsOf(output: Output): Parts {
  switch (output.output_type) {
    case "stream":
      return new Map([[output.name, output.text]]);
    case "error":
      return new Map([["error", `${output.ename}: ${output.evalue}`]]);
    default:
      return new Map(
        Object.keys(output.data).sort()
          .map((type) => [type, textOf(output.data[type])]),
      );
  }
}

function shownBy({ outputs }: CodeCell): Parts[] {
  return outputs
    .filter((each) =>
      !("metadata" in each) || !isEmbeddedLibrary(each.metadata)
    )
    .map(partsOf);
}

function excerpt(text: string, at: number): string {
  const start = Math.max(0, at - LEAD);
  const end = Math.min(text.length, start + SHOWN);
  return `${start > 0 ? "…" : ""}${JSON.stringify(text.slice(start, end))}${
    end < text.length ? "…" : ""
  }`;
}

function parting(expected: string, received: string): string {
  let at = 0;
  while (expected[at] === received[at]) at++;
  return `expected ${excerpt(expected, at)}, received ${excerpt(received, at)}`;
}

function differenceOf(expected: Parts, received: Parts): string | undefined {
  const [types, others] = [expected, received].map((parts) =>
    [...parts.keys()].join(", ")
  );
  if (types !== others) return `expected ${types}, received ${others}`;
  for (const [type, text] of expected) {
    const other = received.get(type) ?? "";
    if (text !== other) return `${type}: ${parting(text, other)}`;
  }
  return undefined;
}

function cellDifferences(expected: CodeCell, received: CodeCell): string[] {
  const [before, after] = [shownBy(expected), shownBy(received)];
  if (before.length !== after.length) {
    return [`expected ${before.length} outputs, received ${after.length}`];
  }
  return before.flatMap((parts, i) => {
    const difference = differenceOf(parts, after[i] ?? new Map());
    return difference === undefined ? [] : [`output ${i + 1}: ${difference}`];
  });
}

/**
 * Where the outputs of a notebook are not those of an earlier run: a cell for a cell, an output for an output,
 * letter for letter. Cells belong together by their ids. Not compared are execution counts, metadata, stacks of
 * errors, and plotly.js where a live page has embedded it.
 *
 * @param expected The notebook as it was kept.
 * @param received The notebook as it came out of another run.
 * @returns The differences, top to bottom; none if a reader sees the same.
 *
 * @example
 * ```ts
 * import { compareOutputs, parseNotebook } from "interplay/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * const printing = (text: string) =>
 *   parseNotebook(JSON.stringify({
 *     cells: [{
 *       cell_type: "code",
 *       id: "sum",
 *       metadata: {},
 *       source: "console.log(sum)",
 *       execution_count: 1,
 *       outputs: [{ output_type: "stream", name: "stdout", text }],
 *     }],
 *     metadata: {},
 *     nbformat: 4,
 *     nbformat_minor: 5,
 *   }));
 * assertEquals(compareOutputs(printing("2"), printing("2")), []);
 * assertEquals(compareOutputs(printing("2"), printing("3")), [
 *   { cell: 1, message: 'output 1: stdout: expected "2", received "3"' },
 * ]);
 * ```
 */
export function compareOutputs(
  expected: Notebook,
  received: Notebook,
): OutputDifference[] {
  const kept = new Map(expected.cells.map((each) => [each.id, each]));
  const differences = received.cells.flatMap((each, i) => {
    if (each.cell_type !== "code") return [];
    const before = kept.get(each.id);
    const messages = before?.cell_type === "code"
      ? cellDifferences(before, each)
      : ["expected no cell of this id, received one"];
    return messages.map((message) => ({ cell: i + 1, message }));
  });
  const ids = new Set(received.cells.map(({ id }) => id));
  const missing = expected.cells.flatMap((each, i) =>
    each.cell_type === "code" && !ids.has(each.id)
      ? [{ cell: i + 1, message: "expected this cell, received none" }]
      : []
  );
  return [...differences, ...missing];
}
