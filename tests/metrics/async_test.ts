import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
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

Deno.test("a signal ends what is under way, what waits, and what has not begun", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const large = normal(900, 900);
  const jobs = Array.from(
    { length: 6 },
    () => metrics.matrixEntropyAsync(large, { signal }),
  );
  const results = Promise.allSettled(jobs);
  await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort(new Error("enough"));
  for (const result of await results) {
    assertEquals(
      result.status === "rejected" && result.reason.message,
      "enough",
    );
  }
  await assertRejects(
    () => metrics.matrixEntropyAsync(Z, { signal }),
    Error,
    "enough",
  );
  assertEquals(await metrics.matrixEntropyAsync(Z), metrics.matrixEntropy(Z));
});

Deno.test("the event loop goes on while an asynchronous form computes", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await metrics.matrixEntropyAsync(normal(500, 500));
  clearInterval(timer);
  assertEquals(turns > 5, true);
});
