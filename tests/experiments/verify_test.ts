import { assert, assertEquals, assertRejects } from "@std/assert";
import { jupyterDisplay, OptionsError } from "interplay";
import {
  labelSmoothing,
  loadResult,
  saveResult,
  temperatureSweep,
  trainingDynamics,
  verify,
} from "interplay/experiments";
import {
  counting,
  differing,
  edited,
  temporaryFolder,
  tiny,
} from "./fixtures.ts";

const { permutations: _, ...small } = tiny;

/** A saved result, changed, and what `verify` says of it. */
async function verifiedAfter(
  change: (stem: string) => Promise<void>,
  options: Parameters<typeof verify>[1] = {},
) {
  await using folder = await temporaryFolder();
  const stem = `${folder.path}/dynamics`;
  await saveResult(
    await trainingDynamics({ ...tiny, seed: 1 }),
    `${stem}.json`,
  );
  await change(stem);
  return await verify(await loadResult(`${stem}.json`), options);
}

Deno.test("verify() finds nothing in a result that nobody touched, saved or not", async () => {
  const fresh = await verify(await trainingDynamics(tiny));
  const saved = await verifiedAfter(async () => {});
  for (const { ok, differences, parts } of [fresh, saved]) {
    assertEquals([ok, differences], [true, []]);
    assert(parts.length > 40);
  }
});

Deno.test("verify() measures every model of an experiment anew", async () => {
  const sweep = await temperatureSweep({ ...small, temperatures: [0.5, 2] });
  const smoothing = await labelSmoothing({ ...small, smoothings: [0, 0.2] });
  for (const { ok, parts } of [await verify(sweep), await verify(smoothing)]) {
    assert(ok);
    const measured = parts.filter(({ what }) => what.endsWith(": mir"));
    assertEquals(measured.length >= 2, true);
  }
});

Deno.test("verify() finds a changed weight (the last bias), by its checksum and by what the model then gives", async () => {
  const { ok, differences } = await verifiedAfter(async (stem) => {
    const file = `${stem}.safetensors`;
    const bytes = await Deno.readFile(file);
    bytes.set(new Uint8Array(Float32Array.of(3).buffer), bytes.length - 4);
    await Deno.writeFile(file, bytes);
  });
  assert(!ok);
  const names = differing({ differences });
  assert(names.includes("weights of trained"));
  assert(names.includes("trained: loss"), names.join(", "));
});

Deno.test("verify() finds a number that does not follow from the tables", async () => {
  const verification = await verifiedAfter((stem) =>
    edited(
      `${stem}.json`,
      /"summary": \{"accuracy":[\d.]+/,
      '"summary": {"accuracy":1.5',
    )
  );
  assertEquals(differing(verification), ["summary: accuracy"]);
  assert(!verification.ok);
});

Deno.test("verify() finds a claim that does not follow from the tables", async () => {
  const other = await verifiedAfter((stem) =>
    edited(
      `${stem}.json`,
      /("name":"collapseNotReached".*?"holds":)(true|false)/,
      "$1null",
    )
  );
  assertEquals(differing(other), ["claim collapseNotReached"]);
});

Deno.test("verify() finds a changed measurement", async () => {
  const verification = await verifiedAfter((stem) =>
    edited(`${stem}.json`, /"entropy\.head":[\d.]+/, '"entropy.head":0.5')
  );
  assertEquals(differing(verification), ["trained: entropy.head"]);
});

Deno.test("verify() finds other data", async () => {
  const verification = await verifiedAfter((stem) =>
    edited(`${stem}.json`, '"separation":8', '"separation":7')
  );
  const names = differing(verification);
  assert(!verification.ok);
  assertEquals(names.filter((name) => name.startsWith("data")), [
    "data, train",
    "data, test",
  ]);
});

Deno.test("verify() names another version, which speaks against nothing", async () => {
  const { ok, differences } = await verifiedAfter((stem) =>
    edited(`${stem}.json`, `"deno":"${Deno.version.deno}"`, '"deno":"1.0.0"')
  );
  assertEquals([ok, differing({ differences })], [true, ["version of deno"]]);
});

Deno.test("verify() says so when the weights were not saved", async () => {
  const { ok, differences } = await verifiedAfter((stem) =>
    Deno.remove(`${stem}.safetensors`)
  );
  assert(!ok);
  assertEquals(differences.map(({ what, found }) => [what, found]), [
    ["weights of trained", "none saved"],
  ]);
});

Deno.test("verify() by a rerun finds what was changed in a table alone", async () => {
  const untouched = await verifiedAfter(async () => {}, { by: "rerun" });
  assertEquals(differing(untouched), []);
  const changed = await verifiedAfter(
    (stem) =>
      edited(
        `${stem}.json`,
        /"trainLoss":\[null,[\d.]+/,
        '"trainLoss":[null,9',
      ),
    { by: "rerun" },
  );
  assertEquals(differing(changed), ["epochs.trainLoss.1"]);
});

Deno.test("verify() shows what differs as a table", async () => {
  const verification = await verifiedAfter((stem) =>
    Deno.remove(`${stem}.safetensors`)
  );
  const text = String((await verification[jupyterDisplay]())["text/plain"]);
  assert(text.startsWith("not verified: "));
  assert(text.includes("none saved"));
});

Deno.test("verify() needs the experiment where it is none of this library", async () => {
  const result = await counting();
  await assertRejects(
    () => verify(result),
    OptionsError,
    "or an `experiment`, received counting",
  );
  assert((await verify(result, { experiment: counting })).ok);
});
