/**
 * Failures that the kernel keeps to itself: rejections that nobody handles, throws in timers, and what lies
 * behind an error that a cell throws.
 *
 * @module
 */

import type { EventEmitter } from "node:events";
import process from "node:process";
import { toFileUrl } from "@std/path";
import { currentHost } from "../display/host.ts";
import { errorReport, hasMore, linesBehind } from "./_error_report.ts";

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

/** A place in a stack, as V8 hands it to `Error.prepareStackTrace`. */
interface CallSite {
  getFileName(): string | null | undefined;
  toString(): string;
}

/** As Deno writes it where nobody prepares stacks: files as URLs. */
function placeOf(site: CallSite): string {
  const text = site.toString();
  const file = site.getFileName();
  return typeof file === "string" && /^(\/|[A-Za-z]:\\)/.test(file)
    ? text.replace(file, toFileUrl(file).href)
    : text;
}

function headOf(error: Error): string {
  const name = error.name ?? "Error";
  const message = error.message ?? "";
  return [name, message].filter((part) => part !== "").join(": ");
}

/** Whether a stack is asked for by no code at all, but by the kernel that looks at what a cell threw. */
function askedByKernel(): boolean {
  const frames = new Error("").stack?.match(/\n\s+at /g) ?? [];
  return frames.length <= DEPTH_HERE;
}

/** This function and the one that prepares. */
const DEPTH_HERE = 2;

function ownStack(error: Error, sites: readonly CallSite[]): string {
  return [headOf(error), ...sites.map((site) => `    at ${placeOf(site)}`)]
    .join("\n");
}

/**
 * Lets the stack of an error that a cell throws end with its causes and members: the kernel shows the stack
 * and nothing else. Stacks that code reads or prints stay as they are. `onThrow` is called when the kernel
 * looks at such a stack. Returns what ends it; does nothing where somebody else prepares stacks.
 */
export function showCauses(onThrow: () => void): () => void {
  const key = "prepareStackTrace";
  if (Reflect.get(Error, key) !== undefined) return () => {};
  const prepare = (error: Error, sites: readonly CallSite[]): string => {
    const stack = ownStack(error, sites);
    if (!askedByKernel()) return stack;
    onThrow();
    if (!hasMore(error)) return stack;
    // Later, when the kernel reads it: stacks of causes that are read in here would come without source maps.
    Object.defineProperty(error, "stack", {
      get: () => [stack, ...linesBehind(error)].join("\n"),
      configurable: true,
    });
    return stack;
  };
  Reflect.set(Error, key, prepare);
  return () => {
    if (Reflect.get(Error, key) === prepare) Reflect.deleteProperty(Error, key);
  };
}
