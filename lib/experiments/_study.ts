/**
 * The task `deno task study`: writes the README of a folder of notebooks from the results saved in it.
 *
 * @module
 */

import * as path from "@std/path";
import { z } from "zod";
import { Check } from "../core/check.ts";
import { FormatError, OptionsError } from "../core/errors.ts";
import { writeWhole } from "../core/whole_file.ts";
import { registry } from "./_registry.ts";
import { type NotebookTitle, studyText } from "./_study_text.ts";
import { loadResult } from "./load_result.ts";
import type { Result } from "./result.ts";

const check = new Check("write the study");

async function filesOf(folder: string, extension: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && name.endsWith(extension)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    check.fail(OptionsError, `a folder ${folder}`, "none");
  }
  if (names.length === 0) {
    check.fail(OptionsError, `files *${extension} in ${folder}`, "none");
  }
  return names.sort();
}

/** A result that may stand in the study: finished, and of an experiment that is known here. */
async function resultOf(file: string): Promise<Result> {
  const result = await loadResult(file);
  if (result.outcome !== "completed") {
    const expected = `a completed run in ${file}`;
    check.fail(OptionsError, expected, `one that is ${result.outcome}`);
  }
  if (!registry.has(result.experiment)) {
    const known = [...registry.keys()].join(", ");
    const expected = `a result of one of ${known} in ${file}`;
    check.fail(OptionsError, expected, result.experiment);
  }
  return result;
}

const notebookSchema = z.object({
  cells: z.array(z.object({
    cell_type: z.string(),
    source: z.union([z.string(), z.array(z.string())]),
  })),
});

/** The heading that a notebook begins with. */
async function titleOf(file: string): Promise<string> {
  const text = await Deno.readTextFile(file);
  const [first] = notebookSchema.parse(JSON.parse(text)).cells;
  const source = [first?.source ?? ""].flat().join("");
  const title = /^# (.+)/.exec(source)?.[1];
  return title ?? check.fail(FormatError, `a heading first in ${file}`, "none");
}

/** What the README of this folder of notebooks has to say. */
export async function studyOf(folder: string): Promise<string> {
  const saved = path.join(folder, "results");
  const results = await Promise.all(
    (await filesOf(saved, ".json")).map((file) =>
      resultOf(path.join(saved, file))
    ),
  );
  const notebooks: NotebookTitle[] = await Promise.all(
    (await filesOf(folder, ".ipynb")).map(async (file) => ({
      file,
      title: await titleOf(path.join(folder, file)),
    })),
  );
  return studyText(results, notebooks);
}

if (import.meta.main) {
  const folder = Deno.args[0] ?? "notebooks";
  const file = path.join(folder, "README.md");
  try {
    await writeWhole(file, await studyOf(folder));
    console.log(file);
  } catch (error) {
    if (!(error instanceof OptionsError || error instanceof FormatError)) {
      throw error;
    }
    console.error(error.message);
    Deno.exit(1);
  }
}
