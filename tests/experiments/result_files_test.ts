import { assert, assertEquals, assertRejects } from "@std/assert";
import { FormatError, OptionsError } from "interplay";
import { readSafetensors } from "interplay/data";
import {
  loadResult,
  saveResult,
  trainingDynamics,
  verify,
} from "interplay/experiments";
import { counting, edited, temporaryFolder, tiny } from "./fixtures.ts";

Deno.test("loadResult() gives back what saveResult() was given, NaN and infinite numbers included", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/deep/er/counting.json`;
  const result = await counting({ seed: 7 });
  assertEquals(result.series.steps.value.slice(0, 3), [Infinity, 7.5, NaN]);
  await saveResult(result, path);
  const loaded = await loadResult(path);
  assertEquals(loaded, result as unknown as typeof loaded);
  assertEquals(loaded.runtime, result.runtime);
  assertEquals(loaded.series["steps"]?.["stage"]?.[0], "stage 1");
});

Deno.test("saveResult() writes plain JSON, a line a field, with the runtime, and leaves no partial file", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/counting.json`;
  await saveResult(await counting(), path);
  const text = await Deno.readTextFile(path);
  const fields = Object.keys(JSON.parse(text));
  assertEquals(text.split("\n").length, fields.length + 3);
  assert(fields.includes("runtime") && fields.includes("claims"));
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  assertEquals(names, ["counting.json"]);
});

Deno.test("saveResult() puts the weights beside the result, as safetensors, unless told not to", async () => {
  await using folder = await temporaryFolder();
  const result = await trainingDynamics(tiny);
  await saveResult(result, `${folder.path}/without.json`, { weights: false });
  await saveResult(result, `${folder.path}/with.json`);
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  assertEquals(names.sort(), [
    "with.json",
    "with.safetensors",
    "without.json",
  ]);
  const tensors = await readSafetensors(`${folder.path}/with.safetensors`);
  assertEquals(tensors["trained: head/kernel"]?.shape, [6, 3]);
  assert((await verify(await loadResult(`${folder.path}/with.json`))).ok);
});

Deno.test("saveResult() of a loaded result takes its weights along", async () => {
  await using folder = await temporaryFolder();
  await saveResult(await trainingDynamics(tiny), `${folder.path}/a.json`);
  const loaded = await loadResult(`${folder.path}/a.json`);
  await saveResult(loaded, `${folder.path}/b.json`);
  assertEquals(
    await Deno.readFile(`${folder.path}/b.safetensors`),
    await Deno.readFile(`${folder.path}/a.safetensors`),
  );
});

Deno.test("saveResult() refuses a path that does not end in .json", async () => {
  const result = await counting();
  await assertRejects(
    () => saveResult(result, "counting.txt"),
    OptionsError,
    'Cannot save the result: expected a path that ends in ".json", received counting.txt',
  );
});

Deno.test("loadResult() refuses other versions, other JSON, other text and values of the wrong type", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/counting.json`;
  const refused = async (
    pattern: string | RegExp,
    replacement: string,
    message: string,
  ) => {
    await saveResult(await counting(), path);
    await edited(path, pattern, replacement);
    await assertRejects(() => loadResult(path), FormatError, message);
  };
  await refused('"version": 1', '"version": 2', "at version");
  await refused("interplay/result", "another/result", "at format");
  await refused(
    '"seed": 0',
    '"seed": 0, "sead": 0',
    'Unrecognized key: "sead"',
  );
  await refused('"stage":["stage 1"', '"stage":[1', "series.steps.stage");
  await refused('"step":[1', '"step":["one"', "series.steps.step");
  await refused("{", "[", "expected JSON in");
  await assertRejects(
    () => loadResult(`${folder.path}/nothing.json`),
    Deno.errors.NotFound,
  );
});
