/**
 * Failures that the kernel keeps to itself: rejections that nobody handles, and throws in timers.
 *
 * @module
 */

import type { EventEmitter } from "node:events";
import process from "node:process";
import { currentHost } from "../display/host.ts";
import { errorReport } from "./_error_report.ts";

function show(event: Event, error: unknown): void {
  if (event.defaultPrevented) return;
  // Unprevented, a throw in a timer takes the thread of the cells with it, and the kernel answers no more. Nor
  // may others hear of it: what Emscripten compiles, the WASM backend of tfjs for one, throws it once more.
  event.preventDefault();
  event.stopImmediatePropagation();
  currentHost().fail(errorReport(error));
}

const onRejection = (event: PromiseRejectionEvent) => show(event, event.reason);
const onError = (event: ErrorEvent) => show(event, event.error);

/** The listeners of Node's kind for such failures, which hear of them before those who come later. */
const NODE_EVENTS = ["uncaughtException", "unhandledRejection"];

type Listener = (...args: unknown[]) => void;

/** Takes away Node's listeners that are there already. Returns what puts them back. */
function silenceEarlier(): () => void {
  const node: EventEmitter = process;
  const found = NODE_EVENTS.flatMap((name) =>
    node.listeners(name).map((each) => [name, each as Listener] as const)
  );
  for (const [name, listener] of found) node.off(name, listener);
  return () => {
    for (const [name, listener] of found) node.on(name, listener);
  };
}

/** Shows failures that no cell waits for, as errors of the cell that ran last. Returns what ends it. */
export function showLostFailures(): () => void {
  const restore = silenceEarlier();
  addEventListener("unhandledrejection", onRejection);
  addEventListener("error", onError);
  return () => {
    removeEventListener("unhandledrejection", onRejection);
    removeEventListener("error", onError);
    restore();
  };
}
