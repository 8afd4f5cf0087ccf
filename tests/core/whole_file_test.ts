import { assertEquals, assertRejects } from "@std/assert";
import { requireWritable, writeWhole } from "../../lib/core/whole_file.ts";
import { Folder } from "../kernel/fixtures.ts";

function names(folder: Folder): string[] {
  return Array.from(Deno.readDirSync(folder.path), ({ name }) => name).sort();
}

Deno.test("writeWhole() writes text and bytes, over what was there, and leaves nothing else", async () => {
  await using folder = await Folder.make();
  const file = folder.file("a.txt");
  await writeWhole(file, "first and long");
  await writeWhole(file, "tëxt");
  assertEquals(await Deno.readTextFile(file), "tëxt");
  await writeWhole(file, Uint8Array.of(1, 2));
  assertEquals([...await Deno.readFile(file)], [1, 2]);
  assertEquals(names(folder), ["a.txt"]);
});

Deno.test("writeWhole() leaves nothing behind when the file cannot take its place", async () => {
  await using folder = await Folder.make();
  await Deno.mkdir(folder.file("a"));
  await Deno.writeTextFile(folder.file("a/inside"), "");
  await assertRejects(() => writeWhole(folder.file("a"), "x"));
  assertEquals(names(folder), ["a"]);
});

Deno.test("requireWritable() says what stands in the way, and leaves no trace where nothing does", async () => {
  await using folder = await Folder.make();
  await requireWritable(folder.file("a.txt"));
  assertEquals(names(folder), []);
  const missing = folder.file("none/a.txt");
  await assertRejects(
    () => requireWritable(missing),
    Deno.errors.NotFound,
    `Cannot write ${missing}: expected a folder, received none at`,
  );
  await assertRejects(
    () => requireWritable(folder.path),
    Deno.errors.IsADirectory,
    "expected a file, received a folder",
  );
});

Deno.test({
  name: "requireWritable() refuses a folder that takes no new file",
  ignore: Deno.build.os !== "linux", // where /sys is such a folder, for root as well
  fn: () =>
    assertRejects(
      () => requireWritable("/sys/kernel/a.txt"),
      Deno.errors.PermissionDenied,
      "expected a folder that can be written to, received",
    ).then(() => undefined),
});
