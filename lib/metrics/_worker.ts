/**
 * What runs in a worker: one metric at a time, by name.
 *
 * @module
 */

import {
  nativeOptions,
  useNativeLapack,
} from "../linalg/native/use_native_lapack.ts";
import { interplay } from "./interplay.ts";
import { matrixEntropy } from "./matrix_entropy.ts";
import { hdr, matrixMutualInformation, mir } from "./mutual_information.ts";
import { report } from "./report.ts";

/** The metrics that can be asked for. */
const METRICS = {
  hdr,
  interplay,
  matrixEntropy,
  matrixMutualInformation,
  mir,
  report,
};

/** A call to one of them. */
export interface Call {
  /** Which. */
  readonly metric: keyof typeof METRICS;
  /** Its arguments, cloned. */
  readonly args: readonly unknown[];
  /** The native library to compute with, if any. */
  readonly native: ReturnType<typeof nativeOptions>;
}

/** What came of it. */
export type Answer =
  | { readonly value: unknown }
  | { readonly error: { readonly name: string; readonly message: string } };

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Call>) => void) | null;
  postMessage(answer: Answer): void;
}

/** Opens the library of the caller, unless it is open already. */
function follow(native: Call["native"]): void {
  if (JSON.stringify(native) === JSON.stringify(nativeOptions())) return;
  useNativeLapack(native);
}

function answer({ metric, args, native }: Call): Answer {
  try {
    follow(native);
    const compute = METRICS[metric] as (...args: readonly unknown[]) => unknown;
    return { value: compute(...args) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: { name: error.name, message: error.message } };
  }
}

// Only workers load this module; elsewhere it is imported for its types alone.
const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data }) => scope.postMessage(answer(data));
