import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { libraryText } from "../../lib/display/library.ts";
import {
  configureDisplay,
  curves,
  display,
  displayLibrary,
  MemoryHost,
  useHost,
} from "../../lib/display/mod.ts";

const figure = curves({ loss: [3, 2, 1] });

/** What `body` shows in a notebook, with the library left as it is by default. */
async function shownBy(body: () => Promise<void>): Promise<MemoryHost> {
  const host = new MemoryHost();
  const restore = useHost(host);
  try {
    await body();
  } finally {
    restore();
    configureDisplay({ library: "embed" });
  }
  return host;
}

function htmlOf(host: MemoryHost, i: number): string {
  const event = host.events[i];
  return event?.type === "display" ? String(event.bundle["text/html"]) : "";
}

Deno.test("display() of figures emits the library once, before the first, and marks it", async () => {
  const host = await shownBy(async () => {
    configureDisplay({ library: "embed" });
    await display(figure);
    await display(figure);
  });
  assertEquals(host.events.length, 3);
  const [first] = host.events;
  assertEquals(first?.type === "display" && first.metadata, {
    interplay: { library: "plotly.js@4.1.1" },
  });
  assert(htmlOf(host, 0).includes(await libraryText()));
  assert(htmlOf(host, 2).length < 50_000);
});

Deno.test("the library's text can stand in a script element", async () => {
  const text = await libraryText();
  assert(text.length > 1_000_000);
  assertEquals(/<\/script|<!--/i.test(text), false);
});

Deno.test("configureDisplay() cdn links the same release with the hash of the package's own text", async () => {
  const host = await shownBy(async () => {
    configureDisplay({ library: "cdn" });
    await display(figure);
  });
  const digest = await crypto.subtle.digest(
    "SHA-384",
    new TextEncoder().encode(await libraryText()),
  );
  const html = htmlOf(host, 0);
  assert(
    html.includes(`integrity="sha384-${new Uint8Array(digest).toBase64()}"`),
  );
  assert(
    html.includes(`src="https://cdn.plot.ly/plotly-cartesian-4.1.1.min.js"`),
  );
  assert(html.includes(`crossorigin="anonymous"`));
});

Deno.test("configureDisplay() none emits the figure alone", async () => {
  const host = await shownBy(async () => {
    configureDisplay({ library: "none" });
    await display(figure);
  });
  assertEquals(host.events.length, 1);
});

Deno.test("displayLibrary() emits it again", async () => {
  const host = await shownBy(async () => {
    configureDisplay({ library: "cdn" });
    await displayLibrary();
    await displayLibrary();
    await display(figure);
  });
  assertEquals(host.events.length, 3);
});

Deno.test("a terminal gets no library", async () => {
  const host = new MemoryHost({ rich: false });
  const restore = useHost(host);
  await display(figure);
  await displayLibrary();
  restore();
  assertEquals(host.events.length, 1);
});

/** How many outputs one figure makes in a process of its own, told by its environment. */
async function outputs(
  env: Record<string, string>,
  permissions: string[],
): Promise<number> {
  const code = `
    import { curves, display, MemoryHost, useHost } from "./lib/display/mod.ts";
    const host = new MemoryHost();
    useHost(host);
    await display(curves({ a: [1, 2] }));
    console.log(host.events.length);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const root = new URL("../../", import.meta.url);
    await Deno.writeTextFile(
      file,
      code.replace("./lib", new URL("lib", root).href),
    );
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--no-prompt",
        "--config",
        fromFileUrl(new URL("deno.json", root)),
        ...permissions,
        file,
      ],
      env,
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertMatch(text, /^\d+\n$/, new TextDecoder().decode(stderr));
    return Number(text);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("INTERPLAY_PLOTLY sets the default, and is passed over without permission to read it", async () => {
  assertEquals(
    await outputs({ INTERPLAY_PLOTLY: "none" }, [
      "--allow-env",
      "--allow-read",
    ]),
    1,
  );
  assertEquals(
    await outputs({ INTERPLAY_PLOTLY: "none" }, ["--allow-read"]),
    2,
  );
  assertEquals(
    await outputs({ INTERPLAY_PLOTLY: "nonsense" }, [
      "--allow-env",
      "--allow-read",
    ]),
    2,
  );
});
