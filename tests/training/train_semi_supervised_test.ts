import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { join } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import {
  augment,
  fewShot,
  gaussianClasses,
  type Samples,
  split,
  syntheticDigits,
} from "interplay/data";
import { mutualInformationLoss } from "interplay/losses";
import { type Classifier, mlp, useBackend } from "interplay/models";
import {
  type SemiSupervisedData,
  type SemiSupervisedOptions,
  type SemiSupervisedStep,
  trainSemiSupervised,
  trainSupervised,
} from "interplay/training";
import { OptionsError, ShapeError } from "../../lib/core/errors.ts";
import { cloudModel } from "./fixtures.ts";

await useBackend("cpu");

/** Three clouds of which two samples each are labelled. */
function fewClouds(): SemiSupervisedData {
  const clouds = gaussianClasses({
    classes: 3,
    samplesPerClass: 60,
    dimension: 5,
    separation: 6,
  });
  const { train, test } = split(clouds, { test: 0.25 });
  return { ...fewShot(train, { shots: 2 }), test };
}

const data = fewClouds();

const quick = {
  steps: 30,
  batchSize: 6,
  ratio: 3,
  reference: false,
  evaluation: { every: { steps: 15 } },
} as const;

/** One step down the plain gradient, on views that are no change and a known change. */
const oneStep = {
  ...quick,
  steps: 1,
  learningRate: 0.1,
  schedule: "constant",
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
  ema: false,
  views: {
    weak: ({ inputs }, indices) =>
      Float32Array.from([...indices].flatMap((i) => [
        ...inputs.subarray(5 * i, 5 * i + 5),
      ])),
    strong: ({ inputs }, indices) =>
      Float32Array.from(
        [...indices].flatMap((i) =>
          [...inputs.subarray(5 * i, 5 * i + 5)].map((x) => 0.5 * x + 0.1)
        ),
      ),
  },
} as const satisfies SemiSupervisedOptions;

function weightsOf(model: Classifier): number[] {
  return model.weights.flatMap(({ variable }) => [...variable.dataSync()]);
}

interface Seen {
  /** Inputs of weak labelled, weak unlabelled and strong unlabelled views. */
  readonly labelled: tf.Tensor2D;
  readonly weak: tf.Tensor2D;
  readonly strong: tf.Tensor2D;
  readonly labels: number[];
}

/** Takes the step by the trainer, and hands over what it saw to take it by hand. */
async function bothWays(
  options: SemiSupervisedOptions,
  loss: (model: Classifier, seen: Seen) => tf.Scalar,
): Promise<SemiSupervisedStep> {
  const rows = { labelled: [] as number[], unlabelled: [] as number[] };
  const spying: SemiSupervisedOptions = {
    ...oneStep,
    ...options,
    views: {
      ...oneStep.views,
      weak: (set: Samples, indices) => {
        const side = set === data.labelled ? "labelled" : "unlabelled";
        rows[side] = [...indices];
        return oneStep.views.weak(set, indices);
      },
    },
  };
  const trained = cloudModel();
  let step: SemiSupervisedStep | undefined;
  await trainSemiSupervised(trained, data, spying).run((event) => {
    if (event.type === "step") step = event;
  });
  const model = cloudModel();
  const expected = tf.tidy(() => {
    const tensor = (view: "weak" | "strong", set: Samples, at: number[]) =>
      tf.tensor2d(oneStep.views[view](set, Uint32Array.from(at)), [
        at.length,
        5,
      ]);
    const seen: Seen = {
      labelled: tensor("weak", data.labelled, rows.labelled),
      weak: tensor("weak", data.unlabelled, rows.unlabelled),
      strong: tensor("strong", data.unlabelled, rows.unlabelled),
      labels: rows.labelled.map((i) => data.labelled.labels[i]!),
    };
    const variables = model.weights.map(({ variable }) =>
      variable as tf.Variable
    );
    const { grads } = tf.variableGrads(() => loss(model, seen), variables);
    return variables.flatMap((w) => [
      ...tf.sub(w, tf.mul(grads[w.name]!, 0.1)).dataSync(),
    ]);
  });
  const actual = weightsOf(trained);
  actual.forEach((x, i) => assertAlmostEquals(x, expected[i]!, 3e-6));
  assertNotEquals(weightsOf(cloudModel()), actual);
  trained.dispose();
  model.dispose();
  return step!;
}

