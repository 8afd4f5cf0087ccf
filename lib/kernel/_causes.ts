/**
 * What lies behind an error that a cell throws. The runner loads this file into kernels of any project: it
 * imports nothing by a bare name.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { hasMore, linesBehind } from "./_error_report.ts";

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
    ? text.replace(file, pathToFileURL(file).href)
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

/** Marks what prepares stacks here, whichever copy of this module has made it. */
const OURS = Symbol.for("interplay.causes");

function isOurs(prepare: unknown): boolean {
  return typeof prepare === "function" && Reflect.get(prepare, OURS) === true;
}

/**
 * Lets the stack of an error that a cell throws end with its causes and members: the kernel shows the stack
 * and nothing else. Stacks that code reads or prints stay as they are. `onThrow` is called when the kernel
 * looks at such a stack. Returns what ends it; does nothing where somebody else prepares stacks. What the runner
 * has begun the extension takes over, and gives back at the end.
 */
export function showCauses(onThrow: () => void = () => {}): () => void {
  const key = "prepareStackTrace";
  const before: unknown = Reflect.get(Error, key);
  if (before !== undefined && !isOurs(before)) return () => {};
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
  Reflect.set(prepare, OURS, true);
  Reflect.set(Error, key, prepare);
  return () => {
    if (Reflect.get(Error, key) !== prepare) return;
    if (before === undefined) Reflect.deleteProperty(Error, key);
    else Reflect.set(Error, key, before);
  };
}
