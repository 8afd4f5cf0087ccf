import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkNotebook } from "../../lib/kernel/mod.ts";
import { code, markdown, notebookOf } from "./fixtures.ts";

/** The findings about these cells, each as "severity cell". */
function found(...cells: (string | Record<string, unknown>)[]): string[] {
  return checkNotebook(notebookOf(...cells))
    .map(({ severity, cell }) => `${severity} ${cell ?? "whole"}`);
}

Deno.test("checkNotebook() finds nothing in a notebook that was run in order", () => {
  const cells = [
    markdown("# Title"),
    code("const a = 1;", { count: 1 }),
    code(""),
    code("const a = 2;\nconst seed = 1;\nMath.random();", { count: 2 }),
  ];
  assertEquals(found(...cells), []);
});

Deno.test("checkNotebook() finds an id given twice", () => {
  const cell = (source: string) => ({ ...code(source), id: "same" });
  assertEquals(found(cell("1"), cell("2")), ["error 2"]);
});

Deno.test("checkNotebook() refuses a redeclaration exactly where the kernel refuses it", () => {
  // Observed in the kernel of Deno 2.9.6, each pair in two cells of its own.
  const words = ["const", "let", "var", "class", "function", "import"];
  const source = (word: string) => {
    if (word === "class") return "class v {}";
    if (word === "function") return "function v() {}";
    if (word === "import") return 'import { v } from "./v.ts";';
    return `${word} v = 1;`;
  };
  const allowed = new Set([
    ...words.map((word) => `${word} ${word}`),
    ...["const import", "import const", "let class", "class let"],
    ...["var function", "function var"],
  ]);
  for (const first of words) {
    for (const second of words) {
      const expected = allowed.has(`${first} ${second}`) ? [] : ["error 2"];
      assertEquals(
        found(source(first), source(second)),
        expected,
        `${first} ${second}`,
      );
    }
  }
});

Deno.test("checkNotebook() finds outputs of several runs, out of order or partly missing", () => {
  const run = (...counts: (number | null)[]) =>
    found(...counts.map((count, i) => code(`${i}`, { count })));
  assertEquals(run(null, null), []);
  assertEquals(run(1, 2, 3), []);
  assertEquals(run(2, 3), ["warning 1"]);
  assertEquals(run(1, 3, 2), ["warning 2"]);
  assertEquals(run(1, null), ["warning 2"]);
});

Deno.test("checkNotebook() finds a stored error, unless the cell is meant to fail", () => {
  const outputs = [
    { output_type: "error", ename: "E", evalue: "x", traceback: [] },
  ];
  const metadata = { tags: ["raises-exception"] };
  assertEquals(found(code("1", { count: 1, outputs })), ["warning 1"]);
  assertEquals(found(code("1", { count: 1, outputs, metadata })), []);
});

Deno.test("checkNotebook() finds tests that cannot fail and randomness without a seed", () => {
  assertEquals(found("Deno.test('x', () => {});"), ["warning 1"]);
  assertEquals(found("1", "tf.randomNormal([2, 2])"), ["warning 2"]);
  assertEquals(found("draw({ seed: 3 })", "Math.random()"), []);
});

Deno.test("checkNotebook() says which cell makes the notebook larger than 300 KB", () => {
  const outputs = [
    { output_type: "stream", name: "stdout", text: "x".repeat(300_000) },
  ];
  const notebook = notebookOf("1", code("2", { outputs }));
  const [problem] = checkNotebook(notebook);
  assertEquals(problem?.severity, "warning");
  assertStringIncludes(problem?.message ?? "", "most of it in cell 2");
});
