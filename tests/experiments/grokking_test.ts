import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  grokking,
  type GrokkingColumns,
  type GrokkingConfig,
  verify,
} from "interplay/experiments";
import { useBackend } from "interplay/models";
import { evaluate } from "interplay/training";
import { FormatError, OptionsError } from "../../lib/core/errors.ts";
import { SideMeasurements } from "../../lib/experiments/_side_measurements.ts";
import { claimsOf, conclusionOf, testRecord } from "./hand_made.ts";

await useBackend("cpu");

const tiny = {
  backend: "cpu",
  data: { modulus: 5, trainFraction: 0.6 },
  model: { dimension: 8, heads: 2, hidden: 8 },
  training: { steps: 6 },
  every: 2,
  batch: 5,
  permutations: 1,
} as const;

const { definition } = grokking;

Deno.test("grokking() measures test and training pairs every so many steps", async () => {
  const { numTensors } = tf.memory();
  const result = await grokking(tiny);
  assertEquals(tf.memory().numTensors, numTensors);
  const { series: { steps, references }, outcome, data } = result;
  assertEquals(outcome, "completed");
  assertEquals([data.train.samples, data.test.samples], [15, 10]);
  assertEquals(steps.step, [0, 2, 4, 6]);
  assertEquals(steps.epoch, [0, 2, 4, 6], "a step sees all training pairs");
  assertEquals(references.reference, ["collapse", "shuffled", "random"]);
  assertEquals(steps.mirShuffled.at(-1), references.mir[1]);
  assertEquals(steps.mirError, [0, 0, 0, 0]);
});

Deno.test("grokking() measures the training pairs at the weights of the step", async () => {
  const { series: { steps } } = await grokking(tiny);
  const { backend: _, ...own } = tiny;
  const config = definition.schema.parse(own);
  const data = await definition.data(config);
  const model = definition.model(config, data, 0);
  const { accuracy, measures } = await evaluate(model, data.train);
  model.dispose();
  assertEquals(
    [steps.trainAccuracy[0], steps.trainMir[0], steps.trainHdr[0]],
    [accuracy, measures.mir, measures.hdr],
  );
  assertNotEquals(steps.trainMir[0], steps.mir[0]);
  assertNotEquals(steps.trainMir[0], steps.trainMir[1]);
});

Deno.test("grokking() gives the same numbers again, and others with another seed", async () => {
  const { series } = await grokking(tiny);
  assertEquals((await grokking(tiny)).series, series);
  const other = await grokking({ ...tiny, seed: 1 });
  assertNotEquals(other.series.steps.loss[0], series.steps.loss[0]);
});

Deno.test("grokking() goes on in the middle of training with the same numbers, those of training pairs included", async () => {
  const checkpoint = await Deno.makeTempDir();
  try {
    const run = grokking({ ...tiny, checkpoint });
    for await (const event of run) {
      if (event.type === "row" && event.row["step"] === 4) break;
    }
    const stopped = await run;
    assertEquals([stopped.outcome, stopped.series.steps.step], [
      "stopped",
      [0, 2, 4],
    ]);
    const whole = await grokking({ ...tiny, checkpoint });
    assertEquals(whole.series, (await grokking(tiny)).series);
    assert((await verify(whole)).ok);
  } finally {
    await Deno.remove(checkpoint, { recursive: true });
  }
});

Deno.test("grokking() estimates the joint entropy where it is asked to, and says how well", async () => {
  const exact = await grokking(tiny);
  const estimated = await grokking({ ...tiny, estimate: true });
  const { mir, mirError } = estimated.series.steps;
  mirError.forEach((error, i) => {
    assert(error > 0 && error < 0.05);
    assert(Math.abs(mir[i]! - exact.series.steps.mir[i]!) < 6 * error);
  });
});

Deno.test("grokking() wants heads that divide the dimension", () => {
  assertThrows(
    () => grokking({ ...tiny, model: { dimension: 9, heads: 2 } }),
    OptionsError,
    "heads that divide the dimension",
  );
});

Deno.test("grokking() takes two steps at the size of the paper", async () => {
  const { config, data, series, outcome } = await grokking({
    preset: "paper",
    training: { steps: 2 },
    permutations: 1,
  });
  assertEquals(outcome, "completed");
  assertEquals(config, {
    data: { modulus: 113, trainFraction: 0.3, seed: 0 },
    model: { dimension: 128, heads: 4, hidden: 512 },
    training: {
      steps: 2,
      learningRate: 1e-3,
      warmup: 10,
      weightDecay: 1,
      betas: [0.9, 0.98],
    },
    every: 100,
    batch: 64,
    estimate: true,
    permutations: 1,
  });
  assertEquals([data.train.samples, data.test.samples], [3830, 8939]);
  const { loss, trainLoss, mir, mirError } = series.steps;
  assert(loss.every(Number.isFinite) && trainLoss[1]! < 2 * Math.log(113));
  assert(mir.every((x) => x > 0 && x < 1));
  assert(mirError.every((x) => x > 0 && x < 0.02));
});

/** Measurements with these values; everything else is 0.5. */
function table(rows: readonly Partial<GrokkingColumns>[]): GrokkingColumns[] {
  const names = Object.keys(definition.units.steps);
  const plain = Object.fromEntries(names.map((name) => [name, 0.5]));
  return rows.map((row, i) => ({
    ...plain as unknown as GrokkingColumns,
    step: 100 * i,
    ...row,
  }));
}

function judged(rows: readonly Partial<GrokkingColumns>[]) {
  const config = definition.schema.parse({}) as GrokkingConfig;
  const data = { train: testRecord(113), test: testRecord(113) };
  return conclusionOf(definition, {
    config,
    data,
    rows: { steps: table(rows), references: [] },
  });
}

