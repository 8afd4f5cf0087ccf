import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { BrowserError, OptionsError } from "../../lib/core/errors.ts";
import { curves } from "../../lib/display/mod.ts";
import { importHtml } from "../../lib/kernel/mod.ts";
import { withoutBrowser } from "../browser/chromium.ts";
import { Folder } from "../kernel/fixtures.ts";
import { gallery } from "./gallery.ts";

const figure = curves({ loss: [3, 2, 1] }, { title: "A run" });

function names(folder: Folder): string[] {
  return Array.from(Deno.readDirSync(folder.path), ({ name }) => name).sort();
}

Deno.test("Figure.save() writes every kind of figure as SVG and JSON, whole and nothing beside", async () => {
  await using folder = await Folder.make();
  for (const [name, each] of Object.entries(gallery())) {
    const [svg, json] = [folder.file(`${name}.svg`), folder.file("one.json")];
    await each.save(svg);
    await each.save(json);
    assertEquals(await Deno.readTextFile(svg), each.toSvg());
    assertEquals(
      JSON.parse(await Deno.readTextFile(json)),
      JSON.parse(JSON.stringify(each)),
    );
  }
  assertEquals(names(folder).length, Object.keys(gallery()).length + 1);
});

Deno.test("Figure.save() writes a page that gives the figure back", async () => {
  await using folder = await Folder.make();
  const file = folder.file("A.HTML");
  await figure.save(file);
  const again = importHtml(await Deno.readTextFile(file));
  assertEquals(String(again), String(figure));
});

Deno.test("Figure.save() refuses other endings and options before it writes", async () => {
  await using folder = await Folder.make();
  for (const name of ["a.pdf", "a", "svg", "a.svg.gz"]) {
    await assertRejects(
      () => figure.save(folder.file(name)),
      OptionsError,
      "Cannot save the figure: expected a file ending in .svg, .png, .html or .json",
    );
  }
  await assertRejects(
    () => figure.save(folder.file("a.png"), { scale: 100 }),
    OptionsError,
    "at scale",
  );
  assertEquals(names(folder), []);
});

/** What a script prints that saves a PNG with these permissions and this environment. */
async function script(
  folder: Folder,
  { flags, env }: { flags: string[]; env: Record<string, string> },
): Promise<string> {
  const module = new URL("../../lib/display/mod.ts", import.meta.url).href;
  const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
  await Deno.writeTextFile(
    folder.file("script.ts"),
    `import { curves } from "${module}";
try {
  await curves({ a: [1, 2] }).save(${JSON.stringify(folder.file("a.png"))});
} catch (error) { console.log(error.name, error.tried.length, error.message); }`,
  );
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--config", config, "--allow-read"],
      ...["--allow-write", ...flags, folder.file("script.ts")],
    ],
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) || decoder.decode(stderr);
}

Deno.test("Figure.save() says which browsers it tried where none is there or may be run, and leaves nothing", async () => {
  await using folder = await Folder.make();
  const none = await script(folder, {
    flags: ["--allow-run", "--allow-env"],
    env: { PATH: folder.path, CHROME: folder.file("none") },
  });
  assert(none.startsWith("BrowserError 6 Cannot save a PNG: expected"), none);
  assert(none.includes(`${folder.file("none")}: not found; chromium: not`));
  const forbidden = await script(folder, { flags: [], env: {} });
  assert(forbidden.includes("Requires run access"), forbidden);
  assertEquals(names(folder), ["script.ts"]);
});

Deno.test({
  name: "Figure.save() passes by a browser that draws nothing",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await Folder.make();
    const fake = folder.file("fake");
    await Deno.writeTextFile(fake, "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    const said = await script(folder, {
      flags: ["--allow-run", "--allow-env"],
      env: { PATH: folder.path, CHROME: fake },
    });
    assert(said.startsWith("BrowserError"), said);
    assertEquals(names(folder), ["fake", "script.ts"]);
    assert(new BrowserError("x").tried.length === 0);
  },
});

/** Width and height of a PNG. */
async function pixels(file: string): Promise<number[]> {
  const { buffer } = await Deno.readFile(file);
  const view = new DataView(buffer);
  return [view.getUint32(16), view.getUint32(20)];
}

Deno.test({
  name:
    "Figure.save() draws a PNG by a browser, as large as asked, light and dark",
  ignore: withoutBrowser,
  async fn() {
    await using folder = await Folder.make();
    const { height } = figure.toJSON().layout;
    const [light, dark] = [folder.file("a.png"), folder.file("ö 測.png")];
    await figure.save(light);
    await figure.save(dark, { scale: 1, theme: "dark" });
    assertEquals(await pixels(light), [1280, 2 * height]);
    assertEquals(await pixels(dark), [640, height]);
    assertEquals(names(folder), ["a.png", "ö 測.png"]);
  },
});
