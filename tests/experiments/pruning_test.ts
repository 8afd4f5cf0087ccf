import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  type PrunedColumns,
  pruning,
  type PruningYardstickColumns,
} from "interplay/experiments";
import { hdr, mir } from "interplay/metrics";
import { mlp, useBackend } from "interplay/models";
import { NotFiniteError, OptionsError } from "../../lib/core/errors.ts";
import { compareFeatures } from "../../lib/experiments/_feature_comparison.ts";
import {
  keepLargest,
  MagnitudeMask,
  zeroShare,
} from "../../lib/experiments/_magnitude_mask.ts";
import { claimsOf, conclusionOf, testRecord } from "./hand_made.ts";

await useBackend("cpu");

const tiny = {
  backend: "cpu",
  data: { kind: "gaussian" },
  model: { hidden: [16, 8] },
  training: { epochs: 2, batchSize: 16 },
  fineTuning: { epochs: 2, batchSize: 16 },
  sparsities: [0, 0.3, 0.5],
  compared: 60,
  batch: 20,
} as const;

Deno.test("pruning() holds what is pruned at 0 while it fine-tunes", async () => {
  const { numTensors } = tf.memory();
  const { series: { pruned, yardsticks }, outcome } = await pruning(tiny);
  assertEquals(tf.memory().numTensors, numTensors);
  assertEquals(outcome, "completed");
  const weights = 5 * 16 + 16 * 8 + 8 * 3;
  assertEquals(
    pruned.zeroShare,
    [0, 0.3, 0.5].map((share) => Math.round(share * weights) / weights),
  );
  // What is left has learnt on: the loss is not that of the dense network.
  assert(new Set(pruned.loss).size === 3);
  assertEquals(yardsticks.against, ["itself", "shuffled", "another network"]);
  assertEquals(yardsticks.hdr[0], 0);
  assert(yardsticks.mir[1]! < yardsticks.mir[0]!);
});

Deno.test("pruning() gives the same again, and after a break", async () => {
  const whole = await pruning(tiny);
  const checkpoint = await Deno.makeTempDir();
  try {
    const run = pruning({ ...tiny, checkpoint });
    for await (const event of run) {
      const isMiddle = event.type === "stage" && event.state === "begun" &&
        event.stage === "sparsity 0.3";
      if (isMiddle) break;
    }
    assertEquals((await run).series.pruned.sparsity, [0]);
    const again = await pruning({ ...tiny, checkpoint });
    assertEquals(again.series, whole.series);
    assertEquals(again.claims, whole.claims);
  } finally {
    await Deno.remove(checkpoint, { recursive: true });
  }
});

Deno.test("pruning() says so when the whole head of a class is pruned", async () => {
  await assertRejects(
    async () => await pruning({ ...tiny, sparsities: [0.97] }),
    NotFiniteError,
    "expected no zero row in `head.weights`",
  );
});

Deno.test("pruning() wants sparsities that rise, below 1", () => {
  for (const sparsities of [[0.5, 0.1], [0, 1], []]) {
    assertThrows(() => pruning({ ...tiny, sparsities }), OptionsError);
  }
});

const { definition } = pruning;

/** A row of the table of pruned networks. */
function prunedRow(
  sparsity: number,
  values: Partial<PrunedColumns>,
): PrunedColumns {
  const columns = Object.keys(definition.units.pruned);
  const plain = Object.fromEntries(columns.map((name) => [name, 0.5]));
  return { ...plain as unknown as PrunedColumns, sparsity, ...values };
}

function yardstick(against: string, mir: number): PruningYardstickColumns {
  const rest = { samples: 100, entropy: 1, hdr: 0, batchMir: mir, batchHdr: 0 };
  return { against, accuracy: 0.9, mir, ...rest };
}

function judged(pruned: PrunedColumns[]) {
  const config = definition.schema.parse(definition.presets.quick);
  const data = { train: testRecord(10), test: testRecord(10) };
  const yardsticks = [
    yardstick("itself", 0.5),
    yardstick("another network", 0.4),
    yardstick("shuffled", 0.1),
  ];
  return conclusionOf(definition, {
    config,
    data,
    rows: { pruned, yardsticks },
  });
}

