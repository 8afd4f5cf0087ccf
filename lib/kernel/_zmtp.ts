/**
 * As much of ZMTP 3.0 (the ZeroMQ wire protocol, RFC 23) as a Jupyter client needs: the NULL
 * mechanism, DEALER and SUB sockets, over any byte connection.
 *
 * @see https://rfc.zeromq.org/spec/23/
 * @module
 */

import { FormatError } from "../core/errors.ts";

/** The byte connection a socket speaks over; `Deno.Conn` is one. */
export interface ByteConnection {
  /** Reads up to `into.length` bytes; `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes` and says how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the connection. */
  close(): void;
}

/** One frame of a message or one command. */
export interface Frame {
  /** The bytes, without the header. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Whether another frame of the same message follows. */
  readonly more: boolean;
  /** Whether this is a command of the protocol and no part of a message. */
  readonly command: boolean;
}

const MORE = 1;
const LONG = 2;
const COMMAND = 4;
const GREETING_LENGTH = 64;
const READ_AHEAD = 65536;
/** Far above any output a notebook can hold; a longer frame means the stream is out of step. */
const LONGEST_FRAME = 2 ** 31;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

function malformed(expected: string, received: string | number): never {
  throw new FormatError(
    `Cannot read ZMTP: expected ${expected}, received ${received}`,
  );
}

