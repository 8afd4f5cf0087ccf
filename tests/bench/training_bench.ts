/**
 * Training steps on the WASM backend against torch on the CPU: forward pass, gradients, descent with momentum, on
 * batches of 128 images of 28 × 28.
 *
 * `deno task bench:training [python]`. All start from the same weights and must have the same losses to 1e-4,
 * step by step. Within a round each contestant takes a few steps, so that all of them meet the same load of the
 * machine; a ratio is the median of those within rounds. Beside it stands the ratio of the fastest rounds: on a
 * loaded machine two threads of torch wait for each other, and the median flatters this library. Without torch
 * its columns stay empty.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { Random } from "../../lib/core/random.ts";
import {
  type Classifier,
  convNet,
  mlp,
  useBackend,
} from "../../lib/models/mod.ts";
import { PythonProcess } from "./python_process.ts";
import { type Contestant, race, type Timed } from "./race.ts";

const python = Deno.args[0] ?? "python3";

const BATCH = 128;
const LEARNING_RATE = 0.01;
const MOMENTUM = 0.9;
/** Losses are about 2.4: 1e-4 beside that. */
const TOLERANCE = 1e-4 / 2.4;
/** Time for one contestant of one network, roughly, in milliseconds. */
const SHARE = 8000;

interface Batch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

function batch(): Batch {
  const random = new Random(1);
  return {
    images: Float32Array.from(random.normals(BATCH * 784)),
    labels: Int32Array.from({ length: BATCH }, () => random.integer(10)),
  };
}

/** One step; the loss before it. */
function step(
  model: Classifier,
  velocities: readonly tf.Variable[],
  { x, targets }: { x: tf.Tensor; targets: tf.Tensor },
): number {
  return tf.tidy(() => {
    const variables = model.weights.map(({ variable }) => variable);
    const { value, grads } = tf.variableGrads(() => {
      const { logits } = model.forward(x, { training: true, step: 0 });
      return tf.losses.softmaxCrossEntropy(targets, logits);
    }, variables);
    variables.forEach((w, i) => {
      const v = velocities[i]!;
      v.assign(tf.add(tf.mul(v, MOMENTUM), grads[w.name]!));
      w.assign(tf.sub(w, tf.mul(v, LEARNING_RATE)));
    });
    return value.dataSync()[0]!;
  });
}

/** This library; every run starts from the weights the model has now. */
function own(model: Classifier, data: Batch, steps: number): Contestant {
  const x = tf.tensor2d(data.images, [BATCH, 784]);
  const targets = tf.oneHot(tf.tensor1d(data.labels, "int32"), model.classes);
  const start = model.weights.map(({ variable }) => tf.clone(variable));
  const velocities = start.map((w) => tf.variable(tf.zerosLike(w), false));
  const run = () => {
    model.weights.forEach(({ variable }, i) => {
      variable.assign(start[i]!);
      tf.tidy(() => velocities[i]!.assign(tf.zerosLike(variable)));
    });
    const begin = performance.now();
    const check = Array.from(
      { length: steps },
      () => step(model, velocities, { x, targets }),
    );
    return { ms: performance.now() - begin, check };
  };
  return { name: "this", tolerance: TOLERANCE, run };
}

/** torch with so many threads, in a process of its own. */
class Torch {
  readonly threads: number;
  readonly version: string;
  readonly #process: PythonProcess;

  private constructor(
    threads: number,
    version: string,
    process: PythonProcess,
  ) {
    this.threads = threads;
    this.version = version;
    this.#process = process;
  }

  /** `undefined` where there is no torch, or no Python. */
  static async start(threads: number): Promise<Torch | undefined> {
    const started = await PythonProcess.start<{ version: string }>(python, {
      script: "training_peer.py",
      args: [String(threads)],
    });
    return started &&
      new Torch(threads, started.greeting.version, started.process);
  }

  /** The same network, batch and weights. */
  async give(model: Classifier, data: Batch, steps: number): Promise<void> {
    const kernels = model.weights.filter(({ name }) => name.endsWith("kernel"));
    await this.#process.send({
      batch: BATCH,
      input: model.inputShape,
      layers: kernels.map(({ variable }) => variable.shape),
      steps,
      learningRate: LEARNING_RATE,
      momentum: MOMENTUM,
    });
    for (const { variable } of model.weights) {
      await this.#process.send(variable.dataSync());
    }
    await this.#process.send(data.images);
    await this.#process.send(data.labels);
  }

  contestant(): Contestant {
    const run = () => this.#process.run<Timed>();
    return { name: `torch ${this.threads}`, tolerance: TOLERANCE, run };
  }

  async close(): Promise<void> {
    await this.#process.close();
  }
}

/** Networks, and how many steps make a run of some ten milliseconds or more. */
const networks: readonly (readonly [build: () => Classifier, steps: number])[] =
  [
    [() => mlp({ inputDimension: 784, classes: 10 }), 20],
    [() => convNet({ inputShape: [28, 28, 1], classes: 10 }), 3],
    [
      () =>
        convNet({
          inputShape: [28, 28, 1],
          classes: 10,
          filters: [32, 64],
          dimension: 128,
        }),
      2,
    ],
  ];

/** The contestant, and its shortest time in `fastest`. */
function watched(
  contestant: Contestant,
  fastest: Map<string, number>,
): Contestant {
  const { name } = contestant;
  const run = async () => {
    const timed = await contestant.run();
    fastest.set(name, Math.min(timed.ms, fastest.get(name) ?? Infinity));
    return timed;
  };
  return { ...contestant, run };
}

async function compare(
  model: Classifier,
  { torches, data, steps }: {
    torches: readonly Torch[];
    data: Batch;
    steps: number;
  },
): Promise<void> {
  for (const torch of torches) await torch.give(model, data, steps);
  const fastest = new Map<string, number>();
  const contestants = [
    own(model, data, steps),
    ...torches.map((torch) => torch.contestant()),
  ].map((contestant) => watched(contestant, fastest));
  const results = await race({ label: model.name, contestants }, SHARE);
  const cells = contestants.slice(1).map(({ name }) => {
    const { ms, ratio } = results.get(name)!;
    const least = fastest.get("this")! / fastest.get(name)!;
    return `${ratio.toFixed(2)} / ${least.toFixed(2)} (${
      (ms / steps).toPrecision(3)
    })`;
  });
  const { ms } = results.get("this")!;
  console.log(
    model.name.padEnd(42) + (ms / steps).toPrecision(3).padStart(10) +
      cells.map((cell) => cell.padStart(24)).join(""),
  );
}

await useBackend("wasm");
const started = await Promise.all([1, 2].map((n) => Torch.start(n)));
const torches = started.filter((torch) => torch !== undefined);
const version = torches[0]?.version;
console.log(
  `A step on a batch of ${BATCH}: median milliseconds of this library, and what its time is to torch's: median ` +
    `of the rounds / fastest rounds (torch's median). ${
      version ? `torch ${version}` : "no torch"
    }; Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores\n`,
);
console.log(
  "".padEnd(42) + "this, ms".padStart(10) +
    torches.map(({ threads }) =>
      `torch, ${threads} thread${threads > 1 ? "s" : ""}`.padStart(24)
    ).join(""),
);
for (const [build, steps] of networks) {
  const model = build();
  await compare(model, { torches, data: batch(), steps });
  model.dispose();
}
for (const torch of torches) await torch.close();