/** Accuracies of a run that groks: by heart at step 100, halfway at 600, done at 800. */
const grokked = [0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.6, 0.8, 0.96, 1].map((
  accuracy,
  i,
) => ({ accuracy, trainAccuracy: i === 0 ? 0 : 1 }));

const paperMir = [0.47, 0.6, 0.62, 0.62, 0.62, 0.63, 0.55, 0.5, 0.4, 0.36];
const paperHdr = [0.46, 0.1, 0.08, 0.08, 0.07, 0.1, 0.3, 0.49, 0.3, 0.12];

Deno.test("grokking() finds the paper's course in a table that has it", () => {
  const conclusion = judged(
    grokked.map((row, i) => ({
      ...row,
      mir: paperMir[i]!,
      hdr: paperHdr[i]!,
    })),
  );
  assertEquals(claimsOf(conclusion), {
    generalizes: true,
    memorizesFirst: true,
    mirRisesFirst: true,
    mirFallsLater: true,
    hdrFallsFirst: true,
    hdrSpikes: true,
    spikeWithAccuracy: true,
  });
  const { summary } = conclusion;
  assertEquals(
    [summary.memorizedAt, summary.turnsAt, summary.generalizedAt],
    [100, 600, 800],
  );
  assertEquals([summary.mirStart, summary.mirShelf, summary.mirEnd], [
    0.47,
    0.62,
    0.36,
  ]);
  const { hdrStart, hdrShelf, hdrPeak, hdrEnd } = summary;
  assertEquals([hdrStart, hdrShelf, hdrPeak, hdrEnd], [0.46, 0.08, 0.49, 0.12]);
});

Deno.test("grokking() tells a spike of HDR that comes after the turn, and the jump of the training loss there", () => {
  const { summary, claims } = judged(
    [...grokked, ...grokked.slice(-2)].map((row, i) => ({
      ...row,
      hdr: i === 10 ? 0.7 : 0.1,
      trainLoss: [1e-3, 1e-6, 1e-2, 1e-3][Math.max(0, i - 8)]!,
    })),
  );
  assertEquals(claims.hdrSpikes.holds, true);
  assertEquals(claims.spikeWithAccuracy.holds, false);
  const { hdrPeakAt, trainLossBeforePeak, trainLossAfterPeak } = summary;
  assertEquals(
    [hdrPeakAt, trainLossBeforePeak, trainLossAfterPeak],
    [1000, 1e-6, 1e-2],
  );
});

Deno.test("grokking() finds it in batches alone as well", () => {
  const conclusion = judged(
    grokked.map((row, i) => ({
      ...row,
      batchMir: paperMir[i]!,
      batchHdr: paperHdr[i]!,
    })),
  );
  const { spikeWithAccuracy, ...others } = claimsOf(conclusion);
  assertEquals(spikeWithAccuracy, null, "there is no spike on the whole set");
  assert(Object.values(others).every((holds) => holds));
});

Deno.test("grokking() denies it in a table of a network that learns all pairs at once", () => {
  const conclusion = judged(
    [0, 0.4, 0.96, 1, 1].map((accuracy, i) => ({
      accuracy,
      trainAccuracy: i === 0 ? 0 : 1,
      mir: 0.2 + 0.1 * i,
      hdr: 0.1,
    })),
  );
  assertEquals(claimsOf(conclusion), {
    generalizes: true,
    memorizesFirst: false,
    mirRisesFirst: true,
    mirFallsLater: false,
    hdrFallsFirst: false,
    hdrSpikes: false,
    spikeWithAccuracy: null,
  });
});

Deno.test("grokking() judges no turn of a network that has not generalized, and nothing of no rows", () => {
  const waiting = judged(grokked.slice(0, 6));
  assertEquals(claimsOf(waiting), {
    generalizes: false,
    memorizesFirst: null,
    mirRisesFirst: null,
    mirFallsLater: null,
    hdrFallsFirst: null,
    hdrSpikes: null,
    spikeWithAccuracy: null,
  });
  assertEquals(waiting.summary.memorizedAt, 100);
  assertEquals(waiting.summary.generalizedAt, NaN);
  const verdicts = Object.values(claimsOf(judged([])));
  assert(verdicts.every((holds) => holds === null));
});

Deno.test("SideMeasurements are kept in a file, NaN included, and measured once", async () => {
  const folder = await Deno.makeTempDir();
  const checkpoint = { path: `${folder}/side` };
  try {
    const first = await SideMeasurements.open<{ x: number }>({ checkpoint }, [
      "x",
    ]);
    await first.at(0, () => Promise.resolve({ x: NaN }));
    await first.at(5, () => Promise.resolve({ x: 1 }));
    const second = await SideMeasurements.open<{ x: number }>({ checkpoint }, [
      "x",
    ]);
    const never = () => Promise.reject(new Error("measured again"));
    assertEquals(await second.at(0, never), { x: NaN });
    assertEquals(await second.at(5, never), { x: 1 });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (const text of ["{", '[[0, { "y": 1 }]]']) {
  Deno.test(`SideMeasurements refuse a file with ${text}`, async () => {
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, text);
    try {
      await SideMeasurements.open<{ x: number }>({ checkpoint: { path } }, [
        "x",
      ]).then(
        () => {
          throw new Error("opened");
        },
        (error) => {
          assert(error instanceof FormatError);
          assert(error.message.includes("measurements by step"));
        },
      );
    } finally {
      await Deno.remove(path);
    }
  });
}