Deno.test("pruning() finds the paper's claims in a table that has them", () => {
  const conclusion = judged([
    prunedRow(0, { accuracy: 0.9, mir: 0.5, hdr: 0.01 }),
    prunedRow(0.9, { accuracy: 0.89, mir: 0.48, hdr: 0.04 }),
  ]);
  assertEquals(claimsOf(conclusion), {
    mirConstant: true,
    hdrConstant: true,
    accuracyKept: true,
    mirTellsNetworks: true,
  });
  assertAlmostEquals(conclusion.summary.accuracyLoss, 0.01, 1e-12);
  assertAlmostEquals(conclusion.summary.hdrRange, 0.03, 1e-12);
  assertEquals(conclusion.summary.leastMir, 0.48);
});

Deno.test("pruning() denies them in a table that has the opposite", () => {
  assertEquals(
    claimsOf(judged([
      prunedRow(0, { accuracy: 0.9, mir: 0.5, hdr: 0.01 }),
      prunedRow(0.9, { accuracy: 0.5, mir: 0.3, hdr: 0.4 }),
    ])),
    {
      mirConstant: false,
      hdrConstant: false,
      accuracyKept: false,
      mirTellsNetworks: false,
    },
  );
});

Deno.test("pruning() judges nothing by no rows, and no range by one", () => {
  const nothing = { mirConstant: null, hdrConstant: null };
  assertEquals(claimsOf(judged([])), {
    ...nothing,
    accuracyKept: null,
    mirTellsNetworks: null,
  });
  assertEquals(claimsOf(judged([prunedRow(0, { accuracy: 0.9 })])), {
    ...nothing,
    accuracyKept: true,
    mirTellsNetworks: true,
  });
});

Deno.test("keepLargest() marks exactly as many as it is told, the first of equal ones", () => {
  const of = (count: number) =>
    Array.from(keepLargest(Float32Array.of(3, 1, 2, 1, 1), count));
  assertEquals(of(0), [1, 1, 1, 1, 1]);
  assertEquals(of(2), [1, 0, 1, 0, 1]);
  assertEquals(of(4), [1, 0, 0, 0, 0]);
  assertEquals(of(5), [0, 0, 0, 0, 0]);
});

Deno.test("MagnitudeMask.of() prunes over all matrices together, and no bias", async () => {
  const model = mlp({ inputDimension: 2, hidden: [2], classes: 2 });
  const named = (part: string) =>
    model.weights.filter(({ name }) => name.endsWith(part));
  const kernels = named("kernel").map(({ variable }) => variable);
  const biases = named("bias").map(({ variable }) => variable);
  tf.tidy(() => {
    kernels[0]!.assign(tf.tensor2d([[0.1, -0.2], [0.3, -4]]));
    kernels[1]!.assign(tf.tensor2d([[5, -6], [7, 0.25]]));
    biases.forEach((bias) => bias.assign(tf.fill(bias.shape, 0.01)));
  });
  const { numTensors } = tf.memory();
  {
    using mask = await MagnitudeMask.of(model, 0.5);
    mask.apply(model.weights);
  }
  assertEquals(tf.memory().numTensors, numTensors);
  const values = (of: tf.Tensor[]) => of.flatMap((x) => [...x.dataSync()]);
  assertEquals(values(kernels).map((x) => x + 0), [0, 0, 0, -4, 5, -6, 7, 0]);
  assert(values(biases).every((x) => x !== 0));
  assertEquals(await zeroShare(model), 0.5);
  model.dispose();
});

const square = (rows: number[][]) => ({
  data: Float32Array.from(rows.flat()),
  shape: [rows.length, rows[0]!.length] as const,
});

Deno.test("compareFeatures() is mir and hdr of the samples that have a direction on both sides", () => {
  const first = [[1, 0], [0, 0], [1, 1], [0, 1], [2, 1]];
  const second = [[1, 1], [1, 0], [0, 1], [0, 0], [1, 2]];
  const kept = [0, 2, 4];
  const pick = (rows: number[][]) => kept.map((i) => rows[i]!);
  const found = compareFeatures(square(first), square(second), {
    samples: 10,
    batch: 3,
  });
  assertEquals(found.samples, 3);
  assertAlmostEquals(found.mir, mir(pick(first), pick(second)), 1e-12);
  assertAlmostEquals(found.hdr, hdr(pick(first), pick(second)), 1e-12);
  assertEquals(found.batchMir, found.mir);
});

Deno.test("compareFeatures() takes as many samples as asked for, and has no batches of more", () => {
  const rows = Array.from({ length: 8 }, (_, i) => [1, i]);
  const found = compareFeatures(square(rows), square(rows), {
    samples: 4,
    batch: 5,
  });
  assertEquals(found.samples, 4);
  assertEquals(found.batchMir, NaN);
});
