import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type ByteConnection,
  encodeFrame,
  encodeGreeting,
  encodeReady,
  FrameReader,
  ZmtpSocket,
} from "../../lib/kernel/_zmtp.ts";
import { FormatError } from "../../lib/core/errors.ts";

const utf8 = new TextEncoder();

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** A connection that delivers `bytes` in pieces of `size` and keeps what is written, three bytes a time. */
class Scripted implements ByteConnection {
  readonly written: number[] = [];
  closed = false;
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #size: number;

  constructor(bytes: Uint8Array, size = bytes.length) {
    this.#bytes = bytes;
    this.#size = size;
  }

  read(into: Uint8Array): Promise<number | null> {
    const end = Math.min(this.#at + this.#size, this.#at + into.length);
    const piece = this.#bytes.subarray(this.#at, end);
    into.set(piece);
    this.#at += piece.length;
    return Promise.resolve(piece.length === 0 ? null : piece.length);
  }

  write(bytes: Uint8Array): Promise<number> {
    const piece = bytes.subarray(0, 3);
    this.written.push(...piece);
    return Promise.resolve(piece.length);
  }

  close(): void {
    this.closed = true;
  }
}

function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

const handshake = joined(encodeGreeting(), encodeReady("ROUTER"));

Deno.test("encodeFrame() writes a length of one byte up to 255 and of eight above", () => {
  assertEquals([...encodeFrame(bytesOf(2))], [0, 2, 0, 1]);
  assertEquals(encodeFrame(bytesOf(255)).length, 257);
  const long = encodeFrame(bytesOf(256), { more: true });
  assertEquals([...long.subarray(0, 9)], [3, 0, 0, 0, 0, 0, 0, 1, 0]);
  assertEquals(long.length, 265);
});

Deno.test("encodeGreeting() is the 64 bytes of ZMTP 3.0 with the NULL mechanism", () => {
  const greeting = encodeGreeting();
  assertEquals(greeting.length, 64);
  assertEquals([...greeting.subarray(0, 12)], [
    ...[0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f],
    ...[3, 0],
  ]);
  assertEquals(new TextDecoder().decode(greeting.subarray(12, 16)), "NULL");
  assert(greeting.subarray(16).every((byte) => byte === 0));
});

Deno.test("FrameReader reads frames of every length from pieces of every size", async () => {
  const lengths = [0, 1, 255, 256, 70_000, 3];
  const stream = joined(
    ...lengths.map((length) => encodeFrame(bytesOf(length))),
  );
  for (const size of [1, 2, 7, 4096, 65_536, stream.length]) {
    const reader = new FrameReader(new Scripted(stream, size));
    for (const length of lengths) {
      assertEquals((await reader.frame())?.body, bytesOf(length));
    }
    assertEquals(await reader.frame(), undefined);
  }
});

Deno.test("FrameReader says when the stream ends inside a frame", async () => {
  const cut = encodeFrame(bytesOf(300)).subarray(0, 100);
  await assertRejects(
    () => new FrameReader(new Scripted(cut)).frame(),
    FormatError,
    "Cannot read ZMTP: expected 300 bytes, received 91 and the end of the stream",
  );
});

Deno.test("FrameReader refuses lengths and flags that no frame has", async () => {
  const endless = Uint8Array.of(2, 255, 255, 255, 255, 255, 255, 255, 255);
  await assertRejects(
    () => new FrameReader(new Scripted(endless)).frame(),
    FormatError,
    "expected a frame of at most 2147483648 bytes",
  );
  await assertRejects(
    () => new FrameReader(new Scripted(Uint8Array.of(8, 0))).frame(),
    FormatError,
    "expected frame flags up to 7, received 8",
  );
});

Deno.test("ZmtpSocket shakes hands, subscribes to everything, and reads messages of several frames", async () => {
  const message = joined(
    encodeFrame(utf8.encode("one"), { more: true }),
    encodeFrame(bytesOf(300), { more: true }),
    encodeFrame(new Uint8Array(0)),
  );
  const connection = new Scripted(joined(handshake, message), 5);
  const socket = await ZmtpSocket.open(connection, "SUB");
  assertEquals(connection.written, [
    ...encodeGreeting(),
    ...encodeReady("SUB"),
    ...encodeFrame(Uint8Array.of(1)),
  ]);
  const frames = await socket.receive();
  assertEquals(frames?.map((frame) => frame.length), [3, 300, 0]);
  assertEquals(await socket.receive(), undefined);
});

Deno.test("ZmtpSocket tells whether the end of a message is still due", async () => {
  const first = encodeFrame(bytesOf(300), { more: true });
  const second = encodeFrame(bytesOf(300));
  const seen: boolean[] = [];
  const connection = new Scripted(joined(handshake, first, second), 64);
  const read = connection.read.bind(connection);
  const socket = await ZmtpSocket.open(connection, "DEALER");
  connection.read = (into) => {
    seen.push(socket.withinMessage);
    return read(into);
  };
  assertEquals(socket.withinMessage, false);
  await socket.receive();
  assertEquals(socket.withinMessage, false);
  // The handshake's last piece holds the first bytes of the message.
  assertEquals(seen, Array(10).fill(true));
});

Deno.test("ZmtpSocket sends whole messages in the order of the calls, however little is written at once", async () => {
  const connection = new Scripted(handshake);
  const socket = await ZmtpSocket.open(connection, "DEALER");
  const before = connection.written.length;
  await Promise.all([
    socket.send([utf8.encode("ab"), utf8.encode("cd")]),
    socket.send([bytesOf(300)]),
  ]);
  assertEquals(connection.written.slice(before), [
    ...encodeFrame(utf8.encode("ab"), { more: true }),
    ...encodeFrame(utf8.encode("cd")),
    ...encodeFrame(bytesOf(300)),
  ]);
});

Deno.test("ZmtpSocket answers PING between messages with PONG and the same context", async () => {
  const ping = encodeFrame(
    joined(Uint8Array.of(4), utf8.encode("PING"), Uint8Array.of(0, 9, 7, 8)),
    { command: true },
  );
  const connection = new Scripted(
    joined(handshake, ping, encodeFrame(utf8.encode("x"))),
  );
  const socket = await ZmtpSocket.open(connection, "DEALER");
  const before = connection.written.length;
  assertEquals(await socket.receive(), [utf8.encode("x")]);
  assertEquals(connection.written.slice(before), [
    ...encodeFrame(
      joined(Uint8Array.of(4), utf8.encode("PONG"), Uint8Array.of(7, 8)),
      { command: true },
    ),
  ]);
});

Deno.test("ZmtpSocket closes the connection to whoever does not speak ZMTP 3 with NULL", async () => {
  const plain = encodeGreeting();
  plain.set(utf8.encode("PLAIN"), 12);
  const old = encodeGreeting();
  old[10] = 2;
  const error = encodeFrame(
    joined(Uint8Array.of(5), utf8.encode("ERROR"), utf8.encode("\x02no")),
    { command: true },
  );
  const cases: [Uint8Array, string][] = [
    [utf8.encode("HTTP/1.1 400 Bad Request".padEnd(64)), "a ZMTP signature"],
    [plain, "expected mechanism NULL, received PLAIN"],
    [old, "expected version 3, received 2"],
    [joined(encodeGreeting(), error), "expected READY, received ERROR"],
    [encodeGreeting().subarray(0, 20), "expected 64 bytes, received 20"],
    [new Uint8Array(0), "expected a greeting"],
  ];
  for (const [bytes, message] of cases) {
    const connection = new Scripted(bytes);
    await assertRejects(
      () => ZmtpSocket.open(connection, "DEALER"),
      FormatError,
      message,
    );
    assert(connection.closed);
  }
});
