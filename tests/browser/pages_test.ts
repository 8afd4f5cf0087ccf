/** The page of each committed notebook, from its committed outputs, in a real browser. */

import { assert, assertEquals } from "@std/assert";
import {
  exportHtml,
  importHtml,
  type Notebook,
  parseNotebook,
} from "../../lib/kernel/mod.ts";
import { Folder } from "../kernel/fixtures.ts";
import { launch, withoutBrowser } from "./chromium.ts";
import { drawn, onPage } from "./watch.ts";

const folder = new URL("../../notebooks/", import.meta.url);
const names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
  .filter((name) => name.endsWith(".ipynb")).sort();

function figures({ cells }: Notebook): number {
  return cells.flatMap((cell) => cell.cell_type === "code" ? cell.outputs : [])
    .filter((output) =>
      "data" in output && "application/vnd.plotly.v1+json" in output.data
    ).length;
}

const views = [
  { colorScheme: "light", viewport: { width: 1000, height: 800 } },
  { colorScheme: "dark", viewport: { width: 360, height: 740 } },
] as const;

Deno.test({
  name: "the pages of the notebooks in Chromium",
  ignore: withoutBrowser,
  async fn(t) {
    assert(names.length > 0);
    await using place = await Folder.make();
    const browser = await launch();
    try {
      for (const name of names) {
        await t.step(
          `${name} is drawn without a complaint, a request or sideways scrolling`,
          async () => {
            const text = await Deno.readTextFile(new URL(name, folder));
            const notebook = parseNotebook(text);
            const file = place.file("page.html");
            assertEquals(
              importHtml(await exportHtml(notebook, { file })),
              notebook,
            );
            for (const view of views) {
              await onPage(browser, view, async (page, watch) => {
                await page.goto(`file://${file}`);
                await drawn(page, figures(notebook));
                const width = "document.documentElement.scrollWidth";
                assertEquals(await page.evaluate(width), view.viewport.width);
                assertEquals([watch.complaints, watch.requests], [[], []]);
              });
            }
          },
        );
      }
    } finally {
      await browser.close();
    }
  },
});
