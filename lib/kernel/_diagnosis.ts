/**
 * Why the kernel refused a cell without a word. It says "Execution failed" and nothing else when a cell does
 * not parse or one of its packages cannot be had, so the cell is looked at once more by tools that talk and
 * execute nothing: the formatter, which has the same parser, and the command that caches what a module
 * imports.
 *
 * @module
 */

import * as path from "@std/path";
import { configuration } from "./_project.ts";

import type { ErrorOutput } from "./notebook.ts";

/** "SyntaxError: Expression expected", a picture of the place, and "at file:///….ts:1:19". */
const DIAGNOSTIC =
  /SyntaxError: (?<message>.*)\n(?<picture>[^]*?)\n\s*at \S*:(?<line>\d+):(?<column>\d+)/;

async function complaint(
  args: readonly string[],
  source = "",
): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // The tool may end before it has read everything: what it said still counts.
  await writer.write(new TextEncoder().encode(source)).catch(() => undefined);
  await writer.close().catch(() => undefined);
  const { stderr } = await child.output();
  return new TextDecoder().decode(stderr);
}

function parserComplaint(source: string): Promise<string> {
  return complaint(["fmt", "--no-config", "--ext", "ts", "-"], source);
}

/** What stands in the way of loading `source` as a module of the project around `folder`. */
async function loaderComplaint(
  source: string,
  folder: string,
): Promise<string> {
  const scratch = await Deno.makeTempDir({ prefix: "interplay-cell-" });
  try {
    const file = path.join(scratch, "cell.ts");
    await Deno.writeTextFile(file, source);
    const config = await configuration(folder);
    const args = config === undefined ? [] : ["--config", config];
    return await complaint(["cache", "--quiet", ...args, file]);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** What the kernel's debugger protocol answered instead of a value. */
const GAVE_UP =
  /CDP response has null result\. Full response: .*"message":"(?<reason>[^"]*)"/g;

/** "error: npm package 'x' does not exist.", and no path of the file that only the diagnosis has made. */
const LOADER = /^error: (?<reason>(?!Module not found "file:).*)/m;

/** An error that has a message and no place. */
export function plainError(evalue: string): ErrorOutput {
  return {
    output_type: "error",
    ename: "Error",
    evalue,
    traceback: [`Error: ${evalue}`],
  };
}

/** What can be said of a cell that nothing is found out about. */
export const UNEXPLAINED: ErrorOutput = plainError(
  "The kernel refused the cell and gave no reason",
);

/** What the kernel wrote to its terminal, or what stands in the way of a package. */
function obstacle(log: string, loader: string): ErrorOutput | undefined {
  const reason = [...log.matchAll(GAVE_UP)].at(-1)?.groups?.reason;
  if (reason !== undefined) {
    return plainError(`The kernel gave up the cell: ${reason}`);
  }
  const missing = LOADER.exec(loader)?.groups?.reason;
  return missing === undefined
    ? undefined
    : plainError(`The kernel refused the cell: ${missing}`);
}

function syntaxError(found: Record<string, string | undefined>): ErrorOutput {
  const { message = "", picture = "", line, column } = found;
  return {
    output_type: "error",
    ename: "SyntaxError",
    evalue: message,
    traceback: [
      `SyntaxError: ${message}`,
      ...picture.split("\n"),
      `    at line ${line}, column ${column} of the cell`,
    ],
  };
}

/** Where a refused cell stood. */
export interface Refusal {
  /** What the kernel wrote to its own terminal while it ran the cell. */
  readonly log: string;
  /** The folder of the notebook. */
  readonly folder: string;
}

/**
 * The error that the kernel kept to itself when it refused `source`, a syntax error with its line and column;
 * `undefined` if there is nothing wrong to be seen.
 */
export async function diagnoseRefusal(
  source: string,
  { log, folder }: Refusal,
): Promise<ErrorOutput | undefined> {
  const parser = DIAGNOSTIC.exec(await parserComplaint(source));
  if (parser?.groups !== undefined) return syntaxError(parser.groups);
  const loader = await loaderComplaint(source, folder);
  const found = DIAGNOSTIC.exec(loader);
  return found?.groups !== undefined
    ? syntaxError(found.groups)
    : obstacle(log, loader);
}
