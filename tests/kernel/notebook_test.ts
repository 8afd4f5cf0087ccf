import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../../lib/core/errors.ts";
import { parseNotebook, serializeNotebook } from "../../lib/kernel/mod.ts";
import { code, Folder, isMissing, markdown, notebookText } from "./fixtures.ts";

const python = "/usr/bin/python3";

/** Everything nbformat allows, in an order and a layout that nobody writes. */
const rich = JSON.stringify({
  nbformat_minor: 5,
  nbformat: 4,
  metadata: { kernelspec: { name: "deno", display_name: "Deno" }, b: 1, a: [] },
  cells: [
    {
      ...markdown("# Entropy é ∑ 𝔼\n\nA line"),
      id: "title",
      attachments: { "a.png": { "image/png": "iVBORw0KGgo=" } },
    },
    { cell_type: "raw", id: "raw", metadata: {}, source: ["a\n", "b\n"] },
    {
      ...code("1 + 1\n", {
        count: 3,
        metadata: { tags: ["parameters"] },
        outputs: [
          { output_type: "stream", name: "stdout", text: ["a\n", "b"] },
          {
            output_type: "execute_result",
            execution_count: 3,
            metadata: {},
            data: {
              "text/plain": ["2"],
              "application/json": ["a", "b"],
              "application/vnd.plotly.v1+json": { data: [], config: {} },
              "image/svg+xml": "<svg>\n</svg>",
              "image/png": "aGk=\n",
              "text/html": ["<b>\n", "2</b>"],
            },
          },
          {
            output_type: "display_data",
            metadata: { interplay: { a: 1 } },
            data: {},
          },
          {
            output_type: "error",
            ename: "Error",
            evalue: "x",
            traceback: ["Error: x\n    at y"],
          },
        ],
      }),
      id: "code",
    },
    { ...code(""), id: "empty" },
  ],
});

Deno.test("parseNotebook() joins split text and leaves JSON types alone", () => {
  const { cells } = parseNotebook(rich);
  assertEquals(cells[1]?.source, "a\nb\n");
  const cell = cells[2];
  const outputs = cell?.cell_type === "code" ? cell.outputs : [];
  assertEquals(outputs[0], {
    output_type: "stream",
    name: "stdout",
    text: "a\nb",
  });
  const data = outputs[1] && "data" in outputs[1] ? outputs[1].data : {};
  assertEquals(data["text/html"], "<b>\n2</b>");
  assertEquals(data["application/json"], ["a", "b"]);
});

Deno.test("serializeNotebook() keeps everything and is the same for the same notebook", () => {
  const once = serializeNotebook(parseNotebook(rich));
  assertEquals(serializeNotebook(parseNotebook(once)), once);
  assertEquals(parseNotebook(once), parseNotebook(rich));
});

Deno.test("serializeNotebook() sorts keys, indents by one space, splits text into lines, ends with a newline", () => {
  const text = serializeNotebook(parseNotebook(notebookText(["a\nb"])));
  assertEquals(
    text,
    `{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "cell-1",
   "metadata": {},
   "outputs": [],
   "source": [
    "a\\n",
    "b"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
`,
  );
});

Deno.test({
  name:
    "serializeNotebook() gives the bytes that Python's nbformat gives, and nbformat validates them",
  ignore: isMissing(python),
  async fn() {
    await using folder = await Folder.make();
    const file = folder.file("a.ipynb");
    const ours = serializeNotebook(parseNotebook(rich));
    await Deno.writeTextFile(file, ours);
    const script = `
import sys, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
sys.stdout.write(nbformat.writes(notebook))`;
    const { success, stdout, stderr } = await new Deno.Command(python, {
      args: ["-c", script, file],
      env: { PYTHONIOENCODING: "utf-8" },
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(success, true);
    // nbformat leaves the last newline to whoever writes the file.
    assertEquals(`${new TextDecoder().decode(stdout)}\n`, ours);
  },
});

Deno.test("parseNotebook() gives cells of nbformat 4.4 ids by their place, and no id twice", () => {
  const cells = [code("1"), { ...code("2"), id: "cell-3" }, code("3")];
  const older = { cells, metadata: {}, nbformat: 4, nbformat_minor: 4 };
  const ids = parseNotebook(JSON.stringify(older)).cells.map(({ id }) => id);
  assertEquals(ids, ["cell-1", "cell-3", "cell-3-"]);
});

Deno.test("parseNotebook() reads a file with a byte order mark", () => {
  assertEquals(parseNotebook(`\ufeff${notebookText(["1"])}`).cells.length, 1);
});

Deno.test("parseNotebook() says what is wrong with a file that is no notebook", () => {
  const cases: [string, string][] = [
    ["", "Cannot read the notebook: expected JSON, received an empty file"],
    ["{", "Cannot read the notebook: expected JSON, received"],
    ["[]", "expected a notebook with `nbformat` and `nbformat_minor`"],
    [
      '{"nbformat":3,"nbformat_minor":0,"worksheets":[],"metadata":{}}',
      "received nbformat 3.0 (jupyter nbconvert --to notebook brings it up",
    ],
    [
      '{"nbformat":4,"nbformat_minor":6,"cells":[],"metadata":{}}',
      "received nbformat 4.6",
    ],
    [notebookText([{ ...code("1"), outputs: 1 }]), "at cells[0].outputs"],
    [notebookText([{ ...code("1"), extra: 1 }]), 'Unrecognized key: "extra"'],
    [notebookText([{ ...code("1"), id: "a b" }]), "at cells[0].id"],
    [notebookText([{ cell_type: "table" }]), "at cells[0].cell_type"],
  ];
  for (const [text, message] of cases) {
    assertThrows(() => parseNotebook(text), FormatError, message);
  }
});
