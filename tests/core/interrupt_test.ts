import { assertEquals, assertRejects } from "@std/assert";
import {
  interrupt,
  InterruptedError,
  interruptible,
  InterruptListener,
} from "../../lib/core/mod.ts";

/** Counts steps until its signal is aborted, and notes when it is left. */
async function* counting(signal: AbortSignal, left: string[]) {
  try {
    for (let step = 1; !signal.aborted; step++) {
      yield await Promise.resolve(step);
    }
  } finally {
    left.push(signal.aborted ? "left, aborted" : "left");
  }
}

async function collect(
  events: AsyncIterable<number>,
  onEvent: (step: number) => void,
): Promise<number[]> {
  const seen: number[] = [];
  for await (const step of events) {
    seen.push(step);
    onEvent(step);
  }
  return seen;
}

const nobody = { asked: 0, forced: 0 };

Deno.test("interrupt() aborts the signals of all who listen, says how many, and leaves out who listens no more", () => {
  const first = new InterruptListener();
  const second = new InterruptListener();
  second[Symbol.dispose]();
  assertEquals(interrupt(), { asked: 1, forced: 0 });
  assertEquals([first, second].map((l) => l.signal.aborted), [true, false]);
  first[Symbol.dispose]();
  assertEquals(interrupt(), nobody);
});

Deno.test("interrupt() asks each piece of work first, then leaves it, then has nothing more to say to it", () => {
  using _slow = new InterruptListener();
  assertEquals(interrupt(), { asked: 1, forced: 0 });
  using _later = new InterruptListener();
  assertEquals(interrupt(), { asked: 1, forced: 1 });
  assertEquals(interrupt(), { asked: 0, forced: 1 });
  assertEquals(interrupt(), nobody);
});

Deno.test("InterruptListener is aborted by the signal of its caller as well, and reaches no other", () => {
  const own = new AbortController();
  using listener = new InterruptListener(own.signal);
  using other = new InterruptListener();
  own.abort("enough");
  assertEquals(listener.signal.reason, "enough");
  assertEquals(other.signal.aborted, false);
});

Deno.test("InterruptListener says what it was that an interrupt stopped", () => {
  using listener = new InterruptListener(undefined, "load MNIST");
  interrupt();
  const { name, message } = listener.signal.reason;
  assertEquals(name, "AbortError");
  assertEquals(
    message,
    "Cannot load MNIST: expected to go on, received an interrupt",
  );
});

Deno.test("InterruptListener lets a forced interrupt end a wait that would not end", async () => {
  using listener = new InterruptListener();
  const waiting = listener.unlessForced(new Promise<void>(() => {}));
  interrupt();
  assertEquals(listener.isForced, false);
  interrupt();
  await assertRejects(() => waiting, InterruptedError, "a second interrupt");
  assertEquals(listener.isForced, true);
});

Deno.test("interruptible() hears interrupts only between its first event and its end", async () => {
  const left: string[] = [];
  const run = interruptible((signal) => counting(signal, left));
  assertEquals(interrupt(), nobody);
  const seen = await collect(run, (step) => {
    if (step === 2) assertEquals(interrupt(), { asked: 1, forced: 0 });
  });
  assertEquals(seen, [1, 2]);
  assertEquals(left, ["left, aborted"]);
  assertEquals(interrupt(), nobody);
});

Deno.test("interruptible() closes the run when its reader leaves or its caller aborts", async () => {
  const left: string[] = [];
  for await (const step of interruptible((s) => counting(s, left))) {
    if (step === 2) break;
  }
  const own = new AbortController();
  const run = interruptible((s) => counting(s, left), own.signal);
  const seen = await collect(run, (step) => step === 3 && own.abort());
  assertEquals(seen, [1, 2, 3]);
  assertEquals(left, ["left", "left, aborted"]);
  assertEquals(interrupt(), nobody);
});

Deno.test("interruptible() passes on the error of the run, and listens no more", async () => {
  // deno-lint-ignore require-yield
  const run = interruptible(async function* (): AsyncGenerator<number> {
    await Promise.resolve();
    throw new RangeError("broken");
  });
  await assertRejects(() => run.next(), RangeError, "broken");
  assertEquals(interrupt(), nobody);
});

Deno.test("interruptible() rejects a reader at once when forced, and the run ends when its step does", async () => {
  const step = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  const run = interruptible(async function* () {
    try {
      await step.promise;
      yield 1;
    } finally {
      ended.resolve("ended");
    }
  });
  const reading = run.next();
  interrupt();
  interrupt();
  await assertRejects(() => reading, InterruptedError);
  step.resolve();
  assertEquals(await ended.promise, "ended");
});
