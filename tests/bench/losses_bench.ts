/**
 * The cost of both information terms (mutual information and entropy difference, against the head rows of ten
 * classes) with their gradients, on the WASM backend: against torch on the CPU, and as a share of a
 * training step.
 *
 * `deno task bench:losses [python]`. Every round times each contestant once on the same numbers, so that all
 * of them meet the same load of the machine; a time is the median over the rounds, a share the median of the
 * shares within rounds. Values and lengths of gradients are compared with torch's in float64. Without
 * torch its columns stay empty.
 *
 * @module
 */

import { assert } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { interplayLoss } from "../../lib/losses/mod.ts";
import { Random } from "../../lib/core/random.ts";
import { useBackend } from "../../lib/models/mod.ts";
import { PythonProcess } from "./python_process.ts";
import { median, type Timed } from "./race.ts";

const python = Deno.args[0] ?? "python3";

const CLASSES = 10;
const ROUNDS = 25;
const WARM_UP = 30;
const WEIGHTS = { mutualInformation: 1, entropyDifference: 1 };

/** Representations, and the head row of each label. */
interface Sides {
  z1: tf.Tensor2D;
  z2: tf.Tensor2D;
}

function normals(rows: number, columns: number, seed: number): tf.Tensor2D {
  const values = Float32Array.from(new Random(seed).normals(rows * columns));
  return tf.tensor2d(values, [rows, columns]);
}

const labelsOf = (rows: number) =>
  Int32Array.from({ length: rows }, (_, i) => (i * i + i) % 7 + i % 4);

function sidesOf(rows: number, d: number): Sides {
  return tf.tidy(() => ({
    z1: normals(rows, d, rows),
    z2: tf.gather(normals(CLASSES, d, d), labelsOf(rows)),
  }));
}

/** Both terms with their gradients; the value and the lengths of the gradients. */
function terms({ z1, z2 }: Sides): () => number[] {
  const gradients = tf.valueAndGrads((a, b) => interplayLoss(a!, b!, WEIGHTS));
  const { value, grads } = gradients([z1, z2]);
  grads.forEach((gradient) => gradient.dataSync());
  return () => {
    const check = [value, ...grads.map((g) => tf.norm(g))].map((scalar) =>
      scalar.dataSync()[0]!
    );
    tf.dispose([value, ...grads]);
    return check;
  };
}

/** Takes milliseconds of one run. */
type Contestant = () => number | Promise<number>;

function timed(work: () => void): Contestant {
  return () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
}

/** Milliseconds of each contestant by round; the first rounds warm up compilers, caches, pages. */
async function race(contestants: readonly Contestant[]): Promise<number[][]> {
  const times = contestants.map((): number[] => []);
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const ms = await contestant();
      if (round >= 0) times[i]!.push(ms);
    }
  }
  return times;
}

/** Torch clamps the vanishing eigenvalues at 1e-7, so the values differ by about as much each. */
function agree(check: readonly number[], expected: readonly number[]): void {
  check.forEach((x, i) => {
    const off = Math.abs(x - expected[i]!);
    assert(off < 2e-3 * Math.max(1, Math.abs(x)), `${check} and ${expected}`);
  });
}

const cell = (ms: number | undefined) =>
  (ms === undefined ? "–" : ms.toPrecision(3)).padStart(14);

const precisions = [
  { dtype: "float32", threads: 1 },
  { dtype: "float32", threads: 2 },
  { dtype: "float64", threads: 1 },
];

/** Sends the sides to a process, with the precision and the threads it is to use. */
async function give(
  peer: PythonProcess,
  { z1, z2 }: Sides,
  how: { dtype: string; threads: number },
): Promise<void> {
  const [rows, d1] = z1.shape;
  await peer.send({ rows, d1, d2: z2.shape[1], ...how });
  for (const z of [z1, z2]) await peer.send(z.dataSync());
}

