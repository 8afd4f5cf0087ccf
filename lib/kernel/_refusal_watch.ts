/**
 * Runs in a worker beside the kernel, hears what the kernel tells its front ends, and notices cells that it has
 * taken and never run.
 *
 * @module
 */

// deno-lint-ignore-file house/no-hidden-randomness -- a session has a new name

import type { KernelAddress } from "./_connection.ts";
import { type Message, messageType, Wire } from "./_wire.ts";
import { ZmtpSocket } from "./_zmtp.ts";

/** What the kernel tells its watch at the start. */
export interface RefusalOrder {
  /** Where the kernel speaks. */
  readonly address: KernelAddress;
  /** Shared: how many cells have come to an end of their own, by their value or by a throw. */
  readonly ended: Int32Array<SharedArrayBuffer>;
}

/** Messages that tell where a cell begins, fails and is over; all others are left unread. */
const TELLING = ["execute_input", "error", "status"];

/** A cell that the kernel has taken. */
interface TakenCell {
  readonly request: string;
  readonly code: string;
  /** Whether its error was shown. */
  failed: boolean;
}

/** Follows cells by the messages about them. */
export class CellFollower {
  readonly #ended: () => number;
  #before: number;
  #cell: TakenCell | undefined;

  /** `ended` tells how many cells have come to an end of their own. */
  constructor(ended: () => number) {
    this.#ended = ended;
    this.#before = ended();
  }

  /** Takes a message; returns the code of a cell that is over, and was neither run nor explained. */
  follow({ header, parent, content }: Message): string | undefined {
    const request = parent.msg_id ?? "";
    if (header.msg_type === "execute_input") {
      this.#cell = { request, code: String(content.code), failed: false };
    }
    const cell = this.#cell?.request === request ? this.#cell : undefined;
    if (header.msg_type === "error" && cell !== undefined) cell.failed = true;
    return content.execution_state === "idle" ? this.#over(cell) : undefined;
  }

  /** Something is over: that cell, or one whose beginning was not heard. */
  #over(cell: TakenCell | undefined): string | undefined {
    const [before, now] = [this.#before, this.#ended()];
    this.#before = now;
    if (cell === undefined) return undefined;
    this.#cell = undefined;
    return now === before && !cell.failed ? cell.code : undefined;
  }
}

/** Tells the code of refused cells, until the kernel is gone. */
async function watch(
  { address, ended }: RefusalOrder,
  tell: (code: string) => void,
): Promise<void> {
  const { hostname, output: port, key } = address;
  const wire = await Wire.open(key, crypto.randomUUID());
  const socket = await ZmtpSocket.open(
    await Deno.connect({ hostname, port }),
    "SUB",
  );
  const follower = new CellFollower(() => Atomics.load(ended, 0));
  while (true) {
    const frames = await socket.receive();
    if (frames === undefined) return;
    if (!TELLING.includes(messageType(frames))) continue;
    const code = follower.follow(await wire.decode(frames));
    if (code !== undefined) tell(code);
  }
}

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<RefusalOrder>) => void) | null;
  postMessage(code: string): void;
}

function isWorker(scope: object): scope is WorkerScope {
  return "postMessage" in scope && "onmessage" in scope;
}

const scope: object = globalThis;
if (isWorker(scope)) {
  scope.onmessage = ({ data }) => {
    // Without it refused cells are silent, as they are without this library.
    watch(data, (code) => scope.postMessage(code)).catch(() => {});
  };
}