/** Mean cross-entropy of all rows, each times its weight. */
function weighted(
  logits: tf.Tensor2D,
  labels: number[],
  weights: number[],
): tf.Scalar {
  const rows = tf.sum(
    tf.mul(tf.oneHot(tf.tensor1d(labels, "int32"), 3), tf.logSoftmax(logits)),
    1,
  );
  return tf.neg(tf.mean(tf.mul(rows, tf.tensor1d(weights)))) as tf.Scalar;
}

/** Predictions of weak views, constants. */
function predictions(model: Classifier, weak: tf.Tensor2D): number[][] {
  return tf.softmax(model.logits(weak)).arraySync() as number[][];
}

const best = (q: number[]) => q.indexOf(Math.max(...q));

Deno.test("FixMatch: hard labels of the weak view where max q ≥ τ, learned on the strong view", async () => {
  const threshold = 0.6;
  const { pseudoLabels, parts } = await bothWays(
    { method: "fixMatch", threshold },
    (model, { labelled, weak, strong, labels }) => {
      const q = predictions(model, weak);
      const mask = q.map((row) => Math.max(...row) >= threshold ? 1 : 0);
      const believed = mask.filter((x) => x === 1).length;
      assert(believed > 0 && believed < mask.length);
      return tf.add(
        weighted(model.logits(labelled), labels, labels.map(() => 1)),
        weighted(model.logits(strong), q.map(best), mask),
      );
    },
  );
  assertEquals(pseudoLabels.thresholds, [0.6, 0.6, 0.6]);
  const total = pseudoLabels.counts.reduce((a, b) => a + b);
  assertEquals(parts["maskRate"], total / 18);
  assertEquals(pseudoLabels.maskRate, total / 18);
});

Deno.test("pseudo-label: learned on the weak view, its weight rising over the run", async () => {
  const byHand = (weight: number) => (model: Classifier, seen: Seen) => {
    const q = predictions(model, seen.weak);
    const mask = q.map((row) => Math.max(...row) >= 0.6 ? weight : 0);
    return tf.add(
      weighted(model.logits(seen.labelled), seen.labels, new Array(6).fill(1)),
      weighted(model.logits(seen.weak), q.map(best), mask),
    ) as tf.Scalar;
  };
  const method = { method: "pseudoLabel", threshold: 0.6 } as const;
  await bothWays({ ...method, rampUp: 0, unlabelledWeight: 2 }, byHand(2));
  await bothWays(method, byHand(0)); // the first step of the ramp
});

Deno.test("FreeMatch: self-adaptive thresholds and fairness, with an information term", async () => {
  const [m, weight, lambda] = [0.5, 0.3, 0.2];
  await bothWays(
    {
      method: "freeMatch",
      thresholdDecay: m,
      fairnessWeight: weight,
      terms: { mutualInformation: lambda },
    },
    (model, { labelled, weak, strong, labels }) => {
      const q = predictions(model, weak);
      const n = q.length;
      const mix = (x: number) => m / 3 + (1 - m) * x;
      const mean = (f: (row: number[]) => number) =>
        mix(q.reduce((sum, row) => sum + f(row) / n, 0));
      const global = mean((row) => Math.max(...row));
      const classes = [0, 1, 2];
      const local = classes.map((c) => mean((row) => row[c]!));
      const histogram = classes.map((c) => mean((row) => +(best(row) === c)));
      const tau = local.map((p) => global * p / Math.max(...local));
      const mask = q.map((row) => +(Math.max(...row) >= tau[best(row)]!));
      const kept = mask.flatMap((x, i) => x === 1 ? [i] : []);
      assert(kept.length > 1 && kept.length < n);

      const out = model.forward(strong);
      const believed = tf.gather(out.logits, tf.tensor1d(kept, "int32"));
      const predicted = (believed.arraySync() as number[][]).map(best);
      const share = classes.map((c) =>
        predicted.filter((p) => p === c).length / kept.length
      );
      const normalized = (x: tf.Tensor) => tf.div(x, tf.sum(x));
      const expectation = normalized(
        tf.tensor1d(classes.map((c) => local[c]! / histogram[c]!)),
      );
      const actual = normalized(tf.mul(
        tf.mean(tf.softmax(believed), 0),
        tf.tensor1d(share.map((h) => h > 0 ? 1 / h : 0)),
      ));
      const fair = tf.sum(
        tf.mul(expectation, tf.log(tf.add(actual, 1e-12))),
      );
      const kernel = model.weights[4]!.variable as tf.Tensor2D;
      const rows = tf.gather(
        tf.transpose(kernel),
        tf.tensor1d(kept.map((i) => best(q[i]!)), "int32"),
      );
      const information = mutualInformationLoss(
        tf.gather(out.representations, tf.tensor1d(kept, "int32")),
        rows,
      );
      return tf.addN([
        weighted(model.logits(labelled), labels, new Array(6).fill(1)),
        weighted(out.logits, q.map(best), mask),
        tf.mul(fair, weight),
        tf.mul(information, lambda),
      ]) as tf.Scalar;
    },
  );
});

