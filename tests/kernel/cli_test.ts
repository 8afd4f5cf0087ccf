import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseArguments, UsageError } from "../../lib/kernel/_cli.ts";
import { parseNotebook } from "../../lib/kernel/mod.ts";
import { type Ended, runTask, task } from "../house/task.ts";
import { code, Folder, isAlive, until } from "./fixtures.ts";

function notebook(folder: Folder, ...args: string[]): Promise<Ended> {
  return runTask("notebook", { args, cwd: folder.path });
}

Deno.test("deno task notebook prints one line a cell and at the end what it wrote", async () => {
  await using folder = await Folder.make();
  await folder.notebook([
    "// first\nconst a = 1;",
    `a + ${"1 + ".repeat(40)}1`,
  ]);
  const { code, out, err } = await notebook(
    folder,
    "notebook.ipynb",
    "--out",
    "out.ipynb",
    "--html=page.html",
    "--timeout=60",
  );
  assertEquals([code, err], [0, ""]);
  const lines = out.split("\n");
  assert(/^\[1\/2\] \/\/ first +\d+\.\d s$/.test(lines[0] ?? ""), lines[0]);
  assert(/^\[2\/2\] a \+ 1 \+ .*… \d+\.\d s$/.test(lines[1] ?? ""), lines[1]);
  assertEquals(lines.slice(2), [
    folder.file("out.ipynb"),
    folder.file("page.html"),
    "",
  ]);
  parseNotebook(await Deno.readTextFile(folder.file("out.ipynb")));
  const page = await Deno.readTextFile(folder.file("page.html"));
  assertStringIncludes(page, "<title>notebook</title>");
});

Deno.test("deno task notebook runs with parameters, in place, quietly", async () => {
  await using folder = await Folder.make();
  const tagged = code("const n = 1;\nconst word = '';", {
    metadata: { tags: ["parameters"] },
  });
  const file = await folder.notebook([tagged, "console.log(n + 1, word)"]);
  const { code: status, out } = await notebook(
    folder,
    file,
    "--in-place",
    "--quiet",
    "--param",
    "n=41",
    "--param=word=so=it is",
  );
  assertEquals([status, out], [0, `${file}\n`]);
  const text = await Deno.readTextFile(file);
  assertStringIncludes(text, "42 so=it is");
});

Deno.test("deno task notebook ends with 1 and the reason when a cell fails, and warns of what is suspicious", async () => {
  await using folder = await Folder.make();
  await folder.notebook(["const a = 1;", "let a = 2;"]);
  const failed = await notebook(folder, "notebook.ipynb");
  assertEquals(failed.code, 1);
  assertStringIncludes(
    failed.err,
    "Cell 2 of 2 failed: SyntaxError: Identifier 'a' has already been declared\n  1 | let a = 2;",
  );
  await folder.notebook(["Math.random(); 0"]);
  const warned = await notebook(folder, "notebook.ipynb", "--quiet");
  assertEquals([warned.code, warned.out], [0, ""]);
  assertStringIncludes(warned.err, "warning: cell 1: It draws random numbers");
  const missing = await notebook(folder, "none.ipynb");
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.err, "received none at");
});

Deno.test("deno task notebook ends with 2 for a command line it does not know, and with 0 for --help", async () => {
  await using folder = await Folder.make();
  const unknown = await notebook(folder, "a.ipynb", "--bogus");
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.err, "There is no option --bogus");
  await folder.notebook(["1"]);
  const parameter = await notebook(folder, "notebook.ipynb", "--param", "a=1");
  assertEquals(parameter.code, 2);
  const help = await notebook(folder, "--help");
  assertEquals(help.code, 0);
  assertStringIncludes(help.out, "deno task notebook PATH");
});

Deno.test("deno task notebook --verify fails where the outputs are not those that the notebook holds", async () => {
  await using folder = await Folder.make();
  const file = await folder.notebook(["1 + 1", "console.log(2 + 2)"]);
  const verify = ["notebook.ipynb", "--verify", "--quiet"];
  const fresh = await notebook(folder, ...verify);
  assertEquals(fresh.code, 1);
  assertStringIncludes(fresh.err, "cell 1: expected 0 outputs, received 1\n");
  await notebook(folder, "notebook.ipynb", "--in-place", "--quiet");
  assertEquals(await notebook(folder, ...verify), {
    code: 0,
    out: "",
    err: "",
  });
  const kept = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, kept.replace('"4\\n"', '"5\\n"'));
  const changed = await notebook(folder, ...verify);
  assertEquals([changed.code, changed.out], [1, ""]);
  assertEquals(
    changed.err,
    `cell 2: output 1: stdout: expected "5\\n", received "4\\n"\nThe outputs are not those that ${file} holds\n`,
  );
});

