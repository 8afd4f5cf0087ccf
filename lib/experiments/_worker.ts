/**
 * What runs in a worker: one run of an experiment of this library after the other.
 *
 * @module
 */

import {
  nativeOptions,
  useNativeLapack,
} from "../linalg/native/use_native_lapack.ts";
import { attachedWeights } from "./_attached_weights.ts";
import { registry } from "./_registry.ts";
import { encodeWeights } from "./_weights.ts";
import { resultText } from "./save_result.ts";

/** What a worker is told. */
export type WorkerOrder =
  | {
    readonly type: "run";
    /** Name of the experiment. */
    readonly experiment: string;
    /** What it is called with, without a signal. */
    readonly options: Readonly<Record<string, unknown>>;
    /** The native library to compute metrics with, if any. */
    readonly native: ReturnType<typeof nativeOptions>;
  }
  | { readonly type: "stop" };

/** What a worker tells. */
export type WorkerNews =
  | { readonly type: "share"; readonly share: number; readonly stage: string }
  | {
    readonly type: "result";
    /** As it would be saved. */
    readonly text: string;
    /** As they would be saved. */
    readonly weights: Uint8Array<ArrayBuffer>;
  }
  | {
    readonly type: "error";
    readonly name: string;
    readonly message: string;
  };

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerOrder>) => void) | null;
  postMessage(news: WorkerNews, transfer?: Transferable[]): void;
}

// Only workers load this module; elsewhere it is imported for its types alone.
const scope = globalThis as unknown as WorkerScope;

let stop = new AbortController();

async function run(
  { experiment, options, native }: WorkerOrder & { type: "run" },
): Promise<void> {
  if (JSON.stringify(native) !== JSON.stringify(nativeOptions())) {
    useNativeLapack(native);
  }
  const { signal } = stop;
  const work = registry.get(experiment)!({ ...options, signal });
  let told = -1;
  for await (const event of work) {
    if (event.type !== "step") continue;
    const share = event.step / event.steps;
    const percent = Math.floor(100 * share + 1e-9);
    if (percent === told) continue;
    told = percent;
    scope.postMessage({ type: "share", share, stage: event.stage });
  }
  const result = await work;
  const weights = encodeWeights(await attachedWeights(result) ?? new Map());
  const text = resultText(result);
  scope.postMessage({ type: "result", text, weights }, [weights.buffer]);
}

scope.onmessage = ({ data: order }) => {
  if (order.type === "stop") return stop.abort();
  stop = new AbortController();
  run(order).catch((error: unknown) => {
    const { name, message } = error instanceof Error
      ? error
      : new Error(String(error));
    scope.postMessage({ type: "error", name, message });
  });
};
