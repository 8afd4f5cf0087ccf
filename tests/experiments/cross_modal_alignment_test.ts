import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { dataSet, fewShot, selectClasses } from "interplay/data";
import {
  type AlignmentRunColumns,
  type BaseToNewRunColumns,
  buildModalities,
  crossModalAlignment,
  verify,
} from "interplay/experiments";
import { resultPlot } from "interplay/display";
import { useBackend } from "interplay/models";
import { evaluate, textClassifier, trainCrossModal } from "interplay/training";
import { OptionsError } from "../../lib/core/errors.ts";
import { bestWeight } from "../../lib/experiments/_alignment_conclusion.ts";
import { optionsOf } from "../../lib/experiments/_alignment_methods.ts";
import { crossModalMeasures } from "../../lib/experiments/_cross_modal_measures.ts";
import { interval } from "../../lib/experiments/_interval.ts";
import { temporaryFolder } from "./fixtures.ts";
import { claimsOf, conclusionOf, testRecord } from "./hand_made.ts";

await useBackend("cpu");

const tiny = {
  backend: "cpu",
  data: { classes: 5, dimension: 6, train: 40, test: 40, spread: 1 },
  methods: ["vonNeumannEntropy", "classwise"],
  lambdas: [0.2, 0.6],
  alphas: [0.5],
  sweep: { shots: 2, epochs: 3 },
  fewShot: [{ shots: 1, epochs: 2 }, { shots: 3, epochs: 2 }],
  baseToNew: { shots: 2, epochs: 3 },
  seeds: 2,
} as const;

const whole = await crossModalAlignment(tiny);

Deno.test("crossModalAlignment() compares each method with cross-entropy alone, seed by seed", async () => {
  const { numTensors } = tf.memory();
  const { series: { runs, settings } } = await crossModalAlignment(tiny);
  assertEquals(tf.memory().numTensors, numTensors);
  assertEquals(runs.part.filter((part) => part === "sweep").length, 2 * 4);
  assertEquals(runs.method.slice(8, 14), [
    ...["crossEntropy", "vonNeumannEntropy", "classwise"],
    ...["crossEntropy", "vonNeumannEntropy", "classwise"],
  ]);
  assertEquals(runs.shots.slice(8), [1, 1, 1, 3, 3, 3, 1, 1, 1, 3, 3, 3]);
  assertEquals(settings.weight.slice(0, 4), [0, 0.5, 0.2, 0.6]);
  assertEquals(settings.part.slice(4), new Array(6).fill("fewShot"));
  const at = settings.method.lastIndexOf("classwise");
  const pairs = [13, 19].map((i) => runs.accuracy[i]! - runs.accuracy[i - 2]!);
  const { mean, low, high } = interval(pairs, 0.95);
  assertEquals(settings.difference[at], mean);
  assertEquals(settings["difference.low"][at], low);
  assertEquals(settings["difference.high"][at], high);
  // Two λ at 95 %: each interval of the sweep is one of 97.5 %.
  const swept = [2, 6].map((i) => runs.accuracy[i]! - runs.accuracy[i - 2]!);
  assertEquals(settings["difference.low"][2], interval(swept, 0.975).low);
});

Deno.test("crossModalAlignment() chooses weights by other seeds than it compares by", () => {
  const { series: { runs } } = whole;
  const seeds = (part: string) =>
    new Set(runs.seed.filter((_, i) => runs.part[i] === part));
  assertEquals([...seeds("sweep")], [2, 3]);
  assertEquals([...seeds("fewShot")], [0, 1]);
  const accuracy = (weight: number) =>
    runs.accuracy.filter((_, i) =>
      runs.part[i] === "sweep" && runs.method[i] === "classwise" &&
      runs.weight[i] === weight
    ).reduce((a, b) => a + b, 0);
  const chosen = accuracy(0.6) > accuracy(0.2) ? 0.6 : 0.2;
  const compared = runs.weight.filter((_, i) =>
    runs.part[i] === "fewShot" && runs.method[i] === "classwise"
  );
  assertEquals(compared, [chosen, chosen, chosen, chosen]);
});