async function compare(
  peers: readonly PythonProcess[],
  rows: number,
  d: number,
): Promise<void> {
  const sides = sidesOf(rows, d);
  for (const [i, peer] of peers.entries()) {
    await give(peer, sides, precisions[i]!);
  }
  const exact = await peers.at(-1)?.run<Timed>();
  if (exact) agree(terms(sides)(), exact.check);
  const times = await race([
    timed(() => void terms(sides)()),
    ...peers.map((peer) => async () => (await peer.run<Timed>()).ms),
  ]);
  const medians = times.map(median);
  tf.dispose([sides.z1, sides.z2]);
  const name = `B = ${rows}, d = ${d}`.padEnd(18);
  const cells = [0, ...precisions.keys().map((i) => i + 1)];
  console.log(name + cells.map((i) => cell(medians[i])).join(""));
}

/** A network of which a step is timed: layers up to the representations, a dense head after them. */
interface Network {
  name: string;
  input: number[];
  layers: () => tf.layers.Layer[];
}

const networks: Network[] = [
  {
    name: "MLP 784-256-128-10",
    input: [784],
    layers: () => [
      tf.layers.dense({ units: 256, activation: "relu" }),
      tf.layers.dense({ units: 128, activation: "tanh" }),
    ],
  },
  {
    name: "conv 16-32, 128, 10",
    input: [28, 28, 1],
    layers: () => [
      tf.layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu" }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 128, activation: "tanh" }),
    ],
  },
];

/** One step of gradient descent on a batch of 128; `weight` is that of the information terms. */
function stepOf({ input, layers }: Network): (information: boolean) => void {
  const all = layers();
  const start = tf.input({ shape: input });
  const output = all.reduce(
    (x, layer) => layer.apply(x) as tf.SymbolicTensor,
    start,
  );
  const encoder = tf.model({ inputs: start, outputs: output });
  const head = tf.variable(normals(128, CLASSES, 3));
  const images = tf.reshape(normals(128, 784, 4), [128, ...input]);
  const labels = tf.oneHot(labelsOf(128), CLASSES) as tf.Tensor2D;
  const optimizer = tf.train.sgd(0.01);
  return (information) =>
    void optimizer.minimize(() => {
      const z = encoder.apply(images, { training: true }) as tf.Tensor2D;
      const logits = tf.matMul(z, head as unknown as tf.Tensor2D);
      const loss = tf.losses.softmaxCrossEntropy(labels, logits);
      if (!information) return loss as tf.Scalar;
      const rows = tf.matMul(labels, head, false, true);
      return tf.add(loss, interplayLoss(z, rows, WEIGHTS)) as tf.Scalar;
    });
}

async function share(network: Network): Promise<void> {
  const step = stepOf(network);
  const name = network.name.padEnd(22);
  try {
    step(false);
  } catch (error) {
    console.log(`${name}cannot train: ${(error as Error).message}`);
    return;
  }
  const [plain = [], both = []] = await race([
    timed(() => step(false)),
    timed(() => step(true)),
  ]);
  const added = median(both.map((ms, round) => ms / plain[round]! - 1));
  console.log(
    name + cell(median(plain)) + cell(median(both)) +
      `${(100 * added).toFixed(1)} %`.padStart(10),
  );
}

await useBackend("wasm");
const starts = await Promise.all(
  precisions.map(() =>
    PythonProcess.start<{ torch: string }>(python, { script: "losses_peer.py" })
  ),
);
const peers = starts.flatMap((start) => start ? [start.process] : []);
const version = starts[0]?.greeting.torch;
console.log(
  `median milliseconds of both terms with gradients; ${
    version ? `torch ${version}` : "no torch"
  }; Deno ${Deno.version.deno}\n`,
);
const columns = [
  "this",
  ...precisions.map(({ dtype, threads }) =>
    `torch ${dtype.slice(5)} ×${threads}`
  ),
];
console.log("".padEnd(18) + columns.map((c) => c.padStart(14)).join(""));
for (const [rows, d] of [[64, 64], [128, 128], [512, 128]] as const) {
  await compare(peers, rows, d);
}
for (const peer of peers) await peer.close();
console.log("\na training step at B = 128, d = 128, WASM backend\n");
console.log(
  "".padEnd(22) + ["plain", "with terms"].map((c) => c.padStart(14)).join("") +
    "added".padStart(10),
);
for (const network of networks) await share(network);
