import {
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import { local, median, race, resultsOf } from "./race.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const script = fromFileUrl(new URL("bench.ts", import.meta.url));

async function bench(...args: string[]) {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--allow-read", "--allow-run", script, ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  return { code, text: new TextDecoder().decode(stdout) };
}

const always = (name: string, value: number) =>
  local(name, 1e-9, () => () => [value]);

Deno.test("race() throws where a result is not the reference's", async () => {
  const task = {
    label: "one",
    contestants: [always("interplay", 1), always("peer", 1)],
  };
  assertEquals([...(await race(task, 1)).keys()], ["interplay", "peer"]);
  for (const wrong of [1.0001, NaN]) {
    const contestants = [...task.contestants, always("wrong", wrong)];
    await assertRejects(
      () => race({ label: "one", contestants }, 1),
      Error,
      "one, wrong",
    );
  }
});

Deno.test("race() throws where a result goes wrong in a later round", async () => {
  let calls = 0;
  const late = local("late", 1e-9, () => () => [calls++ < 2 ? 1 : 2]);
  await assertRejects(
    () => race({ label: "x", contestants: [always("interplay", 1), late] }, 1),
    Error,
    "x, late",
  );
});

Deno.test("resultsOf() takes ratios round by round, so that a slow phase of the machine cancels", () => {
  // The machine is ten times slower in two of five rounds; the peer takes twice the time throughout.
  const load = [1, 10, 1, 10, 1];
  const results = resultsOf(
    new Map([["interplay", load], ["peer", load.map((x) => 2 * x)]]),
  );
  assertAlmostEquals(results.get("peer")!.ratio, 0.5, 1e-15);
  assertEquals(results.get("peer")!.rounds, 5);
  assertEquals(median([4, 1, 2, 3]), 2.5);
});

Deno.test("bench runs one group without Python and prints its line", async () => {
  const { code, text } = await bench(
    "labels",
    "--seconds=0.01",
    "--python=no-such-python",
  );
  assertEquals(code, 0);
  assertStringIncludes(text, "| MIR with labels, (2000, 64), C = 10 |");
});

Deno.test("bench says how to use it, and what it does not know", async () => {
  const help = await bench("--help");
  assertEquals(help.code, 0);
  assertStringIncludes(help.text, "eigenvalues, eigenvectors, moment");
  const unknown = await bench("entropie");
  assertEquals(unknown.code, 1);
  assertStringIncludes(unknown.text, "entropie?");
});
