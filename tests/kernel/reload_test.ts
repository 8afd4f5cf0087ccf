import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { OptionsError } from "../../lib/core/mod.ts";
import { MemoryHost, useHost } from "../../lib/display/mod.ts";
import { reload } from "../../lib/kernel/mod.ts";
import { Folder } from "./fixtures.ts";

interface Top {
  total(): number;
  aside: { value: object };
}

/** Three files: `top` imports `leaf` and `aside`. */
async function project(folder: Folder): Promise<string> {
  await Deno.writeTextFile(folder.file("leaf.ts"), "export const leaf = 1;");
  await Deno.writeTextFile(
    folder.file("aside.ts"),
    "export const value = {};",
  );
  await Deno.writeTextFile(
    folder.file("top.ts"),
    `import { leaf } from "./leaf.ts";
import * as aside from "./aside.ts";
export const total = (): number => 10 * leaf;
export { aside };`,
  );
  return folder.file("top.ts");
}

/** Writes a file so that it is newer than anything before. */
async function edit(file: string, text: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  await Deno.writeTextFile(file, text);
}

/** What is printed while `body` runs. */
async function printed(body: () => Promise<unknown>): Promise<string> {
  const host = new MemoryHost({ rich: false });
  const restore = useHost(host);
  try {
    await body();
  } finally {
    restore();
  }
  return host.text;
}

Deno.test("reload() loads what was edited and what imports it, and leaves the rest as it is", async () => {
  await using folder = await Folder.make();
  const top = await project(folder);
  const first = await reload<Top>(top); // newer than this process: loaded anew
  assertEquals(first.total(), 10);
  await edit(folder.file("leaf.ts"), "export const leaf: number = 2;");
  const text = await printed(async () => {
    const second = await reload<Top>(top);
    assertEquals(second.total(), 20);
    assertStrictEquals(second.aside.value, first.aside.value);
  });
  assertEquals(text.match(/\w+\.ts/g), ["leaf.ts", "top.ts"]);
  assertEquals(first.total(), 10);
});

Deno.test("reload() changes what later imports lead to, whoever imports", async () => {
  await using folder = await Folder.make();
  const top = await project(folder);
  const url = `file://${top}`;
  assertEquals((await import(url)).total(), 10);
  await edit(folder.file("leaf.ts"), "export const leaf = 3;");
  assertEquals((await import(url)).total(), 10);
  await reload(top);
  assertEquals((await import(url)).total(), 30);
  assertEquals((await import(`file://${folder.file("leaf.ts")}`)).leaf, 3);
});

Deno.test("reload() says that nothing has changed, and gives the module that is there", async () => {
  await using folder = await Folder.make();
  const top = await project(folder);
  const first = await reload(top);
  const text = await printed(async () => {
    assertStrictEquals(await reload(top), first);
  });
  assertEquals(text, `Nothing has changed in ${top}\n`);
});

Deno.test("reload() passes on what the edited module throws, and loads it once it is mended", async () => {
  await using folder = await Folder.make();
  const top = await project(folder);
  await reload(top);
  await edit(
    folder.file("leaf.ts"),
    "throw new RangeError('half done'); export const leaf = 0;",
  );
  await assertRejects(() => reload(top), RangeError, "half done");
  await edit(folder.file("leaf.ts"), "export const leaf = 4;");
  const mended = await reload<Top>(top);
  assertEquals(mended.total(), 40);
});

Deno.test("reload() takes names of the import map and URLs, and refuses what is no module", async () => {
  const byName = await reload("interplay/metrics");
  assertStrictEquals(byName, await import("interplay/metrics"));
  await assertRejects(
    () => reload("./nothing.ts"),
    OptionsError,
    "Cannot reload ./nothing.ts: expected modules that can be read",
  );
  await using folder = await Folder.make();
  const file = folder.file("broken.ts");
  await Deno.writeTextFile(file, "export const = 1;");
  await assertRejects(
    () => reload(`file://${file}`),
    OptionsError,
    "broken.ts",
  );
});
