/** What trainSupervised() minimises: each option against the same loss written by hand. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { dataSet } from "interplay/data";
import {
  entropyDifferenceLoss,
  hdrLoss,
  matrixEntropyLoss,
  mirLoss,
  mutualInformationLoss,
  vonNeumannEntropyLoss,
} from "interplay/losses";
import { type Classifier, mlp, useBackend } from "interplay/models";
import {
  type History,
  type InformationWeights,
  type SupervisedOptions,
  trainSupervised,
} from "interplay/training";
import { Check } from "../../lib/core/check.ts";
import {
  OptionsError,
  ResourceError,
  ShapeError,
} from "../../lib/core/errors.ts";
import { TensorScope } from "../../lib/core/tensor_scope.ts";
import { indicatorRows } from "../../lib/training/_cross_entropy.ts";
import { differentiate } from "../../lib/training/_gradient.ts";
import { InformationTerm } from "../../lib/training/_information_term.ts";
import { assignWeights } from "../models/model_weights.ts";
import { cloudModel, clouds } from "./fixtures.ts";

await useBackend("cpu");

const data = clouds();
const RATE = 0.1;

/** Plain gradient descent on the whole training set, for some steps. */
const descent = {
  batchSize: 96,
  steps: 1,
  learningRate: RATE,
  schedule: "constant",
  momentum: 0,
  weightDecay: 0,
  reference: false,
} as const;

/** All weights, one after the other. */
function weightsOf(model: Classifier): number[] {
  return model.weights.flatMap(({ variable }) => [...variable.dataSync()]);
}

interface Outputs {
  readonly logits: tf.Tensor2D;
  readonly representations: tf.Tensor2D;
  /** One hot, `[n, C]`. */
  readonly targets: tf.Tensor2D;
  /** The head row of each sample's label, through the very variable. */
  readonly headRows: tf.Tensor2D;
}

/** The weights after one step down the gradient of `loss` on the whole training set. */
function stepByHand(loss: (outputs: Outputs) => tf.Scalar): number[] {
  const model = cloudModel();
  const kernel = model.weights.find(({ name }) => name === "head/kernel")!;
  const variables = model.weights.map(({ variable }) =>
    variable as tf.Variable
  );
  const moved = tf.tidy(() => {
    const { grads } = tf.variableGrads(() => {
      const inputs = tf.tensor(data.train.inputs, [96, 5]);
      const targets = tf.cast(
        tf.oneHot(tf.tensor1d(data.train.labels, "int32"), 3),
        "float32",
      ) as tf.Tensor2D;
      const headRows = tf.matMul<tf.Tensor2D>(
        targets,
        tf.transpose(kernel.variable as tf.Tensor2D),
      );
      return loss({ ...model.forward(inputs), targets, headRows });
    }, variables);
    return variables.flatMap((w) => {
      const gradient = grads[w.name];
      return [
        ...(gradient ? tf.sub(w, tf.mul(gradient, RATE)) : w).dataSync(),
      ];
    });
  });
  model.dispose();
  return moved;
}

const crossEntropy = ({ logits, targets }: Outputs) =>
  tf.losses.softmaxCrossEntropy(targets, logits) as tf.Scalar;

async function trained(
  options: SupervisedOptions,
): Promise<{ weights: number[]; history: History }> {
  const model = cloudModel();
  try {
    const run = trainSupervised(model, data, { ...descent, ...options });
    const history = await run.run();
    return { weights: weightsOf(model), history };
  } finally {
    model.dispose();
  }
}

/** Fails unless the weights agree to what float32 sums of 96 terms allow. */
function assertClose(actual: number[], expected: number[]): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((x, i) => assertAlmostEquals(x, expected[i]!, 2e-6));
}

Deno.test("a step goes down the gradient of cross-entropy", async () => {
  const { weights } = await trained({});
  assertClose(weights, stepByHand(crossEntropy));
});

Deno.test("labelSmoothing trains on (1 − ε)·y + ε/C", async () => {
  const { weights } = await trained({ labelSmoothing: 0.3 });
  const byHand = stepByHand(({ logits, targets }) => {
    const smooth = tf.add(tf.mul(targets, 0.7), 0.1);
    return tf.neg(
      tf.mean(tf.sum(tf.mul(smooth, tf.logSoftmax(logits)), 1)),
    ) as tf.Scalar;
  });
  assertClose(weights, byHand);
});

