/** The committed notebooks: their form, their outputs, and that they run, by our runner and by Jupyter's. */

import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  checkNotebook,
  type CodeCell,
  compareOutputs,
  type Notebook,
  parseNotebook,
  runNotebook,
} from "interplay/kernel";
import { Folder, isMissing } from "../kernel/fixtures.ts";

const root = new URL("../../", import.meta.url);
const folder = new URL("notebooks/", root);
const names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
  .filter((name) => name.endsWith(".ipynb")).sort();
const python = "/usr/bin/python3";
const nbconvert = "/usr/bin/jupyter-nbconvert";

/** Those that Jupyter runs too: tours, and one experiment for all, since each takes a minute or so. */
const inJupyter = names.filter((name) => /^(0[1-4]|07|14)-/.test(name));

const FIGURE = "application/vnd.plotly.v1+json";

async function read(path: string | URL): Promise<Notebook> {
  return parseNotebook(await Deno.readTextFile(path));
}

function codeCells({ cells }: Notebook): CodeCell[] {
  return cells.filter((cell) => cell.cell_type === "code");
}

/** The cells that show a figure, by id. */
function figures(notebook: Notebook): string[] {
  return codeCells(notebook)
    .filter(({ outputs }) =>
      outputs.some((each) => "data" in each && FIGURE in each.data)
    )
    .map(({ id }) => id);
}

for (const name of names) {
  const path = new URL(name, folder);

  Deno.test(`${name} has the form of the house and its outputs, in order and small`, async () => {
    const text = await Deno.readTextFile(path);
    const notebook = parseNotebook(text);
    const cells = codeCells(notebook);
    assert(/^\d\d-[a-z-]+\.ipynb$/.test(name));
    assert(cells.length <= 12, `${cells.length} code cells`);
    assert(new TextEncoder().encode(text).length <= 300_000);
    assertEquals(checkNotebook(notebook), []);
    assertEquals(
      cells.map((cell) => cell.execution_count),
      cells.map((_, i) => i + 1),
    );
    assert(
      cells[1]?.metadata.tags !== undefined,
      "the second code cell holds the parameters",
    );
    assert(figures(notebook).length > 0);
    assert(!text.includes('"output_type": "error"'));
  });

  // `deno fmt --check` calls a notebook unformatted that `deno fmt` leaves as it is, so it passes by these.
  Deno.test(`${name} is formatted`, async () => {
    await using place = await Folder.make();
    const copy = place.file(name);
    await Deno.copyFile(path, copy);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--quiet", "--no-config", "--prose-wrap=preserve", copy],
    }).output();
    assert(success);
    assertEquals(await Deno.readTextFile(copy), await Deno.readTextFile(path));
  });

  Deno.test(`${name} runs in our runner and gives the committed outputs, letter for letter`, async () => {
    await using place = await Folder.make();
    const html = place.file("page.html");
    // Without a data folder, so that it is the embedded data whose outputs are committed.
    const { notebook } = await runNotebook(fromFileUrl(path), {
      html,
      timeout: 300,
      env: { INTERPLAY_DATA_DIR: "" },
    });
    assertEquals(compareOutputs(await read(path), notebook), []);
    assert((await Deno.stat(html)).size > 1e6, "the page embeds plotly.js");
  });
}

for (const name of inJupyter) {
  const path = new URL(name, folder);

  Deno.test({
    name:
      `${name} runs in nbconvert with the kernel that deno jupyter --install installs`,
    ignore: isMissing(nbconvert) || isMissing(python),
    async fn() {
      await using place = await Folder.make();
      const env = {
        XDG_DATA_HOME: place.path,
        JUPYTER_DATA_DIR: place.file("jupyter"),
        INTERPLAY_PLOTLY: "none",
        INTERPLAY_DATA_DIR: "",
      };
      const run = async (command: string, args: string[]) => {
        const { success, stderr } = await new Deno.Command(command, {
          args,
          env,
        }).output();
        assert(success, new TextDecoder().decode(stderr));
      };
      await run(Deno.execPath(), ["jupyter", "--install"]);
      await run(nbconvert, [
        ...[
          "--to",
          "notebook",
          "--execute",
          "--output-dir",
          place.path,
          "--output",
          "out",
        ],
        "--ExecutePreprocessor.timeout=300",
        fromFileUrl(path),
      ]);
      const executed = await read(place.file("out.ipynb"));
      assertEquals(
        codeCells(executed).map((cell) => cell.execution_count),
        codeCells(executed).map((_, i) => i + 1),
      );
      // Figures go through `display`, which waits until they are out: none is lost.
      assertEquals(figures(executed), figures(await read(path)));
    },
  });
}
