import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import { interrupt, jupyterDisplay, OptionsError, ShapeError } from "interplay";
import {
  repeat,
  type Result,
  summarizeResults,
  sweep,
  trainingDynamics,
} from "interplay/experiments";
import { counting, tiny, worked } from "./fixtures.ts";

/** What `in_workers.ts` prints. */
interface InWorkers {
  results: unknown[];
  shares: number[];
  verified: boolean[];
  error: { type: string; message: string };
}

const program = new URL("./in_workers.ts", import.meta.url);
const root = new URL("../../", import.meta.url);

async function inWorkers(): Promise<InWorkers> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-P=tests", fromFileUrl(program)],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("repeat() in workers gives the results of runs one after the other, weights, progress and errors included", async () => {
  const serial = await repeat(trainingDynamics, {
    ...tiny,
    seeds: [3, 5],
    workers: 1,
  });
  const { results, shares, verified, error } = await inWorkers();
  assertEquals(results, JSON.parse(JSON.stringify(serial.results)));
  assertEquals(verified, [true, true]);
  assertEquals(shares.at(-1), 2);
  assertEquals(shares.toSorted((a, b) => a - b), shares);
  assertEquals(error.type, "ShapeError");
  assertStringIncludes(error.message, "expected at least 64 rows");
});

Deno.test("repeat() summarizes numbers, tables and claims", async () => {
  const repetition = await repeat(counting, { seeds: 3, stages: 1 });
  assertEquals(repetition.seeds, [1, 2, 3]);
  const { last, steps } = repetition.summary;
  assert(Number.isNaN(last.mean) && last.n === 0);
  assertEquals([steps.mean, steps.sd, steps.low], [3, 0, 3]);
  const table = repetition.series["steps"]!;
  assertEquals(table["stage"], ["stage 1", "stage 1", "stage 1"]);
  assertEquals(table["step.low"], undefined); // the same in all runs
  assertEquals(table["value"]?.[1], 2.5); // seeds 1, 2, 3, and a half
  assertAlmostEquals(Number(table["value.high"]?.[1]), 2.5 + 2.484138, 1e-6);
  assertEquals(repetition.claims.map(({ here, holds }) => [here, holds]), [
    ["holds in 0 of 3 runs", false],
    ["holds in 0 of 3 runs", null],
  ]);
});

Deno.test("summarizeResults() leaves a claim open on which the runs do not agree", async () => {
  const results = [
    await counting({ seed: 1 }),
    await counting({ seed: 2 }),
  ] as const;
  const changed = structuredClone(results[1].claims).map((claim) => ({
    ...claim,
    holds: true,
  }));
  const other = Object.assign(await counting({ seed: 3 }), { claims: changed });
  const { claims } = summarizeResults([...results, other]);
  assertEquals(claims.map(({ here, holds }) => [here, holds]), [
    ["holds in 3 of 3 runs", true],
    ["holds in 1 of 3 runs", null],
  ]);
});

Deno.test("summarizeResults() refuses results that do not belong together", async () => {
  const one = await counting({ seed: 1 });
  const refused = (
    others: Result<never>[],
    type: typeof OptionsError | typeof ShapeError,
    message: string,
  ) => assertThrows(() => summarizeResults(others), type, message);
  refused([], ShapeError, "expected at least 1 result");
  refused(
    [one, one] as never,
    OptionsError,
    "expected each seed once, received 1 twice",
  );
  refused(
    [one, await counting({ seed: 2, steps: 4 })] as never,
    OptionsError,
    "another at seed 2",
  );
  refused(
    [one, await trainingDynamics({ ...tiny, seed: 2 })] as never,
    OptionsError,
    "expected results of counting, received trainingDynamics",
  );
});

Deno.test("repeat() reads its options before anything runs", async () => {
  const before = worked.length;
  const refused = (options: object, message: string) =>
    assertRejects(() => repeat(counting, options), OptionsError, message);
  await refused({ seeds: 0 }, "Cannot repeat counting");
  await refused({ seed: 1 }, "expected `seeds`");
  await refused({ checkpoint: "x" }, "expected no checkpoint");
  await refused({ stages: 0 }, "at stages");
  assertEquals(worked.length, before);
});

Deno.test("repeat() that is interrupted keeps the runs that have begun", async () => {
  const repetition = await repeat(counting, {
    seeds: 3,
    onProgress: ({ job }) => {
      if (job === 1) interrupt();
    },
  });
  assertEquals(repetition.seeds, [1, 2]);
  assertEquals(repetition.results.map(({ outcome }) => outcome), [
    "completed",
    "stopped",
  ]);
  const stopped = AbortSignal.abort(new DOMException("no", "AbortError"));
  await assertRejects(
    () => repeat(counting, { seeds: 2, signal: stopped }),
    DOMException,
    "no",
  );
});

Deno.test("repeat() throws what a run of one's own throws", async () => {
  await assertRejects(
    () => repeat(counting, { seeds: 2, failAt: 2 }),
    RangeError,
    "step 2 is broken",
  );
});

Deno.test("sweep() runs every combination, and tabulates them", async () => {
  const { points, series, charts } = await sweep(counting, {
    grid: { steps: [2, 4], "data.seed": [0, 1] },
    seeds: 2,
    stages: 1,
  });
  assertEquals(points.map(({ at }) => [at["steps"], at["data.seed"]]), [
    [2, 0],
    [2, 1],
    [4, 0],
    [4, 1],
  ]);
  assertEquals(points.map(({ repetition }) => repetition.summary.steps.mean), [
    2,
    2,
    4,
    4,
  ]);
  assertEquals(series["points"]?.["data.seed"], [0, 1, 0, 1]);
  assertEquals(points[3]?.repetition.config.data.seed, 1);
  const [chart] = charts;
  assertEquals(chart?.x, { column: "steps", title: "steps", log: false });
  assertEquals(chart?.panels[0]?.lines.map(({ where }) => where), [
    { "data.seed": 0 },
    { "data.seed": 1 },
  ]);
});

Deno.test("sweep() over what are no numbers is a table", async () => {
  const result = await sweep(trainingDynamics, {
    ...tiny,
    grid: { "model.hidden": [[4], [6, 5]] },
    seeds: [1],
    workers: 1,
  });
  assertEquals(result.charts, []);
  const text = String((await result[jupyterDisplay]())["text/plain"]);
  assert(text.includes("[6,5]") && text.includes("2 points of 1 seeds"));
});

Deno.test("sweep() reads every point before the first run", async () => {
  const before = worked.length;
  await assertRejects(
    () => sweep(counting, { grid: { steps: [2, -1] } }),
    OptionsError,
    "at steps",
  );
  await assertRejects(
    () => sweep(counting, { grid: {} }),
    OptionsError,
    "expected a place",
  );
  assertEquals(worked.length, before);
});
