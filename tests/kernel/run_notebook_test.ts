import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { FormatError, OptionsError } from "../../lib/core/errors.ts";
import {
  CellError,
  type CodeCell,
  type Notebook,
  parseNotebook,
  runNotebook,
  type RunOptions,
  serializeNotebook,
} from "../../lib/kernel/mod.ts";
import {
  code,
  Folder,
  isAlive,
  isMissing,
  markdown,
  notebookText,
  until,
} from "./fixtures.ts";

type Cells = readonly (string | Record<string, unknown>)[];

/** Executes cells in a folder of their own. */
async function run(cells: Cells, options: RunOptions = {}): Promise<Notebook> {
  await using folder = await Folder.make();
  const { notebook } = await runNotebook(await folder.notebook(cells), options);
  return notebook;
}

/** The failure that a run of these cells ends with. */
async function failure(
  cells: Cells,
  options: RunOptions = {},
): Promise<CellError> {
  const error = await assertRejects(() => run(cells, options));
  assertInstanceOf(error, CellError);
  return error;
}

function codeCell(notebook: Notebook, index: number): CodeCell {
  const cell = notebook.cells[index];
  if (cell?.cell_type === "code") return cell;
  throw new TypeError(`Expected a code cell at ${index}`);
}

/** What a cell shows: printed text, plain text of displays, messages of errors. */
function shown(notebook: Notebook, index: number): string[] {
  return codeCell(notebook, index).outputs.map((output) => {
    if (output.output_type === "stream") return output.text;
    if (output.output_type === "error") return output.evalue;
    return String(output.data["text/plain"]);
  });
}

Deno.test("runNotebook() executes cells in order in one kernel, in the folder of the notebook", async () => {
  await using folder = await Folder.make();
  await Deno.writeTextFile(folder.file("near.ts"), "export const near = 7;");
  const file = await folder.notebook([
    markdown("# A title"),
    "const a = 20;\nconsole.log('a'); console.error('b'); a",
    "",
    "import { near } from './near.ts'; a + near + 15",
    "Deno.cwd()",
  ]);
  const before = await Deno.readTextFile(file);
  const { notebook, cells, written, problems } = await runNotebook(file);
  assertEquals(shown(notebook, 1), ["a\n", "b\n", "\x1b[33m20\x1b[39m"]);
  assertEquals(shown(notebook, 3), ["\x1b[33m42\x1b[39m"]);
  assertEquals(shown(notebook, 4), [`\x1b[32m"${folder.path}"\x1b[39m`]);
  const counts = notebook.cells.map((cell) =>
    cell.cell_type === "code" ? cell.execution_count : undefined
  );
  assertEquals(counts, [undefined, 1, null, 2, 3]);
  assertEquals([cells, written, problems], [3, [], []]);
  assertEquals(await Deno.readTextFile(file), before);
});

Deno.test("runNotebook() loses none of thirty outputs in ten runs, and gives the same bytes each time", async () => {
  const cells = Array.from({ length: 6 }, (_, i) =>
    [
      `console.log("log ${i}");`,
      `await Deno.jupyter.display({ "text/plain": "display ${i}" }, { raw: true });`,
      `console.error("error ${i}");`,
      `setTimeout(() => console.log("late ${i}"), 60);`,
      `${i}`,
    ].join("\n"));
  const files = new Set<string>();
  for (let round = 0; round < 10; round++) {
    const notebook = await run(cells);
    for (let i = 0; i < 6; i++) {
      assertEquals(shown(notebook, i), [
        `log ${i}\n`,
        `display ${i}`,
        `error ${i}\n`,
        `\x1b[33m${i}\x1b[39m`,
        `late ${i}\n`,
      ]);
    }
    files.add(serializeNotebook(notebook));
  }
  assertEquals(files.size, 1);
});

Deno.test("runNotebook() waits for outputs that come after the cell has ended", async () => {
  const notebook = await run([
    `for (let i = 1; i <= 5; i++) setTimeout(() => console.log("late", i), 40 * i);
0`,
    `"next"`,
  ]);
  assertEquals(shown(notebook, 0), [
    "\x1b[33m0\x1b[39m",
    "late 1\nlate 2\nlate 3\nlate 4\nlate 5\n",
  ]);
  assertEquals(shown(notebook, 1), ['\x1b[32m"next"\x1b[39m']);
});

