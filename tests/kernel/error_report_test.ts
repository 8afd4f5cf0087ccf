import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  errorReport,
  hasMore,
  linesBehind,
} from "../../lib/kernel/_error_report.ts";

/** The lines of a trace that are no places. */
function words(error: unknown): string[] {
  return errorReport(error).trace.filter((line) => !/^\s+at /.test(line));
}

Deno.test("errorReport() says class, message and place, and nothing of the kernel's own code", () => {
  const { name, message, trace } = errorReport(new TypeError("bad"));
  assertEquals([name, message, trace[0]], [
    "TypeError",
    "bad",
    "TypeError: bad",
  ]);
  assertMatch(trace[1] ?? "", /^ {4}at file:.*error_report_test\.ts:\d+:\d+/);
  assertEquals(trace.filter((line) => line.includes("ext:")), []);
});

Deno.test("errorReport() follows causes to their end, and a circle once round", () => {
  const deep = new RangeError("deep", { cause: "a string" });
  const outer = new Error("outer", {
    cause: new TypeError("middle", { cause: deep }),
  });
  assertEquals(words(outer), [
    "Error: outer",
    "Caused by: TypeError: middle",
    "Caused by: RangeError: deep",
    "Caused by: a string",
  ]);
  deep.cause = outer;
  assertEquals(words(outer).at(-1), "(the same error again)");
});

Deno.test("errorReport() shows the members of an AggregateError, each with its own causes, and counts what it leaves out", () => {
  const members = Array.from(
    { length: 12 },
    (_, i) => new Error(`${i}`, i === 1 ? { cause: new Error("why") } : {}),
  );
  const lines = words(new AggregateError(members, "all", { cause: 3 }));
  assertEquals(lines.slice(0, 4), [
    "AggregateError: all",
    "  [1 of 12] Error: 0",
    "  [2 of 12] Error: 1",
    "  Caused by: Error: why",
  ]);
  assertEquals(lines.slice(-2), ["  and 2 more", "Caused by: 3"]);
});

Deno.test("errorReport() takes whatever is thrown", () => {
  assertEquals(errorReport("text"), {
    name: "Error",
    message: "text",
    trace: ["Error: text"],
  });
  assertEquals(errorReport({ code: 3 }).message, "{ code: 3 }");
  assertEquals(errorReport(undefined).message, "undefined");
  const bare = new Error("no stack");
  bare.stack = undefined as never;
  assertEquals(words(bare), ["Error: no stack"]);
});

Deno.test("hasMore() is true of errors with something behind them, linesBehind() is empty for the others", () => {
  const plain = new Error("plain");
  assertEquals(linesBehind(plain), []);
  assertEquals(linesBehind("text"), []);
  assert(!hasMore(plain) && !hasMore("text"));
  assert(hasMore(new Error("x", { cause: null })));
  assert(hasMore(new AggregateError([])));
});
