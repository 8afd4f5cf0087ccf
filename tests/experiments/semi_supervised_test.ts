import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import { fewShot } from "interplay/data";
import {
  loadResult,
  type Result,
  semiSupervised,
  type SemiSupervisedEpochColumns,
  semiSupervisedTrainingConfig,
  verify,
} from "interplay/experiments";
import { useBackend } from "interplay/models";
import { OptionsError } from "../../lib/core/errors.ts";
import {
  fewLabelsData,
  fewLabelsRun,
  viewsOf,
} from "../../lib/experiments/_few_labels.ts";
import { Comparison } from "../../lib/experiments/_comparison.ts";
import { interval } from "../../lib/experiments/_interval.ts";
import type { AnyExperiment } from "../../lib/experiments/_registry.ts";
import { compareConclusion } from "../../lib/experiments/_verified_parts.ts";
import { temporaryFolder } from "./fixtures.ts";
import { claimsOf, conclusionOf, testRecord } from "./hand_made.ts";

await useBackend("cpu");

const tiny = {
  backend: "cpu",
  data: { kind: "gaussian", separation: 3 },
  model: { hidden: [8, 6] },
  training: {
    steps: 8,
    batchSize: 6,
    ratio: 2,
    threshold: 0.5,
    thresholdDecay: 0.9,
    ema: { decay: 0.8 },
    evaluation: { every: { steps: 4 } },
  },
  labels: 2,
  seeds: 2,
  permutations: 1,
} as const;

const { definition } = semiSupervised;

/** A row a place in these columns. */
function rowsOf<Row extends object>(
  columns: { readonly [C in keyof Row]: readonly Row[C][] },
): Row[] {
  const names = Object.keys(columns) as (keyof Row)[];
  return columns[names[0]!].map((_, i) =>
    Object.fromEntries(names.map((name) => [name, columns[name][i]])) as Row
  );
}

Deno.test("semiSupervised() trains the labels alone, and every method plain and with each term", async () => {
  const { numTensors } = tf.memory();
  const { series, outcome, evaluations } = await semiSupervised(tiny);
  assertEquals([tf.memory().numTensors, outcome], [numTensors, "completed"]);
  const methods = ["pseudoLabel", "fixMatch", "freeMatch"];
  assertEquals(series.settings.method, [
    "supervised",
    ...methods.flatMap((method) => [method, method, method]),
  ]);
  const terms = ["none", "mutualInformation", "entropyDifference"];
  assertEquals(series.settings.term, [
    "none",
    ...methods.flatMap(() => terms),
  ]);
  assertEquals(series.settings.lambda.slice(0, 4), [0, 0, 0.1, 0.1]);
  assertEquals(series.epochs.seed.length, 2 * 10 * 3);
  assertEquals(new Set(series.epochs.step), new Set([0, 4, 8]));
  assertEquals(evaluations.length, 20);
  assertEquals(series.references.reference, ["collapse", "shuffled", "random"]);
});

Deno.test("semiSupervised() measures the pseudo-labels of those who have any", async () => {
  const { series } = await semiSupervised({ ...tiny, seeds: 1 });
  for (const row of rowsOf(series.epochs)) {
    const { method, step, maskRate, pseudoLabelAccuracy } = row;
    const hasThem = method !== "supervised" && step > 0;
    assertEquals(Number.isNaN(maskRate), !hasThem);
    if (!hasThem) continue;
    assert(maskRate > 0 && maskRate <= 1);
    assert(pseudoLabelAccuracy >= 0 && pseudoLabelAccuracy <= 1);
    assert(row.pseudoLabelEntropy <= Math.log(3) + 1e-12);
  }
  const believed = rowsOf(series.classes).filter((row) =>
    row.method === "freeMatch" && row.term === "none"
  ).map((row) => row.believed);
  const total = believed.reduce((a, b) => a + b);
  const end = rowsOf(series.epochs).findLast((row) =>
    row.method === "freeMatch" && row.term === "none"
  )!;
  assertAlmostEquals(total / (6 * 2), end.maskRate, 1e-12);
  const entropy = believed.filter((x) => x > 0).reduce(
    (sum, x) => sum - x / total * Math.log(x / total),
    0,
  );
  assertAlmostEquals(entropy, end.pseudoLabelEntropy, 1e-12);
});

