/** JupyterLab in a real browser: run all, a figure that moves, interrupt, trust and no trust, light and dark. */

import { assert, assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { parseNotebook } from "../../lib/kernel/mod.ts";
import type { Folder } from "../kernel/fixtures.ts";
import { withoutBrowser } from "./chromium.ts";
import { JupyterServer, withoutLabServer } from "./jupyter.ts";
import {
  away,
  driven,
  LONG,
  PAUSE,
  seenMoving,
  writeForeign,
  writeRun,
} from "./live_notebook.ts";
import { drawn, holds, onPage, type Watch } from "./watch.ts";

/** The folder that `jupyterlab.ts` has built; `.ci/run` sets it. */
const frontEnd = Deno.env.get("INTERPLAY_JUPYTERLAB");
const withoutFrontEnd = frontEnd === undefined &&
  Deno.env.get("CI") !== "true";

const more = [
  `for (let i = 1; i <= 30; i++) Deno.jupyter.display({ "text/plain": \`display \${i};\` }, { raw: true });`,
  `import { report } from "interplay/metrics";
const Z = [[1, 0], [0, 1], [2, 0.1], [0.1, 3]];
await display(report(Z, [0, 1, 0, 1], { weights: [[1, 0], [0, 1]] }));
${PAUSE}`,
  `import * as tf from "@tensorflow/tfjs";
await display(tf.tensor2d([[1, 2], [3, 4]]));
${PAUSE}`,
  `throw new Error("The data is not there", { cause: new TypeError("No file") });`,
];

/**
 * What JupyterLab itself complains of: parts of newer servers that it misses in this one, and its debugger
 * where a kernel has none.
 */
const ITS_OWN = [
  /\/api\/events\/subscribe/,
  /^Failed to load resource: .* 404/,
  /^No active debugger session$/,
];

/** Everything else. */
function complaints(watch: Watch): string[] {
  return watch.complaints.filter((each) =>
    !ITS_OWN.some((pattern) => pattern.test(each))
  );
}

/** The code cell at `index`, as an expression of the page. */
function cell(index: number): string {
  return `document.querySelectorAll(".jp-Notebook .jp-CodeCell")[${index}]`;
}

/** The text of a cell's outputs, in view or not, once it contains `text`. */
async function said(page: Page, index: number, text: string): Promise<string> {
  const words = `${cell(index)}.querySelector(".jp-OutputArea")?.textContent`;
  await holds(page, `${words}?.includes(${JSON.stringify(text)})`);
  return await page.evaluate(words) as string;
}

async function click(page: Page, command: string): Promise<void> {
  await page.locator(`jp-button[data-command="${command}"]:visible`).click();
}

async function open(page: Page, url: string): Promise<void> {
  page.setDefaultTimeout(LONG.timeout); // a busy machine draws slowly
  await page.goto(url);
  await holds(
    page,
    `{
      const { context, sessionContext } = globalThis.jupyterapp?.shell.currentWidget ?? {};
      context?.isReady && sessionContext?.session?.kernel?.status === "idle";
    }`,
  );
}

/** Waits until both figures are written in this colour, the subtitle below its title. */
async function inColour(page: Page, colour: string): Promise<void> {
  await holds(
    page,
    `{
      const texts = [...document.querySelectorAll(".js-plotly-plot .xtick text")];
      texts.length > 1 && texts.every((each) => getComputedStyle(each).fill === "${colour}");
    }`,
  );
  await holds(
    page,
    `{
      const [title, subtitle] = [".gtitle", ".gtitle-subtitle"].map((each) =>
        ${cell(1)}.querySelector(each).getBoundingClientRect());
      title.height > 0 && title.bottom < subtitle.top;
    }`,
  );
}

async function changeTheme(page: Page, theme: string): Promise<void> {
  await page.evaluate(
    `jupyterapp.commands.execute("apputils:change-theme", { theme: "${theme}" })`,
  );
}

/** Waits until all thirty displays of a cell that waits for none are there, the last perhaps in the cell behind it. */
async function noneLost(page: Page): Promise<void> {
  await holds(
    page,
    `{
      const texts = [${cell(4)}, ${cell(5)}].map((each) =>
        each.querySelector(".jp-OutputArea").textContent);
      texts.join("").match(/display \\d+;/g)?.length === 30;
    }`,
  );
}

/** The cells behind the live one, which run once it was interrupted. */
async function shownAfterwards(page: Page): Promise<void> {
  assert((await said(page, 3, "state kept")).includes("state kept: true"));
  await noneLost(page);
  await said(page, 5, "matrix mutual information ratio");
  await holds(page, `${cell(5)}.querySelector("table").offsetHeight > 100`);
  await said(page, 6, "Tensor float32 [2, 2]");
  const error = await said(page, 7, "No file");
  assert(error.includes("Error: The data is not there"), error);
  assert(error.includes("Caused by: TypeError: No file"), error);
}

/** Returns the process of the kernel. */
async function runAll(page: Page): Promise<number> {
  await page.locator(".lm-MenuBar-item", { hasText: "Run" }).click();
  await page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click();
  await seenMoving(
    page,
    cell(2),
    'cell.querySelector(".jp-InputPrompt").textContent === "[*]:"',
  );
  await holds(page, `${cell(2)}.querySelector("progress") !== null`);
  await click(page, "notebook:interrupt-kernel");
  const stopped = await said(page, 2, "stopped");
  assert(stopped.includes("stopped true"), stopped);
  await shownAfterwards(page);
  await drawn(page, 2);
  return Number(/stopped true (\d+)/.exec(stopped)?.[1]);
}

/** The notebook saved is what was seen: the live figure in its last state. */
async function save(page: Page, file: string): Promise<void> {
  await click(page, "docmanager:save");
  await holds(
    page,
    "jupyterapp.shell.currentWidget.context.model.dirty === false",
  );
  const seen = await page.evaluate(
    `${cell(2)}.querySelector(".js-plotly-plot").data[0].y.length`,
  );
  const live = parseNotebook(await Deno.readTextFile(file)).cells[2];
  const saved = (live?.cell_type === "code" ? live.outputs : [])
    .flatMap((output) => "data" in output ? [output.data] : [])
    .map((data) => data["application/vnd.plotly.v1+json"])
    .filter((figure) => figure !== undefined);
  assertEquals(saved.length, 1);
  const { data } = saved[0] as { data: { y: number[] }[] };
  assertEquals(data[0]?.y.length, seen);
}

/** What a reader sees of a notebook that comes from elsewhere: nothing of it runs until it is trusted. */
async function untrusted(page: Page): Promise<void> {
  const pictures = page.locator(".jp-OutputArea .interplay-figure > img");
  await holds(
    page,
    `{
      const pictures = [...document.querySelectorAll(".interplay-figure > img")];
      pictures.length === 2 && pictures.every((each) => each.offsetHeight > 100);
    }`,
  );
  assertEquals(await page.evaluate("typeof Plotly"), "undefined");
  const trusted = page.evaluate(
    'jupyterapp.commands.execute("notebook:trust")',
  );
  await page.locator(".jp-Dialog button.jp-mod-accept").click();
  await trusted;
  await drawn(page, 2);
  assertEquals(await pictures.count(), 0);
}

async function drive(
  browser: Browser,
  folder: Folder,
  t: Deno.TestContext,
): Promise<number> {
  if (frontEnd === undefined) {
    throw new Error(
      "Name in INTERPLAY_JUPYTERLAB what jupyterlab.ts has built",
    );
  }
  await using server = await JupyterServer.lab(folder, frontEnd);
  const { url } = server;
  const view = { viewport: { width: 1200, height: 1000 } };
  let kernel = 0;
  const step = (
    name: string,
    notebook: string,
    body: (page: Page) => Promise<void>,
  ) =>
    t.step(name, () =>
      onPage(browser, view, async (page, watch) => {
        // In a workspace of its own, else the notebook before it is there as well.
        const place = `workspaces/${notebook}/tree/${notebook}.ipynb`;
        await open(page, `${url}/lab/${place}`);
        await body(page);
        assertEquals([away(watch, url), complaints(watch)], [[], []]);
      }));
  await writeRun(folder, more);
  await step(
    "run all draws, moves, stops at an interrupt and goes on; figures follow the theme",
    "run",
    async (page) => {
      kernel = await runAll(page);
      await save(page, folder.file("run.ipynb"));
      await inColour(page, "rgb(34, 34, 34)");
      await changeTheme(page, "JupyterLab Dark");
      await inColour(page, "rgb(227, 227, 227)");
      await changeTheme(page, "JupyterLab Light");
      await inColour(page, "rgb(34, 34, 34)");
    },
  );
  await writeForeign(folder);
  await step(
    "an untrusted notebook shows pictures, and lives once it is trusted",
    "foreign",
    untrusted,
  );
  return kernel;
}

Deno.test({
  name: "JupyterLab in Chromium",
  ignore: withoutBrowser || withoutLabServer || withoutFrontEnd,
  fn: (t) => driven((browser, folder) => drive(browser, folder, t)),
});
