/**
 * numpy or torch with a fixed number of threads, in a process of its own that answers one job at a time.
 *
 * @module
 */

import type { Rows } from "../../lib/core/rows.ts";
import type { Timed } from "./race.ts";

/** Which library, its threads, and how it measures time. */
export interface PythonSetting {
  readonly library: "numpy" | "torch";
  readonly threads: number;
  readonly unit: "clock" | "processor";
}

/** What a process says of itself. */
interface Greeting {
  readonly version: string;
  readonly blas: string;
}

/** A Python process that computes what it is told to, and times it. */
export class PythonPeer {
  readonly setting: PythonSetting;
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";
  #greeting: Greeting = { version: "", blas: "" };

  private constructor(python: string, setting: PythonSetting) {
    const { library, threads, unit } = setting;
    const script = new URL("peer.py", import.meta.url).pathname;
    this.setting = setting;
    this.#process = new Deno.Command(python, {
      args: [script, library, String(threads), unit],
      env: {
        OPENBLAS_NUM_THREADS: String(threads),
        OMP_NUM_THREADS: String(threads),
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts a process; `undefined` where Python or the library is missing. */
  static async start(
    python: string,
    setting: PythonSetting,
  ): Promise<PythonPeer | undefined> {
    let peer: PythonPeer | undefined;
    try {
      peer = new PythonPeer(python, setting);
      peer.#greeting = JSON.parse(await peer.#line());
      return peer;
    } catch {
      await peer?.close();
      return undefined;
    }
  }

  /** "numpy 1". */
  get name(): string {
    return `${this.setting.library} ${this.setting.threads}`;
  }

  /** "numpy 1.24.2 on libopenblas…". */
  get summary(): string {
    const { version, blas } = this.#greeting;
    return `${this.setting.library} ${version} on ${blas}`;
  }

  /** Sends a job: what to compute, and of what. */
  async give(op: string, arrays: readonly Rows[]): Promise<void> {
    const specs = arrays.map(({ data, rows, columns }) => {
      const type = data instanceof Float32Array ? "float32" : "float64";
      return { rows, columns, type };
    });
    const job = JSON.stringify({ op, arrays: specs }) + "\n";
    await this.#writer.write(new TextEncoder().encode(job));
    for (const { data } of arrays) {
      // A copy, since the stream takes what it is given.
      const { buffer, byteOffset, byteLength } = data;
      await this.#writer.write(
        new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).slice(),
      );
    }
  }

  /** Computes the job given last, once. */
  async run(): Promise<Timed> {
    await this.#writer.write(new TextEncoder().encode("run\n"));
    return JSON.parse(await this.#line());
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel().catch(() => {});
    await this.#process.status;
  }

  async #line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`${this.name} ended`);
      this.#rest += value;
    }
    const at = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, at);
    this.#rest = this.#rest.slice(at + 1);
    return line;
  }
}