/** The parts, one behind the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A frame as bytes: flags, a length of one byte or (above 255) of eight, the body. */
export function encodeFrame(
  body: Uint8Array,
  { more = false, command = false }: { more?: boolean; command?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const flags = (more ? MORE : 0) | (command ? COMMAND : 0);
  if (body.length < 256) {
    return concat([Uint8Array.of(flags, body.length), body]);
  }
  const head = new Uint8Array(9);
  head[0] = flags | LONG;
  new DataView(head.buffer).setBigUint64(1, BigInt(body.length));
  return concat([head, body]);
}

/** The 64 bytes each side opens with: signature, version 3.0, mechanism NULL, not a server. */
export function encodeGreeting(): Uint8Array<ArrayBuffer> {
  const greeting = new Uint8Array(GREETING_LENGTH);
  greeting[0] = 0xff;
  greeting[9] = 0x7f;
  greeting[10] = 3;
  greeting.set(utf8.encode("NULL"), 12);
  return greeting;
}

/** The READY command, which tells the other side what kind of socket this is. */
export function encodeReady(socketType: string): Uint8Array<ArrayBuffer> {
  const value = utf8.encode(socketType);
  return encodeFrame(
    concat([
      Uint8Array.of(5),
      utf8.encode("READY"),
      Uint8Array.of(11),
      utf8.encode("Socket-Type"),
      Uint8Array.of(0, 0, 0, value.length),
      value,
    ]),
    { command: true },
  );
}

/** The name of a command and what follows it. */
function splitCommand(body: Uint8Array): { name: string; rest: Uint8Array } {
  const length = body[0] ?? 0;
  return {
    name: fromUtf8.decode(body.subarray(1, 1 + length)),
    rest: body.subarray(1 + length),
  };
}

/** Reads exact numbers of bytes from a connection that delivers them in pieces of any size. */
export class FrameReader {
  readonly #connection: Pick<ByteConnection, "read">;
  readonly #buffer = new Uint8Array(READ_AHEAD);
  #start = 0;
  #end = 0;
  #within = false;

  /** Reads from `connection`, which nothing else may read from. */
  constructor(connection: Pick<ByteConnection, "read">) {
    this.#connection = connection;
  }

  /** Whether a frame has begun to arrive and its end is still due. */
  get withinFrame(): boolean {
    return this.#within;
  }

  /** The next `length` bytes, or `undefined` if the stream ends before the first of them. */
  async bytes(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const result = new Uint8Array(length);
    let filled = this.#take(result);
    while (filled < length) {
      const rest = result.subarray(filled);
      // A long remainder is read in place, so that a figure of megabytes is not copied twice.
      const direct = rest.length >= READ_AHEAD;
      const count = await this.#connection.read(direct ? rest : this.#buffer);
      if (count === null) {
        if (filled === 0) return undefined;
        malformed(`${length} bytes`, `${filled} and the end of the stream`);
      }
      if (direct) {
        filled += count;
        continue;
      }
      this.#start = 0;
      this.#end = count;
      filled += this.#take(rest);
    }
    return result;
  }

  /** The next frame, or `undefined` at the end of the stream. */
  async frame(): Promise<Frame | undefined> {
    const head = await this.bytes(2);
    if (head === undefined) return undefined;
    this.#within = true;
    const [flags = 0, first = 0] = head;
    if (flags > 7) malformed("frame flags up to 7", flags);
    let length = first;
    if (flags & LONG) {
      const rest = await this.#required(7);
      length = Number(
        new DataView(concat([head.subarray(1), rest]).buffer).getBigUint64(0),
      );
      if (length > LONGEST_FRAME) {
        malformed(`a frame of at most ${LONGEST_FRAME} bytes`, length);
      }
    }
    const body = await this.#required(length);
    this.#within = false;
    return {
      body,
      more: (flags & MORE) !== 0,
      command: (flags & COMMAND) !== 0,
    };
  }

  async #required(length: number): Promise<Uint8Array<ArrayBuffer>> {
    return await this.bytes(length) ??
      malformed(`${length} bytes`, "the end of the stream");
  }

  #take(into: Uint8Array): number {
    const count = Math.min(into.length, this.#end - this.#start);
    into.set(this.#buffer.subarray(this.#start, this.#start + count));
    this.#start += count;
    return count;
  }
}

/** A connected DEALER or SUB socket. */
export class ZmtpSocket {
  readonly #connection: ByteConnection;
  readonly #reader: FrameReader;
  #sending: Promise<void> = Promise.resolve();
  readonly #frames: Uint8Array<ArrayBuffer>[] = [];

  private constructor(connection: ByteConnection) {
    this.#connection = connection;
    this.#reader = new FrameReader(connection);
  }

  /**
   * Shakes hands over `connection`, which belongs to the socket from then on. A SUB socket subscribes
   * to everything.
   */
  static async open(
    connection: ByteConnection,
    socketType: "DEALER" | "SUB",
  ): Promise<ZmtpSocket> {
    const socket = new ZmtpSocket(connection);
    try {
      await socket.#handshake(socketType);
      // In ZMTP 3.0 a subscription is a message: 1, then the topic, here none.
      if (socketType === "SUB") await socket.send([Uint8Array.of(1)]);
      return socket;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Sends the frames as one message, after those of earlier calls. */
  send(frames: readonly Uint8Array[]): Promise<void> {
    const last = frames.length - 1;
    const bytes = concat(
      frames.map((body, i) => encodeFrame(body, { more: i < last })),
    );
    return this.#write(bytes);
  }

  /** Whether a message has begun to arrive and its end is still due. */
  get withinMessage(): boolean {
    return this.#frames.length > 0 || this.#reader.withinFrame;
  }

  /** The frames of the next message, or `undefined` when the other side has closed. */
  async receive(): Promise<Uint8Array<ArrayBuffer>[] | undefined> {
    while (true) {
      const frame = await this.#reader.frame();
      if (frame === undefined) {
        if (this.#frames.length === 0) return undefined;
        malformed("the rest of a message", "the end of the stream");
      }
      if (frame.command) {
        await this.#answer(frame.body);
        continue;
      }
      this.#frames.push(frame.body);
      if (!frame.more) return this.#frames.splice(0);
    }
  }

  /** Ends the connection; a pending {@linkcode receive} then fails or yields `undefined`. */
  close(): void {
    try {
      this.#connection.close();
    } catch (error) {
      // Closed already, by an earlier call or by the other side.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #handshake(socketType: string): Promise<void> {
    await this.#write(encodeGreeting());
    const greeting = await this.#reader.bytes(GREETING_LENGTH) ??
      malformed("a greeting", "the end of the stream");
    if (greeting[0] !== 0xff || greeting[9] !== 0x7f) {
      malformed("a ZMTP signature", fromUtf8.decode(greeting.subarray(0, 10)));
    }
    if ((greeting[10] ?? 0) < 3) malformed("version 3", greeting[10] ?? 0);
    const mechanism = fromUtf8.decode(greeting.subarray(12, 32)).replace(
      /\0+$/,
      "",
    );
    if (mechanism !== "NULL") malformed("mechanism NULL", mechanism);
    await this.#write(encodeReady(socketType));
    const ready = await this.#reader.frame();
    if (ready?.command !== true) malformed("a READY command", "a message");
    const { name, rest } = splitCommand(ready.body);
    if (name !== "READY") {
      malformed("READY", `${name} ${fromUtf8.decode(rest)}`);
    }
  }

  /** A peer of version 3.1 asks whether we live: PING carries two bytes of time-to-live, then what to echo. */
  async #answer(body: Uint8Array): Promise<void> {
    const { name, rest } = splitCommand(body);
    if (name === "ERROR") malformed("no error", fromUtf8.decode(rest));
    if (name !== "PING") return;
    const pong = concat([
      Uint8Array.of(4),
      utf8.encode("PONG"),
      rest.subarray(2),
    ]);
    await this.#write(encodeFrame(pong, { command: true }));
  }

  #write(bytes: Uint8Array): Promise<void> {
    const written = this.#sending.then(async () => {
      let at = 0;
      while (at < bytes.length) {
        at += await this.#connection.write(bytes.subarray(at));
      }
    });
    // A failed write is reported to its own caller, and does not block or reject the next one's queue.
    this.#sending = written.catch(() => undefined);
    return written;
  }
}