Deno.test("temperature divides the logits, in training and in the loss on the test set", async () => {
  const { weights, history } = await trained({ temperature: 4 });
  const byHand = stepByHand(({ logits, ...rest }) =>
    crossEntropy({ ...rest, logits: tf.div(logits, 4) })
  );
  assertClose(weights, byHand);
  const model = cloudModel();
  const expected = tf.tidy(() => {
    const logits = model.logits(tf.tensor(data.test.inputs, [24, 5]));
    const targets = indicatorRows(data.test.labels, { columns: 3 });
    const loss = tf.losses.softmaxCrossEntropy(targets, tf.div(logits, 4));
    return loss.dataSync()[0]!;
  });
  assertAlmostEquals(history.epochs[0]!.loss, expected, 1e-6);
  model.dispose();
});

/** Each term as its loss is documented, times its weight. */
const terms: [InformationWeights, (o: Outputs) => tf.Scalar][] = [
  [
    { mutualInformation: 0.5 },
    (o) => tf.mul(mutualInformationLoss(o.representations, o.headRows), 0.5),
  ],
  [
    { entropyDifference: 2 },
    (o) => tf.mul(entropyDifferenceLoss(o.representations, o.headRows), 2),
  ],
  [{ mir: 1 }, (o) => mirLoss(o.representations, o.headRows)],
  [{ hdr: 1 }, (o) => hdrLoss(o.representations, o.headRows)],
  [
    { matrixEntropy: 0.5 },
    (o) => tf.mul(matrixEntropyLoss(o.representations), 0.5),
  ],
  [
    { vonNeumannEntropy: 0.5, mutualInformation: 0.25 },
    (o) =>
      tf.add(
        tf.mul(vonNeumannEntropyLoss(o.representations), 0.5),
        tf.mul(mutualInformationLoss(o.representations, o.headRows), 0.25),
      ),
  ],
];

/** Adds a positive constant to all representations' biases, so that no row is zero. */
function lifted(model: Classifier): Classifier {
  const bias = model.weights.find(({ name }) => name === "representation/bias");
  tf.tidy(() => bias!.variable.assign(tf.fill([6], 3)));
  return model;
}

const noTerms = {
  mutualInformation: 0,
  entropyDifference: 0,
  mir: 0,
  hdr: 0,
  matrixEntropy: 0,
  vonNeumannEntropy: 0,
};

/** A loss on the training set, as value and gradients by name of the variable. */
async function gradientOf(
  model: Classifier,
  loss: (scope: TensorScope) => Promise<() => tf.Scalar>,
): Promise<{ value: number; gradients: Map<string, readonly number[]> }> {
  using scope = new TensorScope();
  const compute = await loss(scope);
  const found = await differentiate(
    () => ({ loss: compute(), parts: {} }),
    model.weights.map(({ variable }) => variable as tf.Variable),
    scope,
  );
  const gradients = Object.entries(found.gradients)
    .map(([name, g]) => [name, [...g.dataSync()]] as const);
  return { value: found.loss, gradients: new Map(gradients) };
}

/** Inputs and one hot labels of the training set. */
function batchOf(scope: TensorScope) {
  return {
    inputs: scope.own(tf.tensor(data.train.inputs, [96, 5])),
    oneHot: scope.own(indicatorRows(data.train.labels, { columns: 3 })),
  };
}

for (const [weights, term] of terms) {
  const name = Object.entries(weights).map(([k, w]) => `${w}·${k}`).join(" + ");
  for (const isReadable of [true, false]) {
    const how = isReadable
      ? "in one pass"
      : "computed beforehand, as on WebGPU";
    Deno.test(`InformationTerm of ${name} has its value and its gradients on both sides, ${how}`, async () => {
      const model = lifted(cloudModel());
      const kernel = model.weights[4]!.variable as tf.Variable;
      const before = tf.memory().numTensors;
      const found = await gradientOf(model, async (scope) => {
        const { inputs, oneHot } = batchOf(scope);
        const options = { weights: { ...noTerms, ...weights }, isReadable };
        const check = new Check("test");
        const information = await InformationTerm.of(check, model, options);
        const represent = () => model.representations(inputs);
        const prepared = await information!.prepare(oneHot, represent);
        return () => prepared(represent());
      });
      const expected = await gradientOf(model, (scope) => {
        const { inputs, oneHot: targets } = batchOf(scope);
        return Promise.resolve(() => {
          const rows = tf.matMul<tf.Tensor2D>(
            targets,
            kernel as tf.Tensor2D,
            false,
            true,
          );
          return term({ ...model.forward(inputs), targets, headRows: rows });
        });
      });
      assertEquals(tf.memory().numTensors, before);
      assertAlmostEquals(found.value, expected.value, 1e-6);
      assertEquals([...found.gradients.keys()], [...expected.gradients.keys()]);
      assert(
        "matrixEntropy" in weights || expected.gradients.has(kernel.name),
      );
      for (const [key, values] of expected.gradients) {
        assert(values.some((x) => x !== 0), key);
        const actual = found.gradients.get(key)!;
        actual.forEach((x, i) => assertAlmostEquals(x, values[i]!, 1e-6));
      }
      model.dispose();
    });
  }
}

