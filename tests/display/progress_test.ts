import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { OptionsError } from "../../lib/core/mod.ts";
import {
  configureDisplay,
  type HostEvent,
  MemoryHost,
  progress,
  useHost,
} from "../../lib/display/mod.ts";

/** A clock that stands still until it is moved. */
class Clock {
  time = 1000;
  readonly now = (): number => this.time;
}

async function on(
  host: MemoryHost,
  body: (clock: Clock) => Promise<void> | void,
): Promise<MemoryHost> {
  const restore = useHost(host);
  try {
    await body(new Clock());
  } finally {
    restore();
  }
  return host;
}

function plain(event: HostEvent | undefined): string {
  return event !== undefined && "bundle" in event
    ? String(event.bundle["text/plain"])
    : "";
}

Deno.test("progress() in a notebook is one display, updated under one id", async () => {
  const host = await on(new MemoryHost(), async (clock) => {
    const bar = progress(4, { label: "run", now: clock.now });
    for (let i = 1; i <= 4; i++) {
      clock.time += 500;
      bar.update(i);
    }
    await bar.done();
  });
  assertEquals(host.events.map((e) => e.type), [
    "display",
    "update",
    "update",
    "update",
    "update",
    "update",
  ]);
  const ids = host.events.map((e) => "displayId" in e ? e.displayId : "");
  assertEquals(new Set(ids).size, 1);
  assertEquals(
    plain(host.events[2]),
    "run ━━━━━━━━━━━━────────────  50 % 2/4 · 2/s · 0:01 left",
  );
  assertEquals(
    plain(host.events.at(-1)),
    "run ━━━━━━━━━━━━━━━━━━━━━━━━ 100 % 4/4 · in 0:02",
  );
});

Deno.test("progress() draws at most every 200 ms, and always at the end", async () => {
  const host = await on(new MemoryHost(), async (clock) => {
    const bar = progress(100, { now: clock.now });
    for (let i = 1; i <= 100; i++) {
      clock.time += 10;
      bar.update(i);
    }
    await bar.done();
  });
  assertEquals(host.events.length, 1 + 5 + 1);
});

Deno.test("progress() ends without how long it took where durations are left out", async () => {
  const host = await on(new MemoryHost(), async (clock) => {
    configureDisplay({ durations: false });
    try {
      const bar = progress(4, { now: clock.now });
      clock.time += 500;
      bar.update(2);
      await bar.done();
      const stopped = progress(4, { now: clock.now });
      await stopped.fail("no");
    } finally {
      configureDisplay({ durations: true });
    }
  });
  assertEquals(host.events.map(plain).map((line) => line.slice(25)), [
    "  0 % 0/4",
    " 50 % 2/4 · 4/s · 0:01 left",
    "100 % 4/4",
    "  0 % 0/4",
    "  0 % 0/4 · stopped: no",
  ]);
});

Deno.test("progress() that fails stays where it was, with the reason, and changes no more", async () => {
  const host = await on(new MemoryHost(), async (clock) => {
    const bar = progress(4, { now: clock.now });
    bar.update(1, "loss 0.5");
    await bar.fail(new Error("interrupted <b>"));
    bar.update(4);
    await bar.done();
  });
  const last = host.events.at(-1);
  assertEquals(host.events.length, 2);
  assertEquals(
    plain(last),
    "━━━━━━──────────────────  25 % 1/4 · in 0:00 · loss 0.5 · stopped: interrupted <b>",
  );
  const html = last?.type === "update" ? String(last.bundle["text/html"]) : "";
  assertStringIncludes(html, `<progress max="4" value="1"`);
  assertStringIncludes(html, "interrupted &lt;b&gt;");
});

Deno.test("progress() under `using` is stopped when its block is left by an error", async () => {
  const host = await on(new MemoryHost(), (clock) => {
    assertThrows(
      () => {
        using bar = progress(4, { now: clock.now });
        bar.update(2);
        throw new Error("broken");
      },
      Error,
      "broken",
    );
  });
  assertStringIncludes(
    plain(host.events.at(-1)),
    "50 % 2/4 · in 0:00 · stopped: left before the end",
  );
});

Deno.test("progress() under `using` is left alone when it was done", async () => {
  const host = await on(new MemoryHost(), async (clock) => {
    using bar = progress(4, { now: clock.now });
    await bar.done();
  });
  assertStringIncludes(plain(host.events.at(-1)), "100 % 4/4 · in 0:00");
});

Deno.test("progress() in a terminal rewrites one line, covering the longer one before", async () => {
  const host = await on(new MemoryHost({ rich: false }), async (clock) => {
    const bar = progress(2, { now: clock.now });
    clock.time += 1000;
    bar.update(1, "a long note");
    clock.time += 1000;
    bar.update(2);
    await bar.done();
  });
  const lines = host.text.split("\r").slice(1);
  assertEquals(lines.length, 4);
  assertEquals(host.text.match(/\n/g)?.length, 1);
  assertEquals(lines[2]?.length, lines[1]?.length);
});

Deno.test("progress() in a log writes a line for each tenth", async () => {
  const host = await on(
    new MemoryHost({ rich: false, rewritesLines: false }),
    async (clock) => {
      const bar = progress(1000, { now: clock.now });
      for (let i = 1; i < 1000; i++) {
        clock.time += 250;
        bar.update(i);
      }
      await bar.done();
    },
  );
  assertEquals(host.text.trimEnd().split("\n").length, 10);
  assertEquals(host.text.includes("\r"), false);
});

Deno.test("progress() writes hours, and no rate before anything is done", async () => {
  const host = await on(new MemoryHost(), async (clock) => {
    const bar = progress(10, { now: clock.now });
    clock.time += 3_600_000;
    bar.update(5);
    await bar.done();
  });
  assertEquals(plain(host.events[0]).endsWith("0 % 0/10"), true);
  assertStringIncludes(plain(host.events[1]), "1:00:00 left");
});

Deno.test("progress() is not ended by a host that fails", async () => {
  class Closed extends MemoryHost {
    override display(): Promise<void> {
      return Promise.reject(new Error("closed"));
    }
    override update(): Promise<void> {
      return Promise.reject(new Error("closed"));
    }
  }
  const host = await on(new Closed(), async (clock) => {
    const bar = progress(2, { now: clock.now });
    clock.time += 1000;
    bar.update(1);
    await bar.done();
  });
  assertEquals(host.events, []);
});

Deno.test("progress() refuses a total that is not positive, and unknown options", () => {
  for (const total of [0, -1, NaN, Infinity]) {
    assertThrows(
      () => progress(total),
      OptionsError,
      `expected a positive number as \`total\`, received ${total}`,
    );
  }
  assertThrows(() => progress(1, { speed: 1 } as never), OptionsError, "speed");
});
