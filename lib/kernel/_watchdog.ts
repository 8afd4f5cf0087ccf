/**
 * Runs in a worker beside the kernel, and hears of interrupts while a cell keeps its own thread busy: a loop
 * without an `await`, one long product. Such a cell can be stopped only from outside, by the order that front
 * ends give on the control channel. That order must not meet a cell which merely waits: the kernel would answer
 * nothing any more. So it is given at the second press alone, and when the thread has not answered for a while.
 *
 * @module
 */

// deno-lint-ignore-file house/no-clock house/no-hidden-randomness -- silence is measured, a session has a new name

import type { KernelAddress } from "./_connection.ts";
import { Slot } from "./_watchdog_slots.ts";
import { Wire } from "./_wire.ts";
import { ZmtpSocket } from "./_zmtp.ts";

/** What the kernel tells its watchdog at the start. */
export interface WatchdogOrder {
  /** Where orders are given, if that is known. */
  readonly address: KernelAddress | undefined;
  /** Shared, indexed by {@linkcode Slot}. */
  readonly shared: Int32Array<SharedArrayBuffer>;
  /** Milliseconds since the epoch from which times in `shared` count. */
  readonly since: number;
}

/** A thread that has not handled an interrupt for so long is busy. */
const PATIENCE_MS = 700;

/** Handled up to so much before it was heard here is handled. */
const SKEW_MS = 100;

/** The order to stop, as a front end gives it. */
async function orderInterrupt(address: KernelAddress): Promise<void> {
  const { hostname, control: port, key } = address;
  const wire = await Wire.open(key, crypto.randomUUID());
  const socket = await ZmtpSocket.open(
    await Deno.connect({ hostname, port }),
    "DEALER",
  );
  const header = wire.header("interrupt_request");
  await socket.send(await wire.encode(header, {}));
  await socket.receive();
  socket.close();
}

/** Hears interrupts and acts on those that nobody else can hear. */
class Watchdog {
  readonly #order: WatchdogOrder;
  #unheard = 0;

  constructor(order: WatchdogOrder) {
    this.#order = order;
  }

  hear(): void {
    const at = Date.now();
    this.#unheard++;
    setTimeout(() => void this.#look(at), PATIENCE_MS);
  }

  async #look(at: number): Promise<void> {
    const { shared, since, address } = this.#order;
    const handledAt = since + Atomics.load(shared, Slot.handledAt);
    if (handledAt >= at - SKEW_MS) this.#unheard = 0;
    if (this.#unheard < 2) return;
    const stopped = this.#unheard === 2 && address !== undefined;
    if (!stopped) return endProcess();
    Atomics.store(shared, Slot.released, 1);
    await orderInterrupt(address).catch(endProcess);
  }
}

/** As the kernel does without this library. */
function endProcess(): void {
  Deno.kill(Deno.pid, "SIGKILL");
}

if ("postMessage" in self && "onmessage" in self) {
  self.onmessage = (event: MessageEvent<WatchdogOrder>) => {
    const watchdog = new Watchdog(event.data);
    Deno.addSignalListener("SIGINT", () => watchdog.hear());
  };
}
