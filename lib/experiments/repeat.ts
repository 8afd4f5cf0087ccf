import { z } from "zod";
import { Check } from "../core/check.ts";
import { type JobOptions, type JobsProgress, runJobs } from "./_jobs.ts";
import type { AnyExperiment } from "./_registry.ts";
import type { Experiment, ExperimentOptions } from "./experiment.ts";
import type { ExperimentShape, Result } from "./result.ts";
import { type Repetition, summarizeResults } from "./summarize_results.ts";

/** How to run an experiment several times. */
export interface SeveralOptions {
  /** The seeds, or their number: 5 stands for 1, 2, 3, 4, 5. 3 if left out. */
  readonly seeds?: number | readonly number[];
  /** How sure the intervals are, in `(0, 1)`; 0.95 if left out. */
  readonly level?: number;
  /** Runs at the same time, at most; the number of cores if left out. */
  readonly workers?: number;
  /** Hears how far the runs are. */
  readonly onProgress?: (progress: JobsProgress) => void;
}

/** Options of {@linkcode repeat}: how often, and whatever the experiment takes but a seed and a checkpoint. */
export type RepeatOptions<S extends ExperimentShape> =
  & SeveralOptions
  & Omit<ExperimentOptions<S>, "seed" | "checkpoint">;

const severalOptions = z.object({
  seeds: z.union([
    z.int().positive().transform((n) =>
      Array.from({ length: n }, (_, i) => i + 1)
    ),
    z.array(z.int()).min(1),
  ]).prefault(3),
  level: z.number().gt(0).lt(1).default(0.95),
  workers: z.int().positive().optional(),
  onProgress: z.custom<(progress: JobsProgress) => void>((f) =>
    typeof f === "function"
  ).optional(),
  signal: z.custom<AbortSignal>((x) => x instanceof AbortSignal).optional(),
  seed: z.never({ error: "expected `seeds`" }).optional(),
  checkpoint: z.never({ error: "expected no checkpoint" }).optional(),
});

/** What several runs have in common, parted from what each is called with. */
export function readSeveral(
  check: Check,
  options: object,
): {
  several: z.output<typeof severalOptions> & { workers: number };
  each: JobOptions;
} {
  const parsed = check.options(severalOptions, options);
  const own = Object.keys(severalOptions.shape);
  const each = Object.entries(options).filter(([key]) => !own.includes(key));
  const workers = parsed.workers ?? navigator.hardwareConcurrency;
  return { several: { ...parsed, workers }, each: Object.fromEntries(each) };
}

/** The results there are; the first error if one failed, or if there are none. */
export async function resultsOf(
  experiment: AnyExperiment,
  jobs: readonly JobOptions[],
  several: ReturnType<typeof readSeveral>["several"],
): Promise<(Result | undefined)[]> {
  const { workers, signal, onProgress } = several;
  experiment(jobs[0]); // reads the options, and throws here rather than in every worker
  const settings = { workers, signal, onProgress };
  const outcomes = await runJobs(experiment, jobs, settings);
  const failures = outcomes.filter((outcome) => "error" in outcome);
  const failed = failures.find(({ error }) => !isStop(error));
  if (failed !== undefined) throw failed.error;
  if (failures.length === outcomes.length) throw failures[0]!.error;
  return outcomes.map((outcome) =>
    "result" in outcome ? outcome.result : undefined
  );
}

function isStop(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * Runs an experiment once for each of several seeds, and puts the runs together: mean, spread and interval of
 * every number. Experiments of this library run in workers on all cores, others one after the other; the
 * numbers are the same. Every run has the same data and split; initial weights and the order of the samples
 * differ.
 *
 * An abort stops all runs; those that have begun count with what they have, and their `outcome` says so.
 *
 * @param experiment Any experiment.
 * @param options Seeds, level and workers, and whatever the experiment takes.
 * @returns The repetition with all results; it shows itself as a figure with bands.
 * @throws {OptionsError} An option is unknown or out of range.
 * @throws {Error} Whatever a run threw.
 *
 * @example
 * ```ts
 * import { repeat, trainingDynamics } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const { seeds, summary } = await repeat(trainingDynamics, {
 *   seeds: 2,
 *   workers: 1, // all cores if left out
 *   data: { kind: "gaussian" },
 *   training: { epochs: 1 },
 * });
 * assertEquals(seeds, [1, 2]);
 * console.log(`MIR ${summary.mir.mean} in [${summary.mir.low}, ${summary.mir.high}]`);
 * ```
 */
export async function repeat<S extends ExperimentShape>(
  experiment: Experiment<S>,
  options: RepeatOptions<S> = {} as RepeatOptions<S>,
): Promise<Repetition<S>> {
  const check = new Check(`repeat ${experiment.definition.name}`);
  const { several, each } = readSeveral(check, options);
  const jobs = several.seeds.map((seed) => ({ ...each, seed }));
  const any = experiment as unknown as AnyExperiment;
  const results = await resultsOf(any, jobs, several);
  const there = results.filter((result) => result !== undefined);
  const { level } = several;
  return summarizeResults(there as unknown as Result<S>[], { level });
}
