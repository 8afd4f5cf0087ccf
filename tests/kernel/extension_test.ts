/** What `import "interplay/kernel"` changes in a real kernel: results, and failures that it swallows. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  CellError,
  register,
  runNotebook,
  unregister,
} from "../../lib/kernel/mod.ts";
import { Folder } from "./fixtures.ts";
import { TestKernel } from "./kernel_session.ts";

const on = `import "interplay/kernel";`;

const wasm = `import { useBackend } from "interplay/models";
await useBackend("wasm");`;

/** Throws in a timer while a cell waits: the error must be shown and the cell end. */
async function throwInTimer(kernel: TestKernel): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const { reply, shown } = await kernel.run(
      `setTimeout(() => { throw new TypeError("in a timer"); }, 10);
await new Promise((done) => setTimeout(done, 100));
"goes on"`,
    );
    assertEquals(reply.ok, true);
    assertEquals(shown.map(({ kind }) => kind), ["error", "result"]);
    assertMatch(shown[0]?.text ?? "", /^TypeError: in a timer\n/);
    assertEquals(shown[1]?.text, '"goes on"');
  }
}

Deno.test("register() does nothing outside a kernel, unregister() neither", () => {
  const before = [Deno.test, Reflect.get(Error, "prepareStackTrace")];
  assertEquals(register(), false);
  unregister();
  assertEquals(before, [Deno.test, Reflect.get(Error, "prepareStackTrace")]);
});

// One kernel for all of this: starting it and loading the library takes longer than the rest.
Deno.test({
  name: "the extension in a kernel",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: inOneKernel,
});