Deno.test("crossModalAlignment() trains on base classes and measures new ones by the same adapter", async () => {
  const { train, text, test } = await buildModalities(whole.config.data);
  const { baseToNewRuns: rows, zeroShot } = whole.series;
  const [base, fresh] = [[0, 1, 2], [3, 4]];
  const seed = rows.seed[4]!;
  assertEquals([rows.method[4], seed], ["vonNeumannEntropy", 1]);
  const model = textClassifier(selectClasses(text, base!));
  const { epochs } = await trainCrossModal(model, {
    train: fewShot(selectClasses(train, base!), { shots: 2, seed }).labelled,
    test: selectClasses(test, base!),
  }, {
    ...{ epochs: 3, seed, learningRate: 0.008, vonNeumannEntropy: 0.5 },
  }).run();
  const other = model.withClasses(selectClasses(text, fresh!));
  const { accuracy } = await evaluate(other, selectClasses(test, fresh!));
  assertEquals(rows.base[4], epochs.at(-1)!.accuracy);
  assertEquals(rows.new[4], accuracy);
  assertAlmostEquals(
    rows.harmonic[4]!,
    2 / (1 / rows.base[4]! + 1 / rows.new[4]!),
    1e-12,
  );
  model.dispose();
  other.dispose();
  const untouched = textClassifier(text);
  const before = await evaluate(untouched, test);
  assertEquals(zeroShot.accuracy, [before.accuracy]);
  untouched.dispose();
});

Deno.test("crossModalAlignment() gives the same again, and after a break within a training", async () => {
  await using folder = await temporaryFolder();
  const checkpoint = folder.path;
  const controller = new AbortController();
  const run = crossModalAlignment({
    ...tiny,
    checkpoint,
    signal: controller.signal,
  });
  for await (const event of run) {
    if (event.type === "step" && event.stage.startsWith("few-shot, 3 shots")) {
      controller.abort();
    }
  }
  const stopped = await run;
  assertEquals(stopped.outcome, "stopped");
  assertEquals(
    stopped.claims.map(({ holds }) => holds),
    new Array(6).fill(null),
  );
  const again = await crossModalAlignment({ ...tiny, checkpoint });
  assertEquals(again, whole);
});

Deno.test("crossModalAlignment() keeps what verify() can measure again", async () => {
  assertEquals(
    whole.evaluations.map(({ name }) => name.split(", ").slice(1, 3).join(" ")),
    ["draw 1", "draw 1", "draw 1", "draw 2", "draw 2", "draw 2"].map((draw) =>
      `3 shots ${draw}`
    ),
  );
  const { ok, parts } = await verify(whole);
  assert(ok);
  assert(parts.some(({ what }) => what.endsWith("classwise: accuracy")));
});

Deno.test("crossModalAlignment() draws its charts, cross-entropy alone as a line or for comparison", () => {
  const names = whole.charts.map(({ name }) => name);
  assertEquals(names, ["shots", "sweep", "retrieval"]);
  for (const chart of names) {
    const { data } = resultPlot(whole, { chart }).toJSON();
    assert(data.length > 0);
  }
  const [differences, accuracy] = whole.charts[0]!.panels;
  assertEquals(differences?.lines.map(({ label }) => label), [
    "CMA, classwise",
    "CE − α·H (VNE)",
  ]);
  assertEquals(accuracy?.lines.at(-1)?.where, {
    part: "fewShot",
    method: "crossEntropy",
  });
  assertEquals(
    accuracy?.references?.[0]?.value,
    whole.summary.zeroShotAccuracy,
  );
  const [swept] = whole.charts[1]!.panels; // α is no λ
  assertEquals(swept?.lines.map(({ label }) => label), ["CMA, classwise"]);
});

Deno.test("crossModalAlignment() of a head has no new classes", async () => {
  const { series, summary, claims, evaluations } = await crossModalAlignment({
    ...tiny,
    textSide: "head",
    methods: ["modal"],
  });
  assertEquals(series.baseToNew.method, []);
  assertEquals(series.zeroShot.new, [NaN]);
  assertEquals(summary.harmonicGain, NaN);
  const general = claims.find(({ name }) => name === "alignmentGeneralizes");
  assertEquals([general?.here, general?.holds], ["not tried", null]);
  assertEquals(evaluations.length, 4);
});

Deno.test("crossModalAlignment() wants weights and shots that rise, and at most λ = 1", () => {
  const wrong = [
    { lambdas: [0.5, 0.5] },
    { lambdas: [1.1] },
    { fewShot: [{ shots: 2, epochs: 1 }, { shots: 1, epochs: 1 }] },
    { seeds: 1 },
  ];
  for (const each of wrong) {
    assertThrows(() => crossModalAlignment({ ...tiny, ...each }), OptionsError);
  }
});

