/**
 * What the command line asks for.
 *
 * @module
 */

import * as path from "@std/path";
import { nested } from "./_paths.ts";
import { registry } from "./_registry.ts";

/** How the command is used. */
export const USAGE =
  `Runs an experiment of the paper, once for each seed, on all cores.

deno task experiment NAME [options]

  --preset quick|paper  the configuration to start from; quick if left out
  --set PLACE=VALUE     change it: --set training.epochs=3 --set 'data={"kind":"mnist"}';
                        VALUE is JSON, else text
  --seeds N | A,B,C     how many seeds (1, 2, … N), or which; 1 if left out
  --out DIR             one JSON a seed goes there, the weights beside it; results if left out
  --workers N           runs at the same time; the number of cores if left out
  --backend NAME        wasm, cpu or webgpu; chosen if left out
  --again               run anew what is there already
  --quiet               print no progress
  --list                print the experiments
  --help                print this; after a NAME, its configuration

A run that was interrupted or killed goes on when the same command is given again; one that is
finished is not run again. Exit code: 0 all completed, 1 a run failed, 2 wrong usage, 130 interrupted.`;

/** The command line is not one that the usage allows. */
export class UsageError extends Error {
  /** Always "UsageError". */
  override readonly name: string = "UsageError";
}

/** Runs of an experiment, as they are asked for. */
export interface RunCommand {
  readonly experiment: string;
  readonly preset: "quick" | "paper";
  /** What is different from the preset. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly seeds: readonly number[];
  /** Folder of the results. */
  readonly out: string;
  readonly workers: number;
  readonly backend: string;
  /** Whether to run anew what is there already. */
  readonly again: boolean;
  readonly quiet: boolean;
}

/** What is asked for. */
export type Command =
  | { readonly task: "help"; readonly experiment: string | undefined }
  | { readonly task: "list" }
  | { readonly task: "run"; readonly run: RunCommand };

const VALUED = [
  "--preset",
  "--set",
  "--seeds",
  "--out",
  "--workers",
  "--backend",
];
const PLAIN = ["--again", "--quiet", "--list", "--help"];

interface Flags {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly names: readonly string[];
}

function readFlags(args: readonly string[]): Flags {
  const values = new Map<string, string[]>();
  const names: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!;
    const [, flag, equals, rest = ""] =
      /^(--?[^=]*)(=?)([^]*)$/.exec(argument) ?? [];
    if (flag === undefined) names.push(argument);
    else if (PLAIN.includes(flag) && equals === "") values.set(flag, []);
    else if (!VALUED.includes(flag)) {
      throw new UsageError(`There is no option ${argument}`);
    } else {
      const value = equals === "" ? args[++i] : rest;
      if (!value) throw new UsageError(`${flag} needs a value`);
      values.set(flag, [...values.get(flag) ?? [], value]);
    }
  }
  return { values, names };
}

function single({ values }: Flags, flag: string): string | undefined {
  const given = values.get(flag) ?? [];
  if (given.length > 1) throw new UsageError(`${flag} is given more than once`);
  return given[0];
}

/** JSON where it is JSON, so that 3 is a number and [1,2] a list; any other text is itself. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function overrides({ values }: Flags): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const each of values.get("--set") ?? []) {
    const [, place, value = ""] = /^([^=]+)=([^]*)$/.exec(each) ?? [];
    if (place === undefined) {
      throw new UsageError(`--set needs PLACE=VALUE, received ${each}`);
    }
    if (place in found) throw new UsageError(`--set ${place} is given twice`);
    found[place] = valueOf(value);
  }
  return nested(found);
}

function seedsOf(text: string): number[] {
  const numbers = text.split(",").filter((part) => part !== "").map(Number);
  const listed = text.includes(",");
  const valid = numbers.length > 0 &&
    numbers.every((n) => Number.isSafeInteger(n)) &&
    new Set(numbers).size === numbers.length && (listed || numbers[0]! > 0);
  if (!valid) {
    throw new UsageError(
      `--seeds needs a number of seeds, or seeds with commas (7, for the seed 7 alone), received ${text}`,
    );
  }
  return listed
    ? numbers
    : Array.from({ length: numbers[0]! }, (_, i) => i + 1);
}

function workersOf(text: string | undefined): number {
  if (text === undefined) return navigator.hardwareConcurrency;
  const workers = Number(text);
  if (Number.isSafeInteger(workers) && workers > 0) return workers;
  throw new UsageError(`--workers needs a positive number, received ${text}`);
}

function oneOf<T extends string>(
  flag: string,
  text: string,
  known: readonly T[],
): T {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`${flag} is one of ${known.join(", ")}, not ${text}`);
}

function experimentName({ names }: Flags): string {
  const known = [...registry.keys()];
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) {
    throw new UsageError(`One experiment is needed of ${known.join(", ")}`);
  }
  return oneOf("The experiment", name, known);
}

/**
 * The command that `args` ask for, paths relative to `base`.
 *
 * @throws {UsageError} If they ask for something else.
 */
export function parseCommand(args: readonly string[], base: string): Command {
  const flags = readFlags(args);
  if (flags.values.has("--help")) {
    const experiment = flags.names.length === 0
      ? undefined
      : experimentName(flags);
    return { task: "help", experiment };
  }
  if (flags.values.has("--list")) return { task: "list" };
  const backends = ["auto", "wasm", "cpu", "webgpu"] as const;
  const run: RunCommand = {
    experiment: experimentName(flags),
    preset: oneOf("--preset", single(flags, "--preset") ?? "quick", [
      "quick",
      "paper",
    ]),
    overrides: overrides(flags),
    seeds: seedsOf(single(flags, "--seeds") ?? "1"),
    out: path.resolve(base, single(flags, "--out") ?? "results"),
    workers: workersOf(single(flags, "--workers")),
    backend: oneOf("--backend", single(flags, "--backend") ?? "auto", backends),
    again: flags.values.has("--again"),
    quiet: flags.values.has("--quiet"),
  };
  return { task: "run", run };
}
