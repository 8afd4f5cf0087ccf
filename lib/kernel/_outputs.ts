/**
 * What arrives from the kernel while cells run, kept as a front end keeps it: streams joined, displays
 * updated in place, outputs cleared when asked.
 *
 * @module
 */

import type { Message } from "./_wire.ts";
import type {
  ErrorOutput,
  Metadata,
  Output,
  OutputData,
  StreamOutput,
} from "./notebook.ts";

/** Something shown, under an id by which it can be updated or without one. */
interface Shown {
  output: Exclude<Output, StreamOutput>;
  readonly displayId: string | undefined;
}

/** Text printed to one stream without anything else in between. */
interface Stream {
  readonly name: string;
  readonly printed: Printed;
}

type Entry = Shown | Stream;

type Content = Message["content"];

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
}

function errorOf({ ename, evalue, traceback }: Content): ErrorOutput {
  return {
    output_type: "error",
    ename: text(ename),
    evalue: text(evalue),
    traceback: Array.isArray(traceback) ? traceback.map(text) : [],
  };
}

/** What a terminal would show of a line: what stands before a carriage return is overwritten. */
function overwritten(line: string): string {
  if (!line.includes("\r")) return line;
  // A return at the very end has overwritten nothing yet: the next chunk decides.
  const pending = line.endsWith("\r");
  const kept = line.replace(/\r+$/, "");
  const shown = kept.slice(kept.lastIndexOf("\r") + 1);
  return pending ? `${shown}\r` : shown;
}

/** What a cell prints, carriage returns applied; a chunk costs its own length, however much came before. */
export class Printed {
  /** Whole lines, which nothing can change any more. */
  readonly #closed: string[] = [];
  #open = "";
  #returns = false;

  /** All of it. */
  get text(): string {
    return this.#closed.join("") + this.#open;
  }

  /** Adds what was printed next. */
  append(chunk: string): void {
    this.#returns ||= chunk.includes("\r");
    // Joined, not searched: a line of megabytes may come in thousands of chunks.
    if (!this.#returns && !chunk.includes("\n")) {
      this.#open += chunk;
      return;
    }
    const lines = (this.#open + chunk).replace(/\r+\n/g, "\n").split("\n")
      .map(overwritten);
    this.#open = lines.pop() ?? "";
    this.#returns = this.#open.includes("\r");
    if (lines.length > 0) this.#closed.push(`${lines.join("\n")}\n`);
  }
}

/** A plotly.js that was embedded for the live page only: the saved notebook does not carry it. */
export function isEmbeddedLibrary(metadata: Metadata): boolean {
  return record(metadata.interplay).library !== undefined;
}

/** The outputs of one cell while it runs and after. */
export class CellOutputs {
  #entries: Entry[] = [];
  #clearBeforeNext = false;
  #error: ErrorOutput | undefined;
  readonly #count: number;
  readonly #failed = Promise.withResolvers<void>();

  /** `count` is the execution count its results carry. */
  constructor(count: number) {
    this.#count = count;
  }

  /** What the notebook keeps. */
  get outputs(): Output[] {
    return this.#entries.map((entry) =>
      "output" in entry ? entry.output : {
        output_type: "stream",
        name: entry.name,
        text: entry.printed.text,
      }
    );
  }

  /** The first error, even if the cell has cleared its outputs since. */
  get error(): ErrorOutput | undefined {
    return this.#error;
  }

  /** Resolves at the first error. */
  get failed(): Promise<void> {
    return this.#failed.promise;
  }

  /** Takes a message that answers this cell; those that are no output of a cell change nothing. */
  receive(message: Message): void {
    const { content } = message;
    switch (message.header.msg_type) {
      case "stream":
        return this.#print(text(content.name), text(content.text));
      case "display_data":
        return this.#display(content, {
          output_type: "display_data",
          data: record(content.data),
          metadata: record(content.metadata),
        });
      case "execute_result":
        return this.#display(content, {
          output_type: "execute_result",
          data: record(content.data),
          execution_count: this.#count,
          metadata: record(content.metadata),
        });
      case "error":
        return this.fail(errorOf(content));
      case "clear_output":
        return this.#clear(content.wait === true);
    }
  }

  /** Adds an error. */
  fail(error: ErrorOutput): void {
    this.#error ??= error;
    this.#add({ output: error, displayId: undefined });
    this.#failed.resolve();
  }

  /** Replaces what is shown under `displayId`. */
  update(displayId: string, data: OutputData, metadata: Metadata): void {
    for (const entry of this.#entries) {
      if (!("output" in entry) || entry.displayId !== displayId) continue;
      const { output } = entry;
      if (!("data" in output)) continue;
      entry.output = { ...output, data, metadata };
    }
  }

  #print(name: string, chunk: string): void {
    this.#clearIfDue();
    const last = this.#entries.at(-1);
    if (last !== undefined && "printed" in last && last.name === name) {
      last.printed.append(chunk);
      return;
    }
    const printed = new Printed();
    printed.append(chunk);
    this.#entries.push({ name, printed });
  }

  #display(content: Content, output: Shown["output"]): void {
    if ("metadata" in output && isEmbeddedLibrary(output.metadata)) return;
    const { display_id: displayId } = record(content.transient);
    this.#add({
      output,
      displayId: typeof displayId === "string" ? displayId : undefined,
    });
  }

  #clear(wait: boolean): void {
    this.#clearBeforeNext = wait;
    if (!wait) this.#entries = [];
  }

  #clearIfDue(): void {
    if (this.#clearBeforeNext) this.#entries = [];
    this.#clearBeforeNext = false;
  }

  #add(entry: Entry): void {
    this.#clearIfDue();
    this.#entries.push(entry);
  }
}

/** Hands each message to the cell it answers, and display updates to every cell that shows the display. */
export class OutputRouter {
  readonly #cells = new Map<string, CellOutputs>();

  /** Outputs that answer `requestId` belong to `cell`, however late they come. */
  route(requestId: string, cell: CellOutputs): void {
    this.#cells.set(requestId, cell);
  }

  /** Takes any message of the output channel. */
  receive(message: Message): void {
    if (message.header.msg_type !== "update_display_data") {
      this.#cells.get(message.parent.msg_id ?? "")?.receive(message);
      return;
    }
    const { display_id: displayId } = record(message.content.transient);
    if (typeof displayId !== "string") return;
    for (const cell of this.#cells.values()) {
      cell.update(
        displayId,
        record(message.content.data),
        record(message.content.metadata),
      );
    }
  }
}
