import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { loadResult, trainingDynamics } from "interplay/experiments";
import { parseCommand, UsageError } from "../../lib/experiments/_command.ts";
import {
  ProgressLine,
  type ProgressOutput,
} from "../../lib/experiments/_progress_line.ts";
import { type Ended, runTask, task } from "../house/task.ts";
import { temporaryFolder, tiny } from "./fixtures.ts";

const env = { INTERPLAY_DATA_DIR: "" };

function experiment(cwd: string, ...args: string[]): Promise<Ended> {
  return runTask("experiment", { args, cwd, env });
}

/** A configuration, as the command line says it. */
function called(config: object): string[] {
  const places = Object.entries(config).map(([place, value]) =>
    `--set=${place}=${JSON.stringify(value)}`
  );
  return ["trainingDynamics", ...places];
}

const small = called(tiny);

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("deno task experiment writes one JSON a seed, equal to that of the function, and ends with a table", async () => {
  await using folder = await temporaryFolder();
  const { code, out, err } = await experiment(
    folder.path,
    ...small,
    "--seeds",
    "2",
    "--out",
    "runs",
  );
  assertEquals(code, 0, err);
  const stem = "trainingDynamics-quick-seed";
  assertEquals(names(`${folder.path}/runs`), [
    ".checkpoints",
    `${stem}1.json`,
    `${stem}1.safetensors`,
    `${stem}2.json`,
    `${stem}2.safetensors`,
  ]);
  assertEquals(names(`${folder.path}/runs/.checkpoints`), []);
  const saved = await loadResult(`${folder.path}/runs/${stem}2.json`);
  const own = await trainingDynamics({ ...tiny, seed: 2 });
  assertEquals(saved, own as unknown as typeof saved);
  assertStringIncludes(out, "seeds 1, 2, mean with 95 % interval");
  assertStringIncludes(out, "MIR rises with test accuracy");
  assertStringIncludes(out, `runs/${stem}2.json`);
  assertStringIncludes(err, "seed 1 100 %, seed 2 100 %");
});

Deno.test("deno task experiment runs nothing again that is finished, unless told so", async () => {
  await using folder = await temporaryFolder();
  const first = await experiment(folder.path, ...small, "--out", "runs");
  assertEquals(first.code, 0, first.err);
  const file = `${folder.path}/runs/trainingDynamics-quick-seed1.json`;
  const written = (await Deno.stat(file)).mtime?.getTime();
  const second = await experiment(folder.path, ...small, "--out", "runs");
  assertEquals([second.code, second.err], [0, ""]);
  assertEquals((await Deno.stat(file)).mtime?.getTime(), written);
  assertEquals(second.out, first.out);
  const other = await experiment(
    folder.path,
    ...["trainingDynamics", "--out", "runs"],
  );
  assertEquals(other.code, 2);
  assertStringIncludes(other.err, "choose another folder by --out, or --again");
  const again = await experiment(
    folder.path,
    ...[...small, "--out", "runs", "--again", "--quiet"],
  );
  assertEquals([again.code, again.err], [0, ""]);
  assert((await Deno.stat(file)).mtime?.getTime() !== written);
});

/** Reads a stream up to a word, and hands back a way to read the rest. */
async function readUntil(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  word: string,
): Promise<() => Promise<void>> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes(word)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`${word} never came: ${text}`);
    text += value;
  }
  return async () => {
    while (!(await reader.read()).done);
  };
}

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  Deno.test({
    name:
      `deno task experiment that is ended by ${signal} goes on when it is called again`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      await using folder = await temporaryFolder();
      const every = { steps: signal === "SIGINT" ? 1000 : 20 };
      const training = { steps: 400, batchSize: 16, evaluation: { every } };
      const config = { ...tiny, training };
      const args = [...called(config), "--out", "runs"];
      const child = (await task("experiment", { args, cwd: folder.path, env }))
        .spawn();
      const rest = await readUntil(child.stderr, "seed 1 3");
      child.kill(signal);
      await rest();
      await child.stdout.cancel();
      const { code } = await child.status;
      assertEquals(code, signal === "SIGINT" ? 130 : 137);
      const { code: second, err } = await experiment(folder.path, ...args);
      assertEquals(second, 0, err);
      const stem = `${folder.path}/runs/trainingDynamics-quick-seed1`;
      const resumed = await loadResult(`${stem}.json`);
      const whole = await trainingDynamics({ ...config, seed: 1 });
      assertEquals(resumed, whole as unknown as typeof resumed);
    },
  });
}

