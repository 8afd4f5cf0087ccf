/**
 * Figures as they were when somebody last looked at them. After a change that was meant, look at the
 * figures and run this file with `-- --update`.
 */

import { assertEquals } from "@std/assert";
import { gallery } from "./gallery.ts";

const folder = new URL("./snapshots/", import.meta.url);
const updating = Deno.args.includes("--update");

/** Pictures are left to their own tests: how they are packed is the runtime's affair. */
function withoutPictures(text: string): string {
  return text.replaceAll(/data:image\/png;base64,[\w+/=]+/g, "data:image/png");
}

/** Numbers to three decimals, ids to one. */
function normalized(svg: string): string {
  return withoutPictures(svg).replaceAll(/\bi[0-9a-f]{8}\b/g, "id")
    .replaceAll(/-?\d+\.\d{4,}/g, (n) => String(Number(Number(n).toFixed(3))))
    .replaceAll("><", ">\n<") + "\n";
}

function roundedJson(value: unknown): string {
  const round = (_: string, v: unknown) =>
    typeof v === "number" ? Number(v.toFixed(3)) : v;
  return withoutPictures(JSON.stringify(value, round, 1)) + "\n";
}

async function compare(name: string, text: string): Promise<void> {
  const file = new URL(name, folder);
  if (updating) return await Deno.writeTextFile(file, text);
  assertEquals(text, await Deno.readTextFile(file), `${name} has changed`);
}

for (const [name, figure] of Object.entries(gallery())) {
  Deno.test(`${name}: plotly JSON and SVG are those of the snapshot`, async () => {
    await compare(`${name}.json`, roundedJson(figure.toJSON()));
    await compare(`${name}.svg`, normalized(figure.toSvg()));
  });
}

Deno.test("snapshots are all of figures that exist", async () => {
  const known = Object.keys(gallery()).flatMap((name) => [
    `${name}.json`,
    `${name}.svg`,
  ]);
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) found.push(entry.name);
  assertEquals(found.sort(), known.sort());
});
