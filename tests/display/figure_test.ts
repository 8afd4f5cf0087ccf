import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { inflateRawSync } from "node:zlib";
import { jupyterDisplay } from "../../lib/core/mod.ts";
import {
  configureDisplay,
  confusion,
  curves,
  type Figure,
  gramHeatmap,
  imageGrid,
  MemoryHost,
  scatter2d,
  table,
  useHost,
} from "../../lib/display/mod.ts";
import { gallery } from "./gallery.ts";

const HOSTILE =
  `</script><img src=x onerror="alert(1)"> & "quotes" 'n' \u0007 <b>`;

function html(figure: Figure): string {
  return String(figure.bundle()["text/html"]);
}

/** The plotly JSON that the script in the HTML unpacks. */
function packedJson(figure: Figure): unknown {
  const packed =
    /\("interplay-figure-[^"]+","([^"]+)"\)/.exec(html(figure))?.[1] ?? "";
  return JSON.parse(inflateRawSync(Uint8Array.fromBase64(packed)).toString());
}

function pictureOf(figure: Figure): string {
  const data =
    /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html(figure))?.[1] ?? "";
  return new TextDecoder().decode(Uint8Array.fromBase64(data));
}

Deno.test("Figure.bundle() has the four MIME types, which say the same", () => {
  for (const [name, figure] of Object.entries(gallery())) {
    const bundle = figure.bundle();
    assertEquals(Object.keys(bundle), [
      "application/vnd.plotly.v1+json",
      "text/html",
      "image/svg+xml",
      "text/plain",
    ], name);
    assertEquals(
      packedJson(figure),
      JSON.parse(JSON.stringify(bundle["application/vnd.plotly.v1+json"])),
      name,
    );
    assertEquals(pictureOf(figure), bundle["image/svg+xml"], name);
  }
});

Deno.test("Figure.bundle() gives each HTML an id of its own", () => {
  const figure = curves({ a: [1, 2] });
  const id = (text: string) => /id="([^"]+)"/.exec(text)?.[1];
  assertNotEquals(id(html(figure)), id(html(figure)));
});

Deno.test("Figure.toJSON() is never sent anywhere and has no logo", () => {
  const { config } = curves({ a: [1, 2] }).toJSON();
  assertEquals(
    [config.showSendToCloud, config.displaylogo, config.responsive],
    [false, false, true],
  );
});

Deno.test("Figure.toSvg() has a role, a label and a title", () => {
  for (const [name, figure] of Object.entries(gallery())) {
    const svg = figure.toSvg();
    assertStringIncludes(svg, `role="img"`, name);
    assertStringIncludes(svg, `aria-label="`, name);
    assertStringIncludes(svg, "<title>", name);
    assertEquals(/NaN|Infinity|undefined/.test(svg), false, name);
  }
});

Deno.test("Figure.toString() is words: title, series with first, last, least and greatest", () => {
  const text = curves({ loss: [3, 1, 2] }, { title: "Run" }).toString();
  assertEquals(
    text,
    "Run\n  x: epoch\n  loss: 3 values, first 3, last 2, min 1, max 3",
  );
});

Deno.test("Figure[jupyterDisplay]() answers at once when the library is there", async () => {
  const host = new MemoryHost();
  const restore = useHost(host);
  configureDisplay({ library: "cdn" });
  const figure = curves({ a: [1, 2] });
  const first = figure[jupyterDisplay]();
  const second = figure[jupyterDisplay]();
  assert(first instanceof Promise && !(second instanceof Promise));
  await first;
  restore();
  configureDisplay({ library: "embed" });
});

/** Every figure with a text in each place that takes one. */
function hostileFigures(): Record<string, Figure> {
  const words = { title: HOSTILE, subtitle: HOSTILE, description: HOSTILE };
  return {
    curves: curves({ [HOSTILE]: [1, 2], b: [2, 1] }, {
      ...words,
      x: { title: HOSTILE },
      y: { title: HOSTILE },
      references: [{ value: 1, label: HOSTILE }],
    }),
    gram: gramHeatmap([[1, 0], [0, 1]], {
      ...words,
      labels: [0, 1],
      classNames: [HOSTILE, "b"],
    }),
    scatter: scatter2d([[0, 1], [1, 0]], {
      ...words,
      labels: [0, 1],
      classNames: [HOSTILE, "b"],
    }),
    confusion: confusion([0, 1], [1, 1], {
      ...words,
      classNames: [HOSTILE, "b"],
    }),
    images: imageGrid([[0, 1, 1, 0]], { ...words, labels: [HOSTILE] }),
  };
}

Deno.test("hostile texts stay texts in HTML, SVG and plotly's pseudo-HTML", () => {
  for (const [name, figure] of Object.entries(hostileFigures())) {
    const page = html(figure);
    assertEquals(page.match(/<\/script>/g)?.length, 1, name);
    assertEquals(page.match(/<img /g)?.length, 1, name);
    assertEquals(/<img|<script|<b>/.test(figure.toSvg()), false, name);
    const { data, layout } = figure.toJSON();
    assertEquals(
      /<(?!br>|extra>|\/extra>)/.test(JSON.stringify([data, layout])),
      false,
      name,
    );
  }
});

Deno.test("hostile texts stay texts in tables", async () => {
  const shown = table([{ [HOSTILE]: HOSTILE }], { caption: HOSTILE });
  const bundle = await shown[jupyterDisplay]();
  assertEquals(String(bundle["text/html"]).includes("<img"), false);
  assertStringIncludes(String(bundle["text/html"]), "&lt;img");
});
