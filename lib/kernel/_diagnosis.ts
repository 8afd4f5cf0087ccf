/**
 * Why the kernel refused a cell without a word. It says "Execution failed" and nothing else when a cell does
 * not parse, so the cell is parsed once more by a tool that talks: the formatter, which has the same parser
 * and executes nothing.
 *
 * @module
 */

import type { ErrorOutput } from "./notebook.ts";

/** "SyntaxError: Expression expected", a picture of the place, and "at file:///….ts:1:19". */
const DIAGNOSTIC =
  /SyntaxError: (?<message>.*)\n(?<picture>[^]*?)\n\s*at \S*:(?<line>\d+):(?<column>\d+)/;

async function formatterComplaint(source: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", "ts", "-"],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // The formatter may end before it has read everything: what it said still counts.
  await writer.write(new TextEncoder().encode(source)).catch(() => undefined);
  await writer.close().catch(() => undefined);
  const { stderr } = await child.output();
  return new TextDecoder().decode(stderr);
}

/** What the kernel's debugger protocol answered instead of a value. */
const GAVE_UP =
  /CDP response has null result\. Full response: .*"message":"(?<reason>[^"]*)"/g;

const UNKNOWN =
  "The kernel refused the cell and gave no reason. The cell parses: a package that a frozen deno.lock lacks is a known cause (deno install adds it)";

function unexplained(log: string): ErrorOutput {
  const reason = [...log.matchAll(GAVE_UP)].at(-1)?.groups?.reason;
  const evalue = reason === undefined
    ? UNKNOWN
    : `The kernel gave up the cell: ${reason}`;
  return {
    output_type: "error",
    ename: "Error",
    evalue,
    traceback: [`Error: ${evalue}`],
  };
}

/**
 * The error that the kernel kept to itself when it refused `source`, with the line and column in the cell.
 * `log` is what the kernel wrote to its own terminal while it ran the cell.
 */
export async function diagnoseRefusal(
  source: string,
  log: string,
): Promise<ErrorOutput> {
  const found = DIAGNOSTIC.exec(await formatterComplaint(source))?.groups;
  if (found === undefined) return unexplained(log);
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
