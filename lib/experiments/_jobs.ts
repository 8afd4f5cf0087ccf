/**
 * Many runs at once: in workers on all cores where the experiment is one of this library, which a worker
 * finds by its name, else one after the other in this thread.
 *
 * @module
 */

import { Check } from "../core/check.ts";
import * as errors from "../core/errors.ts";
import { InterruptListener } from "../core/interrupt.ts";
import { nativeOptions } from "../linalg/native/use_native_lapack.ts";
import { attachWeights } from "./_attached_weights.ts";
import { type AnyExperiment, registry } from "./_registry.ts";
import { decodeWeights } from "./_weights.ts";
import type { WorkerNews, WorkerOrder } from "./_worker.ts";
import { parseResult } from "./load_result.ts";
import type { Result } from "./result.ts";

/** One run to be done: what the experiment is called with, without a signal. */
export type JobOptions = Readonly<Record<string, unknown>>;

/** How far the jobs are. */
export interface JobsProgress {
  /** Which job has got on. */
  readonly job: number;
  /** Its share that is done, in `[0, 1]`. */
  readonly share: number;
  /** Its stage under way. */
  readonly stage: string;
  /** Shares of all jobs. */
  readonly shares: readonly number[];
}

/** How to run the jobs. */
export interface JobsSettings {
  /** Workers at most. */
  readonly workers: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress?: ((progress: JobsProgress) => void) | undefined;
  /** Takes each result as it comes; a job counts as done once this is over. */
  readonly onResult?:
    | ((job: number, result: Result) => Promise<void>)
    | undefined;
}

/** What came of a job: its result, or why there is none. */
export type JobOutcome =
  | { readonly result: Result }
  | { readonly error: unknown };

/** How a job tells of its progress. */
type Tell = (share: number, stage: string) => void;

/** Does one job. */
interface Runner extends Disposable {
  run(options: JobOptions, tell: Tell, signal: AbortSignal): Promise<Result>;
}

/** In this thread. */
class ThreadRunner implements Runner {
  readonly #experiment: AnyExperiment;

  constructor(experiment: AnyExperiment) {
    this.#experiment = experiment;
  }

  async run(
    options: JobOptions,
    tell: Tell,
    signal: AbortSignal,
  ): Promise<Result> {
    const run = this.#experiment({ ...options, signal });
    for await (const event of run) {
      if (event.type === "step") tell(event.step / event.steps, event.stage);
    }
    return await run;
  }

  [Symbol.dispose](): void {}
}

/** The error that was thrown in the worker, of its own class where it is one of ours. */
function rebuilt({ name, message }: { name: string; message: string }): Error {
  const known = errors as unknown as Record<
    string,
    new (message: string) => Error
  >;
  return new (known[name] ?? Error)(message);
}

/** In a worker of its own. */
class WorkerRunner implements Runner {
  readonly #experiment: string;
  readonly #worker = new Worker(new URL("./_worker.ts", import.meta.url), {
    type: "module",
  });

  constructor(experiment: string) {
    this.#experiment = experiment;
  }

  async run(
    options: JobOptions,
    tell: Tell,
    signal: AbortSignal,
  ): Promise<Result> {
    const stop = () => this.#send({ type: "stop" });
    signal.addEventListener("abort", stop, { once: true });
    try {
      const { text, weights } = await this.#ask(options, tell);
      const result = parseResult(new Check("run in a worker"), text, "it");
      attachWeights(result, await decodeWeights(weights));
      return result;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #send(order: WorkerOrder): void {
    this.#worker.postMessage(order);
  }

  #ask(
    options: JobOptions,
    tell: Tell,
  ): Promise<WorkerNews & { type: "result" }> {
    const { promise, resolve, reject } = Promise.withResolvers<
      WorkerNews & { type: "result" }
    >();
    this.#worker.onmessage = ({ data: news }: MessageEvent<WorkerNews>) => {
      if (news.type === "share") tell(news.share, news.stage);
      else if (news.type === "result") resolve(news);
      else reject(rebuilt(news));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    const native = nativeOptions();
    this.#send({ type: "run", experiment: this.#experiment, options, native });
    return promise;
  }
}

/** Whether a worker can find this experiment. */
function isOfTheLibrary(experiment: AnyExperiment): boolean {
  return registry.get(experiment.definition.name) === experiment;
}

/** Takes job after job until none is left, or all is to stop. */
async function work(
  runner: Runner,
  { queue, signal, outcomes, tell, onResult }: {
    queue: Iterator<[number, JobOptions]>;
    signal: AbortSignal;
    outcomes: JobOutcome[];
    tell: (job: number) => Tell;
    onResult: JobsSettings["onResult"];
  },
): Promise<void> {
  while (!signal.aborted) {
    const { value, done } = queue.next();
    if (done) return;
    const [job, options] = value;
    try {
      const result = await runner.run(options, tell(job), signal);
      await onResult?.(job, result);
      outcomes[job] = { result };
      if (result.outcome === "completed") tell(job)(1, "done");
    } catch (error) {
      outcomes[job] = { error };
    }
  }
}

/**
 * Runs all jobs, several at once where it can be. A job that fails leaves the others alone; one that is
 * stopped gives what it has; one that has not begun then is missing from the outcomes, with the reason in
 * its place.
 */
export async function runJobs(
  experiment: AnyExperiment,
  jobs: readonly JobOptions[],
  { workers, signal, onProgress, onResult }: JobsSettings,
): Promise<JobOutcome[]> {
  using listener = new InterruptListener(signal);
  const shares = jobs.map(() => 0);
  const tell = (job: number): Tell => (share, stage) => {
    shares[job] = share;
    onProgress?.({ job, share, stage, shares });
  };
  const outcomes: JobOutcome[] = [];
  const queue = jobs.entries();
  const several = Math.min(workers, jobs.length);
  const inWorkers = several > 1 && isOfTheLibrary(experiment);
  const { name } = experiment.definition;
  await Promise.all(
    Array.from({ length: inWorkers ? several : 1 }, async () => {
      using runner = inWorkers
        ? new WorkerRunner(name)
        : new ThreadRunner(experiment);
      const { signal } = listener;
      await work(runner, { queue, signal, outcomes, tell, onResult });
    }),
  );
  const { reason } = listener.signal;
  return jobs.map((_, job) => outcomes[job] ?? { error: reason });
}