Deno.test("weakened cross-entropy takes the steps of (1 − λ)·L_ce with momentum and decay", async () => {
  const { train, text, test } = await buildModalities(whole.config.data);
  const training = {
    batchSize: 40,
    learningRate: 0.05,
    schedule: "constant",
    momentum: 0.9,
    weightDecay: 0.1,
  } as const;
  const model = textClassifier(text, { train: "head", scale: 10 });
  const weights = optionsOf({ method: "weakened", weight: 0.4 }, training);
  await trainCrossModal(model, { train, test }, {
    ...training,
    ...weights,
    steps: 3,
  }).run();
  const moved = tf.tidy(() => {
    const unit = (x: tf.Tensor) =>
      tf.div(x, tf.norm(x, "euclidean", 1, true)) as tf.Tensor2D;
    const images = unit(tf.tensor2d(train.inputs, [40, 6]));
    const targets = tf.oneHot(tf.tensor1d(train.labels, "int32"), 5);
    let w: tf.Tensor = unit(tf.tensor2d(text.inputs, [5, 6]));
    let velocity: tf.Tensor = tf.zerosLike(w);
    const gradient = tf.grad((x) =>
      tf.mul(
        tf.losses.softmaxCrossEntropy(
          targets,
          tf.mul(tf.matMul(images, unit(x), false, true), 10),
        ),
        1 - 0.4,
      )
    );
    for (let step = 0; step < 3; step++) {
      const g = tf.add(gradient(w), tf.mul(w, 0.1));
      velocity = tf.add(tf.mul(velocity, 0.9), g);
      w = tf.sub(w, tf.mul(velocity, 0.05));
    }
    return [...w.dataSync()];
  });
  model.weights[0]!.variable.dataSync().forEach((x, i) =>
    assertAlmostEquals(x, moved[i]!, 2e-6)
  );
  model.dispose();
});

Deno.test("crossModalMeasures() of images by hand", () => {
  const images = dataSet({
    inputs: Float32Array.of(2, 0, 0, 3, 1, 1, -1, 0),
    shape: [4, 2],
    labels: [0, 1, 1, 0],
  });
  // The third class has no image, and the last image is nearest to its text.
  const found = crossModalMeasures(images, [[5, 0], [0, 1], [-1, 0]]);
  const half = Math.SQRT1_2;
  assertAlmostEquals(found.similarity, (1 + 1 + half - 1) / 4, 1e-12);
  // Means (half/4, (1 + half)/4) and (0, 1/3).
  assertAlmostEquals(
    found.gap,
    Math.hypot(half / 4, (1 + half) / 4 - 1 / 3),
    1e-12,
  );
  assertEquals(found.imageToText1, 3 / 4);
  assertEquals(found.imageToText5, 1);
  assertEquals([found.textToImage1, found.textToImage5], [1, 1]);
});

Deno.test("crossModalMeasures() counts what is nearer, among more than five", () => {
  const angle = (degrees: number) => [
    Math.cos(degrees * Math.PI / 180),
    Math.sin(degrees * Math.PI / 180),
  ];
  const degrees = [60, 1, 2, 3, 4, 5, 61];
  const images = dataSet({
    inputs: Float32Array.from(degrees.flatMap(angle)),
    shape: [7, 2],
    labels: [0, 1, 1, 1, 1, 1, 0],
  });
  const texts = [0, 70, 71, 72, 73, 74].map(angle);
  const found = crossModalMeasures(images, texts);
  // Five images are nearer to the text at 0° than those of class 0, and two to that at 70° than those of class 1.
  assertEquals([found.textToImage1, found.textToImage5], [0, 1 / 2]);
  // Images of class 0 are nearer to five other texts, those of class 1 to one.
  assertEquals([found.imageToText1, found.imageToText5], [0, 5 / 7]);
});

const { definition } = crossModalAlignment;

/** One training, of which these columns count. */
function trained(
  part: string,
  [seed, shots, method, accuracy]: readonly [number, number, string, number],
  weight = 0.5,
): AlignmentRunColumns {
  const names = Object.keys(definition.units.runs);
  const plain = Object.fromEntries(names.map((name) => [name, 0.5]));
  return {
    ...plain as unknown as AlignmentRunColumns,
    ...{ part, seed, shots, method, accuracy, weight },
  };
}

Deno.test("the sweep chooses the most accurate weight, the smaller of two as good", () => {
  const runs = [
    trained("sweep", [2, 4, "modal", 0.7], 0.9),
    trained("sweep", [3, 4, "modal", 0.9], 0.9),
    trained("sweep", [2, 4, "modal", 0.8], 0.1),
    trained("sweep", [3, 4, "modal", 0.8], 0.1),
    trained("sweep", [2, 4, "modal", 0.95], 0.5),
    trained("sweep", [3, 4, "modal", 0.6], 0.5),
    trained("fewShot", [0, 4, "modal", 1], 0.5),
  ];
  assertEquals(bestWeight(runs, "modal"), 0.1);
  assertEquals(bestWeight(runs, "all"), NaN);
});

