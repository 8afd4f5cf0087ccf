/**
 * The command `deno task experiment`.
 *
 * @module
 */

import * as path from "@std/path";
import { OptionsError } from "../core/errors.ts";
import { jupyterDisplay } from "../core/rich.ts";
import {
  parseCommand,
  type RunCommand,
  USAGE,
  UsageError,
} from "./_command.ts";
import { ProgressLine, standardError } from "./_progress_line.ts";
import { registry } from "./_registry.ts";
import { runSeeds, type SeedRun, seedRuns } from "./_seed_runs.ts";
import { SignalStop } from "./_signal_stop.ts";
import { summarizeResults } from "./summarize_results.ts";

/** The experiments, a line each. */
function list(): string {
  const width = Math.max(...[...registry.keys()].map((name) => name.length));
  return [...registry.values()].map(({ definition: { name, description } }) =>
    `${name.padEnd(width)}  ${description}`
  ).join("\n");
}

/** An experiment with its presets. */
function describe(name: string): string {
  const { definition } = registry.get(name)!;
  const { title, description, presets, paper, schema } = definition;
  const shown = Object.entries(presets).map(([preset, config]) =>
    `${preset}: ${JSON.stringify(schema.parse(config), undefined, 2)}`
  );
  return [`${title}: ${description}`, paper.source, ...shown].join("\n\n");
}

/** The table at the end, and where the results are. */
async function report(
  results: Parameters<typeof summarizeResults>[0],
  runs: readonly SeedRun[],
): Promise<void> {
  const shown = results.length === 1 ? results[0]! : summarizeResults(results);
  const bundle = await shown[jupyterDisplay]();
  console.log(bundle["text/plain"]);
  const seeds = results.map(({ seed }) => seed);
  for (const { seed, file } of runs) {
    if (seeds.includes(seed)) console.log(path.relative(Deno.cwd(), file));
  }
}

/** Runs all seeds; the exit code. */
async function execute(command: RunCommand): Promise<number> {
  using stop = new SignalStop();
  const runs = await seedRuns(command);
  const open = runs.filter(({ found }) => found === undefined);
  const line = new ProgressLine({
    output: standardError,
    title: command.experiment,
    names: open.map(({ seed }) => `seed ${seed}`),
  });
  const { results, failures } = await runSeeds(command, runs, {
    signal: stop.signal,
    onProgress: command.quiet ? undefined : (progress) => line.show(progress),
  });
  line.close();
  if (results.length > 0) await report(results, runs);
  if (stop.signal.aborted) {
    console.error("Interrupted: the same command goes on");
    return 130;
  }
  for (const { seed, error } of failures) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(`seed ${seed} failed: ${message}`);
  }
  return failures.length === 0 ? 0 : 1;
}

/** Does what the arguments ask for and returns the exit code. */
export async function main(
  args: readonly string[],
  base: string,
): Promise<number> {
  try {
    const command = parseCommand(args, base);
    if (command.task === "run") return await execute(command.run);
    if (command.task === "list") console.log(list());
    else {
      const { experiment } = command;
      console.log(experiment === undefined ? USAGE : describe(experiment));
    }
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof OptionsError)) {
      throw error;
    }
    console.error(`${error.message}\nSee deno task experiment --help`);
    return 2;
  }
}

/** So long workers have to come to their end. */
const WORKERS_END_MS = 200;

if (import.meta.main) {
  // A task runs in the folder of deno.json; paths are meant from where it was called.
  const base = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  const code = await main(Deno.args, base);
  // Deno may crash when a process exits while its terminated workers are still being taken down.
  await new Promise((resolve) => setTimeout(resolve, WORKERS_END_MS));
  Deno.exit(code);
}
