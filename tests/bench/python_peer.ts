/**
 * numpy or torch with a fixed number of threads, in a process of its own that answers one job at a time.
 *
 * @module
 */

import type { Rows } from "../../lib/core/rows.ts";
import { PythonProcess } from "./python_process.ts";
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
  readonly #process: PythonProcess;
  readonly #greeting: Greeting;

  private constructor(
    setting: PythonSetting,
    process: PythonProcess,
    greeting: Greeting,
  ) {
    this.setting = setting;
    this.#process = process;
    this.#greeting = greeting;
  }

  /** Starts a process; `undefined` where Python or the library is missing. */
  static async start(
    python: string,
    setting: PythonSetting,
  ): Promise<PythonPeer | undefined> {
    const { library, threads, unit } = setting;
    const started = await PythonProcess.start<Greeting>(python, {
      script: "peer.py",
      args: [library, String(threads), unit],
      env: {
        OPENBLAS_NUM_THREADS: String(threads),
        OMP_NUM_THREADS: String(threads),
      },
    });
    return started &&
      new PythonPeer(setting, started.process, started.greeting);
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
    await this.#process.send({ op, arrays: specs });
    for (const { data } of arrays) await this.#process.send(data);
  }

  /** Computes the job given last, once. */
  async run(): Promise<Timed> {
    return await this.#process.run();
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#process.close();
  }
}
