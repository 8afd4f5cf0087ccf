/**
 * What runs in a worker: one call at a time. Only workers load this module; others take its types.
 *
 * @module
 */

import {
  nativeOptions,
  useNativeLapack,
} from "../linalg/native/use_native_lapack.ts";
import { type Call, compute } from "./_calls.ts";

/** A call that goes to a worker. */
export interface PostedCall extends Call {
  /** The native library to compute with, if any. */
  readonly native: ReturnType<typeof nativeOptions>;
}

/** What a worker says: that it can take calls, and then what came of each. */
export type Answer =
  | "ready"
  | { readonly value: unknown }
  | { readonly error: { readonly name: string; readonly message: string } };

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<PostedCall>) => void) | null;
  postMessage(answer: Answer): void;
}

/** Opens the library of the caller, unless it is open already. */
function follow(native: PostedCall["native"]): void {
  if (JSON.stringify(native) === JSON.stringify(nativeOptions())) return;
  useNativeLapack(native);
}

function answer(call: PostedCall): Answer {
  try {
    follow(call.native);
    return { value: compute(call) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: { name: error.name, message: error.message } };
  }
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data }) => scope.postMessage(answer(data));
scope.postMessage("ready");
