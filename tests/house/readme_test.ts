import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import numpy from "../golden/arrays/numpy.json" with { type: "json" };
import { picture, picturePath } from "./picture.ts";
import { withSanityTable } from "./sanity_table.ts";

const root = new URL("../../", import.meta.url);
const config = fromFileUrl(new URL("deno.json", root));
const readme = await Deno.readTextFile(new URL("README.md", root));

Deno.test("README carries the sanity table that deno task readme computes", () => {
  assertEquals(withSanityTable(readme), readme);
});

Deno.test("README shows the figure that stands in the quickstart notebook", async () => {
  assert(readme.includes("(notebooks/01-quickstart.svg)"));
  assertEquals(await Deno.readTextFile(picturePath), await picture());
});

/** Runs the TypeScript of a section of README as it stands in a folder, and returns what it prints. */
async function runSection(title: string, cwd: URL | string = root) {
  const section = readme.split(`## ${title}\n`)[1] ?? "";
  const code = section.match(/```ts(?: ignore)?\n(.*?)```/s)?.[1] ?? "";
  assert(code.split("\n").filter((line) => line.trim() !== "").length <= 10);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--check", "--ext=ts", `--config=${config}`, code],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("README's quick start runs as it stands, in ten lines", async () => {
  const text = await runSection("Quick start");
  assertMatch(text, /nats, N = 300\n/);
  assertMatch(text, /MIR 0\.5\d+ HDR 0\.00\d+ at collapse 0\.(5|4999999)/);
  assertMatch(text, /with shuffled labels 0\.00\d+/);
});

Deno.test("README's training example runs as it stands", async () => {
  await runSection("Training");
});

Deno.test("README's model of one's own is seen as it stands", async () => {
  assertEquals(await runSection("Models"), "16 3 [ 3, 16 ]\n");
});

Deno.test("README's loss runs as it stands", async () => {
  assertMatch(
    await runSection("Losses"),
    /^Float32Array\(1\) \[ -?0\.\d+ \]\n$/,
  );
});

Deno.test("README's embeddings from elsewhere are reported as they stand, in three lines", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const archive = Uint8Array.fromBase64(numpy.archives.savez.file);
    await Deno.writeFile(`${folder}/clip.npz`, archive);
    await runSection("Embeddings from elsewhere", folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
