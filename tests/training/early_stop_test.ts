import { assert, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "interplay/models";
import {
  type EpochRecord,
  evaluate,
  type SupervisedOptions,
  trainSupervised,
} from "interplay/training";
import { Check } from "../../lib/core/check.ts";
import { OptionsError } from "../../lib/core/errors.ts";
import { watchRecords } from "../../lib/training/_early_stop.ts";
import { cloudModel, clouds } from "./fixtures.ts";

await useBackend("cpu");

const data = clouds();
const check = new Check("train the model");

function records(...values: number[]): EpochRecord[] {
  return values.map((loss, i) =>
    ({ epoch: i, step: 10 * i, loss }) as EpochRecord
  );
}

function watch(
  values: number[],
  options: Partial<Parameters<typeof watchRecords>[2]> = {},
) {
  return watchRecords(check, records(...values), {
    metric: "loss",
    mode: "min",
    minDelta: 0,
    ...options,
  });
}

Deno.test("watchRecords() finds the best in the direction it is told", () => {
  assertEquals(watch([3, 1, 2]).best, {
    metric: "loss",
    value: 1,
    epoch: 1,
    step: 10,
  });
  assertEquals(watch([3, 1, 2], { mode: "max" }).best?.epoch, 0);
  assertEquals([watch([3, 1]).isLast, watch([3, 1, 2]).isLast], [true, false]);
});

Deno.test("watchRecords() is stalled after `patience` records without improvement", () => {
  const stalled = (...values: number[]) =>
    watch(values, { patience: 2 }).isStalled;
  assertEquals([stalled(3, 1), stalled(3, 1, 2), stalled(3, 1, 2, 1)], [
    false,
    false,
    true,
  ]);
  assertEquals(watch([1, 2, 3, 4, 5]).isStalled, false);
});

Deno.test("watchRecords() counts what improves by minDelta or less as no improvement", () => {
  const values = [1, 0.75, 0.5, 0.25];
  assertEquals(watch(values, { minDelta: 0.25 }).best?.epoch, 2);
  assertEquals(watch(values, { minDelta: 0.75 }).best?.epoch, 0);
  assertEquals(watch(values, { minDelta: 0.5, patience: 3 }).isStalled, false);
});

Deno.test("watchRecords() never takes NaN for the best", () => {
  assertEquals(watch([NaN, 2, NaN, 3]).best?.epoch, 1);
  assertEquals(watch([NaN, NaN]).best, undefined);
  assertEquals(watch([NaN, NaN, NaN], { patience: 2 }).isStalled, true);
});

/** A run that gets worse on purpose after two epochs: its loss then has the other sign. */
function spoiled(options: SupervisedOptions): SupervisedOptions {
  return {
    epochs: 9,
    batchSize: 16,
    reference: false,
    schedule: "constant",
    momentum: 0,
    loss: ({ logits, targets, step }) => {
      const loss = tf.losses.softmaxCrossEntropy(targets, logits);
      return (step < 12 ? loss : tf.mul(loss, -1)) as tf.Scalar;
    },
    ...options,
  };
}

Deno.test("trainSupervised() stops early and restores the best weights", async () => {
  const model = cloudModel();
  const before = tf.memory().numTensors;
  const { epochs, best, outcome } = await trainSupervised(
    model,
    data,
    spoiled({
      earlyStop: { metric: "loss", mode: "min", patience: 3 },
      reference: { permutations: 1 },
    }),
  ).run();
  assertEquals(tf.memory().numTensors, before);
  assertEquals(epochs.map((e) => e.epoch), [0, 1, 2, 3, 4, 5]);
  assertEquals(outcome, "completed");
  assertEquals(best, {
    metric: "loss",
    value: epochs[2]!.loss,
    epoch: 2,
    step: 12,
  });
  assertEquals((await evaluate(model, data.test)).loss, epochs[2]!.loss);
  assert(epochs[5]!.loss > epochs[2]!.loss);
  // The last measurement has its yardsticks although nobody knew that it would be the last.
  assertEquals(epochs.map((e) => e.reference?.shuffled.permutations), [
    ...new Array(5).fill(undefined),
    1,
  ]);
  model.dispose();
});

Deno.test("without patience a run goes to its end, and the best weights come back all the same", async () => {
  const model = cloudModel();
  const { epochs, best } = await trainSupervised(
    model,
    data,
    spoiled({ epochs: 4, earlyStop: { metric: "nc1.pinv", mode: "min" } }),
  ).run();
  assertEquals(epochs.length, 5);
  const least = Math.min(...epochs.map((e) => e.nc1.pinv));
  assertEquals(best?.value, least);
  const { measures } = await evaluate(model, data.test);
  assertEquals(measures.nc1.pinv, least);
  model.dispose();
});

Deno.test("restore: false leaves the last weights", async () => {
  const model = cloudModel();
  const { epochs } = await trainSupervised(
    model,
    data,
    spoiled({
      earlyStop: { metric: "loss", mode: "min", patience: 1, restore: false },
    }),
  ).run();
  assertEquals((await evaluate(model, data.test)).loss, epochs.at(-1)!.loss);
  model.dispose();
});

Deno.test("with averaged weights the best are those that were measured", async () => {
  for (const evaluateEma of ["instead", "beside"] as const) {
    const model = cloudModel();
    const metric = evaluateEma === "instead" ? "loss" : "ema.loss";
    const { best } = await trainSupervised(
      model,
      data,
      spoiled({
        ema: { decay: 0.5, evaluate: evaluateEma },
        earlyStop: { metric, mode: "min", patience: 2 },
      }),
    ).run();
    assertEquals((await evaluate(model, data.test)).loss, best?.value);
    model.dispose();
  }
});

Deno.test("trainSupervised() says that there is no such metric", async () => {
  const model = cloudModel();
  for (const metric of ["acuracy", "nc1", "nc1.pinv.x", "toString"]) {
    const run = trainSupervised(
      model,
      data,
      spoiled({ earlyStop: { metric, mode: "max" } }),
    );
    const error = await assertRejects(() => run.run(), OptionsError);
    assertEquals(
      error.message,
      "Cannot train the model: expected the path of a number in the epoch record as `earlyStop.metric` " +
        `(accuracy, loss, mir, nc1.pinv, …), received "${metric}"`,
    );
  }
  model.dispose();
});
