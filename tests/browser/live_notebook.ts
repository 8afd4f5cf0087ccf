/** The notebook that front ends are tried with: a figure, one that moves until it is interrupted, what comes after. */

import { assert } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { parseNotebook, serializeNotebook } from "../../lib/kernel/mod.ts";
import { Folder, isAlive, notebookText, until } from "../kernel/fixtures.ts";
import { launch } from "./chromium.ts";
import { holds, type Watch } from "./watch.ts";

/** For what a busy machine may be slow to do. */
export const LONG = { timeout: 60_000 };

/** Ends a cell that shows something: on a busy machine the front end may take what comes last for the next cell's. */
export const PAUSE = "await new Promise((r) => setTimeout(r, 2000));";

const cells = [
  `import "interplay/kernel";
import { currentHost, curves, display, progress } from "interplay/display";`,
  `await display(curves({ a: [1, 3, 2] }, { title: "Still", subtitle: "drawn once" }));
${PAUSE}`,
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

/** Writes `run.ipynb`, with more cells after the four. */
export async function writeRun(
  folder: Folder,
  more: readonly string[] = [],
): Promise<void> {
  const metadata = {
    kernelspec: { name: "deno", display_name: "Deno", language: "typescript" },
  };
  const text = notebookText([...cells, ...more], metadata);
  await Deno.writeTextFile(folder.file("run.ipynb"), text);
}

/** Writes `foreign.ipynb`, what was saved of the run up to the live figure: another notebook, since trust goes by what is in it. */
export async function writeForeign(folder: Folder): Promise<void> {
  const saved = await Deno.readTextFile(folder.file("run.ipynb"));
  const notebook = parseNotebook(saved);
  await Deno.writeTextFile(
    folder.file("foreign.ipynb"),
    serializeNotebook({ ...notebook, cells: notebook.cells.slice(0, 3) }),
  );
}

/**
 * Waits until the live figure was seen in three states, as a plot or as its picture, while `running` holds.
 * `cell` and `running` are expressions of the page: the element of the live cell, and whether it still runs.
 */
export async function seenMoving(
  page: Page,
  cell: string,
  running: string,
): Promise<void> {
  await holds(
    page,
    `{
      const cell = ${cell};
      const plot = cell.querySelector(".js-plotly-plot");
      const picture = cell.querySelector(".interplay-figure > img");
      globalThis.seen ??= new Set();
      if (plot?.data) seen.add(plot.data[0].y.length);
      else if (picture?.complete) seen.add(picture.src);
      seen.size >= 3 && ${running};
    }`,
  );
}

/** Requests that left this machine. */
export function away(watch: Watch, url: string): string[] {
  return watch.requests.filter((each) =>
    !each.startsWith(url) && !each.startsWith(url.replace("http", "ws"))
  );
}

/** Runs `drive` in a folder of its own. It returns the process of the kernel, which must end with its server. */
export async function driven(
  drive: (browser: Browser, folder: Folder) => Promise<number>,
): Promise<void> {
  await using folder = await Folder.make();
  await folder.project();
  const browser = await launch();
  try {
    const kernel = await drive(browser, folder);
    assert(kernel > 0);
    const gone = await until(async () => !await isAlive(kernel));
    assert(gone, "the server leaves its kernel behind");
  } finally {
    await browser.close();
  }
}
