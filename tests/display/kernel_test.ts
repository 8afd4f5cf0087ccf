/** Figures in a real Deno kernel. */

import { assertEquals } from "@std/assert";
import { type Notebook, runNotebook } from "../../lib/kernel/mod.ts";
import { Folder } from "../kernel/fixtures.ts";

interface Seen {
  mimeTypes: string[];
  text: string;
}

function outputsOf(notebook: Notebook): Seen[][] {
  return notebook.cells.map((cell) =>
    cell.cell_type !== "code"
      ? []
      : cell.outputs.flatMap((output) =>
        "data" in output
          ? [{
            mimeTypes: Object.keys(output.data).sort(),
            text: [output.data["text/plain"]].flat().join(""),
          }]
          : []
      )
  );
}

/** Executes cells in a kernel and returns the outputs of each. */
async function execute(cells: string[], library: string): Promise<Seen[][]> {
  await using folder = await Folder.make();
  await folder.project();
  const file = await folder.notebook(cells);
  const env = { INTERPLAY_PLOTLY: library };
  const { notebook } = await runNotebook(file, { timeout: 60, env });
  return outputsOf(notebook);
}

const figure = [
  "application/vnd.plotly.v1+json",
  "image/svg+xml",
  "text/html",
  "text/plain",
];

const cells = [
  `import { curves, display, progress } from "interplay/display";`,
  `curves({ a: [1, 2] }, { title: "First" })`,
  `await display(curves({ a: [2, 1] }, { title: "Second" }));`,
  `const bar = progress(3);
for (let i = 1; i <= 3; i++) bar.update(i);
await bar.done();`,
];

Deno.test("a kernel shows figures with four MIME types, and a bar as one output", async () => {
  const [, first, second, bar] = await execute(cells, "none");
  assertEquals(first?.map((o) => o.mimeTypes), [figure]);
  assertEquals(second?.map((o) => o.mimeTypes), [figure]);
  assertEquals(bar?.map((o) => o.mimeTypes), [["text/html", "text/plain"]]);
});

/** Cells around a run of `cells` that count what is broadcast: the runner itself drops the library. */
const listen = `const sent = [];
const { broadcast } = Deno.jupyter;
Deno.jupyter.broadcast = (type, content, extra) => {
  // Between cells the runner asks for a sign of its own.
  if (type !== "interplay_flushed") sent.push(content.metadata?.interplay?.library ?? type);
  return broadcast.call(Deno.jupyter, type, content, extra);
};`;
const tell =
  `({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": sent.join(" ") }) })`;

Deno.test("a kernel gets plotly.js once, before the first figure", async () => {
  const shown = [listen, ...cells.slice(0, 3), tell];
  const told = (await execute(shown, "embed")).at(-1)?.[0]?.text;
  assertEquals(told, "plotly.js@4.1.1 display_data");
});