Deno.test("semiSupervised() compares with the labels alone and with the plain method, seed by seed", async () => {
  const { series, summary } = await semiSupervised(tiny);
  const ends = (method: string, term: string) =>
    rowsOf(series.epochs).filter((row) =>
      row.method === method && row.term === term && row.step === 8
    ).map((row) => row.accuracy);
  const differences = (a: number[], b: number[]) =>
    interval(a.map((x, i) => x - b[i]!), 0.95);
  const withTerm = ends("freeMatch", "mutualInformation");
  const overPlain = differences(withTerm, ends("freeMatch", "none"));
  const overAlone = differences(withTerm, ends("supervised", "none"));
  const row = rowsOf(series.settings).find((each) =>
    each.method === "freeMatch" && each.term === "mutualInformation"
  )!;
  assertEquals(
    [row.overPlain, row["overPlain.low"], row["overPlain.high"]],
    [overPlain.mean, overPlain.low, overPlain.high],
  );
  assertEquals(
    [row.overSupervised, row["overSupervised.low"], row.seeds],
    [overAlone.mean, overAlone.low, 2],
  );
  assertEquals(summary.mutualInformationGain, overPlain.mean);
  assertEquals(summary.mutualInformationGainLow, overPlain.low);
  assertEquals(row.accuracy, interval(withTerm, 0.95).mean);
  const course = rowsOf(series.courses).findLast((each) =>
    each.method === "freeMatch" && each.term === "mutualInformation"
  )!;
  assertEquals([course.step, course.accuracy], [8, row.accuracy]);
  assertEquals(
    [course.overPlain, course["overPlain.high"]],
    [row.overPlain, row["overPlain.high"]],
  );
});

Deno.test("semiSupervised() goes on in the middle of a training run, pseudo-labels and all", async () => {
  const short = { ...tiny, seeds: 1, methods: ["freeMatch"] } as const;
  const whole = await semiSupervised(short);
  await using folder = await temporaryFolder();
  const checkpoint = folder.path;
  let steps = 0;
  for await (const event of semiSupervised({ ...short, checkpoint })) {
    // In the second of four trainings, between two measurements.
    if (event.type === "step" && ++steps === 8 + 6) break;
  }
  const again = await semiSupervised({ ...short, checkpoint });
  assertEquals(again.series, whole.series);
  assertEquals(again, whole);
});

Deno.test("semiSupervised() is verified by its weights", async () => {
  const { ok, parts } = await verify(
    await semiSupervised({ ...tiny, seeds: 1 }),
  );
  assert(ok);
  assert(parts.some(({ what }) => what === "seed 1, FreeMatch: accuracy"));
});

const lab = async (changes: Parameters<typeof semiSupervised>[0] = {}) => {
  const { config } = semiSupervised({ ...tiny, ...changes });
  const data = await fewLabelsData(config.data);
  const { signal } = new AbortController();
  return { config, data, signal, checkpoint: () => ({}) };
};

Deno.test("a run on few labels sees those its seed draws, and all samples without theirs", async () => {
  const place = await lab();
  const model = definition.model(place.config, place.data, 0);
  const histories = [0, 1].map((seed) =>
    fewLabelsRun(place, model, { seed, method: "fixMatch", reference: false })
      .history
  );
  const [first, second] = histories.map(({ data }) => data);
  assertEquals(first!["labelled"]!.samples, 6);
  assertNotEquals(
    first!["labelled"]!.checksum,
    second!["labelled"]!.checksum,
  );
  assertEquals(
    first!["unlabelled"]!.checksum,
    second!["unlabelled"]!.checksum,
  );
  assertEquals(first!["unlabelled"]!.samples, 240);
  model.dispose();
});

