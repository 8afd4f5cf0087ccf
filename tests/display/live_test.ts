import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { OptionsError, ShapeError } from "../../lib/core/mod.ts";
import {
  type HostEvent,
  live,
  type LiveOptions,
  MemoryHost,
  useHost,
} from "../../lib/display/mod.ts";
import { LossTrace } from "../../lib/display/_loss_trace.ts";

/** A clock that each event moves by so many milliseconds. */
class Clock {
  time = 0;
  readonly now = (): number => this.time;
}

interface Plan {
  readonly steps: number;
  /** A measurement after so many steps. */
  readonly every: number;
  /** Milliseconds a step. */
  readonly pace: number;
  /** Ends here: as stopped, or by an error. */
  readonly ends?: { readonly at: number; readonly by: "stop" | "error" };
  readonly outcome?: string;
}

function record(step: number, epoch: number) {
  const share = step / 1000;
  return {
    epoch,
    step,
    loss: 1 / (1 + step),
    accuracy: 0.5,
    entropy: { representations: 1 + share, head: 2, joint: 2.5 },
    mutualInformation: 0.5 + share,
    mir: 0.4,
    hdr: 0.3,
    samples: 100,
    classes: 10,
  };
}

/** A run that tells what a training loop tells. */
function scripted(plan: Plan, clock: Clock) {
  const history = { outcome: "running", events: 0 };
  async function* events() {
    yield { type: "epoch", record: record(0, 0) };
    for (let step = 1; step <= plan.steps; step++) {
      clock.time += plan.pace;
      await Promise.resolve();
      history.events++;
      if (plan.ends?.at === step) {
        history.outcome = plan.ends.by === "stop" ? "stopped" : "failed";
        if (plan.ends.by === "error") throw new RangeError("loss is NaN");
        return;
      }
      yield { type: "step", step, steps: plan.steps, loss: 1 / step };
      if (step % plan.every === 0) {
        yield { type: "epoch", record: record(step, step / plan.every) };
      }
    }
    history.outcome = plan.outcome ?? "completed";
    yield { type: "end", history };
  }
  return { history, [Symbol.asyncIterator]: events };
}

async function watch(
  plan: Plan,
  options: LiveOptions = {},
  host: MemoryHost = new MemoryHost(),
): Promise<{ host: MemoryHost; events: number; thrown: unknown }> {
  const clock = new Clock();
  const restore = useHost(host);
  const run = scripted(plan, clock);
  try {
    const { events } = await live(run, { now: clock.now, ...options });
    return { host, events, thrown: undefined };
  } catch (thrown) {
    return { host, events: run.history.events, thrown };
  } finally {
    restore();
  }
}

function bundles(host: MemoryHost, id: string) {
  return host.events.flatMap((event: HostEvent) =>
    "bundle" in event && event.displayId?.startsWith(id) ? [event.bundle] : []
  );
}

const figures = (host: MemoryHost) => bundles(host, "interplay-live");
const bars = (host: MemoryHost) => bundles(host, "interplay-progress");
const text = (bundle: Record<string, unknown> | undefined) =>
  String(bundle?.["text/plain"]);

const short: Plan = { steps: 40, every: 10, pace: 100 };

Deno.test("live() returns the history and leaves one figure and one line, whatever was drawn between", async () => {
  const { host, events } = await watch(short);
  assertEquals(events, 40);
  const shown = host.events.filter((event) => event.type === "display");
  assertEquals(shown.length, 3); // plotly.js, the figure, the line
  assertStringIncludes(text(figures(host).at(-1)), "MIR: 5 values");
  assertStringIncludes(text(figures(host).at(-1)), "train loss: 40 values");
  assertMatch(
    text(bars(host).at(-1)),
    /100 % 40\/40 · in 0:04 · epoch 4 · loss 0.0244 · accuracy 0.5 · MIR 0.4 · HDR 0.3$/,
  );
});

