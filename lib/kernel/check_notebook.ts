/**
 * What is wrong with a notebook, found by reading it.
 *
 * @module
 */

import { type DeclarationKind, declarations } from "./_declarations.ts";
import { type CodeCell, type Notebook, serializeNotebook } from "./notebook.ts";

/** One finding about a notebook. */
export interface NotebookProblem {
  /** An error makes the notebook fail or breaks its format; a warning misleads its reader. */
  readonly severity: "error" | "warning";
  /** The place of the cell among all cells, counted from 1; left out when it is about the whole. */
  readonly cell?: number;
  /** What is wrong, and what to do about it. */
  readonly message: string;
}

/** Outputs above this make a repository and a page slow. */
const LARGEST_BYTES = 300_000;

/** The kernel lets a name be declared again by a word of the same group only. */
const GROUPS: Record<DeclarationKind, string> = {
  const: "const",
  import: "const",
  let: "let",
  class: "let",
  var: "var",
  function: "var",
};

interface Placed {
  readonly cell: CodeCell;
  readonly number: number;
}

function codeCells({ cells }: Notebook): Placed[] {
  return cells.flatMap((cell, i) =>
    cell.cell_type === "code" ? [{ cell, number: i + 1 }] : []
  );
}

function duplicateIds({ cells }: Notebook): NotebookProblem[] {
  const seen = new Map<string, number>();
  return cells.flatMap(({ id }, i) => {
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, i + 1);
      return [];
    }
    const message = `The id ${id} belongs to cell ${first} already`;
    return [{ severity: "error" as const, cell: i + 1, message }];
  });
}

function redeclarations(code: readonly Placed[]): NotebookProblem[] {
  const seen = new Map<string, { kind: DeclarationKind; number: number }>();
  const problems: NotebookProblem[] = [];
  for (const { cell, number } of code) {
    for (const { name, kind } of declarations(cell.source)) {
      const first = seen.get(name);
      seen.set(name, first ?? { kind, number });
      if (!first || GROUPS[first.kind] === GROUPS[kind]) continue;
      const message =
        `\`${kind} ${name}\` follows \`${first.kind} ${name}\` of cell ${first.number}: the kernel refuses it`;
      problems.push({ severity: "error", cell: number, message });
    }
  }
  return problems;
}

function disorder(code: readonly Placed[]): NotebookProblem[] {
  const run = code.filter(({ cell }) => cell.source.trim() !== "");
  if (run.every(({ cell }) => cell.execution_count === null)) return [];
  const at = run.findIndex(({ cell }, i) => cell.execution_count !== i + 1);
  const wrong = run[at];
  if (wrong === undefined) return [];
  const count = wrong.cell.execution_count ?? "none";
  return [{
    severity: "warning",
    cell: wrong.number,
    message:
      `Outputs do not come from one run, top to bottom: expected execution count ${
        at + 1
      }, received ${count}`,
  }];
}

function storedErrors(code: readonly Placed[]): NotebookProblem[] {
  return code.flatMap(({ cell, number }) => {
    const { tags } = cell.metadata;
    if (Array.isArray(tags) && tags.includes("raises-exception")) return [];
    const error = cell.outputs.find((each) => each.output_type === "error");
    if (error === undefined) return [];
    const message = `It ended with ${error.ename}: ${error.evalue}`;
    return [{ severity: "warning" as const, cell: number, message }];
  });
}

function idleTests(code: readonly Placed[]): NotebookProblem[] {
  return code
    .filter(({ cell }) => /\bDeno\.test\b/.test(cell.source))
    .map(({ number }) => ({
      severity: "warning",
      cell: number,
      message: "A Deno.test that fails does not fail its cell: use assert",
    }));
}

/** Randomness that no name in the notebook seeds. */
function missingSeed(code: readonly Placed[]): NotebookProblem[] {
  const names = code.flatMap(({ cell }) => declarations(cell.source));
  const seeded = names.some(({ name }) => /seed/i.test(name)) ||
    code.some(({ cell }) => /\bseed\s*[:=]/.test(cell.source));
  const drawn = code.find(({ cell }) =>
    /\bMath\.random\b|\bgetRandomValues\b|\brandom(Normal|Uniform)\s*\(/
      .test(cell.source)
  );
  if (drawn === undefined || seeded) return [];
  return [{
    severity: "warning",
    cell: drawn.number,
    message: "It draws random numbers and no cell declares a seed",
  }];
}

function size(notebook: Notebook): NotebookProblem[] {
  const bytes = new TextEncoder().encode(serializeNotebook(notebook)).length;
  if (bytes <= LARGEST_BYTES) return [];
  const sizes = notebook.cells.map((cell) => JSON.stringify(cell).length);
  const largest = sizes.indexOf(Math.max(...sizes)) + 1;
  const kilobytes = `${Math.ceil(bytes / 1000)} KB`;
  return [{
    severity: "warning",
    message: `The notebook has ${kilobytes}, more than ${
      LARGEST_BYTES / 1000
    } KB; most of it in cell ${largest}`,
  }];
}

/**
 * Reads a notebook and tells what would make it fail or mislead: cell ids given twice, names declared again
 * by a word the kernel refuses (`let` after `const`), outputs from several runs or out of order, stored
 * errors, `Deno.test` (which cannot fail a cell), random numbers without a seed, more than 300 KB.
 *
 * @param notebook The notebook, as {@linkcode parseNotebook} reads it.
 * @returns The findings, those about single cells first; none if all is well.
 *
 * @example
 * ```ts
 * import { checkNotebook, parseNotebook } from "interplay/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * const code = (source: string) => ({
 *   cell_type: "code",
 *   metadata: {},
 *   source,
 *   execution_count: null,
 *   outputs: [],
 * });
 * const notebook = parseNotebook(JSON.stringify({
 *   cells: [code("const rate = 1;"), code("let rate = 2;")],
 *   metadata: {},
 *   nbformat: 4,
 *   nbformat_minor: 5,
 * }));
 * const [problem] = checkNotebook(notebook);
 * assertEquals(problem?.cell, 2);
 * assertEquals(problem?.severity, "error");
 * ```
 */
export function checkNotebook(notebook: Notebook): NotebookProblem[] {
  const code = codeCells(notebook);
  return [
    ...duplicateIds(notebook),
    ...redeclarations(code),
    ...disorder(code),
    ...storedErrors(code),
    ...idleTests(code),
    ...missingSeed(code),
    ...size(notebook),
  ];
}