Deno.test("the labels alone are learned in as many steps, of full batches, every sample equally often", async () => {
  const place = await lab({ training: { ...tiny.training, batchSize: 4 } });
  const model = definition.model(place.config, place.data, 0);
  const { data, options } = fewLabelsRun(place, model, {
    seed: 1,
    method: "supervised",
    reference: false,
  }).history;
  const { labelled } = fewShot(place.data.train, { shots: 2, seed: 1 });
  // 6 samples do not fill batches of 4; twice as many do.
  assertEquals([labelled.labels.length, data["train"]!.samples], [6, 12]);
  assertEquals([options["steps"], options["batchSize"]], [8, 4]);
  assertEquals(options["schedule"], "fixMatch");
  assertEquals(options["ema"], { decay: 0.8, evaluate: "instead" });
  model.dispose();
});

Deno.test("a run on few labels is kept as often as it is measured, not after each pass over them", async () => {
  await using folder = await temporaryFolder();
  const place = {
    ...await lab(),
    checkpoint: () => ({ checkpoint: { path: `${folder.path}/run` } }),
  };
  const model = definition.model(place.config, place.data, 0);
  const kept: number[] = [];
  await fewLabelsRun(place, model, {
    seed: 0,
    method: "supervised",
    reference: false,
  }).run((event) => {
    if (event.type === "checkpoint") kept.push(event.step);
  });
  assertEquals(kept, [4, 8]);
  model.dispose();
});

Deno.test("images are standardized after their views, which are made in [0, 1]", async () => {
  const place = await lab({
    data: { kind: "syntheticDigits", train: 60, test: 30, standardize: true },
  });
  const { train, test } = place.data;
  assert(train.inputs.every((x) => x >= 0 && x <= 1));
  const { weak, strong } = viewsOf(place, 3);
  const all = Uint32Array.from({ length: 60 }, (_, i) => i);
  const mean = (values: Float32Array) =>
    values.reduce((a, b) => a + b) / values.length;
  assert(Math.abs(mean(weak(train, all, 1))) < 0.1);
  assert(Math.abs(mean(test.inputs)) < 0.1);
  assert(Math.min(...strong(train, all, 1)) < 0);
});

Deno.test("vectors are standardized before their views", async () => {
  const data = { ...tiny.data, standardize: true };
  const { config, data: { train } } = await lab({ data });
  const square = train.inputs.reduce((sum, x) => sum + x * x, 0);
  assertAlmostEquals(square / train.inputs.length, 1, 1e-5);
  const { weak } = viewsOf(
    { ...await lab({ data }), config: { ...config, training: noiseless } },
    0,
  );
  assertEquals(
    weak(train, Uint32Array.of(2), 0),
    train.inputs.slice(10, 15),
  );
});

const noiseless = semiSupervisedTrainingConfig.parse({
  views: { weak: { noise: 0 } },
});

Deno.test("semiSupervised() wants each method once, and steps", () => {
  assertThrows(
    () => semiSupervised({ ...tiny, methods: ["fixMatch", "fixMatch"] }),
    OptionsError,
    "each method once",
  );
  const epochs = { training: { epochs: 3 } } as unknown as typeof tiny;
  assertThrows(() => semiSupervised(epochs), OptionsError);
  const seed = { training: { seed: 3 } } as unknown as typeof tiny;
  assertThrows(
    () => semiSupervised(seed),
    OptionsError,
    "the experiment decides",
  );
});

/** The last measurements of runs, made by hand, by their accuracies over seeds. */
function ends(
  method: string,
  term: string,
  accuracies: readonly number[],
): SemiSupervisedEpochColumns[] {
  const names = Object.keys(definition.units.epochs);
  const plain = Object.fromEntries(names.map((name) => [name, 0.5]));
  return accuracies.map((accuracy, seed) => ({
    ...plain as unknown as SemiSupervisedEpochColumns,
    ...{ method, term, accuracy, seed, step: 400 },
  }));
}

