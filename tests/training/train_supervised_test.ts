import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { checksum, loadMnist, split, syntheticDigits } from "interplay/data";
import { mlp, useBackend } from "interplay/models";
import {
  evaluate,
  type History,
  jupyterDisplay,
  type SupervisedOptions,
  type TrainingEvent,
  trainSupervised,
} from "interplay/training";
import {
  LabelError,
  NotFiniteError,
  OptionsError,
  ShapeError,
} from "../../lib/core/errors.ts";
import { interrupt } from "../../lib/core/interrupt.ts";
import { testOnRealData } from "../data/data_folder.ts";
import { cloudModel, clouds } from "./fixtures.ts";

await useBackend("cpu");

const data = clouds();
const quick = { epochs: 3, batchSize: 16, reference: false } as const;

/** A run from fresh weights, to its end. */
async function history(options: SupervisedOptions = {}): Promise<History> {
  const model = cloudModel();
  try {
    return await trainSupervised(model, data, { ...quick, ...options }).run();
  } finally {
    model.dispose();
  }
}

Deno.test("trainSupervised() learns, and records every epoch from before the first", async () => {
  const { epochs, stepLosses, outcome } = await history({ epochs: 10 });
  assertEquals(
    epochs.map((e) => e.epoch),
    Array.from({ length: 11 }, (_, i) => i),
  );
  assertEquals(epochs.map((e) => e.step), epochs.map((_, i) => 6 * i));
  assertEquals(stepLosses.length, 60);
  assertEquals(outcome, "completed");
  assert(
    epochs[10]!.accuracy > 0.9 && epochs[10]!.loss < 0.5 * epochs[0]!.loss,
  );
  assert(epochs[10]!.nc1.pinv < epochs[0]!.nc1.pinv);
});

Deno.test("trainSupervised() tells steps, epochs and the end, in order", async () => {
  const model = cloudModel();
  const events: TrainingEvent[] = [];
  const run = trainSupervised(model, data, { ...quick, epochs: 2 });
  assertEquals(run.history.outcome, "running");
  for await (const event of run) events.push(event);
  model.dispose();
  const steps = new Array<string>(6).fill("step");
  assertEquals(
    events.map((event) => event.type),
    ["epoch", ...steps, "epoch", ...steps, "epoch", "end"],
  );
  const counts = events.flatMap((event) =>
    event.type === "step" ? [[event.epoch, event.step, event.steps]] : []
  );
  assertEquals(counts[0], [1, 1, 12]);
  assertEquals(counts[11], [2, 12, 12]);
});

Deno.test("the record of an epoch is that of its evaluation and of its steps", async () => {
  const model = cloudModel();
  let losses: number[] = [];
  await trainSupervised(model, data, quick).run((event) => {
    if (event.type === "step") losses.push(event.loss);
    if (event.type !== "epoch") return;
    const { record, evaluation } = event;
    const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
    assertEquals(record.trainLoss, mean);
    assertEquals(record.loss, evaluation.loss);
    assertEquals(record.mir, evaluation.measures.mir);
    assertEquals(record.nc2, evaluation.measures.nc2);
    losses = [];
  });
  model.dispose();
});

Deno.test("the first step's loss is the untrained model's on that batch", async () => {
  const whole = { batchSize: 96, epochs: 1 };
  const { stepLosses, epochs } = await history(whole);
  const model = cloudModel();
  const { loss } = await evaluate(model, data.train);
  model.dispose();
  // The batch is the whole training set; tfjs sums in float32.
  assert(Math.abs(loss - stepLosses[0]!) < 1e-5);
  assertEquals(epochs[1]!.trainLoss, stepLosses[0]);
});

