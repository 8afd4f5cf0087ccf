/** Outputs as nbconvert turns them into a page, and as VS Code picks and draws them. */

import { assert, assertEquals } from "@std/assert";
import { type MimeBundle, renderTable } from "../../lib/core/mod.ts";
import {
  configureDisplay,
  displayLibrary,
  type HostEvent,
  MemoryHost,
  progress,
  useHost,
} from "../../lib/display/mod.ts";
import { gallery } from "../display/gallery.ts";
import { Folder, isMissing, notebookText } from "../kernel/fixtures.ts";
import { launch, withoutBrowser } from "./chromium.ts";
import { environmentWithKernel, output } from "./jupyter.ts";
import { drawn, onPage } from "./watch.ts";

const nbconvert = "/usr/bin/jupyter-nbconvert";
const figures = Object.entries(gallery());

async function shown(show: () => Promise<void>): Promise<HostEvent[]> {
  const host = new MemoryHost();
  const restore = useHost(host);
  try {
    await show();
  } finally {
    restore();
  }
  return host.events;
}

async function libraryHtml(): Promise<string> {
  configureDisplay({ library: "embed" });
  const [event] = await shown(displayLibrary);
  return event?.type === "display" ? String(event.bundle["text/html"]) : "";
}

/**
 * The order in which VS Code prefers MIME types, best first.
 *
 * @see microsoft/vscode, extensions/ipynb/src/deserializers.ts, `orderOfMimeTypes`
 */
const VSCODE_ORDER = [
  /^application\/vnd\./,
  /^application\/vdom\./,
  /^application\/geo\+json$/,
  /^application\/x-nteract-model-debug\+json$/,
  /^text\/html$/,
  /^application\/javascript$/,
  /^image\/gif$/,
  /^text\/latex$/,
  /^text\/markdown$/,
  /^image\/png$/,
  /^image\/svg\+xml$/,
  /^image\/jpeg$/,
  /^application\/json$/,
  /^text\/plain$/,
];

/** The type that VS Code shows first. */
function preferred(bundle: MimeBundle): string | undefined {
  const rank = (type: string) => {
    const at = VSCODE_ORDER.findIndex((pattern) => pattern.test(type));
    return at < 0 ? VSCODE_ORDER.length : at;
  };
  return Object.keys(bundle).toSorted((a, b) => rank(a) - rank(b))[0];
}

Deno.test("VS Code shows figures by plotly's own type, tables and bars as HTML", async () => {
  for (const [name, figure] of figures) {
    const type = preferred(figure.bundle());
    assertEquals(type, "application/vnd.plotly.v1+json", name);
  }
  const table = renderTable({ columns: ["a"], rows: [[1]] });
  assertEquals(preferred(table), "text/html");
  const [bar] = await shown(async () => {
    const bar = progress(2);
    bar.update(1);
    await bar.done();
  });
  const bundle = bar?.type === "display" ? bar.bundle : {};
  assertEquals(preferred(bundle), "text/html");
});

Deno.test({
  name:
    "VS Code's renderer draws each figure from its JSON alone, and asks for nothing",
  ignore: withoutBrowser,
  async fn() {
    const browser = await launch();
    try {
      const library = await libraryHtml();
      await onPage(browser, {}, async (page, watch) => {
        await page.setContent(
          `<!doctype html><body data-vscode-theme-kind="vscode-dark">${library}`,
        );
        for (const [name, figure] of figures) {
          // As the renderer does: parse what the notebook holds, draw it as it is.
          const json = JSON.stringify(
            figure.bundle()["application/vnd.plotly.v1+json"],
          );
          const problems = await page.evaluate(`(async () => {
            const { data, layout, config } = ${json};
            const box = document.body.appendChild(document.createElement("div"));
            await Plotly.newPlot(box, data, layout, config);
            const marks = box.querySelectorAll(".js-line, .point, .hm image, .imagelayer image");
            const found = (Plotly.validate(data, layout) ?? []).map(({ msg }) => msg);
            return marks.length > 0 ? found : [...found, "no marks"];
          })()`);
          assertEquals(problems, [], name);
        }
        assertEquals([watch.complaints, watch.requests], [[], []]);
      });
    } finally {
      await browser.close();
    }
  },
});

const cells = [
  `import { curves, display, progress } from "interplay/display";`,
  `curves({ a: [1, 3, 2] }, { title: "A figure" })`,
  `const bar = progress(30);
for (let i = 1; i <= 30; i++) {
  await display({ "text/plain": \`display \${i} of thirty\` });
  bar.update(i);
}
await bar.done();`,
  `console.log("the end");`,
];

Deno.test({
  name:
    "nbconvert executes a notebook into a page with all outputs, whose figure lives",
  ignore: withoutBrowser || isMissing(nbconvert),
  async fn() {
    await using folder = await Folder.make();
    await folder.project();
    const metadata = { kernelspec: { name: "deno", display_name: "Deno" } };
    const file = folder.file("a.ipynb");
    await Deno.writeTextFile(file, notebookText(cells, metadata));
    const env = await environmentWithKernel(folder);
    await output(nbconvert, ["--to", "html", "--execute", file], env);
    const browser = await launch();
    try {
      await onPage(browser, { offline: true }, async (page) => {
        await page.goto(`file://${folder.file("a.html")}`);
        await drawn(page, 1);
        const text = await page.innerText("body");
        for (let i = 1; i <= 30; i++) {
          assert(text.includes(`display ${i} of thirty`), `display ${i}`);
        }
        assert(/100 %\s+30\/30/.test(text), "the bar ends at its end");
        assert(/^the end$/m.test(text));
      });
      const still = { offline: true, javaScriptEnabled: false };
      await onPage(browser, still, async (page) => {
        await page.goto(`file://${folder.file("a.html")}`);
        const picture = page.locator(".interplay-figure > img");
        assert(((await picture.boundingBox())?.height ?? 0) > 100);
      });
    } finally {
      await browser.close();
    }
  },
});
