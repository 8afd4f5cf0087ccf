import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import {
  jupyterDisplay,
  NotFiniteError,
  OptionsError,
  Random,
  ShapeError,
} from "interplay";
import * as metrics from "interplay/metrics";

const random = new Random(3);
const normal = (rows: number, columns: number) =>
  Array.from({ length: rows }, () => Array.from(random.normals(columns)));
const Z = normal(60, 5);
const second = normal(60, 4);
const labels = Z.map((_, i) => i % 3);
const head = { weights: normal(3, 5), bias: [0.1, 0, -0.1] };

Deno.test("every asynchronous form gives what the synchronous one gives, several at once", async () => {
  const [entropy, information, ratio, difference, record, everything] =
    await Promise.all([
      metrics.matrixEntropyAsync(Z, { alpha: 2 }),
      metrics.matrixMutualInformationAsync(Z, second),
      metrics.mirAsync(Z, second),
      metrics.hdrAsync(Z, second),
      metrics.interplayAsync(Z, labels, head, {
        reference: { permutations: 2 },
      }),
      metrics.reportAsync(Z, labels, head, { permutations: 2 }),
    ]);
  assertEquals(entropy, metrics.matrixEntropy(Z, { alpha: 2 }));
  assertEquals(information, metrics.matrixMutualInformation(Z, second));
  assertEquals(ratio, metrics.mir(Z, second));
  assertEquals(difference, metrics.hdr(Z, second));
  const options = { reference: { permutations: 2 } };
  assertEquals(record, metrics.interplay(Z, labels, head, options));
  assertEquals(
    everything,
    metrics.report(Z, labels, head, { permutations: 2 }),
  );
  assertStringIncludes(
    String(JSON.stringify(record[jupyterDisplay]())),
    "N = 60",
  );
  assertStringIncludes(
    String(JSON.stringify(everything[jupyterDisplay]())),
    "N = 60",
  );
});

Deno.test("asynchronous forms take tensors, which cannot be cloned", async () => {
  const tensor = tf.tensor2d(Z);
  try {
    const rounded = Z.map((row) => row.map(Math.fround));
    assertEquals(
      await metrics.matrixEntropyAsync(tensor),
      metrics.matrixEntropy(rounded),
    );
  } finally {
    tensor.dispose();
  }
});

Deno.test("asynchronous forms reject with the errors of the synchronous ones", async () => {
  await assertRejects(
    () => metrics.mirAsync(Z, second.slice(1)),
    ShapeError,
    "Z2",
  );
  await assertRejects(
    () => metrics.matrixEntropyAsync([[NaN]]),
    NotFiniteError,
    "at [0, 0]",
  );
  await assertRejects(
    () => metrics.matrixEntropyAsync([[0, 0]]),
    NotFiniteError,
    "zero row",
  );
  await assertRejects(
    () => metrics.matrixEntropyAsync(Z, { alpha: 0 }),
    OptionsError,
    "alpha",
  );
});

/** Counts the workers that are started and ended meanwhile. */
function spyOnWorkers() {
  const Original = globalThis.Worker;
  const counts = { started: 0, ended: 0 };
  globalThis.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      counts.started++;
    }
    override terminate() {
      counts.ended++;
      super.terminate();
    }
  };
  return {
    counts,
    [Symbol.dispose]: () => {
      globalThis.Worker = Original;
    },
  };
}

function abortable() {
  const controller = new AbortController();
  const abort = () => controller.abort(new Error("enough"));
  return { signal: controller.signal, abort };
}

/** A turn of the event loop. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A copy of the pool with no worker of an earlier test in it. */
async function freshPool(name: string) {
  const path = `../../lib/metrics/_pool.ts?${encodeURIComponent(name)}`;
  const { inWorker }: typeof import("../../lib/metrics/_pool.ts") =
    await import(new URL(path, import.meta.url).href);
  const call = (
    metric: Parameters<typeof inWorker>[0]["metric"],
    args: readonly unknown[],
    signal?: AbortSignal,
  ) => inWorker({ metric, args }, signal);
  return call;
}

/** The workers of one core only: calls are taken in order. */
function oneCore() {
  const cores = navigator.hardwareConcurrency;
  const set = (value: number) =>
    Object.defineProperty(navigator, "hardwareConcurrency", {
      value,
      configurable: true,
    });
  set(1);
  return { [Symbol.dispose]: () => void set(cores) };
}

