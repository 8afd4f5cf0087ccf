import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { gaussianClasses } from "interplay/data";
import {
  linearModeConnectivity,
  type LinearModeConnectivityConfig,
  type PathColumns,
} from "interplay/experiments";
import { type Classifier, useBackend } from "interplay/models";
import { OptionsError } from "../../lib/core/errors.ts";
import { recomputeStatistics } from "../../lib/experiments/_batch_statistics.ts";
import {
  departure,
  weightsBetween,
} from "../../lib/experiments/_weight_path.ts";
import { claimsOf, conclusionOf, testRecord } from "./hand_made.ts";

await useBackend("cpu");

const tiny = {
  backend: "cpu",
  data: { kind: "gaussian" },
  model: { hidden: [8, 6] },
  training: { epochs: 2, batchSize: 16 },
  learningRates: [0.001, 0.1],
  points: 3,
  batch: 32,
  permutations: 1,
} as const;

Deno.test("linearModeConnectivity() measures each path at its ends as training did", async () => {
  const { numTensors } = tf.memory();
  const { series: { ends, path }, outcome } = await linearModeConnectivity(
    tiny,
  );
  assertEquals(tf.memory().numTensors, numTensors);
  assertEquals(outcome, "completed");
  assertEquals(ends.order, ["first", "second", "first", "second"]);
  assertEquals(path.position, [0, 0.5, 1, 0, 0.5, 1]);
  assertEquals(path.learningRate, [0.001, 0.001, 0.001, 0.1, 0.1, 0.1]);
  const atEnds = [0, 2, 3, 5];
  assertEquals(atEnds.map((i) => path.mir[i]), ends.mir);
  assertEquals(atEnds.map((i) => path.loss[i]), ends.loss);
});

Deno.test("linearModeConnectivity() trains in two orders, and again the same with the same seed", async () => {
  const { series } = await linearModeConnectivity(tiny);
  const { ends } = series;
  assertNotEquals(ends.loss[0], ends.loss[1]);
  assertEquals((await linearModeConnectivity(tiny)).series, series);
  const other = await linearModeConnectivity({ ...tiny, seed: 1 });
  assertNotEquals(other.series.ends.loss[0], ends.loss[0]);
});

Deno.test("linearModeConnectivity() goes on from finished stages with the same numbers", async () => {
  const checkpoint = await Deno.makeTempDir();
  try {
    const run = linearModeConnectivity({ ...tiny, checkpoint });
    for await (const event of run) {
      if (event.type === "row" && event.table === "path") break;
    }
    assertEquals((await run).outcome, "stopped");
    const again = linearModeConnectivity({ ...tiny, checkpoint });
    const restored: string[] = [];
    for await (const event of again) {
      if (event.type === "stage" && event.state === "restored") {
        restored.push(event.stage);
      }
    }
    assertEquals(restored, [
      "learning rate 0.001, first order",
      "learning rate 0.001, second order",
    ]);
    assertEquals(
      (await again).series,
      (await linearModeConnectivity(tiny)).series,
    );
  } finally {
    await Deno.remove(checkpoint, { recursive: true });
  }
});

Deno.test("linearModeConnectivity() wants learning rates that rise", () => {
  assertThrows(
    () => linearModeConnectivity({ ...tiny, learningRates: [0.1, 0.01] }),
    OptionsError,
    "learning rates that rise",
  );
});

const { definition } = linearModeConnectivity;

/** A path of three points with these values between two good ends. */
function threePoints(
  learningRate: number,
  middle: Partial<PathColumns>,
  ends: Partial<PathColumns> = {},
): PathColumns[] {
  const columns = Object.keys(definition.units.path) as (keyof PathColumns)[];
  const good = {
    ...Object.fromEntries(columns.map((name) => [name, 0.5])),
    accuracy: 0.9,
    learningRate,
    ...ends,
  } as PathColumns;
  return [0, 0.5, 1].map((position) => ({
    ...good,
    ...(position === 0.5 ? middle : {}),
    position,
  }));
}

function judged(path: PathColumns[]) {
  const config = definition.schema.parse({
    ...definition.presets.quick,
    learningRates: [0.01, 1],
  }) as LinearModeConnectivityConfig;
  const data = { train: testRecord(10), test: testRecord(10) };
  return conclusionOf(definition, { config, data, rows: { ends: [], path } });
}

Deno.test("linearModeConnectivity() finds the paper's claims in a table that has them", () => {
  const conclusion = judged([
    ...threePoints(0.01, { accuracy: 0.89 }),
    ...threePoints(1, { accuracy: 0.1, mir: 0.7, hdr: 0.6, loss: 2.5 }),
  ]);
  assertEquals(claimsOf(conclusion), {
    lowRateConnects: true,
    highRateSeparates: true,
    chanceBetween: true,
    mirHumpBetween: true,
    flatWhereConnected: true,
  });
  const { summary } = conclusion;
  assertAlmostEquals(summary.accuracyBarrierHigh, 0.8, 1e-12);
  assertAlmostEquals(summary.mirHumpHigh, 0.2, 1e-12);
  assertAlmostEquals(summary.lossBarrierHigh, 2, 1e-12);
  assertEquals(summary.leastAccuracyHigh, 0.1);
});

