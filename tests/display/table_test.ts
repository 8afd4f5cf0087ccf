import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  jupyterDisplay,
  OptionsError,
  ShapeError,
} from "../../lib/core/mod.ts";
import { table, type TableRecord } from "../../lib/display/mod.ts";

const records: TableRecord[] = [{ epoch: 1, mir: 0.5 }, {
  epoch: 2,
  mir: NaN,
  note: "best",
}];

Deno.test("table() has the keys of all records in order of first appearance", () => {
  const made = table(records);
  assertEquals(made.columns, ["epoch", "mir", "note"]);
  assertEquals(made.rows, [[1, 0.5, undefined], [2, NaN, "best"]]);
});

Deno.test("table() chooses and orders columns, and captions", () => {
  const made = table(records, { columns: ["mir", "epoch"], caption: "Runs" });
  assertEquals({ ...made }, {
    columns: ["mir", "epoch"],
    rows: [[0.5, 1], [NaN, 2]],
    caption: "Runs",
  });
});

Deno.test("table() takes columns and rows, and keeps their caption", () => {
  const made = table({ columns: ["a"], rows: [[1]], caption: "c" });
  assertEquals({ ...made }, { columns: ["a"], rows: [[1]], caption: "c" });
});

Deno.test("table() shows itself as HTML, Markdown and text", async () => {
  const bundle = await table(records)[jupyterDisplay]();
  assertEquals(Object.keys(bundle), [
    "text/html",
    "text/markdown",
    "text/plain",
  ]);
  assertStringIncludes(String(bundle["text/plain"]), "–");
});

Deno.test("table() refuses no rows, ragged rows, objects in cells and unknown columns", () => {
  assertThrows(
    () => table([]),
    ShapeError,
    "Cannot make a table: expected at least 1 row, received 0",
  );
  assertThrows(() => table([{}]), ShapeError, "at least 1 column");
  assertThrows(
    () => table({ columns: ["a", "b"], rows: [[1]] }),
    ShapeError,
    "2 cells in row 0, received 1",
  );
  assertThrows(
    () => table([{ a: [1] as unknown as number }]),
    ShapeError,
    `expected a number, text or boolean at row 0, column "a", received object`,
  );
  assertThrows(
    () => table(records, { columns: ["hdr"] }),
    OptionsError,
    'expected one of "epoch", "mir", "note" in `columns`, received "hdr"',
  );
  assertThrows(() => table(null as unknown as TableRecord[]), ShapeError);
});