Deno.test("a term is added to the cross-entropy, and the step event says both", async () => {
  const model = lifted(cloudModel());
  const seen: Record<string, number>[] = [];
  const options = { ...descent, terms: { mutualInformation: 0.5 } };
  const history = await trainSupervised(model, data, options).run((event) => {
    if (event.type === "step") seen.push({ ...event.parts, loss: event.loss });
  });
  const { loss, crossEntropy, information, accuracy } = seen[0]!;
  assertAlmostEquals(loss!, crossEntropy! + information!, 1e-6);
  assert(information! < 0);
  assertEquals(history.epochs[1]!.parts, {
    accuracy: accuracy!,
    crossEntropy: crossEntropy!,
    information: information!,
  });
  assertEquals(history.epochs[0]!.parts, {});
  model.dispose();
});

Deno.test("samples without a direction take no part in a term, and none at all makes it 0", async () => {
  const model = mlp({ inputDimension: 2, hidden: [2], classes: 2 });
  assignWeights(model, [[1, 0, 0, 1], [0, 0], [1, 0, 0, 1], [0, 0]]);
  const partsOf = async (inputs: number[]) => {
    const set = dataSet({
      inputs: Float32Array.from(inputs),
      shape: [inputs.length / 2, 2],
      labels: Array.from({ length: inputs.length / 2 }, (_, i) => i % 2),
    });
    let information = NaN;
    const measured = dataSet({
      inputs: Float32Array.of(1, 0, 0, 1, 1, 2, 2, 1),
      shape: [4, 2],
      labels: [0, 1, 1, 0],
    });
    const run = trainSupervised(model, { train: set, test: measured }, {
      ...descent,
      learningRate: 1e-9,
      terms: { mutualInformation: 1 },
    });
    await run.run((event) => {
      if (event.type === "step") information = event.parts["information"]!;
    });
    return information;
  };
  // Two orthogonal pairs share log 2 nats; the rectifier silences the negative sample.
  assertAlmostEquals(await partsOf([1, 0, 0, 1]), -Math.LN2, 1e-6);
  assertAlmostEquals(await partsOf([1, 0, 0, 1, -1, -1]), -Math.LN2, 1e-6);
  assertEquals(await partsOf([-1, -1, -2, -1]), 0);
  model.dispose();
});

Deno.test("augment sees a batch, its rows and the epoch, and its inputs are learned", async () => {
  const calls: [number, number[], number][] = [];
  const { weights } = await trained({
    steps: 2,
    batchSize: 48,
    augment: (inputs, indices, epoch) => {
      calls.push([inputs.length, [...indices], epoch]);
      assertEquals(
        inputs.slice(0, 5),
        data.train.inputs.slice(indices[0]! * 5, indices[0]! * 5 + 5),
      );
      return inputs.map((x) => -x);
    },
  });
  assertEquals(calls.map(([size, , epoch]) => [size, epoch]), [
    [240, 1],
    [240, 1],
  ]);
  const rows = calls.flatMap(([, indices]) => indices);
  assertEquals([...rows].sort((a, b) => a - b), rows.map((_, i) => i));
  const negative = { ...data.train, inputs: data.train.inputs.map((x) => -x) };
  const model = cloudModel();
  await trainSupervised(model, { train: negative, test: data.test }, {
    ...descent,
    steps: 2,
    batchSize: 48,
  }).run();
  assertEquals(weights, weightsOf(model));
  model.dispose();
});

Deno.test("augment must give back as many values as it got", async () => {
  const error = await assertRejects(
    () => trained({ augment: (inputs) => inputs.subarray(1) }),
    ShapeError,
  );
  assertEquals(
    error.message,
    "Cannot train the model: expected 480 values from `augment`, received 479",
  );
});

Deno.test("a loss of one's own takes the place of cross-entropy", async () => {
  const squares = (
    { logits, targets }: Pick<Outputs, "logits" | "targets">,
  ) => tf.mean(tf.square(tf.sub(logits, targets))) as tf.Scalar;
  const { weights, history } = await trained({
    loss: (batch) => {
      assertEquals([batch.step, batch.indices.length], [0, 96]);
      assertEquals(batch.representations.shape, [96, 6]);
      return squares(batch);
    },
  });
  assertClose(weights, stepByHand(squares));
  assertEquals(history.options["loss"], "function loss");
});