Deno.test("live() draws the figure at most twice a second and the line at most every 200 ms", async () => {
  const { host } = await watch({ steps: 1000, every: 1, pace: 10 });
  // Ten seconds: one at once, two a second, and the last state.
  const drawn = figures(host).length;
  assert(drawn > 3 && drawn <= 22, `${drawn} drawings`);
  const lines = bars(host).length;
  assert(lines > 3 && lines <= 52, `${lines} lines`);
});

Deno.test("live() spends a twentieth of a run on drawing, however long a drawing takes", async () => {
  const clock = new Clock();
  let drawing = 0;
  // Each look at the yardsticks takes a while.
  const reference = {
    get ceiling() {
      clock.time += 5;
      drawing += 5;
      return 4;
    },
  } as NonNullable<LiveOptions["reference"]>;
  const run = {
    history: {},
    async *[Symbol.asyncIterator]() {
      for (let epoch = 0; epoch < 400; epoch++) {
        clock.time += 1000;
        yield await Promise.resolve({
          type: "epoch",
          record: record(epoch, epoch),
        });
      }
    },
  };
  const host = new MemoryHost();
  const restore = useHost(host);
  await live(run, { now: clock.now, reference });
  restore();
  assert(figures(host).length > 2);
  assert(drawing < 0.1 * clock.time, `${drawing} of ${clock.time} ms`);
});

Deno.test("live() of twenty thousand steps leaves no more than one of two hundred", async () => {
  const { host } = await watch({ steps: 20_000, every: 2000, pace: 20 });
  const last = figures(host).at(-1);
  assert(JSON.stringify(last).length < 50_000);
  assertMatch(text(last), /train loss: \d\d values/);
  assertStringIncludes(
    text(last),
    "Train loss: mean of 256 steps each, and their range.",
  );
  assertEquals(host.events.filter((e) => e.type === "display").length, 3);
});

Deno.test("live() leaves the last state with its reason when the run was interrupted", async () => {
  const ends = { at: 25, by: "stop" } as const;
  const { host, events, thrown } = await watch({ ...short, ends });
  assertEquals([events, thrown], [25, undefined]);
  const figure = String(figures(host).at(-1)?.["image/svg+xml"]);
  assertStringIncludes(figure, "interrupted at step 24 of 40");
  assertStringIncludes(text(figures(host).at(-1)), "train loss: 24 values");
  assertMatch(text(bars(host).at(-1)), / 60 % 24\/40 .* stopped: interrupted$/);
});

Deno.test("live() leaves the last state with its reason when the run fails, and throws its error", async () => {
  const ends = { at: 13, by: "error" } as const;
  const { host, thrown } = await watch({ ...short, ends });
  assert(thrown instanceof RangeError);
  const figure = String(figures(host).at(-1)?.["image/svg+xml"]);
  assertStringIncludes(figure, "loss is NaN at step 12 of 40");
  assertMatch(text(bars(host).at(-1)), /stopped: loss is NaN$/);
});

Deno.test("live() closes the run when a listener throws", async () => {
  const left: string[] = [];
  const run = {
    history: {},
    async *[Symbol.asyncIterator]() {
      try {
        yield await Promise.resolve({ type: "step" });
      } finally {
        left.push("left");
      }
    },
  };
  const restore = useHost(new MemoryHost());
  const onEvent = () => {
    throw new Error("from the listener");
  };
  await assertRejects(() => live(run, { onEvent }), Error, "from the listener");
  restore();
  assertEquals(left, ["left"]);
});

Deno.test("live() draws reference lines of the records, or those it is given", async () => {
  const spread = { mean: 0.1, sd: 0.01 };
  const measures = { mir: spread, hdr: spread, mutualInformation: spread };
  const reference = {
    collapse: {
      entropy: { representations: 2.2, head: 2.2, joint: 2.3 },
      mutualInformation: 2.1,
      mir: 0.9523,
      hdr: 0,
    },
    shuffled: { ...measures, permutations: 5 },
    random: measures,
    ceiling: 4.6,
  };
  const given = await watch(short, { reference });
  assertStringIncludes(
    text(figures(given.host).at(-1)),
    "reference: collapse 0.9523",
  );
  const none = await watch(short);
  assertStringIncludes(
    text(figures(none.host).at(-1)),
    "No reference was given",
  );
});

