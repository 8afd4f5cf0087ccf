/**
 * Runs in a worker beside the kernel and hears what the kernel tells its front ends: which outputs have left, and
 * which cells were taken and never run.
 *
 * @module
 */

// deno-lint-ignore-file house/no-hidden-randomness -- a session has a new name

import { CellFollower } from "./_cell_follower.ts";
import type { KernelAddress } from "./_connection.ts";
import { LONGEST_MARK, MARK_TYPE, markOf } from "./_marks.ts";
import { type Message, messageType, Wire } from "./_wire.ts";
import { ZmtpSocket } from "./_zmtp.ts";

/** What the kernel tells its watch at the start. */
export interface OutputWatchOrder {
  /** Where the kernel speaks. */
  readonly address: KernelAddress;
  /** Shared: the mark that was the last to come by. */
  readonly passed: Int32Array<SharedArrayBuffer>;
}

/** What the watch tells the kernel: that it hears, and the code of each refused cell. */
export type WatchReport = "listening" | { readonly refused: string };

/** What cells and marks are told by. */
const TELLING = ["execute_input", "error", "status"];

/** Whether a message may tell something; all others are left unread, however large. */
function isTelling(frames: readonly Uint8Array[]): boolean {
  const type = messageType(frames);
  const short = (frames.at(-1)?.length ?? 0) <= LONGEST_MARK;
  return TELLING.includes(type) || type === MARK_TYPE && short;
}

/** All messages that may tell something, until the kernel is gone. */
async function* messages(
  { hostname, output: port, key }: KernelAddress,
  onBegin: () => void,
): AsyncGenerator<Message> {
  const wire = await Wire.open(key, crypto.randomUUID());
  const socket = await ZmtpSocket.open(
    await Deno.connect({ hostname, port }),
    "SUB",
  );
  onBegin();
  while (true) {
    const frames = await socket.receive();
    if (frames === undefined) return;
    if (isTelling(frames)) yield await wire.decode(frames);
  }
}

/** Notes marks that come by, and tells of refused cells. */
async function watch(
  { address, passed }: OutputWatchOrder,
  tell: (report: WatchReport) => void,
): Promise<void> {
  const follower = new CellFollower();
  const begin = () => tell("listening");
  for await (const message of messages(address, begin)) {
    const refused = follower.follow(message);
    if (refused !== undefined) tell({ refused });
    const mark = markOf(message);
    if (mark === undefined) continue;
    Atomics.store(passed, 0, mark.mark);
    Atomics.notify(passed, 0);
  }
}

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<OutputWatchOrder>) => void) | null;
  postMessage(report: WatchReport): void;
}

function isWorker(scope: object): scope is WorkerScope {
  return "postMessage" in scope && "onmessage" in scope;
}

const scope: object = globalThis;
if (isWorker(scope)) {
  scope.onmessage = ({ data }) => {
    // Without it the kernel is as it is without a watch.
    watch(data, (report) => scope.postMessage(report)).catch(() => {});
  };
}
