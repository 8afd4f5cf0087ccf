import { assertEquals, assertRejects } from "@std/assert";
import { FormatError } from "../../lib/core/errors.ts";
import { Wire } from "../../lib/kernel/_wire.ts";

const utf8 = new TextEncoder();
const text = (bytes: Uint8Array | undefined) =>
  new TextDecoder().decode(bytes ?? new Uint8Array());

Deno.test("Wire signs with HMAC-SHA256 over header, parent, metadata and content", async () => {
  const wire = await Wire.open("key", "session");
  const frames = await wire.encode(wire.header("execute_request"), {
    code: "1",
  });
  assertEquals(frames.length, 6);
  assertEquals(text(frames[0]), "<IDS|MSG>");
  const header = JSON.parse(text(frames[2]));
  assertEquals(header.msg_type, "execute_request");
  assertEquals(header.session, "session");
  assertEquals(header.version, "5.3");
  assertEquals(frames.slice(3).map(text), ["{}", "{}", '{"code":"1"}']);
});

Deno.test("Wire reads a message signed elsewhere", async () => {
  const wire = await Wire.open("secret", "session");
  // printf '%s' '{"msg_id":"a","msg_type":"status"}{}{}{"execution_state":"idle"}' |
  //   openssl dgst -sha256 -hmac secret
  const message = await wire.decode(
    [
      "kernel.iopub",
      "<IDS|MSG>",
      "cb75083f4727c8714dd8cb7d68120fe7fe662073967c3246284ee7b5eb815723",
      '{"msg_id":"a","msg_type":"status"}',
      "{}",
      "{}",
      '{"execution_state":"idle"}',
    ].map((part) => utf8.encode(part)),
  );
  assertEquals(message.header.msg_type, "status");
  assertEquals(message.parent, {});
  assertEquals(message.content, { execution_state: "idle" });
});

Deno.test("Wire numbers its headers within the session", async () => {
  const wire = await Wire.open("key", "s");
  assertEquals(wire.header("a").msg_id, "s_1");
  assertEquals(wire.header("b").msg_id, "s_2");
});

Deno.test("Wire rejects a message signed with another key, changed on the way, or not signed", async () => {
  const wire = await Wire.open("key", "session");
  const other = await Wire.open("other", "session");
  const forged = await other.encode(other.header("status"), {});
  const changed = await wire.encode(wire.header("status"), { a: 1 });
  changed[5] = utf8.encode('{"a":2}');
  const unsigned = await wire.encode(wire.header("status"), {});
  unsigned[1] = new Uint8Array(0);
  for (const frames of [forged, changed, unsigned]) {
    await assertRejects(
      () => wire.decode(frames),
      FormatError,
      "expected a signature made with the key of this session, received another",
    );
  }
});

Deno.test("Wire rejects frames that are no message", async () => {
  const wire = await Wire.open("key", "session");
  const frames = await wire.encode(wire.header("status"), {});
  await assertRejects(
    () => wire.decode(frames.slice(1)),
    FormatError,
    "expected <IDS|MSG> and five frames, received 5 frames",
  );
  await assertRejects(() => wire.decode(frames.slice(0, 5)), FormatError);
});