for (const backend of ["cpu", "wasm"] as const) {
  Deno.test(`the same seed gives bitwise the same history on ${backend}, another does not`, async () => {
    await useBackend(backend);
    try {
      const first = await history({ seed: 3 });
      const second = await history({ seed: 3 });
      assertEquals(second.epochs, first.epochs);
      assertEquals(second.stepLosses, first.stepLosses);
      assertEquals(first.backend, backend);
      const other = await history({ seed: 4 });
      assertNotEquals(other.stepLosses, first.stepLosses);
      assertEquals(other.epochs[0], first.epochs[0]);
    } finally {
      await useBackend("cpu");
    }
  });
}

Deno.test("WASM trains as the CPU does, to float32", async () => {
  const onCpu = await history();
  await useBackend("wasm");
  const onWasm = await history().finally(() => useBackend("cpu"));
  onCpu.stepLosses.forEach((loss, i) =>
    assert(Math.abs(loss - onWasm.stepLosses[i]!) < 1e-4)
  );
});

Deno.test("trainSupervised() holds a constant number of tensors, and frees its own", async () => {
  const model = cloudModel();
  const before = tf.memory().numTensors;
  const counts: number[] = [];
  await trainSupervised(model, data, { ...quick, epochs: 10 }).run((event) => {
    if (event.type === "epoch") counts.push(tf.memory().numTensors);
  });
  // One velocity a weight while it runs.
  assertEquals(counts, new Array(11).fill(before + 6));
  assertEquals(tf.memory().numTensors, before);
  model.dispose();
});

Deno.test("trainSupervised() frees its tensors when its reader leaves, and keeps the history", async () => {
  const model = cloudModel();
  const before = tf.memory().numTensors;
  const run = trainSupervised(model, data, quick);
  for await (const event of run) {
    assertEquals(run.history.outcome, "running");
    if (event.type === "step" && event.step === 8) break;
  }
  assertEquals(tf.memory().numTensors, before);
  assertEquals(run.history.stepLosses.length, 8);
  assertEquals(run.history.epochs.length, 2);
  assertEquals(run.history.outcome, "stopped");
  model.dispose();
});

Deno.test("an abort stops before the next step and is no error", async () => {
  const model = cloudModel();
  const stop = new AbortController();
  const kinds: string[] = [];
  const { stepLosses, outcome } = await trainSupervised(model, data, {
    ...quick,
    signal: stop.signal,
  }).run((event) => {
    kinds.push(event.type);
    if (event.type === "step" && event.step === 8) stop.abort();
  });
  assertEquals(stepLosses.length, 8);
  assertEquals(kinds.slice(-2), ["step", "end"]);
  assertEquals(outcome, "stopped");
  model.dispose();
});

Deno.test("a timer fires while training goes on", async () => {
  const model = cloudModel();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 5);
  const { outcome } = await trainSupervised(model, data, {
    ...quick,
    epochs: 100_000,
    signal: stop.signal,
  }).run();
  clearTimeout(timer);
  assertEquals(outcome, "stopped");
  model.dispose();
});

Deno.test("a loss that is not finite ends the run with the weights before it", async () => {
  const model = cloudModel();
  const run = trainSupervised(model, data, { ...quick, learningRate: 1e30 });
  const error = await assertRejects(() => run.run(), NotFiniteError);
  assert(
    /^Cannot train the model: expected a finite loss, received (NaN|Infinity) at step \d+ \(try a learning rate below 1e\+30\)$/
      .test(error.message),
    error.message,
  );
  assertEquals(run.history.outcome, "failed");
  assertEquals(run.history.epochs.length, 1);
  assert(run.history.stepLosses.every(Number.isFinite));
  for (const { variable } of model.weights) {
    assert(variable.dataSync().every(Number.isFinite));
  }
  model.dispose();
});

Deno.test("trainSupervised() frees its tensors when it fails", async () => {
  const model = cloudModel();
  const before = tf.memory().numTensors;
  const run = trainSupervised(model, data, { ...quick, learningRate: 1e30 });
  await assertRejects(() => run.run(), NotFiniteError);
  assertEquals(tf.memory().numTensors, before);
  model.dispose();
});