Deno.test("without a believed sample a step is one of labelled samples", async () => {
  const { pseudoLabels, parts } = await bothWays(
    { method: "fixMatch", threshold: 1, terms: { mutualInformation: 1 } },
    (model, { labelled, labels }) =>
      weighted(model.logits(labelled), labels, new Array(6).fill(1)),
  );
  assertEquals(pseudoLabels.maskRate, 0);
  assertEquals(pseudoLabels.accuracy, NaN);
  assertEquals(Object.keys(parts), [
    "supervised",
    "accuracy",
    "maskRate",
    "pseudoLabelAccuracy",
    "believed.0",
    "believed.1",
    "believed.2",
  ]);
});

Deno.test("a record holds what became of pseudo-labels on average since the one before", async () => {
  const model = cloudModel();
  const seen: SemiSupervisedStep["pseudoLabels"][] = [];
  const { epochs } = await trainSemiSupervised(model, data, {
    ...quick,
    method: "fixMatch",
    threshold: 0.5,
  }).run((event) => {
    if (event.type === "step") seen.push(event.pseudoLabels);
  });
  model.dispose();
  const last = seen.slice(15);
  const mean = (of: (report: typeof last[number]) => number) =>
    last.reduce((sum, report) => sum + of(report), 0) / last.length;
  const { parts } = epochs.at(-1)!;
  assertAlmostEquals(parts["maskRate"]!, mean((r) => r.maskRate), 1e-12);
  [0, 1, 2].forEach((c) =>
    assertAlmostEquals(
      parts[`believed.${c}`]!,
      mean((r) => r.counts[c]!),
      1e-12,
    )
  );
  assert(parts["believed.0"]! > 0);
});

Deno.test("the report of a step judges pseudo-labels by the true ones, if there are any", async () => {
  const reports = async (unlabelled: Samples) => {
    const model = cloudModel();
    const found: SemiSupervisedStep["pseudoLabels"][] = [];
    await trainSemiSupervised(model, { ...data, unlabelled }, {
      ...quick,
      steps: 5,
      method: "fixMatch",
      threshold: 0.4,
    }).run((event) => {
      if (event.type === "step") found.push(event.pseudoLabels);
    });
    model.dispose();
    return found;
  };
  const judged = await reports(data.unlabelled);
  for (const { accuracy, counts, maskRate } of judged) {
    assert(accuracy >= 0 && accuracy <= 1);
    assertAlmostEquals(counts.reduce((a, b) => a + b) / 18, maskRate, 1e-15);
  }
  const { name, inputs, shape } = data.unlabelled;
  const display = data.unlabelled;
  const bare = { ...display, name, inputs, shape } as Record<string, unknown>;
  delete bare["labels"];
  delete bare["classes"];
  const blind = await reports(bare as unknown as Samples);
  assertEquals(
    blind.map((r) => ({ ...r, accuracy: 0 })),
    judged.map((r) => ({ ...r, accuracy: 0 })),
  );
  assert(blind.every(({ accuracy }) => Number.isNaN(accuracy)));
});

Deno.test("views are those of augment if nothing else is said", async () => {
  const end = async (views: SemiSupervisedOptions["views"]) => {
    const model = cloudModel();
    const options = {
      ...quick,
      steps: 3,
      seed: 4,
      ...(views ? { views } : {}),
    };
    await trainSemiSupervised(model, data, options).run();
    const weights = weightsOf(model);
    model.dispose();
    return weights;
  };
  const view =
    (kind: "weak" | "strong") =>
    (set: Samples, indices: Uint32Array, epoch: number) =>
      augment(set, indices, { view: kind, seed: 4, epoch });
  const given = await end({ weak: view("weak"), strong: view("strong") });
  assertEquals(await end(undefined), given);
  assertNotEquals(await end({ strong: view("weak") }), given);
});