Deno.test("a signal ends what is under way and its worker, what waits, and what has not begun", async () => {
  using _ = oneCore();
  using spy = spyOnWorkers();
  const call = await freshPool("signal");
  const { signal, abort } = abortable();
  const large = normal(900, 900);
  const first = call("matrixEntropy", [Z]);
  const jobs = Array.from(
    { length: 3 },
    () => call("matrixEntropy", [large], signal),
  );
  const results = Promise.allSettled(jobs);
  const bystander = call("mir", [Z, second]);
  await first;
  await turn(); // the worker is at the first of the large ones now
  assertEquals(spy.counts, { started: 1, ended: 0 });
  abort();
  for (const result of await results) {
    assertEquals(
      result.status === "rejected" && result.reason.message,
      "enough",
    );
  }
  await turn();
  // The bystander, which waited, has got a new one.
  assertEquals(spy.counts, { started: 2, ended: 1 });
  await assertRejects(
    () => metrics.matrixEntropyAsync(Z, { signal }),
    Error,
    "enough",
  );
  assertEquals(await bystander, metrics.mir(Z, second));
  await turn();
  assertEquals(spy.counts, { started: 2, ended: 2 });
});

Deno.test("a signal that outlives its calls holds nothing of them", async () => {
  const { signal } = abortable();
  let held = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    held++;
    addEventListener.apply(signal, args as never);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    held--;
    removeEventListener.apply(signal, args as never);
  };
  const calls = [1, 2, 3].map((alpha) =>
    metrics.matrixEntropyAsync(Z, { alpha, signal })
  );
  assertEquals(held, 3);
  await Promise.all(calls);
  assertEquals(held, 0);
});

Deno.test("a worker takes the calls that wait, one after the other, and ends when none does", async () => {
  using _ = oneCore();
  using spy = spyOnWorkers();
  const call = await freshPool("reuse");
  await Promise.all(Array.from({ length: 12 }, () => call("hdr", [Z, second])));
  await turn();
  assertEquals(spy.counts, { started: 1, ended: 1 });
});

Deno.test("no more workers are started than there are cores", async () => {
  using spy = spyOnWorkers();
  const call = await freshPool("cores");
  const calls = Array.from({ length: 12 }, () => call("hdr", [Z, second]));
  assertEquals(spy.counts.started, Math.min(12, navigator.hardwareConcurrency));
  await Promise.all(calls);
});

Deno.test("the event loop goes on while an asynchronous form computes", async () => {
  using _ = oneCore();
  const call = await freshPool("event loop");
  const large = normal(900, 900);
  const first = call("matrixEntropy", [Z]);
  const job = call("matrixEntropy", [large]);
  await first;
  // The worker is loaded and has the large one: what is counted now is computation.
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const value = await job;
  clearInterval(timer);
  assertEquals(value, metrics.matrixEntropy(large));
  assertEquals(turns > 10, true);
});

/** A worker that cannot load, or cannot even be made. */
const BROKEN: Record<string, typeof Worker> = {
  "none can be made": class {
    constructor() {
      throw new Error("no workers here");
    }
  } as unknown as typeof Worker,
  "none can load": class {
    onerror: ((event: ErrorEvent) => void) | null = null;
    constructor() {
      queueMicrotask(() => this.onerror?.(new ErrorEvent("error")));
    }
    terminate() {}
  } as unknown as typeof Worker,
};

for (const [why, broken] of Object.entries(BROKEN)) {
  Deno.test(`asynchronous forms give the same numbers without a worker where ${why}`, async () => {
    const call = await freshPool(why);
    const Original = globalThis.Worker;
    globalThis.Worker = broken;
    try {
      const { signal, abort } = abortable();
      const options = { reference: false };
      const calls = [
        call("matrixEntropy", [Z]),
        call("interplay", [Z, labels, head, options]),
      ];
      const late = call("mir", [Z, second], signal);
      const stopped = assertRejects(() => late, Error, "enough");
      abort();
      const [entropy, record] = await Promise.all(calls);
      await stopped;
      assertEquals(entropy, metrics.matrixEntropy(Z));
      assertEquals(
        record as object,
        metrics.interplay(Z, labels, head, { reference: false }),
      );
      await assertRejects(() => call("hdr", [Z, [[NaN]]]), NotFiniteError);
    } finally {
      globalThis.Worker = Original;
    }
  });
}

Deno.test("asynchronous forms work without any permission, and quietly", async () => {
  const root = new URL("../../", import.meta.url);
  const folder = await Deno.makeTempDir();
  const script = `${folder}/script.ts`;
  await Deno.writeTextFile(
    script,
    `import { matrixEntropyAsync, interplayAsync } from "interplay/metrics";
     const rows = [[1, 0], [0, 2]];
     const { mir } = await interplayAsync(rows, [0, 1], { weights: rows });
     console.log(await matrixEntropyAsync(rows), mir);`,
  );
  const config = fromFileUrl(new URL("deno.json", root));
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--config", config, script],
  }).output();
  await Deno.remove(folder, { recursive: true });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  assertEquals({ code, stderr: text(stderr) }, { code: 0, stderr: "" });
  assertEquals(text(stdout), `${metrics.matrixEntropy([[1, 0], [0, 2]])} 1`);
});
