/**
 * A Python process that is spoken to over its standard streams: bytes there, lines of JSON back.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";

/** Starts with one line of JSON about itself, then answers what it is sent. */
export class PythonProcess {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(python: string, options: Deno.CommandOptions) {
    this.#process = new Deno.Command(python, {
      ...options,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  /**
   * Starts a script that lies beside this file, and reads what it says of itself.
   *
   * @returns `undefined` where Python, or a library that the script needs, is missing.
   */
  static async start<Greeting>(
    python: string,
    { script, args = [], env = {} }: {
      script: string;
      args?: readonly string[];
      env?: Record<string, string>;
    },
  ): Promise<{ process: PythonProcess; greeting: Greeting } | undefined> {
    const path = fromFileUrl(new URL(script, import.meta.url));
    let process: PythonProcess | undefined;
    try {
      process = new PythonProcess(python, { args: [path, ...args], env });
      return { process, greeting: await process.receive() };
    } catch {
      await process?.close();
      return undefined;
    }
  }

  /** Sends an object as a line, or the bytes of an array. */
  async send(message: object | ArrayBufferView): Promise<void> {
    const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(message)
      ? message
      : new TextEncoder().encode(JSON.stringify(message) + "\n");
    // A copy, since the stream takes what it is given.
    await this.#writer.write(
      new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).slice(),
    );
  }

  /** Asks for a run of what was sent, and waits for the answer. */
  async run<Answer>(): Promise<Answer> {
    await this.send(new TextEncoder().encode("run\n"));
    return await this.receive();
  }

  /** The next line. */
  async receive<Answer>(): Promise<Answer> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("The Python process ended");
      this.#rest += value;
    }
    const at = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, at);
    this.#rest = this.#rest.slice(at + 1);
    return JSON.parse(line);
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel().catch(() => {});
    await this.#process.status;
  }
}
