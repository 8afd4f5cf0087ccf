import { assertEquals, assertStringIncludes } from "@std/assert";
import { diagnoseRefusal } from "../../lib/kernel/_diagnosis.ts";

Deno.test("diagnoseRefusal() finds what a cell does not parse for, and executes nothing", async () => {
  const cases: [string, string, string][] = [
    ["const x: number = ;", "Expression expected", "line 1, column 19"],
    ["const a = 1;\n%magic", "Expression expected", "line 2, column 1"],
    ["const s = 'abc", "Unterminated string constant", "line 1, column 11"],
    ["if (true) {", "Expected '}', got '<eof>'", "line 1"],
    [
      "Deno.writeTextFileSync('never', ''); }",
      "Expression expected",
      "line 1, column 38",
    ],
  ];
  for (const [source, message, place] of cases) {
    const { ename, evalue, traceback } = await diagnoseRefusal(source, "");
    assertEquals([ename, evalue], ["SyntaxError", message]);
    assertStringIncludes(traceback.at(-1) ?? "", place);
  }
});

Deno.test("diagnoseRefusal() passes on what the kernel told its own terminal last", async () => {
  const line = (message: string) =>
    `CDP response has null result. Full response: {"id":6,"error":{"code":-32000,"message":"${message}"},"result":null}\n`;
  const log = line("Execution was terminated") + line("Promise was collected");
  assertEquals(
    (await diagnoseRefusal("1", log)).evalue,
    "The kernel gave up the cell: Promise was collected",
  );
  assertStringIncludes(
    (await diagnoseRefusal("1", "")).evalue,
    "a package that a frozen deno.lock lacks",
  );
});