async function inOneKernel(t: Deno.TestContext): Promise<void> {
  await using kernel = await TestKernel.start();
  await t.step(
    "stacks that a cell reads or prints, and errors without causes, are as without the extension",
    async () => {
      const cells = [
        `console.log(new Error("c", { cause: new Error("d") }).stack)`,
        `throw new Error("plain")`,
        `await (async () => { await 0; null.x; })()`,
        `JSON.parse("{")`,
        `class Odd extends Error { name = "Odd"; constructor() { super(""); } } throw new Odd()`,
      ];
      const look = async () => {
        const seen = [];
        for (const cell of cells) seen.push((await kernel.run(cell)).shown);
        return seen;
      };
      const before = await look();
      await kernel.run(on);
      assertEquals(await look(), before);
    },
  );
  await t.step("the import shows nothing itself", async () => {
    assertEquals((await kernel.run(on)).shown, []);
  });
  await t.step(
    "importing the extension twice, and register() once more, is as once",
    async () => {
      await kernel.run(`${on}\nimport { register } from "interplay/kernel";`);
      assertEquals(await kernel.texts("result", "register()"), ["true"]);
      assertEquals(
        await kernel.texts("error", `Promise.reject(new Error("once")); 1`)
          .then((
            e,
          ) => e.length),
        1,
      );
    },
  );
  await t.step(
    "a kernel shows values of other libraries richly, loaded after the extension",
    async () => {
      await kernel.run(`import * as tf from "@tensorflow/tfjs";
import { Matrix } from "ml-matrix";
import { mlp, useBackend } from "interplay/models";
await useBackend("cpu");
const x = tf.ones([2, 3]);`);
      const first = (text: string) => text.split("\n")[0];
      const heads = [];
      for (
        const value of [
          "x",
          "Matrix.eye(3)",
          "({ data: Float32Array.of(1, 2), shape: [1, 2] })",
          "mlp({ inputDimension: 4, hidden: [3], classes: 2 })",
          "tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] })",
        ]
      ) {
        const { shown: [result] } = await kernel.run(value);
        assert(result?.types.includes("text/html"), value);
        heads.push(first(result?.text ?? ""));
      }
      assertEquals(heads.slice(0, 4), [
        "Tensor float32 [2, 3], 24 B",
        "Matrix float64 [3, 3], 72 B",
        "Float32Array float32 [1, 2], 8 B",
        "mlp(4-3-2, relu, seed 0), representations of 3, 2 classes: 23 parameters, 92 B",
      ]);
      assertMatch(heads[4] ?? "", /^sequential_\d+: 3 parameters, 12 B$/);
      const shownByCell = await kernel.texts(
        "display",
        "await Deno.jupyter.display(x)",
      );
      assertEquals(shownByCell.map(first), ["Tensor float32 [2, 3], 24 B"]);
      const others = await kernel.texts("result", "[1, { a: 2 }]");
      assertEquals(others, ["[ 1, { a: 2 } ]"]);
    },
  );
  await t.step(
    "a rejection that nobody handles is shown once, with its cause",
    async () => {
      const { shown } = await kernel.run(
        `Promise.reject(new RangeError("lost", { cause: new Error("why") })); 1`,
      );
      const errors = shown.filter(({ kind }) => kind === "error");
      assertEquals(errors.length, 1);
      assertMatch(
        errors[0]?.text ?? "",
        /^RangeError: lost\n.*\nCaused by: Error: why\n/,
      );
    },
  );
  await t.step(
    "a display that throws is shown as an error with its cause, and says that the cell itself went well",
    async () => {
      const { shown } = await kernel.run(
        `({ async [Symbol.for("Jupyter.display")]() { throw new Error("no picture", { cause: "why" }); } })`,
      );
      assertEquals(shown.map(({ kind }) => kind), ["error"]);
      const lines = shown[0]?.text.split("\n") ?? [];
      assertEquals(lines[0], "Error: no picture");
      assertEquals(lines.slice(-2), [
        "Caused by: why",
        "(the cell has ended well, but what it returned could not be shown)",
      ]);
      assertEquals(lines.filter((line) => line.includes("_results.ts")), []);
    },
  );
  await t.step(
    "what a cell throws is shown with causes and members, at their places in the source",
    async () => {
      await Deno.writeTextFile(
        kernel.folder.file("thrower.ts"),
        `interface Erased { readonly a: number }

export function thrower(_: Erased): never {
  const inner = new RangeError("inner");
  throw new TypeError("outer", { cause: inner });
}
`,
      );
      const { reply, shown } = await kernel.run(
        `import { thrower } from "./thrower.ts"; thrower({ a: 1 });`,
      );
      assertEquals(reply.ok, false);
      assertEquals(reply.traceback.join("\n"), shown[0]?.text);
      const lines = (shown[0]?.text ?? "").split("\n");
      assertEquals(lines.filter((line) => !line.includes(" at ")), [
        "TypeError: outer",
        "Caused by: RangeError: inner",
      ]);
      assertStringIncludes(lines[1] ?? "", "/thrower.ts:5:9)");
      assertStringIncludes(lines[4] ?? "", "/thrower.ts:4:17)");
      const members = await kernel.texts(
        "error",
        `throw new AggregateError([new Error("a"), new Error("b")], "both");`,
      );
      assertMatch(
        members[0] ?? "",
        /^AggregateError: both\n[^]*\[1 of 2\] Error: a\n[^]*\[2 of 2\] Error: b\n/,
      );
      const any = await kernel.texts(
        "error",
        `await Promise.any([Promise.reject(new Error("x"))]);`,
      );
      assertMatch(any[0] ?? "", /\[1 of 1\] Error: x/);
    },
  );
  await t.step(
    "what is written to the streams of the process is an output of the cell, and Deno.test says what it cannot do",
    async () => {
      const { shown } = await kernel.run(
        `const [a, b] = [Uint8Array.of(65, 0xc3), Uint8Array.of(0xa4)];
await Deno.stdout.write(a); Deno.stdout.writeSync(b);
await new Promise((done) => process.stdout.write("C", done));
Deno.stderr.writeSync(Uint8Array.of(68)); undefined`,
      );
      assertEquals(shown.map(({ kind, text }) => `${kind} ${text}`), [
        "stdout A",
        "stdout ä",
        "stdout C",
        "stderr D",
      ]);
      const said = await kernel.texts(
        "stderr",
        `Deno.test("t", () => { throw new Error("unseen"); });`,
      );
      assertMatch(
        said.join(""),
        /^Deno.test in a cell: its outcome goes to the terminal/,
      );
      assertStringIncludes(kernel.log, "unseen");
    },
  );
  await t.step(
    "a throw in a timer is shown and the kernel goes on, also where Emscripten makes it fatal",
    async () => {
      await kernel.run(wasm);
      await throwInTimer(kernel);
    },
  );
  await t.step("unregister() leaves the kernel as it was", async () => {
    const undone = `import { unregister } from "interplay/kernel"; unregister();
[Object.hasOwn(Deno.stdout, "write"), typeof Error.prepareStackTrace, globalThis[Symbol.for("interplay.kernel")]]`;
    assertEquals(await kernel.texts("result", undone), [
      '[ false, "undefined", undefined ]',
    ]);
    const { shown: [plain] } = await kernel.run("x");
    assertEquals(plain?.types, ["text/plain"]);
    assertMatch(plain?.text ?? "", /^Tensor \{/);
  });
}

Deno.test("a throw in a timer is survived also where Emscripten was loaded before the extension", async () => {
  await using kernel = await TestKernel.start();
  await kernel.run(wasm);
  await kernel.run(on);
  await throwInTimer(kernel);
});

Deno.test("runNotebook() fails a cell once for a lost rejection also where the extension is on", async () => {
  await using folder = await Folder.make();
  await folder.project();
  const out = folder.file("out.ipynb");
  const file = await folder.notebook([
    on,
    `Promise.reject(new RangeError("lost")); 1`,
  ]);
  await assertRejects(
    () => runNotebook(file, { out }),
    CellError,
    "RangeError: lost",
  );
  const text = await Deno.readTextFile(out);
  assertEquals(text.match(/"output_type": "error"/g)?.length, 1);
});

Deno.test("importing interplay whole does the same", async () => {
  await using kernel = await TestKernel.start();
  await kernel.run(`import { DenseMatrix } from "interplay";`);
  const [text] = await kernel.texts("result", "DenseMatrix.zeros(1, 2)");
  assertStringIncludes(text ?? "", "DenseMatrix float64 [1, 2]");
});
