import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { Browser, Page } from "playwright-core";
import { displayable, renderTable } from "../../lib/core/mod.ts";
import { FormatError, OptionsError } from "../../lib/core/errors.ts";
import { curves, Figure, MemoryHost, useHost } from "../../lib/display/mod.ts";
import { trainingDynamics } from "../../lib/experiments/mod.ts";
import { gallery } from "../display/gallery.ts";
import {
  exportHtml,
  importHtml,
  type Notebook,
  type PageItem,
  serializeNotebook,
} from "../../lib/kernel/mod.ts";
import { launch, withoutBrowser } from "../browser/chromium.ts";
import { code, Folder, markdown, notebookOf } from "./fixtures.ts";

const stream = (text: string, name = "stdout") => ({
  output_type: "stream",
  name,
  text,
});
const display = (
  data: Record<string, unknown>,
  metadata: Record<string, unknown> = {},
) => ({ output_type: "display_data", data, metadata });

const figure = (title: string) =>
  code(`curves(run, { title: "${title}" })`, {
    outputs: [
      display(curves({ accuracy: [0.1, 0.7, 0.9] }, { title }).bundle()),
    ],
  });

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

const published = notebookOf(
  markdown("# Entropy and $H \\le \\log n$\n\nA <em>line</em>."),
  code("const first = 1; // a comment", {
    count: 1,
    outputs: [stream("printed\n"), stream("careful\n", "stderr")],
  }),
  figure("One"),
  figure("Two"),
  code("table", {
    outputs: [
      display(
        renderTable({
          columns: ["metric", "value", "a note as long as notes can be"],
          rows: [["MIR", 0.9, "information".repeat(12)]],
        }),
      ),
    ],
  }),
  code("throw new TypeError('bad')", {
    outputs: [{
      output_type: "error",
      ename: "TypeError",
      evalue: "bad",
      traceback: ["TypeError: bad", "    at <anonymous>:1:7"],
    }],
  }),
  code("'x'.repeat(900)", { outputs: [stream("x".repeat(900))] }),
);

Deno.test("exportHtml() embeds plotly.js once for all figures, and not at all without one", async () => {
  const page = await exportHtml(published);
  assertEquals(count(page, "plotly.js (cartesian - minified)"), 1);
  const small = await exportHtml(notebookOf("1"));
  assert(small.length < 20_000, `${small.length} characters`);
});

Deno.test("exportHtml() leaves out a copy of plotly.js that an interactive session has embedded", async () => {
  const copy = display({ "text/html": "<script>a copy</script>" }, {
    interplay: { library: "plotly.js@4.1.1" },
  });
  const page = await exportHtml(notebookOf(code("1", { outputs: [copy] })));
  assertFalse(page.includes("a copy"));
});

Deno.test("exportHtml() escapes code, text and titles", async () => {
  const notebook = notebookOf(
    code("'</script><script>alert(1)</script>'", {
      outputs: [
        stream("<script>alert(2)</script>"),
        display({ "text/plain": "<b>plain</b>" }),
        { output_type: "error", ename: "<i>", evalue: "</pre>", traceback: [] },
      ],
    }),
  );
  const page = await exportHtml(notebook, { title: "</title><script>" });
  assertFalse(page.includes("alert(1)</script>"));
  assertFalse(page.includes("<script>alert(2)"));
  assertStringIncludes(page, "&lt;b&gt;plain&lt;/b&gt;");
  assertStringIncludes(page, "&lt;i&gt;: &lt;/pre&gt;");
  assertStringIncludes(page, "<title>&lt;/title&gt;&lt;script&gt;</title>");
});

Deno.test("exportHtml() shows of each output the richest type a page can show", async () => {
  const shown = async (data: Record<string, unknown>) => {
    const outputs = [display(data)];
    const page = await exportHtml(notebookOf(code("1", { outputs })));
    return /<div class="output">([^]*?)<\/section>/.exec(page)?.[1] ?? "";
  };
  const plain = { "text/plain": "plain" };
  assertStringIncludes(
    await shown({ ...plain, "text/html": "<b>h</b>" }),
    "<b>h</b>",
  );
  assertStringIncludes(
    await shown({ ...plain, "text/markdown": "*m*" }),
    "<em>m</em>",
  );
  assertStringIncludes(
    await shown({ ...plain, "image/svg+xml": "<svg/>" }),
    "data:image/svg+xml;base64,PHN2Zy8+",
  );
  assertStringIncludes(
    await shown({ ...plain, "image/png": "aGk=\n" }),
    'src="data:image/png;base64,aGk="',
  );
  assertStringIncludes(
    await shown({ ...plain, "text/latex": "$\\alpha$" }),
    "α",
  );
  assertStringIncludes(await shown(plain), "<pre>plain</pre>");
  assertStringIncludes(
    await shown({ "application/json": { a: 1 } }),
    "&quot;a&quot;: 1",
  );
});

