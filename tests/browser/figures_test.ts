/// <reference lib="dom" />
/// <reference lib="deno.ns" />

/** Every kind of figure in a real browser: alive, without scripts, late, narrow, dark. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import {
  configureDisplay,
  curves,
  displayLibrary,
  type Figure,
  MemoryHost,
  useHost,
} from "../../lib/display/mod.ts";
import { gallery } from "../display/gallery.ts";
import { launch, withoutBrowser } from "./chromium.ts";
import { drawn, holds, Watch } from "./watch.ts";

const figures = gallery();

async function embeddedLibrary(): Promise<string> {
  const host = new MemoryHost();
  const restore = useHost(host);
  configureDisplay({ library: "embed" });
  await displayLibrary();
  restore();
  const [event] = host.events;
  return event?.type === "display" ? String(event.bundle["text/html"]) : "";
}

const library = await embeddedLibrary();

function pageOf(shown: readonly Figure[], head = library): string {
  const body = shown.map((figure) => figure.bundle()["text/html"]).join("\n");
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>t</title>
<style>body{margin:8px;background:#fff}</style>${head}<body>${body}</body></html>`;
}

interface Opened {
  page: Page;
  watch: Watch;
}

/** Runs `body` on a page of its own. */
async function onPage(
  browser: Browser,
  options: BrowserContextOptions & { html: string },
  body: (opened: Opened) => Promise<void>,
): Promise<void> {
  const { html, ...contextOptions } = options;
  const context = await browser.newContext({
    viewport: { width: 800, height: 600 },
    ...contextOptions,
  });
  try {
    const page = await context.newPage();
    const watch = new Watch(page);
    await page.setContent(html);
    await body({ page, watch });
    assertEquals(watch.complaints, []);
    assertEquals(watch.requests, []);
  } finally {
    await context.close();
  }
}

/** A property that plotly puts on its element. */
interface PlotElement extends HTMLElement {
  data: { type: string; mode?: string }[];
  layout: Record<string, unknown>;
}

interface PlotlyWindow {
  Plotly: {
    validate(data: unknown, layout: unknown): { msg: string }[] | undefined;
  };
}

/** What a figure's element holds once it is drawn. */
interface Seen {
  problems: string[];
  marks: number;
  titles: string[];
  heading: string;
  images: number;
  label: string | null;
}

function look(page: Page): Promise<Seen[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll(".interplay-figure")].map((box) => {
      const plot = box.querySelector<PlotElement>(".js-plotly-plot");
      const { Plotly } = globalThis as unknown as PlotlyWindow;
      const all = (query: string) => [...box.querySelectorAll(query)];
      return {
        problems: (Plotly.validate(plot?.data, plot?.layout) ?? []).map((p) =>
          p.msg
        ),
        marks: all(
          ".scatterlayer .js-line, .scatterlayer .point, .hm image, .imagelayer image",
        ).length,
        titles: all(
          ".xtitle, .ytitle, .x2title, .y2title, .y3title, .y4title, .y5title, [class$=title]",
        )
          .map((e) => e.textContent ?? "").filter((text) => text !== ""),
        heading: box.querySelector(".gtitle")?.textContent ?? "",
        images: all(":scope > img").length,
        label: box.getAttribute("aria-label"),
      };
    })
  );
}

function axisTitles(figure: Figure): string[] {
  return Object.entries(figure.toJSON().layout).flatMap(([key, axis]) =>
    /^[xy]axis/.test(key)
      ? [(axis as { title?: { text: string } }).title?.text ?? ""]
      : []
  ).filter((title) => title !== "");
}

