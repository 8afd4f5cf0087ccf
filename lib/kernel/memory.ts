/**
 * What a notebook holds in memory, and what has grown.
 *
 * @module
 */

import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { formatBytes, renderTable, type TableCell } from "../core/table.ts";

/** Memory at one moment. What belongs to tfjs is missing where it is not loaded. */
export interface MemoryUse {
  /** Tensors that were not disposed. */
  readonly tensors?: number;
  /** Bytes of their values. */
  readonly tensorBytes?: number;
  /** Variables among them that have a name: weights, optimizer state. */
  readonly variables?: number;
  /** Bytes of JavaScript objects. */
  readonly heapBytes: number;
  /** Bytes that such objects hold outside the heap: typed arrays, WASM memories. */
  readonly bufferBytes: number;
  /** Bytes of the whole process. */
  readonly processBytes: number;
}

/** What {@linkcode memory} returns. */
export interface MemoryReport extends Displayable {
  /** Where tensors are computed; missing where tfjs is not loaded. */
  readonly backend?: string;
  /** Now. */
  readonly now: MemoryUse;
  /** Now less what it was at the last call; missing at the first. */
  readonly grown?: MemoryUse;
  /** Names of variables that were not there at the last call. */
  readonly newVariables: readonly string[];
}

/** What is used of the engine of tfjs. */
interface Engine {
  readonly backendName: string;
  readonly registeredVariables: Readonly<Record<string, unknown>>;
  memory(): { numTensors: number; numBytes: number };
}

/**
 * The engine, which tfjs keeps in the global object so that two copies of it share one. Found there it need
 * not be imported, and is there whoever has loaded it, and when.
 */
function engine(): Engine | undefined {
  const found: unknown = Reflect.get(globalThis, "_tfengine");
  return typeof found === "object" && found !== null && "memory" in found &&
      "registeredVariables" in found
    ? found as Engine
    : undefined;
}

function measure(tf: Engine | undefined): MemoryUse {
  const { heapUsed, external, rss } = Deno.memoryUsage();
  const bytes = {
    heapBytes: heapUsed,
    bufferBytes: external,
    processBytes: rss,
  };
  // Without a backend nothing was computed yet, and asking would throw.
  if (tf === undefined || !tf.backendName) return bytes;
  const { numTensors, numBytes } = tf.memory();
  return {
    tensors: numTensors,
    tensorBytes: numBytes,
    variables: Object.keys(tf.registeredVariables).length,
    ...bytes,
  };
}

/** Titles of the rows, and whether they are amounts of memory. */
const ROWS: readonly [keyof MemoryUse, string, "count" | "bytes"][] = [
  ["tensors", "tensors", "count"],
  ["tensorBytes", "tensor values", "bytes"],
  ["variables", "variables", "count"],
  ["heapBytes", "JavaScript heap", "bytes"],
  ["bufferBytes", "array buffers", "bytes"],
  ["processBytes", "process", "bytes"],
];

function difference(now: MemoryUse, before: MemoryUse): MemoryUse {
  const entries = ROWS.flatMap(([key]) => {
    const value = now[key];
    return value === undefined ? [] : [[key, value - (before[key] ?? 0)]];
  });
  return Object.fromEntries(entries) as MemoryUse;
}

function amount(value: number | undefined, unit: "count" | "bytes"): string {
  if (value === undefined) return "";
  return unit === "bytes" ? formatBytes(value) : String(value);
}

function change(value: number | undefined, unit: "count" | "bytes"): string {
  if (value === undefined || value === 0) return "";
  return value > 0 ? `+${amount(value, unit)}` : amount(value, unit);
}

/** The first names and how many more there are. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}

function bundle(report: Omit<MemoryReport, keyof Displayable>): MimeBundle {
  const { backend, now, grown, newVariables } = report;
  const rows = ROWS.filter(([key]) => now[key] !== undefined)
    .map(([key, title, unit]): TableCell[] => [
      title,
      amount(now[key], unit),
      ...(grown === undefined ? [] : [change(grown[key], unit)]),
    ]);
  const names = newVariables.length === 0
    ? ""
    : `; new variables: ${listed(newVariables)}`;
  return renderTable({
    caption: `Memory, ${
      backend === undefined ? "tfjs not loaded" : `${backend} backend`
    }${names}`,
    columns: grown === undefined
      ? ["", "now"]
      : ["", "now", "since the last call"],
    rows,
  });
}

let last: { use: MemoryUse; variables: ReadonlySet<string> } | undefined;

/**
 * What the notebook holds in memory: tensors and their bytes, variables, the JavaScript heap, buffers and the
 * process; and what has grown since the last call. It shows itself as a table.
 *
 * Tensors that a cell has made and forgotten are the usual leak: the same cell run twice should leave
 * `grown.tensors` at 0. tfjs is found through the engine it registers globally, and is not loaded by this.
 *
 * @returns numbers now and the differences; differences are missing at the first call.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import { memory } from "interplay/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * await tf.setBackend("cpu");
 * memory();
 * const forgotten = tf.ones([10, 10]);
 * const { grown } = memory();
 * assertEquals([grown?.tensors, grown?.tensorBytes], [1, 400]);
 * forgotten.dispose();
 * ```
 */
export function memory(): MemoryReport {
  const tf = engine();
  const now = measure(tf);
  const variables = Object.keys(tf?.registeredVariables ?? {});
  const before = last;
  last = { use: now, variables: new Set(variables) };
  return displayable({
    ...(tf?.backendName ? { backend: tf.backendName } : {}),
    now,
    ...(before === undefined ? {} : { grown: difference(now, before.use) }),
    newVariables: before === undefined
      ? []
      : variables.filter((name) => !before.variables.has(name)),
  }, bundle);
}
