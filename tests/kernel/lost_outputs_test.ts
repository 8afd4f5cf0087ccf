/** Outputs at the end of a cell, seen by a client that stops listening when the kernel says "idle". */

import { assertEquals } from "@std/assert";
import { type Folder, notebookText } from "./fixtures.ts";
import { jupyterFolder, noJupyter, runClient, runPython } from "./jupyter.ts";

/** The texts of each cell, as nbclient keeps them. */
async function execute(folder: Folder, cells: string[]): Promise<string[]> {
  await Deno.writeTextFile(folder.file("in.ipynb"), notebookText(cells));
  const script = `
import json, nbformat
from nbclient import NotebookClient
notebook = nbformat.read("in.ipynb", as_version=4)
NotebookClient(notebook, timeout=60, kernel_name="deno-interplay", allow_errors=True).execute()
def text(output):
    return output.get("text") or output.get("evalue") or output.get("data", {}).get("text/plain", "")
print(json.dumps(["".join(sorted(text(o) for o in cell.outputs)) for cell in notebook.cells]))`;
  const printed = await runPython(folder, script);
  return JSON.parse(printed);
}

Deno.test({
  name:
    "with the extension nbclient loses no output of sixty cells, none of which waits",
  ignore: noJupyter,
  async fn() {
    await using folder = await jupyterFolder();
    const cells = Array.from({ length: 60 }, (_, i) =>
      `console.log("log ${i}");
Deno.jupyter.display({ "text/plain": "display ${i}\\n" }, { raw: true });
console.error("error ${i}");
"result ${i}"`);
    const [, ...shown] = await execute(folder, [
      `import "interplay/kernel";`,
      ...cells,
    ]);
    assertEquals(
      shown,
      cells.map((_, i) => `"result ${i}"display ${i}\nerror ${i}\nlog ${i}\n`),
    );
  },
});

Deno.test({
  name:
    "with the extension no output of a thousand comes after the kernel has said that the cell is over",
  ignore: noJupyter,
  async fn() {
    await using folder = await jupyterFolder();
    const script = `
def outputs(code):
    request, count = kc.execute(code), 0
    while True:
        message = kc.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != request: continue
        data = message["content"].get("data", {}).get("text/plain", "")
        count += data.startswith("display ")
        if message["content"].get("execution_state") == "idle": break
    reply = kc.get_shell_msg(timeout=60)
    while reply["parent_header"].get("msg_id") != request: reply = kc.get_shell_msg(timeout=60)
    if reply["content"].get("evalue") != "Execution failed": return count
    # The kernel loses the promise of a cell when memory is cleaned at that moment, and gives it up.
    time.sleep(2)
    try:
        while True: kc.get_iopub_msg(timeout=0.5)
    except Exception: return outputs(code)
show = "for (let i = 0; i < 1000; i++) Deno.jupyter.display({ 'text/plain': 'display ' + i }, { raw: true }); 'the value';"
outputs("import 'interplay/kernel'")
print(json.dumps([outputs(code) for code in [show, show + "throw new Error('thrown')"] * 3]))`;
    const printed = await runClient(folder, script);
    assertEquals(JSON.parse(printed), [1000, 1000, 1000, 1000, 1000, 1000]);
  },
});

Deno.test({
  name: "with the extension nbclient loses no output of cells that throw",
  ignore: noJupyter,
  async fn() {
    await using folder = await jupyterFolder();
    const cells = Array.from(
      { length: 30 },
      (_, i) =>
        `console.log("log ${i}"); console.error("error ${i}"); throw new Error("thrown ${i}")`,
    );
    const [, ...shown] = await execute(folder, [
      `import "interplay/kernel";`,
      ...cells,
    ]);
    assertEquals(
      shown,
      cells.map((_, i) => `error ${i}\nlog ${i}\nthrown ${i}`),
    );
  },
});

Deno.test({
  name:
    "without the extension nothing is lost that a cell flushes, nor of what the library displays",
  ignore: noJupyter,
  async fn() {
    await using folder = await jupyterFolder();
    const cells = Array.from(
      { length: 20 },
      (_, i) =>
        i % 2 === 0
          ? `console.log("log ${i}"); console.error("error ${i}"); await flush();`
          : `await display({ "text/plain": "display ${i}\\n" });`,
    );
    const [, ...shown] = await execute(folder, [
      `import { display, flush } from "interplay/display";`,
      ...cells,
    ]);
    assertEquals(
      shown,
      cells.map((_, i) =>
        i % 2 === 0 ? `error ${i}\nlog ${i}\n` : `display ${i}\n`
      ),
    );
  },
});
