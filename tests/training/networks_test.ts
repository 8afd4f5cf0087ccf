/** Training of networks with more to remember than weights: running statistics and dropout. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import { gaussianClasses, split } from "interplay/data";
import {
  type Classifier,
  convNet,
  useBackend,
  wideResNet,
} from "interplay/models";
import { type SupervisedOptions, trainSupervised } from "interplay/training";
import { Check } from "../../lib/core/check.ts";
import { TensorScope } from "../../lib/core/tensor_scope.ts";
import { indicatorRows } from "../../lib/training/_cross_entropy.ts";
import { differentiate } from "../../lib/training/_gradient.ts";
import { InformationTerm } from "../../lib/training/_information_term.ts";

await useBackend("wasm");

/** Vectors that the models take for images of 8 × 8 pixels. */
const data = split(
  gaussianClasses({ classes: 4, samplesPerClass: 30, dimension: 64 }),
  { test: 40 },
);

const networks: Record<string, () => Classifier> = {
  "a network with dropout": () =>
    convNet({
      inputShape: [8, 8, 1],
      classes: 4,
      filters: [4],
      dimension: 8,
      dropout: 0.5,
      seed: 1,
    }),
  "a network with batch normalisation": () =>
    wideResNet({
      depth: 10,
      widen: 1,
      inputShape: [8, 8, 1],
      classes: 4,
      seed: 1,
    }),
};

function weightsOf(model: Classifier): number[][] {
  return model.weights.map(({ variable }) => [...variable.dataSync()]);
}

const options: SupervisedOptions = {
  steps: 4,
  batchSize: 20,
  ema: { decay: 0.5, evaluate: "beside" },
  terms: { mutualInformation: 0.1 },
  evaluation: { every: { steps: 4 } },
  reference: false,
};

for (const [name, make] of Object.entries(networks)) {
  Deno.test(`${name} goes on from a checkpoint with bitwise the same numbers, and holds its tensors`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const model = make();
      const before = tf.memory().numTensors;
      const counts = new Set<number>();
      const whole = await trainSupervised(model, data, options)
        .run((event) => {
          if (event.type === "step") counts.add(tf.memory().numTensors);
        });
      assertEquals([counts.size, tf.memory().numTensors], [1, before]);
      const first = make();
      const checkpoint = { path: join(folder, "run.ckpt") };
      const saved = { ...options, checkpoint };
      for await (const event of trainSupervised(first, data, saved)) {
        if (event.type === "step" && event.step === 2) break;
      }
      const second = make();
      const history = await trainSupervised(second, data, saved).run();
      assertEquals(history.stepLosses, whole.stepLosses);
      assertEquals(history.epochs, whole.epochs);
      assertEquals(weightsOf(second), weightsOf(model));
      for (const each of [model, first, second]) each.dispose();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`${name} has the gradient of its terms computed beforehand, and its statistics updated once`, async () => {
    const found = await Promise.all([true, false].map(async (isReadable) => {
      const model = make();
      using scope = new TensorScope();
      const inputs = scope.own(
        tf.tensor(data.test.inputs, [40, 8, 8, 1]),
      );
      const oneHot = scope.own(
        indicatorRows(data.test.labels, { columns: 4 }),
      );
      const weights = {
        mutualInformation: 1,
        entropyDifference: 0,
        mir: 0,
        hdr: 0,
        matrixEntropy: 0.5,
        vonNeumannEntropy: 0,
      };
      const represent = () =>
        model.forward(inputs, { training: true, step: 3 }).representations;
      const check = new Check("test");
      const information = await InformationTerm.of(check, model, {
        weights,
        isReadable,
      });
      const term = await information!.prepare(oneHot, represent);
      const { loss, norm } = await differentiate(
        () => ({ loss: term(represent()), parts: {} }),
        model.weights.filter(({ trainable }) => trainable)
          .map(({ variable }) => variable as tf.Variable),
        scope,
      );
      const statistics = model.weights.filter(({ trainable }) => !trainable)
        .map(({ variable }) => [...variable.dataSync()]);
      model.dispose();
      return { loss, norm, statistics };
    }));
    const [now, before] = found;
    assert(Math.abs(now!.loss - before!.loss) < 1e-5);
    assert(Math.abs(now!.norm / before!.norm - 1) < 1e-4);
    assertEquals(before!.statistics, now!.statistics);
  });
}

Deno.test("averaged weights come with the running statistics as they are", async () => {
  const model = networks["a network with batch normalisation"]!();
  const initial = weightsOf(model);
  const plain = networks["a network with batch normalisation"]!();
  await trainSupervised(model, data, {
    ...options,
    ema: { decay: 0.999, evaluate: "instead" },
  }).run();
  await trainSupervised(plain, data, { ...options, ema: false }).run();
  const [averaged, last] = [weightsOf(model), weightsOf(plain)];
  model.weights.forEach(({ trainable, name }, i) => {
    if (!trainable) assertEquals(averaged[i], last[i], name);
  });
  // Four steps of an average that keeps 0.999 are near the beginning.
  const far = (a: number[][], b: number[][]) =>
    Math.hypot(
      ...a.flatMap((row, i) =>
        model.weights[i]!.trainable ? row.map((x, j) => x - b[i]![j]!) : []
      ),
    );
  assert(far(averaged, initial) < 0.02 * far(last, initial));
  assertNotEquals(averaged, initial);
  for (const each of [model, plain]) each.dispose();
});
