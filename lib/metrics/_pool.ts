/**
 * Workers that take calls: as many as there are cores and calls, ended when there is nothing to do. Where
 * none can be started (no permission to read their module, no `Worker` at all) calls are computed here,
 * between two turns of the event loop.
 *
 * @module
 */

import * as errors from "../core/errors.ts";
import { nativeOptions } from "../linalg/native/use_native_lapack.ts";
import { type Call, compute } from "./_calls.ts";
import type { Answer, PostedCall } from "./_worker.ts";

interface Job {
  readonly call: PostedCall;
  readonly signal: AbortSignal | undefined;
  /** What the signal does while the job waits. */
  drop(): void;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

const module = new URL("./_worker.ts", import.meta.url);
const waiting: Job[] = [];
let running = 0;

/** Whether a worker has failed to start: then there is no use in trying again. */
let unavailable = false;

/** Hands a call to the next free worker; a signal ends it, and the worker with it. */
export function inWorker<T>(
  call: Call,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const job: Job = {
      call: { ...call, native: nativeOptions() },
      signal,
      resolve: resolve as (value: unknown) => void,
      reject,
      drop() {
        waiting.splice(waiting.indexOf(job), 1);
        reject(signal?.reason);
      },
    };
    waiting.push(job);
    signal?.addEventListener("abort", job.drop, { once: true });
    startWorkers();
  });
}

/** The job that has waited longest. A signal may outlive it for hours, and must not hold its data. */
function take(): Job | undefined {
  const job = waiting.shift();
  job?.signal?.removeEventListener("abort", job.drop);
  return job;
}

/** Starts workers while there are calls and a core is free. */
function startWorkers(): void {
  while (waiting.length > 0 && running < navigator.hardwareConcurrency) {
    const worker = newWorker();
    if (!worker && running > 0) return;
    running++;
    void (worker ? work(worker) : workHere()).finally(() => {
      worker?.terminate();
      running--;
      startWorkers();
    });
  }
}

function newWorker(): Worker | undefined {
  // Asked first, because Deno prints an error of its own where a worker may not read its module.
  if (unavailable || !mayRead(module)) return undefined;
  try {
    return new Worker(module, { type: "module" });
  } catch {
    unavailable = true;
    return undefined;
  }
}

function mayRead(path: URL): boolean {
  return path.protocol !== "file:" ||
    Deno.permissions.querySync({ name: "read", path }).state === "granted";
}

/** Does job after job, until none is left or one has to be broken off. */
async function work(worker: Worker): Promise<void> {
  if (!await ready(worker)) {
    unavailable = true;
    return;
  }
  for (let job = take(); job; job = take()) {
    const usable = await one(worker, job);
    if (!usable) return;
  }
}

/** Whether the worker has loaded its module; jobs wait until it has, and are not lost if it cannot. */
function ready(worker: Worker): Promise<boolean> {
  return new Promise((settle) => {
    worker.onmessage = () => settle(true);
    worker.onerror = (event) => {
      event.preventDefault();
      settle(false);
    };
  });
}

/** Settles a job; false if the worker is of no use after it. */
function one(
  worker: Worker,
  { call, signal, resolve, reject }: Job,
): Promise<boolean> {
  return new Promise((settle) => {
    const end = (usable: boolean, settleJob: () => void) => {
      signal?.removeEventListener("abort", abort);
      settleJob();
      settle(usable);
    };
    const abort = () => end(false, () => reject(signal?.reason));
    signal?.addEventListener("abort", abort, { once: true });
    worker.onmessage = ({ data }: MessageEvent<Exclude<Answer, "ready">>) =>
      end(
        true,
        () =>
          "value" in data ? resolve(data.value) : reject(rebuilt(data.error)),
      );
    worker.onerror = (event) => {
      event.preventDefault();
      end(false, () => reject(new Error(event.message)));
    };
    worker.postMessage(call);
  });
}

/** The error that was thrown in the worker, of its own class where it is one of ours. */
function rebuilt({ name, message }: { name: string; message: string }): Error {
  const known = errors as unknown as Record<
    string,
    new (message: string) => Error
  >;
  return new (known[name] ?? Error)(message);
}

/** Does what waits without a worker; between two jobs timers fire, and a signal can take the next one out. */
async function workHere(): Promise<void> {
  while (waiting.length > 0) {
    await new Promise((resume) => setTimeout(resume, 0));
    const job = take();
    if (!job) return;
    try {
      // Cloned, so that it is what a worker would have sent.
      job.resolve(structuredClone(compute(job.call)));
    } catch (error) {
      job.reject(error);
    }
  }
}
