import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  displayable,
  jupyterDisplay,
  type MimeBundle,
  OptionsError,
  registerView,
  ShapeError,
} from "../../lib/core/mod.ts";
import {
  type DrawableRecord,
  Figure,
  live,
  MemoryHost,
  resultPlot,
  useHost,
} from "../../lib/display/mod.ts";
import { counting } from "../experiments/fixtures.ts";
import { repeat, sweep } from "interplay/experiments";

/** A record of `n` rows, two lines of one column and one with an interval. */
function record(n = 6): DrawableRecord {
  const index = Array.from({ length: n }, (_, i) => i);
  const mir = index.map((i) => 0.2 + 0.5 * i / n);
  return {
    seeds: [1, 2, 3],
    level: 0.9,
    backend: "wasm",
    outcome: "completed",
    data: { test: { name: "clouds", samples: 60 } },
    claims: [
      { statement: "MIR rises", holds: true },
      { statement: "HDR falls", holds: false },
      { statement: "It ends", holds: null },
    ],
    series: {
      epochs: {
        epoch: index,
        method: index.map((i) => i % 2 ? "odd" : "even"),
        mir,
        "mir.low": mir.map((x) => x - 0.1),
        "mir.high": mir.map((x) => x + 0.1),
        hdr: mir.map((x) => 1 - x),
      },
    },
    charts: [
      {
        name: "ratios",
        title: "Ratios",
        table: "epochs",
        x: { column: "epoch", title: "epoch" },
        panels: [
          {
            title: "MIR",
            lines: [{ column: "mir", label: "whole" }],
            references: [
              { label: "collapse", value: 0.952 },
              { label: "not there", value: NaN },
            ],
          },
          {
            title: "HDR",
            log: true,
            lines: ["odd", "even"].map((method) => ({
              column: "hdr",
              label: method,
              where: { method },
              dash: "dot",
            })),
            references: [{ label: "none on a log axis", value: 0 }],
          },
        ],
        notes: ["Read it with care."],
      },
      {
        name: "other",
        title: "Other",
        table: "epochs",
        x: { column: "hdr", title: "HDR", log: true },
        panels: [{ title: "MIR", lines: [{ column: "mir", label: "whole" }] }],
      },
    ],
  };
}

Deno.test("resultPlot() draws the panels a record asks for, with the lines for comparison that have a place", () => {
  const { data, layout } = resultPlot(record()).toJSON();
  assertEquals(data.map(({ name }) => name), [
    "whole: 90 % interval",
    "whole",
    "odd",
    "even",
  ]);
  assertEquals(layout.shapes?.map((shape) => "y0" in shape && shape.y0), [
    0.952,
  ]);
  assertEquals(layout.yaxis2?.type, "log");
});

Deno.test("resultPlot() takes the rows a line asks for", () => {
  const [, , ...lines] = resultPlot(record()).toJSON().data;
  const places = lines.map((line) =>
    line.type === "scatter" ? [line.x0, line.dx, line.y.length] : []
  );
  assertEquals(places, [[1, 2, 3], [0, 2, 3]]);
});

Deno.test("resultPlot() says how the record came about, and which claims hold", () => {
  const figure = resultPlot(record());
  const svg = figure.toSvg().replaceAll(/<[^>]+>/g, " ");
  assertStringIncludes(svg, "clouds, N = 60, 3 seeds, mean and 90 %");
  assertEquals(figure.notes, [
    "Read it with care.",
    "Holds here: MIR rises.",
    "Does not hold here: HDR falls.",
    "Cannot be told here: It ends.",
  ]);
  const other = resultPlot(record(), { chart: "other", title: "Mine" });
  assertEquals([other.title, other.notes], ["Mine", []]);
});

Deno.test("resultPlot() says where a run was stopped", () => {
  const stopped = { ...record(), outcome: "stopped" };
  assertStringIncludes(resultPlot(stopped).toSvg(), "stopped");
});