Deno.test("linearModeConnectivity() denies them in a table that has the opposite", () => {
  const low = { accuracy: 0.8 };
  assertEquals(
    claimsOf(judged([
      ...threePoints(0.01, low),
      ...threePoints(1, { accuracy: 0.9, mir: 0.3 }),
    ])),
    {
      lowRateConnects: false,
      highRateSeparates: false,
      chanceBetween: false,
      mirHumpBetween: null,
      flatWhereConnected: null,
    },
  );
  const { mirHumpBetween } = claimsOf(judged([
    ...threePoints(0.01, low),
    ...threePoints(1, { accuracy: 0.5, mir: 0.3, batchMir: 0.4 }),
  ]));
  assertEquals(mirHumpBetween, false);
});

Deno.test("linearModeConnectivity() judges nothing of networks that learnt nothing, and of no rows", () => {
  const dead = { accuracy: 0.1, mir: NaN, hdr: NaN };
  const nothing = {
    lowRateConnects: null,
    highRateSeparates: null,
    chanceBetween: null,
    mirHumpBetween: null,
    flatWhereConnected: null,
  };
  const dull = [
    ...threePoints(0.01, dead, dead),
    ...threePoints(1, dead, dead),
  ];
  assertEquals(claimsOf(judged(dull)), nothing);
  assertEquals(claimsOf(judged([])), nothing);
});

Deno.test("weightsBetween() is each network at its end and the mean in the middle", () => {
  const of = (...values: number[]) =>
    new Map([["w", { shape: [2], data: Float32Array.from(values) }]]);
  const at = (position: number) =>
    Array.from(weightsBetween(of(1, 2), of(3, -2), position).get("w")!.data);
  assertEquals([at(0), at(0.5), at(1)], [[1, 2], [2, 0], [3, -2]]);
});

Deno.test("departure() is measured from the line between the ends, on both sides", () => {
  assertEquals(departure([0, 0.5, 1], [0, 0.5, 1]), { above: 0, below: 0 });
  assertEquals(departure([0, 0.25, 0.5, 1], [1, 1, 0, 1]), {
    above: 0,
    below: 1,
  });
  assertEquals(departure([0], [1]), { above: NaN, below: NaN });
});

/** Normalises nothing, but keeps the statistics as layers of this momentum would, beside a weight at rest. */
function observer(momentum: number): {
  model: Classifier;
  values(): number[][];
} {
  const start = (values: number[]) =>
    tf.tidy(() => tf.variable(tf.tensor1d(values)));
  const [mean, square, resting] = [start([7, 7]), start([9]), start([5])];
  const follow = (running: tf.Variable, batch: tf.Tensor) =>
    running.assign(
      tf.add(tf.mul(running, 1 - momentum), tf.mul(batch, momentum)),
    );
  const variables = { mean, square, resting };
  const model = {
    inputShape: [2],
    weights: Object.entries(variables).map(([name, variable]) => ({
      name,
      variable,
      trainable: false,
    })),
    forward: (x: tf.Tensor) =>
      tf.tidy(() => {
        follow(mean, tf.mean(x, 0));
        follow(square, tf.reshape(tf.mean(tf.square(x)), [1]));
        return { representations: tf.clone(x), logits: tf.clone(x) };
      }),
    dispose: () => tf.dispose({ ...variables }),
  };
  return {
    model: model as unknown as Classifier,
    values: () =>
      Object.values(variables).map((each) => Array.from(each.dataSync())),
  };
}

for (const momentum of [1, 0.1, 0.001]) {
  Deno.test(`recomputeStatistics() gives the means over the batches at momentum ${momentum}`, async () => {
    const data = gaussianClasses({
      classes: 2,
      samplesPerClass: 8,
      dimension: 2,
    });
    const { numTensors } = tf.memory();
    const { model, values } = observer(momentum);
    await recomputeStatistics(model, data, 4);
    const [mean, square, resting] = values();
    const column = (j: number) => data.inputs.filter((_, i) => i % 2 === j);
    const average = (x: Float32Array) =>
      x.reduce((a, b) => a + b, 0) / x.length;
    // The momentum is seen in float32: 1e-7 of a share of 0.001 is 1e-4.
    const tolerance = 1e-6 / momentum;
    const close = (a: number, b: number) =>
      assert(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)));
    close(mean![0]!, average(column(0)));
    close(mean![1]!, average(column(1)));
    close(square![0]!, average(data.inputs.map((x) => x * x)));
    assertEquals(resting, [5]);
    model.dispose();
    assertEquals(tf.memory().numTensors, numTensors);
  });
}

Deno.test("recomputeStatistics() leaves a network without statistics as it is", async () => {
  const config = { ...tiny, learningRates: [0.01] };
  const plain = await linearModeConnectivity(config);
  const recomputed = await linearModeConnectivity({
    ...config,
    batchStatistics: "recompute",
  });
  assertEquals(recomputed.series, plain.series);
});