Deno.test("deno task experiment says which seed failed and why, and its exit code does", async () => {
  await using folder = await temporaryFolder();
  const { code, err } = await experiment(
    folder.path,
    ...[...called({ ...tiny, batch: 64 }), "--seeds", "7,"],
  );
  assertEquals(code, 1);
  assertStringIncludes(err, "seed 7 failed: Cannot");
  assertStringIncludes(err, "expected at least 64 rows");
});

Deno.test("deno task experiment lists the experiments, helps, and shows a configuration", async () => {
  await using folder = await temporaryFolder();
  const list = await experiment(folder.path, "--list");
  const help = await experiment(folder.path, "--help");
  const own = await experiment(folder.path, "temperatureSweep", "--help");
  assertEquals([list.code, help.code, own.code], [0, 0, 0]);
  assertMatch(list.out, /^temperatureSweep +Trains at several/m);
  assertStringIncludes(help.out, "--seeds N | A,B,C");
  assertStringIncludes(own.out, '"temperatures": [');
  assertStringIncludes(own.out, "paper: {");
});

Deno.test("deno task experiment refuses a configuration that is none, by exit code 2", async () => {
  await using folder = await temporaryFolder();
  const { code, err } = await experiment(
    folder.path,
    ...["trainingDynamics", "--set", "training.epochs=0"],
  );
  assertEquals(code, 2);
  assertStringIncludes(err, "→ at training.epochs");
  assertStringIncludes(err, "See deno task experiment --help");
  assertEquals(names(folder.path), []);
});

Deno.test("parseCommand() reads seeds, places, values and folders", () => {
  const read = (...args: string[]) => {
    const command = parseCommand(["labelSmoothing", ...args], "/base");
    if (command.task !== "run") throw new Error(command.task);
    return command.run;
  };
  assertEquals(read().seeds, [1]);
  assertEquals(read("--seeds=3").seeds, [1, 2, 3]);
  assertEquals(read("--seeds", "4,9").seeds, [4, 9]);
  assertEquals(read("--seeds", "4,").seeds, [4]);
  assertEquals(read().out, "/base/results");
  assertEquals(read("--out", "../x").out, "/x");
  assertEquals(read("--preset", "paper").preset, "paper");
  assertEquals(
    read("--set", "a.b=3", "--set", "a.c=[1]", "--set", "d=x=y").overrides,
    { a: { b: 3, c: [1] }, d: "x=y" },
  );
});

Deno.test("parseCommand() refuses what the usage does not allow", () => {
  const refused = (args: string[], message: string) =>
    assertThrows(() => parseCommand(args, "/"), UsageError, message);
  refused([], "One experiment is needed of trainingDynamics");
  refused(["grocking"], "The experiment is one of trainingDynamics");
  refused(["labelSmoothing", "--preset", "slow"], "--preset is one of");
  refused(["labelSmoothing", "--seeds", "0"], "--seeds needs");
  refused(["labelSmoothing", "--seeds", "1,1"], "--seeds needs");
  refused(["labelSmoothing", "--workers", "x"], "--workers needs");
  refused(["labelSmoothing", "--set", "a"], "--set needs PLACE=VALUE");
  refused(["labelSmoothing", "--set", "a=1", "--set", "a=2"], "given twice");
  refused(["labelSmoothing", "--out"], "--out needs a value");
  refused(["labelSmoothing", "--fast"], "There is no option --fast");
});

/** A place for lines, with or without a cursor. */
function memory(rewrites: boolean): ProgressOutput & { text: string } {
  return {
    rewrites,
    text: "",
    write(text) {
      this.text += text;
    },
  };
}

Deno.test("ProgressLine is one line that changes in a terminal, and a line a tenth in a log", () => {
  const [terminal, log] = [memory(true), memory(false)];
  for (const output of [terminal, log]) {
    let now = 0;
    const line = new ProgressLine({
      output,
      title: "counting",
      names: ["seed 1", "seed 2"],
      now: () => now,
    });
    for (let step = 1; step <= 100; step++) {
      now = 1000 * step;
      const shares = [step / 100, Math.min(1, step / 50)];
      line.show({ job: 0, share: step / 100, stage: "", shares });
    }
    line.close();
  }
  assertEquals(terminal.text.split("\n").length, 2);
  assertEquals(terminal.text.split("\r").length, 101);
  assertStringIncludes(
    terminal.text,
    "\rcounting: seed 1 50 %, seed 2 100 %, 0:17 left",
  );
  assertEquals(log.text.trim().split("\n").length, 10);
  assert(log.text.endsWith("seed 1 100 %, seed 2 100 %, 0:00 left\n"));
});
