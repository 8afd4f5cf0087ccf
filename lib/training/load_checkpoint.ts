import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError, ShapeError } from "../core/errors.ts";
import type { Classifier } from "../models/classifier.ts";
import {
  type CheckpointFile,
  pathOf,
  readCheckpoint,
} from "./_checkpoint_file.ts";
import { stepLossesOf } from "./_saved_run.ts";
import { type History, showableHistory } from "./history.ts";

/** Options of {@linkcode loadCheckpoint}. */
export interface LoadCheckpointOptions {
  /** Takes the weights; they stay where they are if left out. */
  readonly model?: Classifier;
  /** Which: "last" (if left out), the "best" of an early stop, or the "average" of the steps. */
  readonly weights?: "last" | "best" | "average";
}

const loadOptions = z.strictObject({
  model: z.custom<Classifier>((x) =>
    typeof x === "object" && x !== null && "weights" in x
  ).optional(),
  weights: z.enum(["last", "best", "average"]).default("last"),
});

/** Where the file keeps each kind of weights. */
const groups = { last: "weights", best: "best", average: "average" };

function assignWeights(
  check: Check,
  model: Classifier,
  { file, group }: { file: CheckpointFile; group: string },
): void {
  const found = model.weights.map(({ name, variable }) => {
    const saved = file.tensors.get(`${group}/${name}`);
    const received = saved ? `[${saved.shape.join(", ")}]` : "none";
    const expected = `[${variable.shape.join(", ")}]`;
    if (saved && received === expected) return { variable, saved };
    return check.fail(ShapeError, `${group}/${name} ${expected}`, received);
  });
  // Nothing is assigned before everything is there.
  tf.tidy(() =>
    found.forEach(({ variable, saved }) =>
      variable.assign(tf.tensor(saved.values, variable.shape, variable.dtype))
    )
  );
}

/**
 * Looks into a checkpoint without going on with its run: what was recorded, and the weights if a model takes
 * them. After an error, this is what is left.
 *
 * The file is checked by its SHA-256 and its header by a schema. To go on with the run make the same call that
 * made it.
 *
 * @param path The file.
 * @param options A model to take the weights, and which.
 * @returns The history up to the checkpoint; its outcome is "stopped", for there it was.
 * @throws {Deno.errors.NotFound} There is no such file.
 * @throws {FormatError} It is no checkpoint, or damaged.
 * @throws {ShapeError} The weights are not there, or do not fit the model.
 * @throws {OptionsError} An option is unknown.
 *
 * @example
 * ```ts
 * import { gaussianClasses, split } from "interplay/data";
 * import { mlp, useBackend } from "interplay/models";
 * import { loadCheckpoint, trainSupervised } from "interplay/training";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("auto");
 * const data = split(gaussianClasses({ classes: 3, dimension: 8 }));
 * const model = mlp({ inputDimension: 8, classes: 3 });
 * const path = await Deno.makeTempFile({ suffix: ".ckpt" });
 * await Deno.remove(path);
 * await trainSupervised(model, data, { epochs: 2, checkpoint: { path } }).run();
 *
 * const fresh = mlp({ inputDimension: 8, classes: 3 });
 * const { epochs } = await loadCheckpoint(path, { model: fresh });
 * assertEquals(epochs.length, 3);
 * assertEquals((await fresh.head()).weights, (await model.head()).weights);
 * await Deno.remove(path);
 * ```
 */
export async function loadCheckpoint(
  path: string | URL,
  options: LoadCheckpointOptions = {},
): Promise<History> {
  const check = new Check(`load ${pathOf(path)}`);
  const { model, weights } = check.options(loadOptions, options);
  if (model === undefined && weights !== "last") {
    check.fail(OptionsError, "a model for the weights", "none");
  }
  const file = await readCheckpoint(path);
  if (file === undefined) {
    throw new Deno.errors.NotFound(
      `Cannot ${check.action}: expected a checkpoint, received no file`,
    );
  }
  if (model) assignWeights(check, model, { file, group: groups[weights] });
  return showableHistory({
    ...file.header.history,
    stepLosses: stepLossesOf(file),
    outcome: "stopped",
  });
}
