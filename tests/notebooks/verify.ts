/** Runs every notebook of the project some times; each run must give the committed outputs: `[times]`. */

import { fromFileUrl } from "@std/path";
import { compareOutputs, parseNotebook, runNotebook } from "interplay/kernel";

const folder = new URL("../../notebooks/", import.meta.url);

/** What failed, as a finding; an interrupt ends everything. */
function finding(error: Error): string[] {
  if (error.name === "AbortError") throw error;
  return [error.message];
}

/** Runs a notebook once and returns where its outputs are not the committed ones. */
async function differences(file: URL): Promise<string[]> {
  const committed = parseNotebook(await Deno.readTextFile(file));
  // Without a data folder, so that it is the embedded data whose outputs are committed.
  const { notebook } = await runNotebook(fromFileUrl(file), {
    env: { INTERPLAY_DATA_DIR: "" },
  });
  return compareOutputs(committed, notebook)
    .map(({ cell, message }) => `cell ${cell}: ${message}`);
}

async function main(times: number): Promise<number> {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => name.endsWith(".ipynb")).sort();
  let failed = 0;
  for (let run = 1; run <= times; run++) {
    for (const name of names) {
      const found = await differences(new URL(name, folder))
        .catch(finding);
      if (found.length > 0) failed++;
      const verdict = found.length === 0
        ? "the same outputs"
        : found.join("; ");
      console.log(`run ${run} of ${times}, ${name}: ${verdict}`);
    }
  }
  console.log(
    `${times * names.length - failed} runs as committed, ${failed} not`,
  );
  return failed === 0 ? 0 : 1;
}

const times = Number(Deno.args[0] ?? 1);
if (!Number.isInteger(times) || times < 1) {
  throw new RangeError(`How many times? Received ${Deno.args[0]}`);
}
Deno.exit(await main(times));
