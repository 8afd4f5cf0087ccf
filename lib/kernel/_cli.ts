/**
 * The command `deno task notebook`.
 *
 * @module
 */

import * as path from "@std/path";
import { OptionsError } from "../core/errors.ts";
import { stripAnsi } from "./_ansi.ts";
import type { CellProgress } from "./cell_progress.ts";
import type { NotebookProblem } from "./check_notebook.ts";
import { compareOutputs } from "./compare_outputs.ts";
import { type Notebook, parseNotebook } from "./notebook.ts";
import { runNotebook, type RunOptions } from "./run_notebook.ts";

const USAGE = `Executes a notebook in a Deno kernel.

deno task notebook PATH [options]

  --html FILE         write one HTML page with the outputs
  --out FILE          write the executed notebook (after a failure too, as far as it got)
  --in-place          replace the notebook, if every cell succeeds
  --verify            fail, and say where, unless the outputs are those that the notebook holds
  --timeout SECONDS   stop a cell that takes longer
  --param NAME=VALUE  set a constant of the cell tagged "parameters"; VALUE is JSON, else text
  --print             print what the last cell shows, as text
  --quiet             print no progress
  --help              print this

Exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`;

/** The command line is not one that the usage allows. */
export class UsageError extends Error {
  /** Always "UsageError". */
  override readonly name: string = "UsageError";
}

/** What the command line asks for. */
export interface Command {
  /** The notebook. */
  readonly file: string;
  /** How to run it. */
  readonly options: RunOptions;
  /** Whether the outputs must be those that the notebook holds. */
  readonly verify: boolean;
  /** Whether to print what the last cell shows. */
  readonly print: boolean;
  /** Whether to print no progress. */
  readonly quiet: boolean;
}

const VALUED = ["--html", "--out", "--timeout", "--param"];
const PLAIN = ["--in-place", "--verify", "--print", "--quiet", "--help"];

interface Flags {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly paths: readonly string[];
}

function readFlags(args: readonly string[]): Flags {
  const values = new Map<string, string[]>();
  const paths: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [, name, equals, rest = ""] =
      /^(--?[^=]*)(=?)([^]*)$/.exec(args[i] ?? "") ?? [];
    if (name === undefined) {
      paths.push(args[i] ?? "");
      continue;
    }
    if (PLAIN.includes(name) && equals === "") {
      values.set(name, []);
      continue;
    }
    if (!VALUED.includes(name)) {
      throw new UsageError(`There is no option ${args[i]}`);
    }
    const value = equals === "" ? args[++i] : rest;
    if (!value) throw new UsageError(`${name} needs a value`);
    values.set(name, [...values.get(name) ?? [], value]);
  }
  return { values, paths };
}

function single({ values }: Flags, name: string): string | undefined {
  const given = values.get(name) ?? [];
  if (given.length > 1) throw new UsageError(`${name} is given more than once`);
  return given[0];
}

