/**
 * Between a run and its checkpoint.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { Check } from "../core/check.ts";
import { FormatError, OptionsError } from "../core/errors.ts";
import {
  type CheckpointFile,
  readCheckpoint,
  type SavedTensor,
  writeCheckpoint,
} from "./_checkpoint_file.ts";
import type { Learner, NamedVariable } from "./_learner.ts";
import type { Memory } from "./_objective.ts";
import { Tally } from "./_tally.ts";
import type { GrowingHistory } from "./history.ts";

const STEP_LOSSES = "history/stepLosses";

/** What a run consists of at one moment. */
export interface RunState {
  readonly history: GrowingHistory;
  readonly learner: Learner;
  readonly tally: Tally;
  readonly memory: Memory;
}

async function savedTensor(
  { name, variable }: NamedVariable,
): Promise<SavedTensor> {
  const values = await variable.data() as Float32Array | Int32Array;
  return { name, shape: variable.shape, values };
}

/** Writes the run to `path`, whole or not at all. */
export async function saveRun(
  path: string | URL,
  { history, learner, tally, memory }: RunState,
): Promise<void> {
  const { stepLosses, outcome: _, ...rest } = history;
  const best = history.best !== undefined;
  const tensors = await Promise.all(
    learner.variables({ best }).map(savedTensor),
  );
  await writeCheckpoint(path, {
    step: stepLosses.length,
    history: rest,
    tally: tally.kept(),
    memory,
  }, [...tensors, {
    name: STEP_LOSSES,
    shape: [stepLosses.length],
    values: Float32Array.from(stepLosses),
  }]);
}

/** What of a history must be the same for a run to be the same run. */
function identity({ kind, model, backend, data, options }: {
  kind: string;
  model: string;
  backend: string;
  data: object;
  options: object;
}): Map<string, string> {
  const parts = { kind, model, backend, ...options, ...data };
  return new Map(
    Object.entries(parts).map(([key, value]) => [key, JSON.stringify(value)]),
  );
}

/** Fails unless the checkpoint is one of this very run. */
function checkIdentity(
  check: Check,
  { header }: CheckpointFile,
  { history, path }: { history: GrowingHistory; path: string | URL },
): void {
  const own = identity(history);
  const saved = identity(header.history);
  for (const key of new Set([...own.keys(), ...saved.keys()])) {
    if (own.get(key) === saved.get(key)) continue;
    check.fail(
      OptionsError,
      `the run of the checkpoint ${path}, with ${key} ${saved.get(key)}`,
      `${own.get(key)} (another path, or \`resume: false\`, begins anew)`,
    );
  }
}

/** Gives a variable the values it had. */
function assign(
  { name, variable }: NamedVariable,
  { tensors }: CheckpointFile,
  path: string | URL,
): void {
  const saved = tensors.get(name);
  const shape = `[${variable.shape.join(", ")}]`;
  const found = saved ? `[${saved.shape.join(", ")}]` : "none";
  if (saved === undefined || found !== shape) {
    throw new FormatError(
      `Cannot resume from ${path}: expected ${name} ${shape}, received ${found}`,
    );
  }
  tf.tidy(() =>
    variable.assign(tf.tensor(saved.values, variable.shape, variable.dtype))
  );
}

/** Training loss of every step. */
export function stepLossesOf({ tensors }: CheckpointFile): number[] {
  return Array.from(tensors.get(STEP_LOSSES)?.values ?? []);
}

/** Takes the run at `path` up, if there is one: into the history and the learner, and what is returned. */
export async function loadRun(
  check: Check,
  path: string | URL,
  { history, learner }: Pick<RunState, "history" | "learner">,
): Promise<Pick<RunState, "tally" | "memory"> | undefined> {
  const file = await readCheckpoint(path);
  if (file === undefined) return undefined;
  checkIdentity(check, file, { history, path });
  const { header } = file;
  const best = header.history.best !== undefined;
  for (const each of learner.variables({ best })) assign(each, file, path);
  history.epochs.push(...header.history.epochs);
  for (const loss of stepLossesOf(file)) history.stepLosses.push(loss);
  if (header.history.best) history.best = header.history.best;
  history.versions = header.history.versions;
  return { tally: new Tally(header.tally), memory: header.memory };
}
