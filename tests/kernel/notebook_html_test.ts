import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { renderTable } from "../../lib/core/mod.ts";
import { OptionsError } from "../../lib/core/errors.ts";
import { curves } from "../../lib/display/mod.ts";
import { type Notebook, notebookHtml } from "../../lib/kernel/mod.ts";
import { launch, noBrowser } from "./browser.ts";
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

Deno.test("notebookHtml() embeds plotly.js once for all figures, and not at all without one", async () => {
  const page = await notebookHtml(published);
  assertEquals(count(page, "plotly.js (cartesian - minified)"), 1);
  const small = await notebookHtml(notebookOf("1"));
  assert(small.length < 20_000, `${small.length} characters`);
});

Deno.test("notebookHtml() leaves out a copy of plotly.js that an interactive session has embedded", async () => {
  const copy = display({ "text/html": "<script>a copy</script>" }, {
    interplay: { library: "plotly.js@4.1.1" },
  });
  const page = await notebookHtml(notebookOf(code("1", { outputs: [copy] })));
  assertFalse(page.includes("a copy"));
});

Deno.test("notebookHtml() escapes code, text and titles", async () => {
  const notebook = notebookOf(
    code("'</script><script>alert(1)</script>'", {
      outputs: [
        stream("<script>alert(2)</script>"),
        display({ "text/plain": "<b>plain</b>" }),
        { output_type: "error", ename: "<i>", evalue: "</pre>", traceback: [] },
      ],
    }),
  );
  const page = await notebookHtml(notebook, { title: "</title><script>" });
  assertFalse(page.includes("alert(1)</script>"));
  assertFalse(page.includes("<script>alert(2)"));
  assertStringIncludes(page, "&lt;b&gt;plain&lt;/b&gt;");
  assertStringIncludes(page, "&lt;i&gt;: &lt;/pre&gt;");
  assertStringIncludes(page, "<title>&lt;/title&gt;&lt;script&gt;</title>");
});

Deno.test("notebookHtml() shows of each output the richest type a page can show", async () => {
  const shown = async (data: Record<string, unknown>) => {
    const outputs = [display(data)];
    const page = await notebookHtml(notebookOf(code("1", { outputs })));
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

Deno.test("notebookHtml() takes title and language from its options, the title else from the first heading", async () => {
  const page = await notebookHtml(published, { lang: "de-CH" });
  assertStringIncludes(page, '<html lang="de-CH">');
  assertStringIncludes(page, "<title>Entropy and H ≤ log n</title>");
  await assertRejects(
    () => notebookHtml(published, { lang: "x y" }),
    OptionsError,
    "Cannot make the page",
  );
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
  await Deno.writeTextFile(file, await notebookHtml(notebook));
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
    name: `notebookHtml() in a browser: ${name}`,
    ignore: noBrowser,
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
  "fits a phone without sideways scrolling, code shown or folded",
  async (browser, file) => {
    const viewport = { width: 390, height: 844 };
    const { page } = await opened(browser, file, { viewport });
    await plots(page, 2);
    const width = () =>
      page.evaluate(
        "Math.max(document.body.scrollWidth, document.documentElement.scrollWidth)",
      );
    assertEquals(await width(), 390);
    await page.locator("#fold").click();
    assertEquals(await width(), 390);
    const plot = await page.locator(".js-plotly-plot").first().boundingBox();
    assert(plot !== null && plot.x >= 0 && plot.x + plot.width <= 390);
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
    assertFalse(await page.locator("#fold").isVisible());
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
    for (const hidden of [".js-plotly-plot", "#fold", "details.code"]) {
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
    "notebookHtml() in a browser: makes no request even if an output asks for one",
  ignore: noBrowser,
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
        await page.waitForFunction("document.title === 'refused'");
      },
    );
    assertEquals(hits, 0);
  },
});
