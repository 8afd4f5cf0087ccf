/**
 * One notebook on its way through a kernel.
 *
 * @module
 */

import { diagnoseRefusal, type Refusal, UNEXPLAINED } from "./_diagnosis.ts";
import { CellOutputs, OutputRouter } from "./_outputs.ts";
import { hasTag } from "./_parameters.ts";
import { relativeUrls } from "./_project.ts";
import { type ExecuteReply, KernelDeath, KernelSession } from "./_session.ts";
import { unlessAborted, within } from "./_waiting.ts";
import { CellError } from "./cell_error.ts";
import type { CellProgress } from "./cell_progress.ts";
import type {
  Cell,
  CodeCell,
  ErrorOutput,
  Metadata,
  Notebook,
  Output,
} from "./notebook.ts";

/** How a notebook is executed. */
export interface ExecutionOptions {
  /** The working directory of the kernel. */
  readonly folder: string;
  /** The folder of the project: files inside are named relative to `folder` in outputs. */
  readonly root: string;
  /** Variables added to the environment of the kernel. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds a cell may take. */
  readonly timeout: number | undefined;
  /** Stops the run and the kernel. */
  readonly signal: AbortSignal;
  /** Hears when a cell starts and when it ends. */
  readonly onCell: (progress: CellProgress) => void;
}

/**
 * Runs in the kernel before the first cell and leaves no name behind. It shows what the kernel swallows,
 * rejections that nobody handles and throws in timers, as errors of the cell that runs; it lets errors end with
 * what lies behind them; and it ends the kernel when the runner was killed and could not do that itself.
 */
const PREAMBLE = `{
  const { showCauses } = await import("${new URL(
  "_causes.ts",
  import.meta.url,
)}");
  const { errorReport } = await import("${new URL(
  "_error_report.ts",
  import.meta.url,
)}");
  showCauses();
  const runner = Deno.ppid;
  const watch = () => Deno.ppid === runner || Deno.exit(1);
  Deno.unrefTimer(setInterval(watch, 1000));
  const show = (event, error) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const { name, message, trace } = errorReport(error);
    Deno.jupyter.broadcast("error", {
      ename: name,
      evalue: message,
      traceback: trace,
    });
  };
  addEventListener("unhandledrejection", (event) => show(event, event.reason));
  addEventListener("error", (event) => show(event, event.error));
}`;

async function prepare(session: KernelSession): Promise<void> {
  const { ok, evalue } = await session.execute(PREAMBLE, { silent: true });
  if (ok) return;
  throw new Error(
    `Cannot run the notebook: expected a kernel that loads what the runner needs, received "${evalue}"`,
  );
}

/** A cell whose error was shown while it still ran may go on for so long: it may wait for ever. */
const AFTER_ERROR_MS = 1_000;

const KERNELSPEC: Metadata = {
  display_name: "Deno",
  language: "typescript",
  name: "deno",
};

/** Keys under which front ends keep times: the same run must give the same file. */
const CLOCK_KEYS = ["execution", "ExecuteTime"];

function errorOutput(ename: string, evalue: string): ErrorOutput {
  const [first = "", ...more] = evalue.split("\n");
  return {
    output_type: "error",
    ename,
    evalue: first,
    traceback: [`${ename}: ${first}`, ...more],
  };
}

/** What a cell that was not ok ended with, if it has not shown it itself. */
async function reasonOf(
  reply: ExecuteReply,
  source: string,
  refusal: Refusal,
): Promise<ErrorOutput> {
  const { ename, evalue, traceback } = reply;
  const silent = evalue === "Execution failed" && traceback.length === 0;
  if (silent) return await diagnoseRefusal(source, refusal) ?? UNEXPLAINED;
  return { output_type: "error", ename, evalue, traceback };
}

/** A code cell in its run. */
interface Step {
  readonly index: number;
  readonly cell: CodeCell;
  readonly number: number;
  readonly outputs: CellOutputs;
}

/** The notebook before and after, and the cells on their way. */
export class Execution {
  readonly #options: ExecutionOptions;
  readonly #notebook: Notebook;
  readonly #steps: readonly Step[];
  readonly #router = new OutputRouter();
  readonly #begun = new Set<number>();
  #languageInfo: unknown;