Deno.test("runNotebook() updates displays, clears outputs and overwrites lines as front ends do", async () => {
  const notebook = await run([
    `const show = (text: string, id: string) =>
  Deno.jupyter.display({ "text/plain": text }, { raw: true, display_id: id });
await show("0 %", "bar"); await show("other", "table");`,
    `await Deno.jupyter.broadcast("update_display_data", {
  data: { "text/plain": "100 %" }, metadata: {}, transient: { display_id: "bar" } });`,
    `for (let i = 0; i < 3; i++) await Deno.jupyter.broadcast("stream", { name: "stdout", text: \`step \${i}\\r\` });
console.log("done  ");`,
    `console.log("gone"); await Deno.jupyter.broadcast("clear_output", { wait: true });
console.log("stays");`,
  ]);
  assertEquals(shown(notebook, 0), ["100 %", "other"]);
  assertEquals(shown(notebook, 1), []);
  assertEquals(shown(notebook, 2), ["done  \n"]);
  assertEquals(shown(notebook, 3), ["stays\n"]);
});

// Not more: from some 6 MB on, the kernel of Deno 2.9.6 mixes messages when they are read slowly.
Deno.test("runNotebook() passes outputs of a megabyte each", async () => {
  const notebook = await run([
    `for (const letter of "abc") {
  await Deno.jupyter.display({ "text/plain": letter.repeat(1e6) }, { raw: true });
}
console.log("d".repeat(1e6));`,
    "'next'",
  ]);
  assertEquals(
    shown(notebook, 0).map((text) => [text[0], text.trim().length]),
    [["a", 1e6], ["b", 1e6], ["c", 1e6], ["d", 1e6]],
  );
  assertEquals(shown(notebook, 1).length, 1);
});

Deno.test("runNotebook() stops at the first cell that throws, and says which, why and where", async () => {
  await using folder = await Folder.make();
  const file = await folder.notebook([
    markdown("text"),
    "console.log('one')",
    "const x = 1;\nthrow new TypeError('bad')",
    "console.log('three')",
  ]);
  const out = folder.file("out.ipynb");
  const error = await assertRejects(() => runNotebook(file, { out }));
  assertInstanceOf(error, CellError);
  assertEquals(error.failure.number, 2);
  assertEquals(error.failure.total, 3);
  assertMatch(
    error.message,
    /^Cell 2 of 3 failed: TypeError: bad\n {2}1 \| const x = 1;\n {2}2 \| throw new TypeError\('bad'\)\nTypeError: bad\n {4}at <anonymous>:\d+:\d+$/,
  );
  const partial = parseNotebook(await Deno.readTextFile(out));
  assertEquals(shown(partial, 1), ["one\n"]);
  assertEquals(shown(partial, 2), ["bad"]);
  assertEquals(codeCell(partial, 3).execution_count, null);
});

Deno.test("runNotebook() writes over no notebook with its page, nor two results into one file", async () => {
  await using folder = await Folder.make();
  const file = await folder.notebook(["1"]);
  const before = await Deno.readTextFile(file);
  const same = folder.file("./a.html");
  for (
    const options of [
      { html: file },
      { out: file },
      { out: same, html: folder.file("a.html") },
    ]
  ) {
    await assertRejects(
      () => runNotebook(file, options),
      OptionsError,
      "expected a file of its own as",
    );
  }
  assertEquals(await Deno.readTextFile(file), before);
});

Deno.test("runNotebook() writes under any name the folder takes, and says before it starts when it takes none", async () => {
  await using folder = await Folder.make();
  const file = await folder.notebook(["1"], "nötébook 測試.ipynb");
  const out = folder.file(`${"x".repeat(248)}.ipynb`);
  await runNotebook(file, { out });
  parseNotebook(await Deno.readTextFile(out));
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  assertEquals(names.length, 2);
});

Deno.test("runNotebook() ends what the notebook has started, too", async () => {
  await using folder = await Folder.make();
  const file = await folder.notebook([
    `const { pid } = new Deno.Command("sleep", { args: ["600"] }).spawn(); console.log(pid);`,
  ]);
  const { notebook } = await runNotebook(file);
  const pid = Number(shown(notebook, 0)[0]);
  assert(pid > 0);
  assert(await until(async () => !await isAlive(pid)), `${pid} lives on`);
});