Deno.test("deno task notebook --print prints text without colours where no terminal reads it", async () => {
  await using folder = await Folder.make();
  await folder.notebook(["({ a: 1 })"]);
  const args = ["notebook.ipynb", "--print", "--quiet"];
  assertEquals((await notebook(folder, ...args)).out, "{ a: 1 }\n");
});

Deno.test("parseArguments() refuses what is wrong and says what", () => {
  const cases: [string[], string][] = [
    [[], "One notebook is needed, received 0"],
    [["a", "b"], "One notebook is needed, received 2"],
    [["a", "-q"], "There is no option -q"],
    [["a", "--quiet=yes"], "There is no option --quiet=yes"],
    [["a", "--out"], "--out needs a value"],
    [["a", "--out="], "--out needs a value"],
    [["a", "--out", "b", "--out", "c"], "--out is given more than once"],
    [["a", "--timeout", "soon"], "--timeout needs a positive number"],
    [["a", "--timeout", "-1"], "--timeout needs a positive number"],
    [["a", "--param", "x"], "--param needs NAME=VALUE, received x"],
    [["a", "--param", "x=1", "--param", "x=2"], "--param x is given twice"],
    [["a", "--in-place", "--out", "b"], "--out and --in-place exclude"],
    [["a", "--in-place", "--verify"], "--verify and --in-place exclude"],
  ];
  for (const [args, message] of cases) {
    assertThrows(() => parseArguments(args, "/base"), UsageError, message);
  }
});

Deno.test("parseArguments() reads values as JSON or text, and paths from where the command was called", () => {
  const parsed = parseArguments(
    [
      ...["a.ipynb", "--out", "b/c.ipynb", "--timeout", "1.5"],
      ...["--param", "n=3", "--param", "list=[1,2]", "--param", "word=hi"],
      ...["--param", "empty=", "--param", "flag=true"],
    ],
    "/base",
  );
  assertEquals(parsed, {
    file: "/base/a.ipynb",
    options: {
      inPlace: false,
      out: "/base/b/c.ipynb",
      timeout: 1.5,
      parameters: { n: 3, list: [1, 2], word: "hi", empty: "", flag: true },
    },
    verify: false,
    print: false,
    quiet: false,
  });
});

/** Starts a run that waits in its second cell, and tells the command and its kernel. */
async function waiting(
  folder: Folder,
): Promise<{ child: Deno.ChildProcess; kernel: number }> {
  await folder.notebook([
    "console.log('one'); Deno.writeTextFileSync('pid', String(Deno.pid));",
    "Deno.writeTextFileSync('here', '');\nawait new Promise((r) => setTimeout(r, 600_000));",
  ]);
  const args = ["notebook.ipynb", "--out", "out.ipynb"];
  const child = (await task("notebook", { args, cwd: folder.path })).spawn();
  const there = await until(async () =>
    await Deno.stat(folder.file("here")).then(() => true, () => false)
  );
  assert(there, "the second cell did not start");
  return {
    child,
    kernel: Number(await Deno.readTextFile(folder.file("pid"))),
  };
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test(`deno task notebook ends its kernel at ${signal}, and writes what there is`, async () => {
    await using folder = await Folder.make();
    const { child, kernel } = await waiting(folder);
    assert(await isAlive(kernel));
    child.kill(signal);
    const { code, stderr } = await child.output();
    assertEquals(code, 130);
    assertEquals(
      new TextDecoder().decode(stderr),
      `Interrupted by ${signal}\n`,
    );
    assertEquals(await isAlive(kernel), false);
    const text = await Deno.readTextFile(folder.file("out.ipynb"));
    assertStringIncludes(text, '"one\\n"');
  });
}

Deno.test("deno task notebook leaves no kernel behind even when it is killed", async () => {
  await using folder = await Folder.make();
  const { child, kernel } = await waiting(folder);
  child.kill("SIGKILL");
  await child.output();
  assert(await until(async () => !await isAlive(kernel)), "it lives on");
});
