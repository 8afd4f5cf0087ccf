/**
 * The runs of one command: each seed has a file of its own, and a checkpoint while it is not finished.
 *
 * @module
 */

import * as path from "@std/path";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import { readCall } from "./_call.ts";
import type { RunCommand } from "./_command.ts";
import { type JobsProgress, runJobs } from "./_jobs.ts";
import { toJson } from "./_number_codec.ts";
import { type AnyExperiment, registry } from "./_registry.ts";
import { loadResult } from "./load_result.ts";
import type { Result } from "./result.ts";
import { saveResult } from "./save_result.ts";

/** One seed of a command. */
export interface SeedRun {
  readonly seed: number;
  /** Of its result. */
  readonly file: string;
  /** Folder it is resumed from. */
  readonly checkpoint: string;
  /** What was found there, finished. */
  readonly found: Result | undefined;
}

/** What came of the seeds. */
export interface SeedOutcomes {
  /** The results, of runs that were stopped as well. */
  readonly results: readonly Result[];
  /** Why there is none, by seed. */
  readonly failures: readonly {
    readonly seed: number;
    readonly error: unknown;
  }[];
}

async function finished(
  check: Check,
  { file, config }: { file: string; config: object },
): Promise<Result | undefined> {
  try {
    const result = await loadResult(file);
    if (toJson(result.config) === toJson(config)) {
      return result.outcome === "completed" ? result : undefined;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return check.fail(
    OptionsError,
    `a result of this configuration in ${file}`,
    "one of another (choose another folder by --out, or --again)",
  );
}

/** The seeds of a command, those that are finished with their result. */
export async function seedRuns(command: RunCommand): Promise<SeedRun[]> {
  const { experiment: name, preset, overrides, out } = command;
  const { definition } = registry.get(name)!;
  const check = new Check(`run ${name}`);
  const { config } = readCall(check, definition, { preset, ...overrides });
  return await Promise.all(command.seeds.map(async (seed) => {
    const title = `${name}-${preset}-seed${seed}`;
    const file = path.join(out, `${title}.json`);
    const found = command.again
      ? undefined
      : await finished(check, { file, config });
    const checkpoint = path.join(out, ".checkpoints", title);
    if (command.again) await removeFolder(checkpoint);
    return { seed, file, checkpoint, found };
  }));
}

async function removeFolder(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Saves a result; the checkpoint has then done its service, unless the run is to go on. */
async function keep(run: SeedRun, result: Result): Promise<void> {
  await saveResult(result, run.file);
  if (result.outcome === "completed") await removeFolder(run.checkpoint);
}

/** Runs what is not finished, several at once, and saves each result as it comes. */
export async function runSeeds(
  command: RunCommand,
  runs: readonly SeedRun[],
  { signal, onProgress }: {
    signal: AbortSignal;
    onProgress?: ((progress: JobsProgress) => void) | undefined;
  },
): Promise<SeedOutcomes> {
  const experiment: AnyExperiment = registry.get(command.experiment)!;
  const { preset, overrides, backend, workers } = command;
  const open = runs.filter(({ found }) => found === undefined);
  const jobs = open.map(({ seed, checkpoint }) => ({
    preset,
    backend,
    seed,
    checkpoint,
    ...overrides,
  }));
  const outcomes = await runJobs(experiment, jobs, {
    workers,
    signal,
    onProgress,
    onResult: (job, result) => keep(open[job]!, result),
  });
  const failures = outcomes.flatMap((outcome, job) =>
    "error" in outcome ? [{ seed: open[job]!.seed, error: outcome.error }] : []
  );
  const done = outcomes.map((outcome) =>
    "result" in outcome ? outcome.result : undefined
  );
  const results = runs.flatMap((run) =>
    run.found ?? done[open.indexOf(run)] ?? []
  );
  return { results, failures };
}