Deno.test("runNotebook() takes ten megabytes of lines, all of them and under their cell", async () => {
  const notebook = await run([
    'for (let i = 0; i < 100; i++) console.log("x".repeat(1e5));',
    "'next'",
  ]);
  const [text = ""] = shown(notebook, 0);
  assertEquals(text.length, 100 * 100_001);
  assertEquals(shown(notebook, 1), ['\x1b[32m"next"\x1b[39m']);
});

Deno.test("runNotebook() fails when the kernel ends after the last cell has ended", async () => {
  const error = await failure([
    "setTimeout(() => Deno.exit(3), 20); await new Promise((r) => setTimeout(r, 0));",
  ]);
  assertStringIncludes(error.message, "The kernel has ended (exit code 3)");
});

Deno.test("runNotebook() leaves the notebook alone with inPlace when a cell fails, and replaces it when none does", async () => {
  await using folder = await Folder.make();
  const bad = await folder.notebook(["throw 1"], "bad.ipynb");
  const before = await Deno.readTextFile(bad);
  await assertRejects(() => runNotebook(bad, { inPlace: true }), CellError);
  assertEquals(await Deno.readTextFile(bad), before);
  const good = await folder.notebook(["1"], "good.ipynb");
  const { written, notebook } = await runNotebook(good, { inPlace: true });
  assertEquals(written, [good]);
  assertEquals(await Deno.readTextFile(good), serializeNotebook(notebook));
  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
  assertEquals(names.sort(), ["bad.ipynb", "good.ipynb"]);
});

Deno.test("runNotebook() shows the syntax error that the kernel hides, with its place in the cell", async () => {
  const error = await failure(["1", "const ok = 1;\nconst x: number = ;\n"]);
  assertEquals(error.failure.error, {
    output_type: "error",
    ename: "SyntaxError",
    evalue: "Expression expected",
    traceback: [
      "SyntaxError: Expression expected",
      "  |",
      "2 | const x: number = ;",
      "  |                   ~",
      "    at line 2, column 19 of the cell",
    ],
  });
  const magic = await failure(["%matplotlib inline"]);
  assertStringIncludes(magic.message, "Cell 1 of 1 failed: SyntaxError");
});

Deno.test("runNotebook() says why a cell that parses is refused", async () => {
  await using folder = await Folder.make();
  const lock = '{\n  "version": "5"\n}\n';
  await Deno.writeTextFile(
    folder.file("deno.json"),
    '{"lock":{"frozen":true},"imports":{"zod":"npm:zod@4.6.7"}}',
  );
  await Deno.writeTextFile(folder.file("deno.lock"), lock);
  const file = await folder.notebook(["import { z } from 'zod';"]);
  await assertRejects(
    () => runNotebook(file),
    CellError,
    "The kernel refused the cell: The lockfile is out of date",
  );
});

Deno.test("runNotebook() fails a cell for what the kernel swallows: rejections, throws in timers, failing displays", async () => {
  const rejection = await failure([
    "Promise.reject(new RangeError('lost'));\n1",
  ]);
  assertStringIncludes(rejection.message, "RangeError: lost");
  // The cell would wait for ever, as the kernel does.
  const timer = await failure([
    "setTimeout(() => { throw new Error('in a timer') }, 10);\nawait new Promise(() => {});",
  ]);
  assertStringIncludes(timer.message, "Error: in a timer");
  assertFalse(timer.message.includes("ext:"));
  const display = await failure([
    "({ [Symbol.for('Jupyter.display')]() { throw new Error('no picture') } })",
  ]);
  assertStringIncludes(display.message, "Error: no picture");
  const thrown = await failure(["throw 'a string'"]);
  assertStringIncludes(thrown.message, "Error: a string");
});