Deno.test("resultPlot() refuses what it cannot draw, by name", () => {
  const refused = (
    change: Partial<DrawableRecord>,
    type: typeof ShapeError | typeof OptionsError,
    message: string,
    options = {},
  ) =>
    assertThrows(
      () => resultPlot({ ...record(), ...change }, options),
      type,
      message,
    );
  refused({ charts: [] }, ShapeError, "a record with `series` and `charts`");
  refused({ series: {} }, ShapeError, "expected a table `epochs`");
  refused(
    { series: { epochs: { epoch: [1], hdr: [1] } } },
    ShapeError,
    "expected a column `mir` in the table `epochs`, received epoch, hdr",
  );
  refused({}, OptionsError, '"ratios", "other" as `chart`', { chart: "x" });
  refused({}, OptionsError, "Unrecognized key", { charts: "x" });
});

async function shown(value: object): Promise<MimeBundle> {
  const host = new MemoryHost();
  const restore = useHost(host);
  try {
    return await (value as { [jupyterDisplay](): MimeBundle })
      [jupyterDisplay]();
  } finally {
    restore();
  }
}

Deno.test("results, repetitions and sweeps show themselves as figures with their numbers beneath, under 50 KB", async () => {
  const options = { seeds: 2, stages: 1, steps: 200 };
  const shownAs = {
    result: await counting({ steps: 2000 }),
    repetition: await repeat(counting, options),
    sweep: await sweep(counting, { ...options, grid: { stages: [1, 2, 3] } }),
  };
  for (const [kind, value] of Object.entries(shownAs)) {
    const bundle = await shown(value);
    assertEquals(Object.keys(bundle), [
      "application/vnd.plotly.v1+json",
      "text/html",
      "image/svg+xml",
      "text/plain",
    ], kind);
    assertStringIncludes(String(bundle["text/html"]), "Numbers and claims");
    assertStringIncludes(String(bundle["text/html"]), "<table>");
    assertStringIncludes(String(bundle["text/plain"]), "counting");
    const { length } = new TextEncoder().encode(JSON.stringify(bundle));
    assert(length < 50_000, `${kind}: ${length} bytes`);
  }
});

Deno.test("a record of a registered kind is shown by its view, which may show the plain display with it", () => {
  const point = displayable({ x: 1 }, () => ({ "text/plain": "plain" }), {
    kind: "test/point",
  });
  assertEquals(point[jupyterDisplay](), { "text/plain": "plain" });
  const views: unknown[] = [];
  const restore = registerView("test/point", (seen, plain) => {
    views.push(seen);
    return { ...plain, drawn: true };
  });
  const second = registerView("test/point", () => ({ second: true }));
  assertEquals(point[jupyterDisplay](), { second: true });
  second();
  assertEquals(point[jupyterDisplay](), { "text/plain": "plain", drawn: true });
  assertEquals(views, [point]);
  restore();
  assertEquals(point[jupyterDisplay](), { "text/plain": "plain" });
  assertEquals(Object.keys(point), ["x"]);
});

Deno.test("live() follows an experiment by its own chart, and hands over its result", async () => {
  const host = new MemoryHost();
  const restore = useHost(host);
  let now = 0;
  const seen: string[] = [];
  const result = await live(counting({ stages: 2, steps: 4 }), {
    title: "counting",
    now: () => now += 400,
    onEvent: ({ type }) => seen.push(type),
  });
  restore();
  assertEquals(result.outcome, "completed");
  assertEquals(seen.at(-1), "result");
  const figures = host.events.flatMap((event) =>
    "bundle" in event && "image/svg+xml" in event.bundle
      ? [String(event.bundle["image/svg+xml"])]
      : []
  );
  assert(figures.length > 1);
  assertStringIncludes(figures[0]!, "running");
  assert(!figures.at(-1)!.includes("running"));
  assertStringIncludes(figures.at(-1)!, "Values");
});

Deno.test("live() says of an experiment that was stopped how far it got", async () => {
  const host = new MemoryHost({ rich: false });
  const restore = useHost(host);
  const controller = new AbortController();
  const result = await live(counting({ signal: controller.signal }), {
    onEvent: ({ type }) => type === "step" && controller.abort(),
  });
  restore();
  assertEquals(result.outcome, "stopped");
  assertStringIncludes(host.text, "stopped: interrupted");
});

Deno.test("a figure of a result before its first row is empty, and no error", async () => {
  const run = counting({ stages: 1 });
  for await (const event of run) {
    if (event.type === "stage" && event.state === "begun") {
      assert(resultPlot(run.history) instanceof Figure);
    }
  }
});