Deno.test("exportHtml() takes title and language from its options, the title else from the first heading", async () => {
  const page = await exportHtml(published, { lang: "de-CH" });
  assertStringIncludes(page, '<html lang="de-CH">');
  assertStringIncludes(page, "<title>Entropy and H ≤ log n</title>");
  await assertRejects(
    () => exportHtml(published, { lang: "x y" }),
    OptionsError,
    "Cannot make the page",
  );
});

const record = displayable(
  {
    name: "a </script> in <!-- text",
    series: [1, NaN, Infinity, -Infinity, -0, 1e-300],
    weights: Float32Array.of(0.1, NaN),
    nested: { list: [[], {}, null, true], $number: "5", $figure: 1 },
  },
  ({ name }) => ({ "text/plain": name }),
);

Deno.test("importHtml() gives a record back exactly, with what JSON lacks and what would end a script", async () => {
  assertEquals(importHtml(await exportHtml(record)), { ...record });
});

Deno.test("importHtml() gives a notebook back, and the page's data is its file", async () => {
  assertEquals(importHtml(await exportHtml(published)), published);
});

Deno.test("importHtml() gives figures and texts back, figures as figures", async () => {
  for (const [name, one] of Object.entries(gallery())) {
    const page = await exportHtml(["# Text", one]);
    const [text, again] = importHtml(page) as [string, Figure];
    assertEquals(text, "# Text");
    assertInstanceOf(again, Figure);
    assertEquals(again.toString(), one.toString(), name);
    assertEquals(again.toSvg(), one.toSvg(), name);
  }
});

Deno.test("importHtml() is not deceived by data that an output pretends to be", async () => {
  const html =
    '<script type="application/json" id="interplay-data">{"a":1}</script>';
  const item = displayable({ b: 2 }, () => ({ "text/html": html }));
  assertEquals(importHtml(await exportHtml(item, { title: html })), { b: 2 });
  assertThrows(
    () => importHtml("<html></html>"),
    FormatError,
    "Cannot read the page: expected one that `exportHtml` has made",
  );
});

Deno.test("exportHtml() gives the same bytes for the same content, and shows title, texts and displays in order", async () => {
  const one = curves({ a: [1, 2] }, { title: "One" });
  const items = [one, "Some *text*.", record, one];
  const page = await exportHtml(items, { title: "A page" });
  assertEquals(await exportHtml(items, { title: "A page" }), page);
  const parts = [
    "<h1>A page</h1>",
    "-figure-1-",
    "<em>text</em>",
    "in &lt;!--",
  ];
  const places = parts.map((part) => page.indexOf(part));
  assertEquals(places, places.toSorted((a, b) => a - b));
  assert(places[0] !== -1);
});

Deno.test("exportHtml() writes the page to its file", async () => {
  await using folder = await Folder.make();
  const file = folder.file("page.html");
  const page = await exportHtml(record, { file });
  assertEquals(await Deno.readTextFile(file), page);
});

const result = await trainingDynamics({
  data: { kind: "gaussian" },
  model: { hidden: [8, 6] },
  training: { epochs: 3, batchSize: 16 },
  batch: 32,
});

Deno.test("importHtml() gives the result of an experiment back exactly", async () => {
  const page = await exportHtml(result, { title: "Three epochs" });
  assertEquals(importHtml(page), { ...result });
});

Deno.test("exportHtml() draws a result also where nothing else has loaded the figures", async () => {
  const program = `
import { exportHtml } from "${new URL(
    "../../lib/kernel/mod.ts",
    import.meta.url,
  )}";
import { displayable } from "${new URL(
    "../../lib/core/mod.ts",
    import.meta.url,
  )}";
const chart = {
  name: "a", title: "A", table: "t", x: { column: "x", title: "x" },
  panels: [{ title: "y", lines: [{ column: "y", label: "y" }] }],
};
const result = displayable(
  { series: { t: { x: [1, 2], y: [3, 4] } }, charts: [chart] },
  () => ({ "text/html": "<p>numbers</p>", "text/plain": "numbers" }),
  { kind: "interplay/result" },
);
console.log((await exportHtml(result)).includes('class="interplay-figure"'));`;
  await using folder = await Folder.make();
  await Deno.writeTextFile(folder.file("program.ts"), program);
  const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "-c", config, folder.file("program.ts")],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stdout), "true\n", decoder.decode(stderr));
});

Deno.test("exportHtml() does not make the notebook that calls it embed plotly.js", async () => {
  const host = new MemoryHost();
  const restore = useHost(host);
  await exportHtml([curves({ a: [1, 2] }), result]);
  restore();
  assertEquals(host.events, []);
});