Deno.test("runNotebook() shows causes of errors and members of aggregates, thrown or lost, without the extension", async () => {
  const cause = "new RangeError('inner', { cause: 'deep' })";
  for (
    const source of [
      `throw new TypeError('outer', { cause: ${cause} });`,
      `Promise.reject(new TypeError('outer', { cause: ${cause} }));`,
    ]
  ) {
    const { message } = await failure([source]);
    assertMatch(
      message,
      /TypeError: outer\n(.*\n)*Caused by: RangeError: inner\n/,
    );
    assertStringIncludes(message, "Caused by: deep");
  }
  const members = "[new Error('one'), new RangeError('two')]";
  const source = `throw new AggregateError(${members}, 'all');`;
  const { message } = await failure([source]);
  assertStringIncludes(message, "  [1 of 2] Error: one");
  assertStringIncludes(message, "  [2 of 2] RangeError: two");
});

Deno.test("runNotebook() fails for an error that comes after its cell was left", async () => {
  const error = await failure([
    "const late = new Promise((_, reject) => setTimeout(() => reject(new Error('too late')), 400)); 0",
    "await new Promise((resolve) => setTimeout(resolve, 800));",
  ]);
  assertStringIncludes(error.message, "Error: too late");
});

Deno.test("runNotebook() stops a cell that takes too long, be it busy or waiting, and ends its kernel", async () => {
  await using folder = await Folder.make();
  const [pidFile, out] = [folder.file("pid"), folder.file("out.ipynb")];
  const note =
    `Deno.writeTextFileSync("pid", String(Deno.pid)); console.log("begun");`;
  for (
    const loop of [
      "for (;;) {}",
      "while (true) await new Promise((r) => setTimeout(r, 10));",
    ]
  ) {
    const file = await folder.notebook([`${note}\n${loop}`, "2"]);
    const error = await assertRejects(
      () => runNotebook(file, { timeout: 2, out }),
      CellError,
    );
    assertStringIncludes(
      error.message,
      "Cell 1 of 2 failed: TimeoutError: The cell took longer than 2 s",
    );
    const partial = parseNotebook(await Deno.readTextFile(out));
    assertEquals(shown(partial, 0), [
      "begun\n",
      "The cell took longer than 2 s",
    ]);
    assertFalse(await isAlive(Number(await Deno.readTextFile(pidFile))));
  }
});

Deno.test("runNotebook() lets a handler of SIGINT in the notebook end a cell that takes too long", async () => {
  await using folder = await Folder.make();
  const out = folder.file("out.ipynb");
  const handler =
    `let running = true;\nDeno.addSignalListener("SIGINT", () => { running = false; });`;
  const waiting = `while (running) await new Promise((r) => setTimeout(r, 10));
console.log("stopped with care");`;
  const file = await folder.notebook([handler, waiting]);
  await assertRejects(() => runNotebook(file, { timeout: 1, out }), CellError);
  const partial = parseNotebook(await Deno.readTextFile(out));
  assertEquals(shown(partial, 1)[0], "stopped with care\n");
  const busy = await failure([handler, "for (;;) {}"], { timeout: 1 });
  assertEquals(busy.failure.error.ename, "TimeoutError");
});

Deno.test("runNotebook() sees that the kernel has ended, and keeps what it had printed", async () => {
  await using folder = await Folder.make();
  const out = folder.file("out.ipynb");
  for (
    const [end, how] of [
      ["Deno.exit(7)", "exit code 7"],
      ["Deno.exit(0)", "exit code 0"],
      ["Deno.kill(Deno.pid, 'SIGKILL'); for (;;) {}", "SIGKILL"],
    ] as const
  ) {
    const source =
      `console.log("last words");\nawait new Promise((r) => setTimeout(r, 200));\n${end}`;
    const file = await folder.notebook(["1", source, "3"]);
    await assertRejects(
      () => runNotebook(file, { out }),
      CellError,
      `Cell 2 of 3 failed: KernelDeath: The kernel has ended (${how})`,
    );
    const partial = parseNotebook(await Deno.readTextFile(out));
    assertEquals(shown(partial, 1)[0], "last words\n");
  }
});

Deno.test("runNotebook() says why a kernel does not start", async () => {
  await using folder = await Folder.make();
  await Deno.writeTextFile(folder.file("deno.json"), "{ this is no JSON");
  const file = await folder.notebook(["1"]);
  const error = await assertRejects(() => runNotebook(file), Error);
  assertStringIncludes(error.message, "The kernel has ended (exit code 1)");
  assertStringIncludes(error.message, "deno.json");
});