/** What follows from trainings of two draws, with one and with four shots. */
function concluded(
  runs: readonly AlignmentRunColumns[],
  baseToNewRuns: readonly BaseToNewRunColumns[] = [],
) {
  const config = definition.schema.parse({
    ...definition.presets.quick,
    lambdas: [0.2, 0.6, 1],
    fewShot: [{ shots: 1, epochs: 1 }, { shots: 4, epochs: 1 }],
    seeds: 2,
  });
  const data = {
    train: testRecord(10),
    text: testRecord(10),
    test: testRecord(10),
  };
  const rows = { settings: [], zeroShot: [], baseToNew: [] };
  return conclusionOf(definition, {
    config,
    data,
    rows: { ...rows, runs: [...runs], baseToNewRuns: [...baseToNewRuns] },
  });
}

/** What follows from accuracies by method: of two draws, the same with one and with four shots. */
function judged(
  accuracies: Readonly<Record<string, readonly [number, number]>>,
  harmonics: typeof accuracies = {},
) {
  const runs = Object.entries(accuracies).flatMap(([method, each]) =>
    each.flatMap((accuracy, seed) =>
      [1, 4].map((shots) => trained("fewShot", [seed, shots, method, accuracy]))
    )
  );
  const baseToNewRuns = Object.entries(harmonics).flatMap(([method, each]) =>
    each.map((harmonic, seed): BaseToNewRunColumns => ({
      ...{ seed, method, weight: 0.5, harmonic },
      ...{ base: 0.5, new: 0.5, newSimilarity: 0.5 },
    }))
  );
  return concluded(runs, baseToNewRuns);
}

Deno.test("crossModalAlignment() says helps, does not, cannot be told, not tried", () => {
  const conclusion = judged({
    crossEntropy: [0.7, 0.8],
    classwise: [0.75, 0.85],
    weakened: [0.76, 0.86],
    vonNeumannEntropy: [0.5, 0.9],
    modal: [0.7, 0.8],
  }, { crossEntropy: [0.6, 0.6], classwise: [0.6, 0.8] });
  assertEquals(claimsOf(conclusion), {
    alignmentHelps: true,
    alignmentBeatsVne: null,
    alignmentGeneralizes: null,
    classwiseIsBest: null,
    moreThanWeakening: false,
    similarityRises: null,
  });
  const { summary } = conclusion;
  assertAlmostEquals(summary.classwiseGain, 0.05, 1e-12);
  assertAlmostEquals(summary.weakenedGain, 0.06, 1e-12);
  assertAlmostEquals(summary.crossEntropyAccuracy, 0.75, 1e-12);
  assertAlmostEquals(summary.harmonicGain, 0.1, 1e-12);
  assertEquals(summary.allGain, NaN);
});

Deno.test("the class-wise variant is best only if it is above both others", () => {
  const verdict = (modal: [number, number], all: [number, number]) =>
    claimsOf(judged({ classwise: [0.7, 0.8], modal, all }))["classwiseIsBest"];
  assertEquals(verdict([0.6, 0.7], [0.5, 0.6]), true);
  assertEquals(verdict([0.6, 0.7], [0.8, 0.9]), false);
  assertEquals(verdict([0.6, 0.7], [0.1, 0.9]), null);
});

Deno.test("crossModalAlignment() tells what the loss adds by the same λ of the sweep, λ = 1 aside", () => {
  const swept = (method: string, weight: number, [a, b]: [number, number]) =>
    [a, b].map((similarity, i) => ({
      ...trained("sweep", [2 + i, 4, method, 0.5], weight),
      similarity,
      gap: 1 - similarity,
    }));
  const runs = [
    ...swept("weakened", 0.2, [0.1, 0.2]),
    ...swept("weakened", 0.6, [0.3, 0.4]),
    ...swept("classwise", 0.2, [0.2, 0.3]),
    ...swept("classwise", 0.6, [0.5, 0.6]),
    ...swept("classwise", 1, [0.9, 0.9]),
  ];
  const { summary, claims } = concluded(runs);
  assertAlmostEquals(summary.similarityGain, 0.15, 1e-12);
  assertAlmostEquals(summary.gapReduction, 0.15, 1e-12);
  assertEquals(claims.similarityRises.holds, true);
  assertEquals(concluded(runs.slice(1)).claims.similarityRises.holds, null);
});

Deno.test("crossModalAlignment() cannot tell before every seed has every number of shots", () => {
  const conclusion = judged({});
  for (const holds of Object.values(claimsOf(conclusion))) {
    assertEquals(holds, null);
  }
  for (const value of Object.values(conclusion.summary)) {
    assertEquals(value, NaN);
  }
});