Deno.test("clipNorm shortens the step, and the event says how long the gradient was", async () => {
  const clipNorm = 0.01;
  const model = cloudModel();
  const before = weightsOf(model);
  let norm = NaN;
  await trainSupervised(model, data, { ...descent, clipNorm }).run((event) => {
    if (event.type === "step") norm = event.gradientNorm;
  });
  const after = weightsOf(model);
  const step = Math.hypot(...after.map((x, i) => x - before[i]!));
  assert(norm > 10 * clipNorm);
  assertAlmostEquals(step, RATE * clipNorm, 1e-7);
  const free = await trained({});
  const whole = Math.hypot(...free.weights.map((x, i) => x - before[i]!));
  assertAlmostEquals(whole, RATE * norm, 1e-6);
  model.dispose();
});

Deno.test("afterStep may change the weights: pruned ones stay pruned", async () => {
  const steps: number[] = [];
  const model = cloudModel();
  const options: SupervisedOptions = {
    ...descent,
    steps: 3,
    momentum: 0.9,
    afterStep: (weights, step) => {
      steps.push(step);
      const { variable } = weights.find((w) => w.name === "hidden_1/kernel")!;
      tf.tidy(() => variable.assign(tf.mul(variable, pruned)));
    },
  };
  const mask = new Float32Array(40).map((_, i) => i % 2);
  const pruned = tf.tensor2d(mask, [5, 8]);
  await trainSupervised(model, data, options).run();
  pruned.dispose();
  assertEquals(steps, [1, 2, 3]);
  const kernel = [...model.weights[0]!.variable.dataSync()];
  assert(kernel.every((x, i) => (x === 0) === (i % 2 === 0)));
  model.dispose();
});

Deno.test("AdamW, Nesterov and warm-up reach the weights", async () => {
  const steps = { steps: 3 } as const;
  const plain = (await trained(steps)).weights;
  const variants: SupervisedOptions[] = [
    { optimizer: "adamw", learningRate: 0.01, weightDecay: 0 },
    { momentum: 0.9 },
    { momentum: 0.9, nesterov: true },
    { warmup: 3 },
    { schedule: "fixMatch" },
  ];
  const ends = [plain];
  for (const { momentum, ...variant } of variants) {
    const base = "optimizer" in variant
      ? { batchSize: 96, reference: false as const }
      : { ...descent, momentum: momentum ?? 0 };
    const model = cloudModel();
    await trainSupervised(model, data, { ...base, ...steps, ...variant }).run();
    ends.push(weightsOf(model));
    model.dispose();
  }
  assertEquals(new Set(ends.map(String)).size, ends.length);
});

Deno.test("what runs out of memory says so, and at which step", async () => {
  const error = await assertRejects(
    () =>
      trained({
        steps: 2,
        augment: (inputs, _, epoch) => {
          // The engine refuses it: the error is a real one.
          if (epoch === 2) new ArrayBuffer(2 ** 52);
          return inputs;
        },
      }),
    ResourceError,
  );
  assert(
    /^Cannot train the model: expected memory for step 2, received ".*allocation failed" \(try smaller batches\)$/
      .test(error.message),
    error.message,
  );
  assert(error.cause instanceof RangeError);
});

Deno.test("trainSupervised() refuses options that do not go together", () => {
  const model = cloudModel();
  const cases: [SupervisedOptions, string][] = [
    [{ optimizer: "adamw", momentum: 0.9 }, "momentum"],
    [{ betas: [0.9, 0.99] }, "betas"],
    [{ epochs: 3, steps: 5 }, "steps"],
    [{ labelSmoothing: 1 }, "labelSmoothing"],
    [{ temperature: 0 }, "temperature"],
    [{ terms: { mi: 1 } as InformationWeights }, "mi"],
    [{ ema: { decay: 1 } }, "decay"],
    [{ evaluation: { every: { hours: 1 } as never } }, "every"],
    [{ earlyStop: { metric: "loss" } as never }, "mode"],
    [{ augment: "flip" as never }, "augment"],
  ];
  for (const [options, key] of cases) {
    const error = assertThrows(
      () => trainSupervised(model, data, options),
      OptionsError,
    );
    assert(error.message.includes(key), error.message);
  }
  model.dispose();
});

Deno.test("the options of a history are options: the same run comes out of them", async () => {
  const { weights, history } = await trained({
    steps: 4,
    batchSize: 32,
    terms: { entropyDifference: 0.1 },
    ema: {},
    reference: "last",
    earlyStop: { metric: "loss", mode: "min" },
  });
  const again = await trained(
    JSON.parse(JSON.stringify(history.options)) as SupervisedOptions,
  );
  assertEquals(again.weights, weights);
  assertEquals(again.history.options, history.options);
});