Deno.test("live() draws losses and accuracy of a run without information metrics, and knows no total", async () => {
  const host = new MemoryHost();
  const restore = useHost(host);
  const run = {
    history: "the record",
    async *[Symbol.asyncIterator]() {
      yield { type: "step", step: 1, loss: 2 };
      yield { type: "step", step: 2, loss: NaN };
      yield { type: "epoch", record: { loss: 1, accuracy: 0.25 } };
      yield await Promise.resolve({ type: "checkpoint" });
    },
  };
  assertEquals(await live(run), "the record");
  restore();
  const last = text(figures(host).at(-1));
  assertStringIncludes(last, "accuracy: 1 values, first 0.25");
  assertStringIncludes(last, "train loss: 1 values");
  assertStringIncludes(last, "test loss: 1 values");
  assertEquals(bars(host), []);
});

Deno.test("live() says when a run has completed before its last step", async () => {
  const ends = { at: 21, by: "stop" } as const;
  const clock = new Clock();
  const run = scripted({ ...short, ends }, clock);
  const host = new MemoryHost();
  const restore = useHost(host);
  const history = { outcome: "completed" };
  await live({ history, [Symbol.asyncIterator]: run[Symbol.asyncIterator] });
  restore();
  assertMatch(text(bars(host).at(-1)), /20\/40 .* stopped: ended early$/);
});

Deno.test("live() in a terminal is text: a line while it runs, the figure in words at the end", async () => {
  const host = new MemoryHost({ rich: false, rewritesLines: false });
  await watch(short, { title: "run" }, host);
  assertEquals(host.events.every((event) => event.type === "print"), true);
  const lines = host.text.trimEnd().split("\n");
  assertMatch(
    lines[0] ?? "",
    /^run ━+─+ +\d\d % \d\/40 · [\d.]+\/s · 0:0\d left · epoch 0/,
  );
  assertEquals(lines.filter((line) => line.includes("100 %")).length, 1);
  assertStringIncludes(host.text, "MIR: 5 values, first 0.4");
});

Deno.test("live() shows the same in the end however often it has drawn", async () => {
  const html = async (pace: number) => {
    const { host } = await watch({ ...short, pace });
    const page = String(figures(host).at(-1)?.["text/html"]);
    return page.replaceAll(/interplay-figure--\d+/g, "id");
  };
  assertEquals(await html(1), await html(1000));
});

Deno.test("live() goes on although nothing can be shown", async () => {
  class Closed extends MemoryHost {
    override display(): Promise<void> {
      return Promise.reject(new Error("closed"));
    }
    override update(): Promise<void> {
      return Promise.reject(new Error("closed"));
    }
  }
  const { events, thrown } = await watch(short, {}, new Closed());
  assertEquals([events, thrown], [40, undefined]);
});

Deno.test("live() refuses what is no run, and unknown options", async () => {
  await assertRejects(
    () => live(3 as never),
    ShapeError,
    "Cannot show the run: expected a run whose events can be read, received number",
  );
  const run = scripted(short, new Clock());
  await assertRejects(() => live(run, { speed: 1 } as never), OptionsError);
});

Deno.test("LossTrace keeps mean, smallest and largest loss of equal numbers of steps", () => {
  const trace = new LossTrace();
  assertEquals(trace.series("loss"), undefined);
  for (let step = 1; step <= 320; step++) trace.add(step, step % 4);
  const series = trace.series("loss");
  assertEquals(trace.stepsPerBucket, 4);
  assertEquals(series?.x.length, 80);
  assertEquals([...series?.x.slice(0, 3) ?? []], [2.5, 6.5, 10.5]);
  assertEquals(new Set(series?.y), new Set([1.5]));
  assertEquals(new Set(series?.band?.low), new Set([0]));
  assertEquals(new Set(series?.band?.high), new Set([3]));
});