for (const method of ["pseudoLabel", "fixMatch", "freeMatch"] as const) {
  Deno.test(`${method} goes on from a checkpoint with bitwise the same numbers, and holds its tensors`, async () => {
    const folder = await Deno.makeTempDir();
    const options: SemiSupervisedOptions = {
      ...quick,
      method,
      terms: { entropyDifference: 0.1 },
      ...(method === "freeMatch" ? {} : { threshold: 0.5 }),
    };
    const run = (model: Classifier, more: SemiSupervisedOptions = {}) =>
      trainSemiSupervised(model, data, { ...options, ...more });
    try {
      const model = cloudModel();
      const before = tf.memory().numTensors;
      const counts = new Set<number>();
      const whole = await run(model).run((event) => {
        if (event.type === "step") counts.add(tf.memory().numTensors);
      });
      assertEquals(tf.memory().numTensors, before);
      assertEquals(counts.size, 1);
      const checkpoint = { path: join(folder, "run.ckpt") };
      const first = cloudModel();
      for await (const event of run(first, { checkpoint })) {
        if (event.type === "step" && event.step === 11) break;
      }
      const second = cloudModel();
      const history = await run(second, { checkpoint }).run();
      assertEquals(history.epochs, whole.epochs);
      assertEquals(history.stepLosses, whole.stepLosses);
      assertEquals(weightsOf(second), weightsOf(model));
      assertEquals(history.kind, "semiSupervised");
      for (const made of [model, first, second]) made.dispose();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("unlabelled digits help: FreeMatch beats two labelled ones of each class alone", async () => {
  await useBackend("wasm");
  const digits = syntheticDigits({ samples: 1500 });
  const { train, test } = split(digits, { test: 500 });
  const few = { ...fewShot(train, { shots: 2, unlabelled: "all" }), test };
  for (const seed of [0, 1]) {
    const make = () =>
      mlp({ inputDimension: 784, hidden: [64, 32], classes: 10, seed });
    const common = {
      steps: 120,
      batchSize: 16,
      learningRate: 0.05,
      reference: false,
      evaluation: { every: { steps: 120 } },
      seed,
    } as const;
    const [alone, both] = [make(), make()];
    const labelled = { train: few.labelled, test };
    const supervised = await trainSupervised(alone, labelled, common).run();
    const semi = await trainSemiSupervised(both, few, {
      ...common,
      ratio: 6,
      ema: { decay: 0.95 },
      thresholdDecay: 0.98,
    }).run();
    for (const made of [alone, both]) made.dispose();
    const [without, withAll] = [supervised, semi].map(({ epochs }) =>
      epochs.at(-1)!.accuracy
    );
    assert(withAll! > without! + 0.08, `${without} → ${withAll}`);
  }
  await useBackend("cpu");
});

Deno.test("trainSemiSupervised() says its defaults, which are those of the family", () => {
  const model = cloudModel();
  const { options } = trainSemiSupervised(model, data).history;
  assertEquals(options["method"], "freeMatch");
  assertEquals(options["schedule"], "fixMatch");
  assertEquals([options["nesterov"], options["momentum"]], [true, 0.9]);
  assertEquals(options["ema"], { decay: 0.999, evaluate: "instead" });
  assertEquals([options["thresholdDecay"], options["fairnessWeight"]], [
    0.999,
    0.01,
  ]);
  assertEquals("threshold" in options, false);
  const pseudo = trainSemiSupervised(model, data, {
    method: "pseudoLabel",
    ema: false,
  }).history.options;
  assertEquals([pseudo["threshold"], pseudo["rampUp"], pseudo["ema"]], [
    0.95,
    0.4,
    false,
  ]);
  // They are options, too.
  const again = trainSemiSupervised(model, data, options).history.options;
  assertEquals(again, options);
  model.dispose();
});

Deno.test("trainSemiSupervised() refuses what does not fit", async () => {
  const model = cloudModel();
  const error = assertThrows(
    () => trainSemiSupervised(model, data, { threshold: 0.9 }),
    OptionsError,
  );
  assertEquals(
    error.message,
    'Cannot train the model: expected no `threshold` with method "freeMatch", received 0.9',
  );
  const wide = gaussianClasses({ classes: 3, dimension: 6 });
  assertThrows(
    () => trainSemiSupervised(model, { ...data, unlabelled: wide }),
    ShapeError,
    "received 6 in",
  );
  const views = { strong: () => new Float32Array(3) };
  const shape = await assertRejects(
    () => trainSemiSupervised(model, data, { ...quick, views }).run(),
    ShapeError,
  );
  assertEquals(
    shape.message,
    "Cannot train the model: expected 90 values from a view, received 3",
  );
  model.dispose();
});
