import { assertEquals, assertStringIncludes } from "@std/assert";
import { diagnoseRefusal } from "../../lib/kernel/_diagnosis.ts";
import { Folder } from "./fixtures.ts";

const here = { log: "", folder: Deno.cwd() };

Deno.test("diagnoseRefusal() finds what a cell does not parse for, and executes nothing", async () => {
  const cases: [string, string, string][] = [
    ["const x: number = ;", "Expression expected", "line 1, column 19"],
    ["const a = 1;\n%magic", "Expression expected", "line 2, column 1"],
    ["?x", "Expression expected", "line 1, column 1"],
    ["const s = 'abc", "Unterminated string constant", "line 1, column 11"],
    ["if (true) {", "Expected '}', got '<eof>'", "line 1"],
    [
      "Deno.writeTextFileSync('never', ''); }",
      "Expression expected",
      "line 1, column 38",
    ],
  ];
  for (const [source, message, place] of cases) {
    const error = await diagnoseRefusal(source, here);
    assertEquals([error?.ename, error?.evalue], ["SyntaxError", message]);
    assertStringIncludes(error?.traceback.at(-1) ?? "", place);
  }
});

Deno.test("diagnoseRefusal() passes on what the kernel told its own terminal last", async () => {
  const line = (message: string) =>
    `CDP response has null result. Full response: {"id":6,"error":{"code":-32000,"message":"${message}"},"result":null}\n`;
  const log = line("Execution was terminated") + line("Promise was collected");
  assertEquals(
    (await diagnoseRefusal("1", { ...here, log }))?.evalue,
    "The kernel gave up the cell: Promise was collected",
  );
});

Deno.test("diagnoseRefusal() finds what only a module may not hold, with its place", async () => {
  const error = await diagnoseRefusal('1;\n"use strict"; 010', here);
  assertEquals(error?.ename, "SyntaxError");
  assertStringIncludes(error?.evalue ?? "", "Legacy octal literals");
  assertStringIncludes(error?.traceback.at(-1) ?? "", "line 2, column 15");
});

Deno.test("diagnoseRefusal() says which package is in the way, and nothing where nothing is", async () => {
  await using folder = await Folder.make();
  const lock = '{\n  "version": "5"\n}\n';
  await Deno.writeTextFile(folder.file("deno.lock"), lock);
  await Deno.writeTextFile(
    folder.file("deno.json"),
    '{"lock":{"frozen":true},"imports":{"zod":"npm:zod@4.6.7"}}',
  );
  const refusal = { log: "", folder: folder.path };
  const error = await diagnoseRefusal('import "zod";', refusal);
  assertStringIncludes(
    error?.evalue ?? "",
    "refused the cell: The lockfile is out of date",
  );
  assertEquals(await Deno.readTextFile(folder.file("deno.lock")), lock);
  assertEquals(
    await diagnoseRefusal('import "./near.ts";', refusal),
    undefined,
  );
});
