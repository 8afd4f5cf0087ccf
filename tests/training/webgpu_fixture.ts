/** Short runs of all kinds of training on the backend that is named; on WebGPU no tensor may be read synchronously. */

import * as tf from "@tensorflow/tfjs";
import { fewShot, split, syntheticModalities } from "interplay/data";
import { type BackendName, useBackend } from "interplay/models";
import {
  layerProfile,
  textClassifier,
  trainCrossModal,
  trainSemiSupervised,
  trainSupervised,
} from "interplay/training";
import { cloudModel, clouds } from "./fixtures.ts";

const backend = await useBackend(Deno.args[0] as BackendName);
for (const name of ["dataSync", "arraySync"] as const) {
  if (backend !== "webgpu") break;
  tf.Tensor.prototype[name] = () => {
    throw new Error(`${name} was called`);
  };
}

const data = clouds();
const common = {
  steps: 4,
  batchSize: 16,
  evaluation: { every: { steps: 4 } },
  reference: false,
} as const;

const supervised = await trainSupervised(cloudModel(), data, {
  ...common,
  terms: { mutualInformation: 0.2, matrixEntropy: 0.1 },
  optimizer: "adamw",
  clipNorm: 1,
  ema: { decay: 0.5, evaluate: "beside" },
  earlyStop: { metric: "ema.loss", mode: "min" },
  checkpoint: { path: Deno.args[1]! },
}).run();

const few = { ...fewShot(data.train, { shots: 3 }), test: data.test };
const semi = await trainSemiSupervised(cloudModel(), few, {
  ...common,
  batchSize: 6,
  ratio: 3,
  terms: { entropyDifference: 0.2 },
}).run();

const { image, classText } = syntheticModalities({
  classes: 3,
  samplesPerClass: 20,
  dimension: 8,
});
const crossModal = await trainCrossModal(
  textClassifier(classText),
  split(image),
  {
    ...common,
    alignment: { weight: 0.5 },
    vonNeumannEntropy: 0.1,
  },
).run();

const { layers } = await layerProfile(cloudModel(), data.test);

console.log(JSON.stringify([
  ...[supervised, semi, crossModal].flatMap(({ stepLosses, epochs }) => [
    ...stepLosses,
    ...epochs.flatMap(({ loss, mir, entropy }) => [loss, mir, entropy.joint]),
  ]),
  ...layers.map(({ mir }) => mir),
]));
Deno.exit(0); // a device would keep the process alive
