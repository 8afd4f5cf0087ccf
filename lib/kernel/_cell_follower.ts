/**
 * Cells followed by what the kernel tells its front ends about them.
 *
 * @module
 */

import { markOf } from "./_marks.ts";
import type { Message } from "./_wire.ts";

/** A cell that the kernel has taken. */
interface TakenCell {
  readonly request: string;
  readonly code: string;
  /** Whether it was run to its end, or in silence, or its error was shown. */
  settled: boolean;
}

/**
 * Finds cells that the kernel has taken and never run: they are over, no error was shown, and they have left no
 * mark, as every cell does that comes to its end. Code that a front end runs in silence leaves none either, and
 * is not counted: that tells it apart.
 */
export class CellFollower {
  #cell: TakenCell | undefined;
  #count: unknown;

  /** Takes a message; returns the code of a cell that is over, and was neither run nor explained. */
  follow(message: Message): string | undefined {
    const { header, parent, content } = message;
    const request = parent.msg_id ?? "";
    if (header.msg_type === "execute_input") {
      const settled = content.execution_count === this.#count;
      this.#cell = { request, code: String(content.code), settled };
      this.#count = content.execution_count;
    }
    const mark = markOf(message);
    if (mark?.count !== undefined) this.#count = mark.count;
    const cell = this.#cell;
    if (cell?.request !== request) return undefined;
    if (header.msg_type === "error" || mark !== undefined) cell.settled = true;
    if (content.execution_state !== "idle") return undefined;
    this.#cell = undefined;
    return cell.settled ? undefined : cell.code;
  }
}