Deno.test("runNotebook() ends the kernel when its signal is aborted, and writes what there is", async () => {
  await using folder = await Folder.make();
  const [out, pidFile] = [folder.file("out.ipynb"), folder.file("pid")];
  const file = await folder.notebook([
    "console.log('one'); Deno.writeTextFileSync('pid', String(Deno.pid));",
    "await new Promise((r) => setTimeout(r, 60_000));",
  ]);
  const stop = new AbortController();
  const onCell = ({ number }: { number: number }) => {
    if (number === 2) stop.abort(new Error("enough"));
  };
  await assertRejects(
    () => runNotebook(file, { out, signal: stop.signal, onCell }),
    Error,
    "enough",
  );
  const partial = parseNotebook(await Deno.readTextFile(out));
  assertEquals(shown(partial, 0), ["one\n"]);
  assertFalse(await isAlive(Number(await Deno.readTextFile(pidFile))));
  await assertRejects(
    () => runNotebook(file, { signal: AbortSignal.abort(new Error("before")) }),
    Error,
    "before",
  );
});

Deno.test("runNotebook() lets a cell tagged raises-exception throw, and writes no path of the machine", async () => {
  await using folder = await Folder.make();
  await Deno.writeTextFile(folder.file("deno.json"), "{}");
  await Deno.mkdir(folder.file("notebooks"));
  await Deno.writeTextFile(
    folder.file("thrower.ts"),
    "export const f = () => { throw new Error('on purpose'); };",
  );
  const file = await folder.notebook([
    code("import { f } from '../thrower.ts';\nf()", {
      metadata: { tags: ["raises-exception"] },
    }),
    "'goes on'",
  ], "notebooks/a.ipynb");
  const { notebook } = await runNotebook(file);
  assertEquals(shown(notebook, 0), ["on purpose"]);
  assertEquals(shown(notebook, 1), ['\x1b[32m"goes on"\x1b[39m']);
  const text = serializeNotebook(notebook);
  assertStringIncludes(text, "../thrower.ts:1:32");
  assertFalse(text.includes(folder.path));
});

Deno.test("runNotebook() runs with parameters in place of the tagged constants", async () => {
  const tagged = code("const epochs = 10;\nlet names = ['a'];", {
    metadata: { tags: ["parameters"] },
  });
  const cells = [tagged, "`${epochs} ${names.join('+')}`"];
  const parameters = { epochs: 3, names: ["b", "c"] };
  const notebook = await run(cells, { parameters });
  assertEquals(notebook.cells.length, 3);
  assertEquals(shown(notebook, 2), ['\x1b[32m"3 b+c"\x1b[39m']);
  assertEquals(shown(await run(cells), 1), ['\x1b[32m"10 a"\x1b[39m']);
});

Deno.test("runNotebook() leaves deno.lock as it was, there or not there", async () => {
  const imports = '{"imports":{"zod":"npm:zod@4.6.7"}}';
  const cells = ["import { z } from 'zod'; typeof z.string"];
  await using folder = await Folder.make();
  await Deno.writeTextFile(folder.file("deno.json"), imports);
  const file = await folder.notebook(cells);
  await runNotebook(file);
  await assertRejects(
    () => Deno.stat(folder.file("deno.lock")),
    Deno.errors.NotFound,
  );
  const lock = '{\n  "version": "5"\n}\n';
  await Deno.writeTextFile(folder.file("deno.lock"), lock);
  await runNotebook(file);
  assertEquals(await Deno.readTextFile(folder.file("deno.lock")), lock);
});

Deno.test("runNotebook() leaves a lock alone when the configuration has changed meanwhile", async () => {
  await using folder = await Folder.make();
  await Deno.writeTextFile(folder.file("deno.json"), "{}");
  const file = await folder.notebook([
    `Deno.writeTextFileSync("deno.json", '{"imports":{}}');
Deno.writeTextFileSync("deno.lock", '{"version":"5"}');`,
  ]);
  await runNotebook(file);
  assertEquals(
    await Deno.readTextFile(folder.file("deno.lock")),
    '{"version":"5"}',
  );
});

