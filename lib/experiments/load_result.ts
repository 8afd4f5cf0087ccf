import { z } from "zod";
import { Check } from "../core/check.ts";
import { FormatError } from "../core/errors.ts";
import { attachWeights } from "./_attached_weights.ts";
import { weightsPath } from "./_result_files.ts";
import { resultSchema } from "./_result_schema.ts";
import { type Result, showableResult } from "./result.ts";

/** A result of its JSON. */
export function parseResult(check: Check, text: string, name: string): Result {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    check.fail(FormatError, `JSON in ${name}`, "something else");
  }
  const parsed = resultSchema.safeParse(json);
  if (!parsed.success) {
    const problem = z.prettifyError(parsed.error);
    check.fail(FormatError, `a result of this version in ${name}`, problem);
  }
  const { runtime, ...result } = parsed.data;
  return showableResult(result, runtime);
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Reads a result that {@linkcode saveResult} wrote, and checks every field of it. The weights beside it, if
 * there are any, are read once they are needed.
 *
 * @param path Of the JSON file.
 * @returns The result, equal to the one that was saved.
 * @throws {FormatError} The file is no result, or one of another version of the format.
 * @throws {Deno.errors.NotFound} There is no such file.
 *
 * @example
 * ```ts
 * import { loadResult } from "interplay/experiments";
 * import { assertRejects } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".json" });
 * await Deno.writeTextFile(path, '{ "format": "interplay/result", "version": 2 }');
 * await assertRejects(() => loadResult(path), Error, "expected a result of this version");
 * ```
 */
export async function loadResult(path: string): Promise<Result> {
  const check = new Check("load the result");
  const result = parseResult(check, await Deno.readTextFile(path), path);
  const weights = weightsPath(path);
  if (await exists(weights)) attachWeights(result, weights);
  return result;
}