Deno.test("an interrupt stops trainSupervised() at its next step, without a signal of its own", async () => {
  const model = cloudModel();
  const before = tf.memory().numTensors;
  const run = trainSupervised(model, data, quick);
  const { outcome, stepLosses } = await run.run((event) => {
    if (event.type === "step" && event.step === 2) interrupt();
  });
  assertEquals(outcome, "stopped");
  assertEquals(stepLosses.length, 2);
  assertEquals(tf.memory().numTensors, before);
  const next = await trainSupervised(model, data, { ...quick, epochs: 1 })
    .run();
  assertEquals(next.outcome, "completed");
  model.dispose();
});

Deno.test("a run may be as long as a number of steps, and be measured by steps", async () => {
  const model = cloudModel();
  const { epochs, stepLosses, options } = await trainSupervised(model, data, {
    steps: 11,
    batchSize: 16,
    evaluation: { every: { steps: 4 } },
  }).run();
  model.dispose();
  assertEquals(epochs.map((e) => e.step), [0, 4, 8, 11]);
  assertEquals(epochs.map((e) => e.epoch), [0, 4 / 6, 8 / 6, 11 / 6]);
  assertEquals(stepLosses.length, 11);
  assertEquals("epochs" in options, false);
  const mean = (from: number, to: number) =>
    stepLosses.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
  assertEquals(epochs[1]!.trainLoss, mean(0, 4));
  assertEquals(epochs[3]!.trainLoss, mean(8, 11));
  // The cosine falls over these steps: the last rate is that of step 10 of 11.
  const last = 0.03 * (1 + Math.cos(Math.PI * 10 / 11)) / 2;
  assertAlmostEquals(epochs[3]!.learningRate, last, 1e-15);
});

Deno.test("a run may be measured every few epochs, and is at its end in any case", async () => {
  const { epochs } = await history({
    epochs: 5,
    evaluation: { every: { epochs: 2 }, mode: "batches", size: 8 },
  });
  assertEquals(epochs.map((e) => e.epoch), [0, 2, 4, 5]);
  assertEquals(epochs[1]!.batches?.size, 8);
});

Deno.test("the record of an epoch has the accuracy of its batches", async () => {
  const { epochs } = await history({ epochs: 6 });
  assertEquals(epochs[0]!.parts, {});
  const { accuracy } = epochs[6]!.parts;
  assert(accuracy! > 0.9 && accuracy! <= 1);
});

Deno.test("the yardsticks come at the last epoch, at every epoch, or never", async () => {
  const withReference = async (reference: SupervisedOptions["reference"]) =>
    (await history({ reference: reference! })).epochs.map((e) =>
      e.reference?.shuffled.permutations
    );
  const none = undefined;
  assertEquals(await withReference(false), [none, none, none, none]);
  assertEquals(await withReference("last"), [none, none, none, 5]);
  assertEquals(await withReference("every"), [5, 5, 5, 5]);
  assertEquals(await withReference({ permutations: 2 }), [none, none, none, 2]);
  const often = { when: "every", permutations: 1, seed: 4 } as const;
  assertEquals(await withReference(often), [1, 1, 1, 1]);
});

Deno.test("weight decay shrinks the weights, and the schedule moves the rate", async () => {
  const norm = async (weightDecay: number) => {
    const model = cloudModel();
    await trainSupervised(model, data, { ...quick, weightDecay }).run();
    const { weights } = await model.head();
    model.dispose();
    return Math.hypot(...weights.data);
  };
  assert(await norm(0.3) < 0.9 * await norm(0));
  const cosine = await history({ schedule: "cosine", learningRate: 0.1 });
  const rates = cosine.epochs.map((e) => e.learningRate);
  assertEquals(rates.slice(0, 1), [0.1]);
  assert(rates[1]! > rates[2]! && rates[3]! < 0.001);
  const constant = await history({ schedule: "constant", learningRate: 0.1 });
  assertEquals(constant.epochs.map((e) => e.learningRate), [
    0.1,
    0.1,
    0.1,
    0.1,
  ]);
});

