/**
 * An error with all that it says: its class, its message, where it was thrown, and what lies behind it.
 *
 * @module
 */

import type { ErrorReport } from "../display/host.ts";

/** Errors behind errors are followed so far. */
const DEPTH = 8;

/** Members of an AggregateError that are shown. */
const MEMBERS = 10;

/** The private files of this folder, as stacks name them. */
const HERE = new URL("_", import.meta.url).href;

/** Lines of a stack that lead into the kernel, or in here, say nothing to who wrote the cell. */
function ownLines(stack: string): string[] {
  return stack.split("\n").filter((line) =>
    !/^\s+at .*\bext:/.test(line) && !line.includes(HERE)
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : asText(error);
}

/** Whatever was thrown, as text. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : Deno.inspect(value);
}

function indent(lines: readonly string[], by = "  "): string[] {
  return lines.map((line) => `${by}${line}`);
}

/** Whether an error has others behind it. */
export function hasMore(error: unknown): boolean {
  return error instanceof Error &&
    (error.cause !== undefined || error instanceof AggregateError);
}

interface Path {
  readonly depth: number;
  readonly seen: ReadonlySet<unknown>;
}

function membersOf(error: unknown, path: Path): string[] {
  if (!(error instanceof AggregateError)) return [];
  const shown = error.errors.slice(0, MEMBERS).flatMap((member, i) => {
    const [first = "", ...rest] = wholeTrace(member, path);
    return [`[${i + 1} of ${error.errors.length}] ${first}`, ...rest];
  });
  const left = error.errors.length - MEMBERS;
  return left > 0 ? [...shown, `and ${left} more`] : shown;
}

/** What lies behind an error: the members of an aggregate, then the cause, each with its own. */
export function linesBehind(
  error: unknown,
  path: Path = { depth: 0, seen: new Set() },
): string[] {
  if (!(error instanceof Error) || path.depth >= DEPTH) return [];
  if (path.seen.has(error)) return ["(the same error again)"];
  const inner = { depth: path.depth + 1, seen: new Set([...path.seen, error]) };
  const members = indent(membersOf(error, inner));
  if (error.cause === undefined) return members;
  const [first = "", ...rest] = wholeTrace(error.cause, inner);
  return [...members, `Caused by: ${first}`, ...rest];
}

function wholeTrace(error: unknown, path: Path): string[] {
  if (!(error instanceof Error)) return asText(error).split("\n");
  const stack = error.stack ?? `${error.name}: ${error.message}`;
  return [...ownLines(stack), ...linesBehind(error, path)];
}

/** An error as a notebook shows it; anything else that was thrown counts as an `Error`. */
export function errorReport(error: unknown): ErrorReport {
  const name = error instanceof Error ? error.name : "Error";
  const message = messageOf(error);
  const trace = error instanceof Error
    ? wholeTrace(error, { depth: 0, seen: new Set() })
    : [`Error: ${message}`];
  return { name, message, trace };
}
