import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { FormatError, OptionsError } from "interplay";
import {
  loadResult,
  saveResult,
  summarizeResults,
  trainingDynamics,
} from "interplay/experiments";
import { readCall } from "../../lib/experiments/_call.ts";
import { Comparison } from "../../lib/experiments/_comparison.ts";
import { toJson } from "../../lib/experiments/_number_codec.ts";
import { registry } from "../../lib/experiments/_registry.ts";
import { studyOf } from "../../lib/experiments/_study.ts";
import { commandOf } from "../../lib/experiments/_study_text.ts";
import { compareConclusion } from "../../lib/experiments/_verified_parts.ts";
import { Check } from "../../lib/core/check.ts";
import { edited, temporaryFolder, tiny } from "./fixtures.ts";

const notebooks = fromFileUrl(new URL("../../notebooks", import.meta.url));

const committed = [...Deno.readDirSync(`${notebooks}/results`)]
  .map(({ name }) => name).filter((name) => name.endsWith(".json")).sort();

/** A folder with one notebook and what a run of this seed found; its result and where it is. */
async function place(seed = 1) {
  const folder = await temporaryFolder();
  const cells = [{ cell_type: "markdown", source: ["# One idea\n", "Text."] }];
  await Deno.writeTextFile(
    `${folder.path}/01-a.ipynb`,
    JSON.stringify({ cells }),
  );
  const result = await trainingDynamics({ ...tiny, seed });
  const file = `${folder.path}/results/a.json`;
  await saveResult(result, file, { weights: false });
  return {
    path: folder.path,
    file,
    result,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("notebooks/README.md is what deno task study makes of the notebooks and results", async () => {
  assertEquals(
    await Deno.readTextFile(`${notebooks}/README.md`),
    await studyOf(notebooks),
  );
});

for (const name of committed) {
  Deno.test(`${name} is small, of its preset as it is now, and says what its tables say`, async () => {
    const path = `${notebooks}/results/${name}`;
    assert((await Deno.stat(path)).size < 200_000);
    const result = await loadResult(path);
    const { definition } = registry.get(result.experiment)!;
    const { preset, overrides } = result.call;
    const options = { ...overrides, preset } as { preset: "quick" | "paper" };
    const { config } = readCall(new Check("read"), definition, options);
    assertEquals(toJson(result.config), toJson(config));
    const comparison = new Comparison(1e-12);
    compareConclusion(result, definition, comparison);
    assertEquals(comparison.parts.filter(({ agrees }) => !agrees), []);
    assertEquals(toJson(result.paper.values), toJson(definition.paper.values));
  });
}

Deno.test("studyOf() puts the runs of one configuration together, and those of another apart", async () => {
  await using folder = await place();
  const { path } = folder;
  const save = async (name: string, options: object) => {
    const result = await trainingDynamics({ ...tiny, ...options });
    await saveResult(result, `${path}/results/${name}`, { weights: false });
    return result;
  };
  const second = await save("b.json", { seed: 2 });
  await save("c.json", { seed: 7, permutations: 1 });
  const text = await studyOf(path);
  assert(text.includes("| [01-a.ipynb](01-a.ipynb) | One idea |"));
  assert(text.includes("| 1, 2 | batchMir | 0.53–0.55 (CIFAR-10)"));
  assert(text.includes("| 7 | batchMir | 0.53–0.55 (CIFAR-10)"));
  const mean = (folder.result.summary.batchMir + second.summary.batchMir) / 2;
  assert(text.includes(` | ${Number(mean.toPrecision(4))} [`));
  assert(text.includes("holds in 2 of 2 runs"));
  assert(!text.includes("semiSupervised"), "what is not there is left out");
});

Deno.test("commandOf() is a command that a shell reads as the call", async () => {
  await using folder = await place(4);
  const command = commandOf(summarizeResults([folder.result]));
  assertEquals(
    command,
    "deno task experiment trainingDynamics --preset quick " +
      `--set 'data={"kind":"gaussian","train":96,"test":48}' ` +
      `--set 'model={"hidden":[8,6]}' ` +
      `--set 'training={"epochs":2,"batchSize":16,"evaluation":{"every":{"epochs":1}}}' ` +
      "--set batch=24 --set permutations=2 --seeds 4,",
  );
});

Deno.test("studyOf() names the file that is no result, not finished, or of an unknown experiment", async () => {
  await using folder = await place();
  const { path, file, result } = folder;
  const refused = async (from: string, to: string, message: string) => {
    await saveResult(result, file, { weights: false });
    await edited(file, from, to);
    const error = await assertRejects(() => studyOf(path), Error, message);
    assert(error instanceof OptionsError || error instanceof FormatError);
    assert(error.message.includes(file));
  };
  await refused("{", "[", "expected JSON in");
  await refused('"version": 1', '"version": 2', "a result of this version");
  await refused(
    '"outcome": "completed"',
    '"outcome": "stopped"',
    "received one that is stopped",
  );
  await refused(
    '"experiment": "trainingDynamics"',
    '"experiment": "dreaming"',
    "received dreaming",
  );
});

Deno.test("studyOf() refuses a folder without results, and a seed that is there twice", async () => {
  await using folder = await place();
  const { path, file } = folder;
  await Deno.copyFile(file, `${path}/results/twice.json`);
  await assertRejects(() => studyOf(path), OptionsError, "1 twice");
  await Deno.remove(`${path}/results/twice.json`);
  await Deno.remove(file);
  await assertRejects(
    () => studyOf(path),
    OptionsError,
    `expected files *.json in ${path}/results, received none`,
  );
  await Deno.remove(`${path}/results`);
  await assertRejects(
    () => studyOf(path),
    OptionsError,
    `expected a folder ${path}/results, received none`,
  );
});