function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--timeout needs a positive number, received ${text}`);
}

/** JSON where it is JSON, so that 3 is a number and [1,2] a list; any other text is itself. */
function parameterValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function parameters({ values }: Flags): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const each of values.get("--param") ?? []) {
    const [, name, value = ""] = /^([^=]+)=([^]*)$/.exec(each) ?? [];
    if (name === undefined) {
      throw new UsageError(`--param needs NAME=VALUE, received ${each}`);
    }
    if (name in found) throw new UsageError(`--param ${name} is given twice`);
    found[name] = parameterValue(value);
  }
  return found;
}

/**
 * The command that `args` ask for, paths relative to `base`; `undefined` if they ask for help.
 *
 * @throws {UsageError} If they ask for something else.
 */
export function parseArguments(
  args: readonly string[],
  base: string,
): Command | undefined {
  const flags = readFlags(args);
  if (flags.values.has("--help")) return undefined;
  const [file, ...more] = flags.paths;
  if (file === undefined || more.length > 0) {
    throw new UsageError(
      `One notebook is needed, received ${flags.paths.length}`,
    );
  }
  const place = (name: string) => {
    const given = single(flags, name);
    return given === undefined ? undefined : path.resolve(base, given);
  };
  const [out, html] = [place("--out"), place("--html")];
  const timeout = seconds(single(flags, "--timeout"));
  const inPlace = flags.values.has("--in-place");
  if (inPlace && out !== undefined) {
    throw new UsageError("--out and --in-place exclude each other");
  }
  const verify = flags.values.has("--verify");
  if (inPlace && verify) {
    throw new UsageError("--verify and --in-place exclude each other");
  }
  return {
    file: path.resolve(base, file),
    options: {
      inPlace,
      parameters: parameters(flags),
      ...(out === undefined ? {} : { out }),
      ...(html === undefined ? {} : { html }),
      ...(timeout === undefined ? {} : { timeout }),
    },
    verify,
    print: flags.values.has("--print"),
    quiet: flags.values.has("--quiet"),
  };
}

const LINE_WIDTH = 64;

/** One line a cell: its first half when the cell starts, the rest when it ends. */
class ProgressLines {
  #open = false;

  show({ number, total, firstLine, seconds }: CellProgress): void {
    if (seconds !== undefined) {
      this.#write(` ${seconds.toFixed(1)} s\n`);
      this.#open = false;
      return;
    }
    const count = `[${String(number).padStart(String(total).length)}/${total}]`;
    const line = firstLine.length > LINE_WIDTH
      ? `${firstLine.slice(0, LINE_WIDTH - 1)}…`
      : firstLine;
    this.#write(`${count} ${line.padEnd(LINE_WIDTH)}`);
    this.#open = true;
  }

  /** Ends a line that a cell without an end has left open. */
  close(): void {
    if (this.#open) this.#write("\n");
    this.#open = false;
  }

  #write(text: string): void {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) {
      at += Deno.stdout.writeSync(bytes.subarray(at));
    }
  }
}

function describe({ severity, cell, message }: NotebookProblem): string {
  return `${severity}: ${cell === undefined ? "" : `cell ${cell}: `}${message}`;
}

/** What the last code cell of a notebook shows, as text. */
function lastShown({ cells }: Notebook): string {
  const last = cells.findLast((cell) => cell.cell_type === "code");
  const parts = (last?.outputs ?? []).map((output) =>
    "text" in output
      ? output.text
      : "data" in output
      ? output.data["text/plain"]
      : ""
  );
  const shown = parts.flat().join("").trimEnd();
  const colours = Deno.stdout.isTerminal() && !Deno.noColor;
  return colours ? shown : stripAnsi(shown);
}

/**
 * The folder of data as the kernel must be told it: a relative one is meant from where the command was
 * called, and the kernel works in the folder of the notebook.
 */
function dataFolder(base: string): Record<string, string> {
  const folder = Deno.env.get("INTERPLAY_DATA_DIR");
  return folder ? { INTERPLAY_DATA_DIR: path.resolve(base, folder) } : {};
}

/** Says where a run has not given what the notebook holds. */
async function requireSame(file: string, received: Notebook): Promise<void> {
  const expected = parseNotebook(await Deno.readTextFile(file));
  const differences = compareOutputs(expected, received);
  if (differences.length === 0) return;
  throw new Error([
    ...differences.map(({ cell, message }) => `cell ${cell}: ${message}`),
    `The outputs are not those that ${file} holds`,
  ].join("\n"));
}

async function execute(
  { file, options, verify, print, quiet }: Command,
  base: string,
): Promise<void> {
  const lines = new ProgressLines();
  try {
    const run = await runNotebook(file, {
      ...options,
      env: dataFolder(base),
      ...(quiet ? {} : { onCell: (progress) => lines.show(progress) }),
    });
    for (const problem of run.problems) console.error(describe(problem));
    for (const written of run.written) console.log(written);
    if (print) console.log(lastShown(run.notebook));
    if (verify) await requireSame(file, run.notebook);
  } finally {
    lines.close();
  }
}

/** Runs the command and returns its exit code. */
export async function main(
  args: readonly string[],
  base: string,
): Promise<number> {
  try {
    const command = parseArguments(args, base);
    if (command === undefined) console.log(USAGE);
    else await execute(command, base);
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof UsageError || error instanceof OptionsError) {
      console.error(`${error.message}\nSee deno task notebook --help`);
      return 2;
    }
    console.error(error.message);
    return error.name === "AbortError" ? 130 : 1;
  }
}

if (import.meta.main) {
  // A task runs in the folder of deno.json; paths are meant from where it was called.
  const base = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  Deno.exit(await main(Deno.args, base));
}
