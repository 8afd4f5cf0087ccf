/**
 * Jupyter messages as ZeroMQ frames: signed when sent, verified when received.
 *
 * @see Jupyter, "Messaging in Jupyter", "The Wire Protocol", version 5.3
 * @module
 */

import { FormatError } from "../core/errors.ts";
import { concat } from "./_zmtp.ts";

/** What every message says of itself. */
export interface MessageHeader {
  /** Unique in the session. */
  readonly msg_id: string;
  /** "execute_request", "stream", "status" and so on. */
  readonly msg_type: string;
}

/** One message from the kernel. */
export interface Message {
  /** What it is. */
  readonly header: MessageHeader;
  /** The header of the request it answers; without `msg_id` if it answers none. */
  readonly parent: Partial<MessageHeader>;
  /** What it says; its shape follows from `header.msg_type`. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** The mark between the routing frames and the message. */
const DELIMITER = "<IDS|MSG>";

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

type Json = Record<string, unknown>;

function parseObject(bytes: Uint8Array, part: string): Json {
  try {
    const value: unknown = JSON.parse(fromUtf8.decode(bytes));
    if (typeof value === "object" && value !== null) return value as Json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new FormatError(
    `Cannot read a Jupyter message: expected a JSON object as ${part}, received ${
      JSON.stringify(fromUtf8.decode(bytes.subarray(0, 80)))
    }`,
  );
}

function parseHeader(bytes: Uint8Array): MessageHeader {
  const { msg_id, msg_type } = parseObject(bytes, "header");
  if (typeof msg_id === "string" && typeof msg_type === "string") {
    return { msg_id, msg_type };
  }
  throw new FormatError(
    "Cannot read a Jupyter message: expected `msg_id` and `msg_type` in its header, received neither",
  );
}

/** Where the mark stands; `-1` if there is none or too little follows it. */
function findDelimiter(frames: readonly Uint8Array[]): number {
  const at = frames.findIndex((frame) =>
    frame.length === DELIMITER.length && fromUtf8.decode(frame) === DELIMITER
  );
  return frames.length - at >= 6 ? at : -1;
}

/** What kind of message these frames are, told without reading the rest of them or trusting it. */
export function messageType(frames: readonly Uint8Array[]): string {
  const header = frames[findDelimiter(frames) + 2];
  return header === undefined ? "" : parseHeader(header).msg_type;
}

/** Writes and reads the messages of one session with one key (HMAC-SHA256). */
export class Wire {
  /** The id of this session, in every header it writes. */
  readonly session: string;
  readonly #key: CryptoKey;
  #sent = 0;

  private constructor(key: CryptoKey, session: string) {
    this.#key = key;
    this.session = session;
  }

  /** A wire with the key of the connection file. */
  static async open(key: string, session: string): Promise<Wire> {
    const imported = await crypto.subtle.importKey(
      "raw",
      utf8.encode(key),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign", "verify"],
    );
    return new Wire(imported, session);
  }

  /** The header of the next request. */
  header(type: string): MessageHeader {
    return { msg_id: `${this.session}_${++this.#sent}`, msg_type: type };
  }

  /** The signed frames of a request. */
  async encode(
    header: MessageHeader,
    content: Readonly<Record<string, unknown>>,
  ): Promise<Uint8Array[]> {
    const whole = {
      ...header,
      session: this.session,
      username: "interplay",
      // deno-lint-ignore house/no-clock -- the protocol asks for the time of sending; no notebook keeps it
      date: new Date().toISOString(),
      version: "5.3",
    };
    const parts = [whole, {}, {}, content].map((part) =>
      utf8.encode(JSON.stringify(part))
    );
    const signature = await crypto.subtle.sign(
      "HMAC",
      this.#key,
      concat(parts),
    );
    return [
      utf8.encode(DELIMITER),
      utf8.encode(new Uint8Array(signature).toHex()),
      ...parts,
    ];
  }

  /** The message in `frames`, whose signature must be right. Routing frames and buffers are ignored. */
  async decode(frames: readonly Uint8Array[]): Promise<Message> {
    const at = findDelimiter(frames);
    if (at < 0) {
      throw new FormatError(
        `Cannot read a Jupyter message: expected ${DELIMITER} and five frames, received ${frames.length} frames`,
      );
    }
    const [signature, header, parent, metadata, content] = frames.slice(
      at + 1,
      at + 6,
    ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    await this.#verify(signature, [header, parent, metadata, content]);
    return {
      header: parseHeader(header),
      parent: parseObject(parent, "parent header"),
      content: parseObject(content, "content"),
    };
  }

  async #verify(
    signature: Uint8Array,
    parts: readonly Uint8Array[],
  ): Promise<void> {
    const hex = fromUtf8.decode(signature);
    const genuine = /^[0-9a-f]{64}$/.test(hex) &&
      await crypto.subtle.verify(
        "HMAC",
        this.#key,
        Uint8Array.fromHex(hex),
        concat(parts),
      );
    if (!genuine) {
      throw new FormatError(
        "Cannot read a Jupyter message: expected a signature made with the key of this session, received another",
      );
    }
  }
}
