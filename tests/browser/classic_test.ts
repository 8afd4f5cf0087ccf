/** The classic notebook in a real browser: run all, a figure that moves, interrupt, trust and no trust. */

import { assert, assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import type { Folder } from "../kernel/fixtures.ts";
import { withoutBrowser } from "./chromium.ts";
import { JupyterServer, withoutJupyter } from "./jupyter.ts";
import {
  away,
  driven,
  LONG,
  seenMoving,
  writeForeign,
  writeRun,
} from "./live_notebook.ts";
import { drawn, holds, onPage } from "./watch.ts";

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

async function runAll(page: Page, url: string): Promise<number> {
  page.setDefaultTimeout(LONG.timeout); // a busy machine draws slowly
  await open(page, `${url}/notebooks/run.ipynb`);
  await choose(page, "Cell", "#run_all_cells");
  await seenMoving(
    page,
    'document.querySelectorAll(".code_cell")[2]',
    'cell.classList.contains("running")',
  );
  await outputs(page, 2).locator("progress").first().waitFor(LONG);
  await page.locator(
    'button[data-jupyter-action="jupyter-notebook:interrupt-kernel"]',
  ).click();
  const stopped = await said(page, 2, "stopped true");
  assertEquals((await said(page, 3, "state kept")).trim(), "state kept: true");
  await said(page, 4, "SyntaxError: Expression expected");
  await drawn(page, 2);
  await page.locator(
    'button[data-jupyter-action="jupyter-notebook:save-notebook"]',
  ).click();
  await holds(page, "Jupyter.notebook.dirty === false");
  return Number(/stopped true (\d+)/.exec(stopped)?.[1]);
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
  await using server = await JupyterServer.classic(folder);
  const { url } = server;
  const view = { viewport: { width: 1000, height: 900 } };
  let kernel = 0;
  await t.step(
    "run all draws, moves, stops at an interrupt and goes on",
    async () => {
      await writeRun(folder);
      await onPage(browser, view, async (page, watch) => {
        kernel = await runAll(page, url);
        assertEquals(away(watch, url), []);
      });
    },
  );
  await t.step(
    "an untrusted notebook shows pictures, and lives once it is trusted",
    async () => {
      await writeForeign(folder);
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
  fn: (t) => driven((browser, folder) => drive(browser, folder, t)),
});
