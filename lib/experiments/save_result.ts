import { dirname } from "@std/path";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import { writeWhole } from "../core/whole_file.ts";
import { attachedWeights } from "./_attached_weights.ts";
import { toJson } from "./_number_codec.ts";
import { weightsPath } from "./_result_files.ts";
import { encodeWeights } from "./_weights.ts";
import type { Result } from "./result.ts";

/** Options of {@linkcode saveResult}. */
export interface SaveResultOptions {
  /** Whether the weights that the experiment kept are saved as well; true if left out. */
  readonly weights?: boolean;
}

const saveOptions = z.strictObject({ weights: z.boolean().default(true) });

/** A result as it is saved: a line for each of its fields, so that two files can be compared. */
export function resultText(result: Result): string {
  const { runtime } = result;
  const lines = Object.entries({ ...result, runtime })
    .map(([field, value]) => `${JSON.stringify(field)}: ${toJson(value)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

/**
 * Saves a result as JSON, and the weights that its experiment kept beside it: `run.json` and
 * `run.safetensors`, which PyTorch and JAX read as well. Each file is there whole or not at all.
 *
 * @param result What an experiment returned, or {@linkcode loadResult} has read.
 * @param path Where; must end in ".json". Its folder is made.
 * @param options Whether to save the weights.
 * @throws {OptionsError} The path does not end in ".json".
 *
 * @example
 * ```ts
 * import { loadResult, saveResult, trainingDynamics } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const result = await trainingDynamics({ data: { kind: "gaussian" }, training: { epochs: 1 } });
 * const folder = await Deno.makeTempDir();
 * await saveResult(result, `${folder}/dynamics.json`);
 * assertEquals(await loadResult(`${folder}/dynamics.json`), result);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function saveResult(
  result: Result,
  path: string,
  options: SaveResultOptions = {},
): Promise<void> {
  const check = new Check("save the result");
  const { weights } = check.options(saveOptions, options);
  if (!path.endsWith(".json")) {
    check.fail(OptionsError, 'a path that ends in ".json"', path);
  }
  await Deno.mkdir(dirname(path), { recursive: true });
  const kept = weights ? await attachedWeights(result) : undefined;
  if (kept !== undefined && kept.size > 0) {
    await writeWhole(weightsPath(path), encodeWeights(kept));
  }
  await writeWhole(path, resultText(result));
}