function judged(epochs: SemiSupervisedEpochColumns[]) {
  const config = definition.schema.parse(definition.presets.quick);
  const data = { train: testRecord(10), test: testRecord(10) };
  const rows = { epochs, classes: [], courses: [], settings: [] };
  return conclusionOf(definition, {
    config,
    data,
    rows: { ...rows, references: [] },
  });
}

Deno.test("semiSupervised() says beats, does not, cannot be told, not tried", () => {
  const conclusion = judged([
    ...ends("supervised", "none", [0.6, 0.65, 0.7]),
    ...ends("fixMatch", "none", [0.7, 0.75, 0.9]),
    ...ends("freeMatch", "none", [0.8, 0.85, 0.9]),
    ...ends("freeMatch", "entropyDifference", [0.79, 0.84, 0.89]),
  ]);
  assertEquals(claimsOf(conclusion), {
    freeMatchHelps: true,
    freeMatchLeads: null,
    mutualInformationHelps: null,
    entropyDifferenceHelps: false,
  });
  const { summary, claims } = conclusion;
  assertAlmostEquals(summary.freeMatchGain, 0.2, 1e-12);
  assertAlmostEquals(summary.entropyDifferenceGain, -0.01, 1e-12);
  assertEquals(claims.mutualInformationHelps.here, "not tried");
  assertEquals(summary.pseudoLabelAccuracy, NaN);
});

Deno.test("semiSupervised() cannot tell by one seed, nor by a run that has not ended", () => {
  const one = judged([
    ...ends("supervised", "none", [0.6]),
    ...ends("freeMatch", "none", [0.8]),
  ]);
  assertEquals(claimsOf(one)["freeMatchHelps"], null);
  const unfinished = ends("freeMatch", "none", [0.8, 0.9, 0.8])
    .map((row) => ({ ...row, step: 300 }));
  const alone = ends("supervised", "none", [0.6, 0.61, 0.62]);
  assertEquals(
    claimsOf(judged([...alone, ...unfinished]))["freeMatchHelps"],
    null,
  );
});

const helps = ({ claims }: Result) =>
  claims.find(({ name }) => name === "freeMatchHelps");

Deno.test("semiSupervised() with 4 labels a class: FreeMatch beats the labels alone over three seeds", async () => {
  const result = await semiSupervised({
    backend: "wasm",
    data: { kind: "syntheticDigits", train: 4000, test: 1000 },
    training: {
      steps: 200,
      batchSize: 16,
      evaluation: { every: { steps: 200 } },
    },
    methods: ["freeMatch"],
    terms: { mutualInformation: 0, entropyDifference: 0 },
  });
  const claim = helps(result as unknown as Result);
  assertEquals(claim?.holds, true, claim?.here);
  const { freeMatchGain } = result.summary;
  assert(freeMatchGain > 0.05, `${freeMatchGain}`);
  await useBackend("cpu");
});

Deno.test("on MNIST with 4 labels a class FreeMatch beat the labels alone by a tenth, as saved and as its tables say", async () => {
  const file = "../../notebooks/results/semiSupervised-quick-seed0.json";
  const saved = await loadResult(fromFileUrl(new URL(file, import.meta.url)));
  assertEquals(saved.data["test"]?.name, "mnist test, test of split(seed 0)");
  const { labels, seeds } = saved.config as { labels: number; seeds: number };
  assertEquals([labels, seeds, saved.outcome], [4, 3, "completed"]);
  assertEquals(helps(saved)?.holds, true);
  assert(saved.summary["freeMatchGainLow"]! > 0.1);
  const comparison = new Comparison(1e-12);
  const general = semiSupervised as unknown as AnyExperiment;
  compareConclusion(saved, general.definition, comparison);
  assert(comparison.parts.length > 20);
  assertEquals(comparison.parts.filter(({ agrees }) => !agrees), []);
});
