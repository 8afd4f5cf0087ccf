import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import {
  informationLoss,
  type InformationSettingColumns,
  type LossTermName,
} from "interplay/experiments";
import { useBackend } from "interplay/models";
import { OptionsError } from "../../lib/core/errors.ts";
import { interval } from "../../lib/experiments/_interval.ts";
import { claimsOf, conclusionOf, testRecord } from "./hand_made.ts";

await useBackend("cpu");

const tiny = {
  backend: "cpu",
  data: { kind: "gaussian", separation: 3 },
  model: { hidden: [8, 6] },
  training: { epochs: 1, batchSize: 32 },
  terms: ["mutualInformation", "hdr"],
  lambdas: [0.01, 1],
  seeds: 2,
  permutations: 1,
} as const;

Deno.test("informationLoss() compares each term and factor with cross-entropy alone, seed by seed", async () => {
  const { numTensors } = tf.memory();
  const { series: { runs, settings, references } } = await informationLoss(
    tiny,
  );
  assertEquals(tf.memory().numTensors, numTensors);
  assertEquals(runs.seed, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  assertEquals(references.reference, ["collapse", "shuffled", "random"]);
  const order = [
    "none",
    ...["mutualInformation", "hdr"].flatMap((x) => [x, x]),
  ];
  assertEquals(settings.term, order);
  assertEquals(settings.lambda, [0, 0.01, 1, 0.01, 1]);
  const differences = [0, 5].map((at) =>
    runs.accuracy[at + 2]! - runs.accuracy[at]!
  );
  // Two factors at 95 %: each interval is one of 97.5 %.
  const { mean, low, high } = interval(differences, 0.975);
  assertEquals(settings.difference[2], mean);
  assertEquals(settings["difference.low"][2], low);
  assertEquals(settings["difference.high"][2], high);
  assertEquals(settings.seeds[2], 2);
  assertAlmostEquals(
    settings.mir[2]!,
    (runs.mir[2]! + runs.mir[7]!) / 2,
    1e-12,
  );
  assertEquals(settings.difference[0], 0);
});

Deno.test("informationLoss() trains with the terms, and with all of them from the same weights", async () => {
  const { series: { runs } } = await informationLoss({ ...tiny, seed: 3 });
  assertEquals([runs.seed[0], runs.seed[5]], [6, 7]);
  const [alone, weak, strong] = runs.mutualInformation;
  assert(alone! < weak! && weak! < strong!, "−λ·MI raises MI");
  assertNotEquals(runs.loss[0], runs.loss[3]);
});

Deno.test("informationLoss() gives the same again, and after a break", async () => {
  const whole = await informationLoss(tiny);
  const checkpoint = await Deno.makeTempDir();
  try {
    const run = informationLoss({ ...tiny, checkpoint });
    for await (const event of run) {
      if (event.type === "stage" && event.index === 7) break;
    }
    assertEquals((await run).claims.map(({ holds }) => holds), [
      null,
      null,
      null,
      null,
    ]);
    const again = await informationLoss({ ...tiny, checkpoint });
    assertEquals(again.series, whole.series);
  } finally {
    await Deno.remove(checkpoint, { recursive: true });
  }
});

Deno.test("informationLoss() wants two seeds at least, and factors that rise", () => {
  assertThrows(() => informationLoss({ ...tiny, seeds: 1 }), OptionsError);
  assertThrows(
    () => informationLoss({ ...tiny, lambdas: [1, 0.1] }),
    OptionsError,
    "factors that rise",
  );
});

const { definition } = informationLoss;

/** A row of the table of settings. */
function setting(
  term: LossTermName | "none",
  lambda: number,
  [low, difference, high]: readonly [number, number, number],
): InformationSettingColumns {
  const names = Object.keys(definition.units.settings);
  const plain = Object.fromEntries(names.map((name) => [name, 0.5]));
  return {
    ...plain as unknown as InformationSettingColumns,
    ...{ term, lambda, difference, seeds: 3 },
    ...{ "difference.low": low, "difference.high": high },
  };
}

function judged(settings: InformationSettingColumns[]) {
  const config = definition.schema.parse(definition.presets.quick);
  const data = { train: testRecord(10), test: testRecord(10) };
  const rows = { runs: [], settings, references: [] };
  return conclusionOf(definition, { config, data, rows });
}

Deno.test("informationLoss() says helps, does not, cannot be told, not tried", () => {
  const conclusion = judged([
    setting("none", 0, [0, 0, 0]),
    setting("mutualInformation", 0.01, [-0.01, 0.001, 0.012]),
    setting("mutualInformation", 0.1, [0.001, 0.01, 0.019]),
    setting("entropyDifference", 0.01, [-0.003, -0.001, 0.001]),
    setting("entropyDifference", 0.1, [-0.9, -0.5, -0.1]),
    setting("mir", 0.01, [-0.02, 0.001, 0.022]),
  ]);
  assertEquals(claimsOf(conclusion), {
    mutualInformationHelps: true,
    entropyDifferenceHelps: false,
    mirHelps: null,
    hdrHelps: null,
  });
  const { summary } = conclusion;
  assertEquals(summary.mutualInformationGain, 0.01);
  assertEquals(summary.mutualInformationGainLow, 0.001);
  assertEquals(summary.entropyDifferenceGain, -0.001);
  assertEquals(summary.hdrGain, NaN);
});

Deno.test("informationLoss() cannot tell by intervals that are not there", () => {
  const rows = [setting("hdr", 0.1, [NaN, 0.1, NaN])];
  assertEquals(claimsOf(judged(rows))["hdrHelps"], null);
  assertEquals(claimsOf(judged([]))["hdrHelps"], null);
});