Deno.test({
  name: "figures in Chromium",
  ignore: withoutBrowser,
  async fn(t) {
    const browser = await launch();
    try {
      await t.step(
        "each comes alive with marks, titles and a valid schema, and asks for nothing",
        async () => {
          const shown = Object.values(figures);
          await onPage(browser, { html: pageOf(shown) }, async ({ page }) => {
            await drawn(page, shown.length);
            const seen = await look(page);
            Object.entries(figures).forEach(([name, figure], i) => {
              const box = seen[i];
              assertEquals(box?.problems, [], name);
              assert((box?.marks ?? 0) > 0, `${name} has no marks`);
              assertEquals(box?.images, 0, `${name} keeps its picture`);
              assertEquals(box?.label, figure.description, name);
              assert(box?.heading.startsWith(figure.title.slice(0, 20)), name);
              for (const title of axisTitles(figure)) {
                assert(box?.titles.includes(title), `${name}: ${title}`);
              }
            });
          });
        },
      );

      await t.step("each is a picture where no script runs", async () => {
        const shown = Object.values(figures);
        const options = { html: pageOf(shown), javaScriptEnabled: false };
        await onPage(browser, options, async ({ page }) => {
          const pictures = page.locator(".interplay-figure > img");
          assertEquals(await pictures.count(), shown.length);
          for (const picture of await pictures.all()) {
            const box = await picture.boundingBox();
            assert((box?.width ?? 0) >= 600 && (box?.height ?? 0) > 100);
          }
        });
      });

      await t.step(
        "each SVG is well-formed and loads as an image",
        async () => {
          await onPage(browser, { html: pageOf([], "") }, async ({ page }) => {
            for (const [name, figure] of Object.entries(figures)) {
              const size = await page.evaluate(async (svg) => {
                const parsed = new DOMParser().parseFromString(
                  svg,
                  "image/svg+xml",
                );
                const broken =
                  parsed.querySelector("parsererror")?.textContent ?? "";
                const image = new Image();
                image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
                await image.decode();
                return { broken, width: image.naturalWidth };
              }, figure.toSvg());
              assertEquals(size, { broken: "", width: 640 }, name);
            }
          });
        },
      );

      const one = [curves({ a: [1, 3, 2], b: [2, 1, 4] }, { title: "One" })];

      await t.step("a library that comes later is still used", async () => {
        await onPage(browser, { html: pageOf(one, "") }, async ({ page }) => {
          assertEquals(
            await page.locator(".interplay-figure > img").count(),
            1,
          );
          await page.evaluate((html) => {
            const script = document.createElement("script");
            script.textContent = html.replace(/^<script>|<\/script>$/g, "");
            document.body.append(script);
          }, library);
          await drawn(page, 1);
        });
      });

      await t.step(
        "require.js on the page does not take the library",
        async () => {
          const amd =
            "<script>window.define=()=>{throw new Error('taken')};define.amd={}</script>";
          await onPage(
            browser,
            { html: pageOf(one, amd + library) },
            async ({ page }) => {
              await drawn(page, 1);
            },
          );
        },
      );

      await t.step("a library that fails leaves the picture", async () => {
        const broken =
          "<script>window.Plotly={newPlot(){return Promise.reject(new Error('no'))}}</script>";
        const context = await browser.newContext();
        const page = await context.newPage();
        await page.setContent(pageOf(one, broken));
        await page.waitForTimeout(300);
        assertEquals(await page.locator(".interplay-figure > img").count(), 1);
        assertEquals(await page.locator(".interplay-figure > div").count(), 0);
        await context.close();
      });

      await t.step(
        "two figures with one id, of two kernels, are both drawn",
        async () => {
          const html = String(one[0]?.bundle()["text/html"]);
          const twice = pageOf([], library).replace(
            "<body>",
            `<body>${html}${html}`,
          );
          await onPage(browser, { html: twice }, async ({ page }) => {
            await drawn(page, 2);
          });
        },
      );

      await t.step(
        "text follows JupyterLab's theme, also when it changes",
        async () => {
          await onPage(browser, { html: pageOf(one) }, async ({ page }) => {
            await drawn(page, 1);
            const color = () =>
              page.evaluate(() =>
                getComputedStyle(
                  document.querySelector(".xtitle") ?? document.body,
                ).fill
              );
            const light = await color();
            await page.evaluate(() =>
              document.body.dataset.jpThemeLight = "false"
            );
            await page.waitForFunction(
              (before) =>
                getComputedStyle(
                  document.querySelector(".xtitle") ?? document.body,
                ).fill !== before,
              light,
              { polling: 100 },
            );
            assertNotEquals(await color(), light);
          });
        },
      );

      await t.step(
        "a figure hidden while it would be drawn, or while the theme changes, is drawn well once it is seen",
        async () => {
          const figure = curves({ a: [1, 3, 2] }, {
            title: "One",
            subtitle: "and a line below",
          });
          await onPage(
            browser,
            { html: pageOf([figure]).replace("<body>", "<body hidden>") },
            async ({ page }) => {
              await holds(page, 'document.querySelector("[data-drawn]")');
              await page.waitForTimeout(300); // a figure that is rightly not drawn tells nobody
              await page.evaluate(() => document.body.hidden = false);
              await drawn(page, 1);
              const below = () =>
                page.evaluate(() => {
                  const box = (text: string) =>
                    document.querySelector(text)?.getBoundingClientRect();
                  return (box(".gtitle-subtitle")?.top ?? 0) -
                    (box(".gtitle")?.bottom ?? 0);
                });
              const gap = await below();
              assert(gap > 0);
              await page.evaluate(async () => {
                document.body.hidden = true;
                document.body.dataset.jpThemeLight = "false";
                await new Promise((resolve) => setTimeout(resolve, 300));
                document.body.hidden = false;
              });
              await page.waitForFunction(
                () =>
                  getComputedStyle(
                    document.querySelector(".xtitle") ?? document.body,
                  ).fill === "rgb(227, 227, 227)",
                undefined,
                { polling: 100 },
              );
              assertEquals(await below(), gap);
            },
          );
        },
      );

      await t.step(
        "text is dark on a white page, whatever the system prefers",
        async () => {
          await onPage(
            browser,
            { html: pageOf(one), colorScheme: "dark" },
            async ({ page }) => {
              await drawn(page, 1);
              const fill = await page.evaluate(() =>
                getComputedStyle(
                  document.querySelector(".xtitle") ?? document.body,
                ).fill
              );
              assertEquals(fill, "rgb(34, 34, 34)");
            },
          );
        },
      );

      await t.step(
        "nothing is wider than a page of 390 pixels, and legends clear the axis titles",
        async () => {
          const shown = Object.values(figures);
          const options = {
            html: pageOf(shown),
            viewport: { width: 390, height: 800 },
          };
          await onPage(browser, options, async ({ page }) => {
            await drawn(page, shown.length);
            await page.waitForTimeout(500); // the plots grow by what their legends need
            const { width, overlaps } = await page.evaluate(() => ({
              width: document.documentElement.scrollWidth,
              overlaps:
                [...document.querySelectorAll(".interplay-figure")].filter(
                  (box) => {
                    const legend = box.querySelector(".legend .bg")
                      ?.getBoundingClientRect();
                    const titles = [...box.querySelectorAll(".xtitle")].map((
                      e,
                    ) => e.getBoundingClientRect().bottom);
                    return legend !== undefined &&
                      Math.max(...titles) > legend.top + 1;
                  },
                ).length,
            }));
            assertEquals({ width, overlaps }, { width: 390, overlaps: 0 });
          });
        },
      );

      await t.step("hostile texts run nothing", async () => {
        const text =
          `</script><img src=x onerror="document.title='broken'"><b>x</b>`;
        const hostile = curves({ [text]: [1, 2], b: [2, 1] }, {
          title: text,
          subtitle: text,
          description: text,
          x: { title: text },
          y: { title: text },
          references: [{ value: 1.5, label: text }],
        });
        await onPage(browser, { html: pageOf([hostile]) }, async ({ page }) => {
          await drawn(page, 1);
          assertEquals(await page.title(), "t");
          assertEquals(await page.locator(".interplay-figure img").count(), 0);
          const heading = await page.evaluate(() =>
            document.querySelector(".gtitle")?.textContent ?? ""
          );
          assert(heading.startsWith("</script><img"));
        });
      });
    } finally {
      await browser.close();
    }
  },
});