Deno.test("exportHtml() refuses what it cannot show, and says where a record holds more than data", async () => {
  const shown = (value: Record<string, unknown>) =>
    displayable(value, () => ({ "text/plain": "x" }));
  const circle: Record<string, unknown> = {};
  circle.self = { list: [circle] };
  const cases: [PageItem, string][] = [
    [{ a: 1 } as unknown as PageItem, "received object at 0"],
    [[] as unknown as PageItem, "expected at least 1 item"],
    [shown({ a: { f: () => 1 } }), "expected JSON at .a.f, received function"],
    [shown({ a: [0, new Map()] }), "expected JSON at .a[1], received Map"],
    [shown(circle), "expected JSON at .self.list[0], received Object"],
    [shown({ n: 1n }), "expected JSON at .n, received bigint"],
  ];
  for (const [item, message] of cases) {
    await assertRejects(() => exportHtml(item), OptionsError, message);
  }
});

/** What went wrong in a page, and what it asked for beyond itself. */
interface Watched {
  page: Page;
  complaints: string[];
  requests: string[];
}

interface View {
  colorScheme?: "light" | "dark";
  viewport?: { width: number; height: number };
  javaScriptEnabled?: boolean;
}

async function opened(
  browser: Browser,
  file: string,
  view: View = {},
): Promise<Watched> {
  const context = await browser.newContext(view);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() !== "log") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(file|data|blob):/.test(url)) requests.push(url);
  });
  await page.goto(`file://${file}`);
  return { page, complaints, requests };
}

/** Opens the page of a notebook in Chromium. */
async function inBrowser(
  notebook: Notebook,
  look: (browser: Browser, file: string) => Promise<void>,
): Promise<void> {
  await using folder = await Folder.make();
  const file = folder.file("page.html");
  await Deno.writeTextFile(file, await exportHtml(notebook));
  await using browser = await launch();
  await look(browser, file);
}

async function plots(page: Page, expected: number): Promise<void> {
  await page.locator(".js-plotly-plot .lines path").nth(expected - 1).waitFor();
  assertEquals(await page.locator(".js-plotly-plot").count(), expected);
}

/** The colour of an element as the browser computes it. */
function colour(page: Page, selector: string, name: string): Promise<string> {
  const element = `document.querySelector(${JSON.stringify(selector)})`;
  return page.evaluate(`getComputedStyle(${element}).${name}`);
}

function browserTest(
  name: string,
  look: (browser: Browser, file: string) => Promise<void>,
  notebook = published,
): void {
  Deno.test({
    name: `exportHtml() in a browser: ${name}`,
    ignore: withoutBrowser,
    // The driver keeps a timer and a pipe of its own beyond the close of the browser.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => inBrowser(notebook, look),
  });
}

browserTest(
  "draws every figure, without a complaint and without a request",
  async (browser, file) => {
    const { page, complaints, requests } = await opened(browser, file);
    await plots(page, 2);
    assertEquals(await page.locator(".interplay-figure > img").count(), 0);
    assertStringIncludes(
      await page.locator(".js-plotly-plot").first().innerText(),
      "epoch",
    );
    assertEquals([complaints, requests], [[], []]);
  },
);

browserTest(
  "folds the code, one cell at a time or all at once",
  async (browser, file) => {
    const { page } = await opened(browser, file);
    const visible = () => page.locator("details.code > pre:visible").count();
    const all = await page.locator("details.code").count();
    assertEquals([all, await visible()], [6, 0]);
    await page.locator("summary").first().click();
    assertEquals(await visible(), 1);
    const button = page.locator("#fold");
    assertEquals(await button.innerText(), "Show code");
    await button.click();
    assertEquals([await visible(), await button.innerText()], [
      all,
      "Hide code",
    ]);
    await button.click();
    assertEquals([await visible(), await button.innerText()], [0, "Show code"]);
  },
);

browserTest(
  "saves the notebook that it shows",
  async (browser, file) => {
    const { page } = await opened(browser, file);
    const download = page.waitForEvent("download");
    await page.locator("#save").click();
    const saved = await download;
    assertEquals(saved.suggestedFilename(), "Entropy-and-H-log-n.ipynb");
    const text = await Deno.readTextFile(await saved.path());
    assertEquals(text, serializeNotebook(published));
  },
);

