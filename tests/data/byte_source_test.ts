import { assertEquals, assertRejects } from "@std/assert";
import { interrupt, readCsv, readIdx } from "interplay";
import { Check } from "../../lib/core/check.ts";
import { openSource } from "../../lib/data/_arrays/byte_source.ts";
import { Folder } from "../kernel/fixtures.ts";
import { held, withServer } from "./local_server.ts";

/** Interrupts as soon as there is something to interrupt, unless it is over before. */
async function interruptWhenListening(
  reading: Promise<unknown>,
): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  reading.then(end, end);
  while (!over && interrupt().asked === 0) {
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** That `reading` ends with an AbortError, and that nothing listens after it. */
async function assertStopped(
  reading: Promise<unknown>,
  action: string,
): Promise<void> {
  const { name } = await assertRejects(
    () => reading,
    DOMException,
    `Cannot ${action}: expected to go on, received an interrupt`,
  );
  assertEquals([name, interrupt().asked], ["AbortError", 0]);
}

Deno.test("openSource() of a file reads no further piece after an interrupt", async () => {
  await using folder = await Folder.make();
  await Deno.writeFile(folder.file("a.bin"), Uint8Array.of(1, 2, 3));
  const reading = (async () => {
    const check = new Check("read the file");
    using source = await openSource(check, folder.file("a.bin"));
    assertEquals(await source.read(1, 2), Uint8Array.of(2, 3));
    assertEquals(interrupt().asked, 1);
    await source.read(0, 1);
  })();
  await assertStopped(reading, "read the file");
});

Deno.test("a reader of a large file stops at an interrupt, before the file is read", async () => {
  await using folder = await Folder.make();
  const path = folder.file("large.idx");
  const bytes = 2 ** 27;
  const header = new Uint8Array(8);
  header.set([0, 0, 8, 1]);
  new DataView(header.buffer).setUint32(4, bytes);
  await Deno.writeFile(path, header);
  await Deno.truncate(path, header.length + bytes); // zeros that take no room
  const reading = readIdx(path);
  await interruptWhenListening(reading);
  await assertStopped(reading, "read IDX");
});

Deno.test("a reader of an address stops at an interrupt while nothing comes", () =>
  withServer(
    () => new Response(held(new TextEncoder().encode("1,2\n"))),
    async ({ origin }) => {
      const reading = readCsv(`${origin}/table.csv`);
      await interruptWhenListening(reading);
      await assertStopped(reading, "read CSV");
    },
  ));