Deno.test("runNotebook() shows figures without plotly.js, twice the same", async () => {
  await using folder = await Folder.make();
  await folder.project();
  const file = await folder.notebook([
    "import { curves } from 'interplay/display';",
    "curves({ accuracy: [0.1, 0.7, 0.9] }, { title: 'A short run' })",
  ]);
  const first = serializeNotebook((await runNotebook(file)).notebook);
  const second = serializeNotebook((await runNotebook(file)).notebook);
  assertEquals(first, second);
  assertStringIncludes(first, "application/vnd.plotly.v1+json");
  assert(first.length < 50_000, `${first.length} characters`);
});

Deno.test("runNotebook() keeps of a progress bar how far it came, not how long it took", async () => {
  await using folder = await Folder.make();
  await folder.project();
  const file = await folder.notebook([
    `import { progress } from "interplay/display";
const bar = progress(2);
await new Promise((resolve) => setTimeout(resolve, 1100));
bar.update(1);
await bar.done();`,
  ]);
  const { notebook } = await runNotebook(file, { timeout: 60 });
  assertEquals(shown(notebook, 0), ["━━━━━━━━━━━━━━━━━━━━━━━━ 100 % 2/2"]);
});

Deno.test("runNotebook() drops outputs and times of earlier runs", async () => {
  const old = code("1", {
    count: 9,
    metadata: {
      execution: { "iopub.execute_input": "2024-01-01T00:00:00Z" },
      ExecuteTime: {},
      tags: ["kept"],
    },
    outputs: [{ output_type: "stream", name: "stdout", text: "old" }],
  });
  const notebook = await run([old, code("", { count: 3 })]);
  assertEquals(codeCell(notebook, 0).metadata, { tags: ["kept"] });
  assertEquals(shown(notebook, 0), ["\x1b[33m1\x1b[39m"]);
  assertEquals(codeCell(notebook, 1).execution_count, null);
});

Deno.test({
  name: "runNotebook() writes a notebook that nbformat validates",
  ignore: isMissing("/usr/bin/python3"),
  async fn() {
    await using folder = await Folder.make();
    const file = await folder.notebook([
      markdown("# A"),
      "console.log(1); 2",
      code("throw 3", { metadata: { tags: ["raises-exception"] } }),
    ]);
    const out = folder.file("out.ipynb");
    await runNotebook(file, { out });
    const script =
      "import sys, nbformat; nbformat.validate(nbformat.read(sys.argv[1], as_version=4))";
    const { success, stderr } = await new Deno.Command("/usr/bin/python3", {
      args: ["-c", script, out],
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assert(success);
  },
});

Deno.test("runNotebook() refuses what it cannot run before it starts a kernel", async () => {
  await using folder = await Folder.make();
  const file = await folder.notebook(["1"]);
  const missing = folder.file("none.ipynb");
  await assertRejects(
    () => runNotebook(missing),
    Deno.errors.NotFound,
    `Cannot read the notebook: expected a file, received none at ${missing}`,
  );
  await Deno.writeTextFile(folder.file("a.ipynb"), "print(1)");
  await assertRejects(
    () => runNotebook(folder.file("a.ipynb")),
    FormatError,
    "Cannot read the notebook: expected JSON",
  );
  await Deno.writeTextFile(
    folder.file("b.ipynb"),
    notebookText(["print(1)"], { kernelspec: { language: "python" } }),
  );
  await assertRejects(
    () => runNotebook(folder.file("b.ipynb")),
    FormatError,
    "Cannot run the notebook: expected a notebook for Deno, received one for python",
  );
  await assertRejects(
    () => runNotebook(file, { html: folder.file("no/such/a.html") }),
    Deno.errors.NotFound,
    "expected a folder, received none at",
  );
  await assertRejects(
    () => runNotebook(folder.path),
    Deno.errors.IsADirectory,
    `expected a file, received a folder, ${folder.path}`,
  );
  await assertRejects(
    () => runNotebook(file, { out: folder.path }),
    Deno.errors.IsADirectory,
    `Cannot write ${folder.path}: expected a file, received a folder`,
  );
  await assertRejects(
    () => runNotebook(file, { timeout: 0 }),
    OptionsError,
    "at timeout",
  );
  await assertRejects(
    () => runNotebook(file, { inPlace: true, out: "x.ipynb" }),
    OptionsError,
    "`out` and `inPlace` exclude each other",
  );
});