browserTest(
  "follows the colour scheme of the reader, plots included",
  async (browser, file) => {
    const seen = async (colorScheme: "light" | "dark") => {
      const { page } = await opened(browser, file, { colorScheme });
      await plots(page, 2);
      return [
        await colour(page, "body", "backgroundColor"),
        await colour(page, "p", "color"),
        await colour(page, ".xtick text", "fill"),
      ];
    };
    assertEquals(await seen("light"), [
      "rgb(255, 255, 255)",
      "rgb(31, 35, 40)",
      "rgb(34, 34, 34)",
    ]);
    assertEquals(await seen("dark"), [
      "rgb(22, 24, 28)",
      "rgb(227, 227, 227)",
      "rgb(227, 227, 227)",
    ]);
  },
);

browserTest(
  "fits a phone of 360 pixels without sideways scrolling, code shown or folded",
  async (browser, file) => {
    const viewport = { width: 360, height: 844 };
    const { page } = await opened(browser, file, { viewport });
    await plots(page, 2);
    const width = () =>
      page.evaluate(
        "Math.max(document.body.scrollWidth, document.documentElement.scrollWidth)",
      );
    assertEquals(await width(), 360);
    await page.locator("#fold").click();
    assertEquals(await width(), 360);
    const plot = await page.locator(".js-plotly-plot").first().boundingBox();
    assert(plot !== null && plot.x >= 0 && plot.x + plot.width <= 360);
  },
);

browserTest(
  "shows static pictures and unfolds code without scripts",
  async (browser, file) => {
    const { page } = await opened(browser, file, { javaScriptEnabled: false });
    const pictures = page.locator(".interplay-figure > img:visible");
    assertEquals(await pictures.count(), 2);
    const box = await pictures.first().boundingBox();
    assert((box?.height ?? 0) > 100);
    assertEquals(await page.locator("button:visible").count(), 0);
    await page.locator("summary").first().click();
    assertEquals(await page.locator("details.code > pre:visible").count(), 1);
  },
);

browserTest(
  "prints static pictures on white, without what only a screen needs",
  async (browser, file) => {
    const { page } = await opened(browser, file, { colorScheme: "dark" });
    await plots(page, 2);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assertEquals(await page.locator("img.print-only:visible").count(), 2);
    for (const hidden of [".js-plotly-plot", "button", "details.code"]) {
      assertEquals(await page.locator(`${hidden}:visible`).count(), 0, hidden);
    }
    assertEquals(
      await colour(page, "body", "backgroundColor"),
      "rgb(255, 255, 255)",
    );
  },
);

Deno.test({
  name:
    "exportHtml() in a browser: a result lives, unfolds its numbers, and prints both",
  ignore: withoutBrowser,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using folder = await Folder.make();
    const file = folder.file("result.html");
    await exportHtml(result, { file });
    await using browser = await launch();
    const viewport = { width: 360, height: 740 };
    const { page, complaints, requests } = await opened(browser, file, {
      viewport,
    });
    await plots(page, 1);
    const table = page.locator(".interplay-result table").first();
    assertFalse(await table.isVisible());
    await page.locator(".interplay-result > summary").click();
    assert(await table.isVisible());
    // A table that is wider than a phone scrolls in its box.
    const box = "document.querySelector('.interplay-result')";
    const reached = await page.evaluate(
      `${box}.scrollLeft = 1e4, ${box}.scrollLeft + ${box}.clientWidth - ${box}.scrollWidth`,
    );
    assert(
      Math.abs(Number(reached)) <= 1,
      `${reached} pixels are out of reach`,
    );
    const overflow = await colour(page, ".interplay-result", "overflowX");
    assertEquals(overflow, "auto");
    assertEquals(
      await page.evaluate("document.documentElement.scrollWidth"),
      360,
    );
    await page.locator(".interplay-result > summary").click();
    await page.emulateMedia({ media: "print" });
    assertEquals(await page.locator("img.print-only:visible").count(), 1);
    assertEquals(await page.locator(".js-plotly-plot:visible").count(), 0);
    assert(((await table.boundingBox())?.height ?? 0) > 20);
    assertEquals([complaints, requests], [[], []]);
  },
});

Deno.test({
  name:
    "exportHtml() in a browser: makes no request even if an output asks for one",
  ignore: withoutBrowser,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    let hits = 0;
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => {
        hits++;
        return new Response("");
      },
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    const html = `<img src="${url}/a.png"><script src="${url}/b.js"></script>
<link rel="stylesheet" href="${url}/c.css"><iframe src="${url}/d"></iframe>
<script>fetch("${url}/e").catch(() => { document.title = "refused"; });</script>`;
    const outputs = [display({ "text/html": html })];
    await inBrowser(
      notebookOf(code("1", { outputs })),
      async (browser, file) => {
        const { page } = await opened(browser, file);
        await page.waitForFunction("document.title === 'refused'", undefined, {
          polling: 100,
        });
      },
    );
    assertEquals(hits, 0);
  },
});
