/** The classic notebook in a real browser: run all, a figure that moves, interrupt, trust and no trust. */

import { assert, assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { parseNotebook, serializeNotebook } from "../../lib/kernel/mod.ts";
import { Folder, isAlive, notebookText, until } from "../kernel/fixtures.ts";
import { launch, withoutBrowser } from "./chromium.ts";
import { JupyterServer, withoutJupyter } from "./jupyter.ts";
import { drawn, holds, onPage, type Watch } from "./watch.ts";

const cells = [
  `import { currentHost, curves, display, progress } from "interplay/display";`,
  `curves({ a: [1, 3, 2] }, { title: "Still" })`,
  `let running = true;
Deno.addSignalListener("SIGINT", () => { running = false; });
const steps: number[] = [1];
const picture = () => curves({ loss: steps }, { title: "Live" });
const bar = progress(1000);
await display(picture(), { displayId: "live" });
while (running && steps.length < 1000) {
  await new Promise((r) => setTimeout(r, 1000));
  steps.push(1 / steps.length);
  await currentHost().update("live", picture().bundle());
  bar.update(steps.length);
}
console.log("stopped", steps.length < 1000, Deno.pid);`,
  `console.log("state kept:", steps.length > 1);`,
];

const metadata = {
  kernelspec: { name: "deno", display_name: "Deno", language: "typescript" },
};

const LONG = { timeout: 60_000 };

/** The output area of the code cell at `index`. */
function outputs(page: Page, index: number) {
  return page.locator(".code_cell").nth(index).locator(".output_area");
}

async function said(page: Page, index: number, text: string): Promise<string> {
  const area = outputs(page, index).filter({ hasText: text }).first();
  await area.waitFor(LONG);
  return await area.innerText();
}

/** Clicks an entry of a menu, as a user does. */
async function choose(page: Page, menu: string, entry: string): Promise<void> {
  await page.locator("#menubar .dropdown > a", { hasText: menu }).first()
    .click();
  await page.locator(`${entry} > a`).click();
}

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await holds(
    page,
    `globalThis.Jupyter?.notebook?._fully_loaded &&
     Jupyter.notebook.kernel?.is_connected() && Jupyter.notebook.kernel.info_reply?.banner !== undefined`,
  );
}

/** Waits until the live figure was seen in three states, as a plot or as its picture, while its cell runs. */
async function seenMoving(page: Page): Promise<void> {
  await holds(
    page,
    `{
      const cell = document.querySelectorAll(".code_cell")[2];
      const plot = cell.querySelector(".js-plotly-plot");
      const picture = cell.querySelector(".interplay-figure > img");
      globalThis.seen ??= new Set();
      if (plot?.data) seen.add(plot.data[0].y.length);
      else if (picture?.complete) seen.add(picture.src);
      seen.size >= 3 && cell.classList.contains("running");
    }`,
  );
}

/** Requests that left this machine, and what the page itself did not catch. */
function away(watch: Watch, url: string): string[] {
  return watch.requests.filter((each) =>
    !each.startsWith(url) && !each.startsWith(url.replace("http", "ws"))
  );
}

async function runAll(page: Page, url: string): Promise<number> {
  page.setDefaultTimeout(LONG.timeout); // a busy machine draws slowly
  await open(page, `${url}/notebooks/run.ipynb`);
  await choose(page, "Cell", "#run_all_cells");
  await seenMoving(page);
  await outputs(page, 2).locator("progress").first().waitFor(LONG);
  await page.locator(
    'button[data-jupyter-action="jupyter-notebook:interrupt-kernel"]',
  ).click();
  const stopped = await said(page, 2, "stopped");
  assert(stopped.includes("stopped true"), stopped);
  assertEquals((await said(page, 3, "state kept")).trim(), "state kept: true");
  await drawn(page, 2);
  await page.locator(
    'button[data-jupyter-action="jupyter-notebook:save-notebook"]',
  ).click();
  await holds(page, "Jupyter.notebook.dirty === false");
  return Number(/\d+$/.exec(stopped.trim())?.[0]);
}

/** What a reader sees of a notebook that comes from elsewhere: nothing of it runs until it is trusted. */
async function untrusted(page: Page, url: string): Promise<void> {
  page.setDefaultTimeout(LONG.timeout);
  await open(page, `${url}/notebooks/foreign.ipynb`);
  const pictures = page.locator(".output_area img:visible");
  assertEquals(await pictures.count(), 2);
  for (const picture of await pictures.all()) {
    assert(((await picture.boundingBox())?.height ?? 0) > 100);
  }
  assertEquals(await page.evaluate("typeof Plotly"), "undefined");
  await choose(page, "File", "#trust_notebook");
  // The menu may ask twice, one question on top of the other, which hides this button from the mouse.
  await page.locator(".modal.in .btn-danger").last().dispatchEvent("click");
  await drawn(page, 2);
  assertEquals(await pictures.count(), 0);
}

async function drive(
  browser: Browser,
  folder: Folder,
  t: Deno.TestContext,
): Promise<number> {
  await using server = await JupyterServer.start(folder);
  const { url } = server;
  const view = { viewport: { width: 1000, height: 900 } };
  let kernel = 0;
  await t.step(
    "run all draws, moves, stops at an interrupt and goes on",
    async () => {
      await Deno.writeTextFile(
        folder.file("run.ipynb"),
        notebookText(cells, metadata),
      );
      await onPage(browser, view, async (page, watch) => {
        kernel = await runAll(page, url);
        assertEquals(away(watch, url), []);
      });
    },
  );
  await t.step(
    "an untrusted notebook shows pictures, and lives once it is trusted",
    async () => {
      const saved = await Deno.readTextFile(folder.file("run.ipynb"));
      const notebook = parseNotebook(saved);
      // Another text is another notebook: trust goes by what is in it.
      const foreign = { ...notebook, cells: notebook.cells.slice(0, 3) };
      await Deno.writeTextFile(
        folder.file("foreign.ipynb"),
        serializeNotebook(foreign),
      );
      await onPage(browser, view, async (page, watch) => {
        await untrusted(page, url);
        assertEquals(away(watch, url), []);
      });
    },
  );
  return kernel;
}

Deno.test({
  name: "the classic notebook in Chromium",
  ignore: withoutBrowser || withoutJupyter,
  async fn(t) {
    await using folder = await Folder.make();
    await folder.project();
    const browser = await launch();
    try {
      const kernel = await drive(browser, folder, t);
      assert(kernel > 0);
      const gone = await until(async () => !await isAlive(kernel));
      assert(gone, "the server leaves its kernel behind");
    } finally {
      await browser.close();
    }
  },
});
