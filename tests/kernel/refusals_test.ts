/** Cells that the kernel refuses without a word, in kernels that Jupyter started. */

import { assertEquals } from "@std/assert";
import { CellFollower } from "../../lib/kernel/_cell_follower.ts";
import { markContent } from "../../lib/kernel/_marks.ts";
import type { Message } from "../../lib/kernel/_wire.ts";
import { jupyterFolder, noJupyter, runClient } from "./jupyter.ts";

function message(
  type: string,
  cell: string,
  content: Record<string, unknown> = {},
): Message {
  return {
    header: { msg_id: "m", msg_type: type },
    parent: { msg_id: cell, msg_type: "execute_request" },
    content,
  };
}

let count = 7;
const input = (cell: string, code: string, execution_count = ++count) =>
  message("execute_input", cell, { code, execution_count });
const status = (cell: string, state: string) =>
  message("status", cell, { execution_state: state });

const mark = (cell: string) =>
  message("update_display_data", cell, markContent({ mark: 1, count }));

Deno.test("CellFollower finds cells that are over and were neither run nor explained", () => {
  const follower = new CellFollower();
  const messages = [
    ...[mark("0"), status("0", "idle")], // its beginning was not heard
    ...[input("1", "silent first", count), status("1", "idle")],
    ...[status("a", "busy"), input("a", "run"), mark("a"), status("a", "idle")],
    ...[input("b", "refused"), status("x", "idle"), status("b", "idle")],
    ...[input("c", "failed"), message("error", "c"), status("c", "idle")],
    ...[input("d", "given up"), mark("c"), status("d", "idle")],
    ...[input("e", "in silence", count), status("e", "idle")],
  ];
  const found = messages.map((each) => follower.follow(each));
  assertEquals(found.filter((code) => code !== undefined), [
    "refused",
    "given up",
  ]);
});

/** Cells, and how many seconds after its end something may come that a cell is to show. */
const CELLS: [string, number][] = [
  ["%time 1", 30],
  ["const b = 1;", 0.2],
  ["throw new Error('shown by the kernel')", 0.2],
  ["?b", 30],
  ["b + 1", 0.2],
  ["import { unregister } from 'interplay/kernel'; unregister();", 0.2],
  ["const c = ;", 2],
];

Deno.test({
  name:
    "the extension shows why a cell was refused, under that cell and once, until it is taken back",
  ignore: noJupyter,
  async fn() {
    await using folder = await jupyterFolder();
    const script = `
def shown(code, patience, silent=False):
    request, lines, end = kc.execute(code, silent=silent), [], None
    while end is None or time.time() < end:
        try: message = kc.get_iopub_msg(timeout=0.1)
        except Exception: continue
        content = message["content"]
        if message["parent_header"].get("msg_id") != request: lines.append("under another cell")
        if content.get("execution_state") == "idle": end = time.time() + patience
        if message["msg_type"] == "execute_result": lines.append(content["data"]["text/plain"])
        if message["msg_type"] != "error": continue
        lines += [content["ename"] + ": " + content["evalue"], content["traceback"][-1].strip()]
        if end is not None: end = time.time() + 0.5
    return lines
shown("import 'interplay/kernel'", 0.2)
first = []
for _ in range(30): # the watch may not have begun at once
    first = first or shown("const a = ;", 1)
print(json.dumps([first, shown("1 + 1", 2, silent=True)] + [shown(*cell) for cell in ${
      JSON.stringify(CELLS)
    }]))`;
    const shown: string[][] = JSON.parse(await runClient(folder, script));
    const place = (column: number) => `at line 1, column ${column} of the cell`;
    assertEquals(shown, [
      ["SyntaxError: Expression expected", place(11)],
      [], // what a front end runs in silence is no failure
      ["SyntaxError: Expected ';', '}' or <eof>", place(7)],
      [],
      ["Error: shown by the kernel", shown[4]?.[1] ?? ""],
      ["SyntaxError: Expression expected", place(1)],
      ["2"],
      [],
      [],
    ]);
  },
});
