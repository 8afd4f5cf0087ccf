import { assertEquals } from "@std/assert";
import { compareOutputs } from "../../lib/kernel/mod.ts";
import { code, markdown, notebookOf } from "./fixtures.ts";

const stream = (text: string, name = "stdout") => ({
  output_type: "stream",
  name,
  text,
});

const shown = (
  data: Record<string, unknown>,
  metadata: Record<string, unknown> = {},
) => ({ output_type: "display_data", data, metadata });

/** A notebook of one cell that has these outputs. */
const having = (...outputs: unknown[]) => notebookOf(code("a", { outputs }));

function messages(expected: unknown[], received: unknown[]): string[] {
  return compareOutputs(having(...expected), having(...received))
    .map(({ message }) => message);
}

Deno.test("compareOutputs() finds nothing where a reader sees the same", () => {
  const result = (count: number) => ({
    output_type: "execute_result",
    execution_count: count,
    data: { "application/json": { b: 1, a: [2] }, "text/plain": "x" },
    metadata: {},
  });
  const otherOrder = {
    ...result(9),
    data: { "text/plain": ["x"], "application/json": { a: [2], b: 1 } },
  };
  const failure = (line: string) => ({
    output_type: "error",
    ename: "Error",
    evalue: "no",
    traceback: [line],
  });
  const library = shown({ "text/html": "<script>" }, {
    interplay: { library: "plotly.js@4" },
  });
  assertEquals(messages([result(1)], [otherOrder]), []);
  assertEquals(messages([failure("at a.ts")], [failure("at b.ts")]), []);
  assertEquals(messages([library, stream("x")], [stream("x")]), []);
});

Deno.test("compareOutputs() says how many outputs were lost", () => {
  assertEquals(
    messages([stream("a"), shown({ "text/plain": "b" })], [stream("a")]),
    ["expected 2 outputs, received 1"],
  );
});

Deno.test("compareOutputs() says which types are missing, and where texts part", () => {
  assertEquals(
    messages([shown({ "text/html": "", "text/plain": "" })], [
      shown({ "text/plain": "" }),
    ]),
    ["output 1: expected text/html, text/plain, received text/plain"],
  );
  assertEquals(messages([stream("a")], [stream("a", "stderr")]), [
    "output 1: expected stdout, received stderr",
  ]);
  const long = (end: string) => shown({ "text/plain": "=".repeat(99) + end });
  assertEquals(messages([long("MIR 0.5")], [long("MIR 0.25")]), [
    'output 1: text/plain: expected …"==========MIR 0.5", received …"==========MIR 0.25"',
  ]);
  assertEquals(messages([stream("ab")], [stream("a")]), [
    'output 1: stdout: expected "ab", received "a"',
  ]);
  assertEquals(messages([stream("x".repeat(99))], [stream("")]), [
    `output 1: stdout: expected "${"x".repeat(48)}"…, received ""`,
  ]);
});

Deno.test("compareOutputs() tells the cell by its place among all, and finds it by its id", () => {
  const cell = (id: string, text: string) => ({
    id,
    ...code("a", { outputs: [stream(text)] }),
  });
  const expected = notebookOf(cell("one", "1"), cell("two", "2"));
  const received = notebookOf(
    { id: "text", ...markdown("# A title") },
    cell("two", "3"),
    cell("new", "4"),
  );
  assertEquals(compareOutputs(expected, received), [
    { cell: 2, message: 'output 1: stdout: expected "2", received "3"' },
    { cell: 3, message: "expected no cell of this id, received one" },
    { cell: 1, message: "expected this cell, received none" },
  ]);
});
