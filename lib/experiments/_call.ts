/**
 * Reading a call of an experiment: how to run it, and the configuration that a preset and what is different
 * from it amount to.
 *
 * @module
 */

import { z } from "zod";
import type { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import type {
  ExperimentDefinition,
  ExperimentRunOptions,
  Preset,
} from "./experiment.ts";
import type { ExperimentShape } from "./result.ts";

const runOptions = z.strictObject({
  preset: z.enum(["quick", "paper"]).default("quick"),
  seed: z.int().default(0),
  signal: z.custom<AbortSignal>((x) => x instanceof AbortSignal).optional(),
  checkpoint: z.string().min(1).optional(),
  backend: z.enum(["auto", "wasm", "cpu", "webgpu"]).default("auto"),
});

/** The names that a configuration cannot have. */
export const RUN_OPTIONS: readonly string[] = Object.keys(runOptions.shape);

/** A call that has been read. */
export interface Call<S extends ExperimentShape> {
  readonly preset: Preset;
  /** What is different from the preset. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly config: S["config"];
  readonly run: z.output<typeof runOptions>;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether two records are of different kinds, so that fields of one mean nothing in the other. */
function otherKind(base: Fields, changes: Fields): boolean {
  return "kind" in base && "kind" in changes &&
    base["kind"] !== changes["kind"];
}

/** Fields of which a record has one or the other: the length of a run, or how often it is measured. */
const ALTERNATIVES = ["epochs", "steps"] as const;

/** The field that makes way for its alternative among the changes. */
function displaced(base: Fields, changes: Fields): string | undefined {
  return ALTERNATIVES.find((field) =>
    field in base && !(field in changes) &&
    ALTERNATIVES.some((other) => other in changes && !(other in base))
  );
}

/**
 * A configuration with changes at any depth. Lists are replaced whole, and so is a record whose `kind`
 * changes; `epochs` take the place of `steps`, and the other way round.
 */
export function merged(base: unknown, changes: unknown): unknown {
  if (!isFields(base) || !isFields(changes) || otherKind(base, changes)) {
    return changes;
  }
  const out: Record<string, unknown> = { ...base };
  delete out[displaced(base, changes) ?? ""];
  for (const [key, value] of Object.entries(changes)) {
    if (value !== undefined) out[key] = merged(base[key], value);
  }
  return out;
}

/** Reads what an experiment was called with. */
export function readCall<S extends ExperimentShape>(
  check: Check,
  { schema, presets }: ExperimentDefinition<S>,
  options: ExperimentRunOptions & object,
): Call<S> {
  const entries = Object.entries(options);
  const pick = (own: boolean) =>
    Object.fromEntries(
      entries.filter(([key]) => RUN_OPTIONS.includes(key) === own),
    );
  const run = check.options(runOptions, pick(true));
  const overrides = pick(false);
  const read = schema.safeParse(merged(presets[run.preset], overrides));
  if (read.success) {
    return { preset: run.preset, overrides, config: read.data, run };
  }
  throw new OptionsError(
    `Cannot ${check.action}: ${z.prettifyError(read.error)}`,
  );
}