  /** Prepares `notebook`, whose earlier outputs are left behind. */
  constructor(notebook: Notebook, options: ExecutionOptions) {
    this.#notebook = notebook;
    this.#options = options;
    let number = 0;
    this.#steps = notebook.cells.flatMap((cell, index) => {
      if (cell.cell_type !== "code" || cell.source.trim() === "") return [];
      number++;
      return [{ index, cell, number, outputs: new CellOutputs(number) }];
    });
  }

  /** The working directory of the kernel. */
  get folder(): string {
    return this.#options.folder;
  }

  /** How many code cells there are to run. */
  get total(): number {
    return this.#steps.length;
  }

  /** The notebook as far as it has got. */
  get notebook(): Notebook {
    const steps = new Map(this.#steps.map((step) => [step.index, step]));
    const language = this.#languageInfo === undefined
      ? {}
      : { language_info: this.#languageInfo };
    return {
      ...this.#notebook,
      cells: this.#notebook.cells.map((cell, i) =>
        this.#executed(cell, steps.get(i))
      ),
      metadata: {
        kernelspec: KERNELSPEC,
        ...this.#notebook.metadata,
        ...language,
      },
    };
  }

  /**
   * Runs every cell in a kernel that is gone when this returns or throws.
   *
   * @throws {CellError} At the first cell that fails.
   */
  async run(): Promise<void> {
    const { folder, env, signal } = this.#options;
    await using session = await KernelSession.start({
      cwd: folder,
      env,
      signal,
      onOutput: (message) => this.#router.receive(message),
    });
    this.#languageInfo = session.languageInfo;
    await unlessAborted(prepare(session), signal);
    for (const step of this.#steps) await this.#run(session, step);
    // An error can come after its cell was left, from a timer of its own.
    for (const step of this.#steps) this.#throwIfFailed(step);
  }

  async #run(session: KernelSession, step: Step): Promise<void> {
    const { cell, number, outputs } = step;
    const lines = cell.source.split("\n");
    const firstLine = lines.find((line) => line.trim() !== "")?.trim() ?? "";
    const progress = { number, total: this.total, firstLine };
    // deno-lint-ignore house/no-clock -- the progress line says how long a cell took
    const start = performance.now();
    this.#begun.add(step.index);
    this.#options.onCell(progress);
    const running = session.execute(cell.source, {
      onRequest: (id) => this.#router.route(id, outputs),
    });
    const ended = await this.#outcome(session, step, running);
    // deno-lint-ignore house/no-clock -- the same
    const seconds = (performance.now() - start) / 1000;
    this.#options.onCell({ ...progress, seconds });
    this.#throwIfFailed(step, !ended);
  }

  /** Waits for a cell and records an error it has not shown itself; whether the kernel can go on. */
  async #outcome(
    session: KernelSession,
    step: Step,
    running: Promise<ExecuteReply>,
  ): Promise<boolean> {
    const { cell, outputs } = step;
    try {
      const waiting = this.#limited(running, outputs);
      const reply = await unlessAborted(waiting, this.#options.signal);
      if (reply === undefined) {
        await session.interrupt(running);
        if (outputs.error === undefined) outputs.fail(this.#tooLong());
        return false;
      }
      if (!reply.ok && outputs.error === undefined) {
        const refusal = { log: session.log, folder: this.folder };
        outputs.fail(await reasonOf(reply, cell.source, refusal));
      }
      return true;
    } catch (error) {
      if (!(error instanceof KernelDeath)) throw error;
      outputs.fail(errorOutput(error.name, error.message));
      return false;
    }
  }

  #tooLong(): ErrorOutput {
    const limit = `${this.#options.timeout} s`;
    return errorOutput("TimeoutError", `The cell took longer than ${limit}`);
  }

  /** The reply, or `undefined` if the cell takes too long or goes on after an error. */
  async #limited(
    running: Promise<ExecuteReply>,
    outputs: CellOutputs,
  ): Promise<ExecuteReply | undefined> {
    const { timeout } = this.#options;
    const failed = outputs.failed.then(() => within(running, AFTER_ERROR_MS));
    const ended = Promise.race([running, failed]);
    return await (timeout === undefined
      ? ended
      : within(ended, timeout * 1000));
  }

  /** A cell tagged `raises-exception` is meant to fail, but not to take the kernel with it. */
  #throwIfFailed({ cell, number, outputs }: Step, fatal = false): void {
    const { error } = outputs;
    if (error === undefined) return;
    if (hasTag(cell, "raises-exception") && !fatal) return;
    throw new CellError({
      number,
      total: this.total,
      source: cell.source,
      error: this.#portable(error),
    });
  }

  #executed(cell: Cell, step: Step | undefined): Cell {
    if (cell.cell_type !== "code") return cell;
    const kept = Object.entries(cell.metadata)
      .filter(([key]) => !CLOCK_KEYS.includes(key));
    const ran = step !== undefined && this.#begun.has(step.index);
    const outputs = ran ? step.outputs.outputs : [];
    return {
      ...cell,
      metadata: Object.fromEntries(kept),
      execution_count: ran ? step.number : null,
      outputs: outputs.map((output) => this.#portable(output)),
    };
  }

  /** An output without the place of the project on this machine. */
  #portable<T extends Output>(output: T): T {
    if (output.output_type !== "error") return output;
    const relative = (text: string) => relativeUrls(text, this.#options);
    return {
      ...output,
      evalue: relative(output.evalue),
      traceback: output.traceback.map(relative),
    };
  }
}