Deno.test("a history says how it was made, and shows itself", async () => {
  const made = await history();
  assertEquals(made.model, "mlp(5-8-6-3, relu, seed 0)");
  assertEquals(made.options, {
    epochs: 3,
    batchSize: 16,
    learningRate: 0.03,
    schedule: "cosine",
    warmup: 0,
    optimizer: "sgd",
    momentum: 0.9,
    nesterov: false,
    weightDecay: 5e-4,
    decayed: "matrices",
    ema: false,
    labelSmoothing: 0,
    temperature: 1,
    evaluation: {
      mode: "whole",
      size: 64,
      estimate: false,
      batchSize: 512,
      every: { epochs: 1 },
    },
    seed: 0,
    reference: false,
  });
  assertEquals(made.kind, "supervised");
  assertEquals(made.versions.deno, Deno.version.deno);
  assertEquals(made.data["train"]?.samples, 96);
  assertEquals(made.data["test"]?.checksum, checksum(data.test));
  assertStringIncludes(made.data["test"]?.name ?? "", "test of split(seed 0)");
  const { "text/plain": text } = await made[jupyterDisplay]();
  assertStringIncludes(String(text), "completed");
  assertStringIncludes(String(text), "MIR");
});

Deno.test("trainSupervised() refuses what does not fit, before anything runs", () => {
  const model = cloudModel();
  const narrow = mlp({ inputDimension: 4, classes: 3 });
  const other = mlp({ inputDimension: 5, classes: 2 });
  assertThrows(
    () => trainSupervised(narrow, data),
    ShapeError,
    "Cannot train the model: expected samples of 4 values, as mlp(4-128-64-3, relu, seed 0) takes them, received 5",
  );
  assertThrows(() => trainSupervised(other, data), LabelError, "received 3 in");
  const cases: [SupervisedOptions, string][] = [
    [{ epochs: 0 }, "epochs"],
    [{ learningRate: 0 }, "learningRate"],
    [{ momentum: 1 }, "momentum"],
    [{ reference: "first" as "last" }, "reference"],
    [{ epoch: 3 } as SupervisedOptions, "epoch"],
  ];
  for (const [options, key] of cases) {
    assertThrows(
      () => trainSupervised(model, data, options),
      OptionsError,
      key,
    );
  }
  for (const made of [model, narrow, other]) made.dispose();
});

/** A run of an MLP on WASM, without yardsticks. */
async function digitsRun(
  images: Awaited<ReturnType<typeof loadMnist>>,
  options: SupervisedOptions,
): Promise<History> {
  await useBackend("wasm");
  const model = mlp({ inputDimension: 784, hidden: [256, 64], classes: 10 });
  try {
    return await trainSupervised(model, split(images), {
      reference: false,
      ...options,
    }).run();
  } finally {
    model.dispose();
    await useBackend("cpu");
  }
}

Deno.test("an MLP passes 90 % on 2,000 drawn digits in six epochs, but not 99 %", async () => {
  const { epochs } = await digitsRun(syntheticDigits({ samples: 2500 }), {
    epochs: 6,
  });
  const { accuracy } = epochs.at(-1)!;
  assert(accuracy > 0.9 && accuracy < 0.99, `${accuracy}`);
});

testOnRealData(
  "an MLP passes 95 % on MNIST's test images, 8,000 to learn and 2,000 to measure, with metrics every epoch",
  async (dataDir) => {
    const images = await loadMnist({ split: "test", dataDir });
    const { epochs, data } = await digitsRun(images, {
      epochs: 8,
      learningRate: 0.1,
    });
    assertEquals([data["train"]?.samples, data["test"]?.samples], [8000, 2000]);
    const { accuracy } = epochs.at(-1)!;
    assert(accuracy > 0.95, `${accuracy}`);
    assertEquals(epochs.length, 9);
    for (const { samples, mir, hdr, entropy } of epochs) {
      assert(samples > 1990 && mir > 0 && mir < 1 && hdr > 0 && hdr < 1);
      assert(entropy.joint <= Math.log(samples));
    }
  },
);
