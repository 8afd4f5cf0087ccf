/** A real kernel in which a test runs cells, sends signals and sees all messages. */

import { KernelSession } from "../../lib/kernel/_session.ts";
import type { ExecuteReply } from "../../lib/kernel/_session.ts";
import { Folder } from "./fixtures.ts";

/** What a cell has shown, in the order it came. */
export interface Shown {
  /** "stdout", "stderr", "result", "display", "update" or "error". */
  readonly kind: string;
  /** Text, plain text, or the lines of a trace. */
  readonly text: string;
  /** The MIME types of a bundle. */
  readonly types: readonly string[];
}

/** What came of a cell. */
export interface Ran {
  readonly reply: ExecuteReply;
  readonly shown: readonly Shown[];
}

type Content = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, string>> = {
  execute_result: "result",
  display_data: "display",
  update_display_data: "update",
};

function shownOf(type: string, content: Content): Shown[] {
  if (type === "stream") {
    return [{
      kind: String(content.name),
      text: String(content.text),
      types: [],
    }];
  }
  if (type === "error") {
    const { traceback } = content;
    const lines = Array.isArray(traceback) ? traceback.join("\n") : "";
    return [{ kind: "error", text: lines, types: [] }];
  }
  const kind = KINDS[type];
  if (kind === undefined) return [];
  const data = content.data as Record<string, unknown>;
  return [{
    kind,
    text: String(data["text/plain"]),
    types: Object.keys(data).sort(),
  }];
}

/** A kernel in a folder that resolves `interplay/…` to this checkout. Gone when disposed. */
export class TestKernel implements AsyncDisposable {
  readonly folder: Folder;
  readonly #session: KernelSession;
  readonly #shown: Shown[];

  private constructor(folder: Folder, session: KernelSession, shown: Shown[]) {
    this.folder = folder;
    this.#session = session;
    this.#shown = shown;
  }

  static async start(): Promise<TestKernel> {
    const folder = await Folder.make();
    await folder.project();
    const shown: Shown[] = [];
    const session = await KernelSession.start({
      cwd: folder.path,
      env: { INTERPLAY_PLOTLY: "none", NO_COLOR: "1" },
      signal: new AbortController().signal,
      onOutput: ({ header, content }) =>
        shown.push(...shownOf(header.msg_type, content)),
    });
    return new TestKernel(folder, session, shown);
  }

  get pid(): number {
    return this.#session.pid;
  }

  /** What the kernel wrote to the terminal that nobody sees. */
  get log(): string {
    return this.#session.log;
  }

  /** Runs a cell to its end. */
  async run(cell: string): Promise<Ran> {
    const before = this.#shown.length;
    const reply = await this.#session.execute(cell);
    return { reply, shown: this.#shown.slice(before) };
  }

  /** Texts of one kind that a cell shows. */
  async texts(kind: string, cell: string): Promise<string[]> {
    const { shown } = await this.run(cell);
    return shown.filter((each) => each.kind === kind).map(({ text }) => text);
  }

  /** Presses the Interrupt button, as front ends do. */
  press(): void {
    Deno.kill(this.pid, "SIGINT");
  }

  /** Waits until something was shown whose text holds `part`; fails after twenty seconds. */
  async saw(part: string): Promise<void> {
    for (let i = 0; i < 400; i++) {
      if (this.#shown.some(({ text }) => text.includes(part))) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const all = this.#shown.map(({ kind, text }) => `${kind}: ${text}`);
    throw new Error(`Not shown: ${part}\n${all.join("\n")}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}
