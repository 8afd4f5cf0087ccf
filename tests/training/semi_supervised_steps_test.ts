/**
 * Steps of FixMatch and FreeMatch on a linear head, in plain numbers: no tensor and no automatic gradient
 * on this side.
 */

import { assert, assertAlmostEquals } from "@std/assert";
import { fewShot, gaussianClasses, type Samples } from "interplay/data";
import { linearHead, useBackend } from "interplay/models";
import {
  type SemiSupervisedOptions,
  trainSemiSupervised,
} from "interplay/training";

await useBackend("cpu");

const CLASSES = [0, 1, 2];
const RATE = 0.5;

const clouds = gaussianClasses({
  classes: 3,
  samplesPerClass: 30,
  dimension: 2,
  separation: 2,
});
const data = { ...fewShot(clouds, { shots: 2 }), test: clouds };

/** The rows of a data set as points. */
function points({ inputs }: Samples, rows: ArrayLike<number>): number[][] {
  return Array.from(rows, (i) => [...inputs.subarray(2 * i, 2 * i + 2)]);
}

/** A strong view is the point, moved. */
const strongly = ([x, y]: number[]) => [0.5 * x! + 0.25, 0.5 * y! - 0.125];

const flat = (rows: number[][]) => Float32Array.from(rows.flat());

/** Weights `[2][3]` and a bias, to which plain gradient steps are taken. */
class Head {
  weights: number[][] = [];
  bias: number[] = [];

  probabilities([x, y]: number[]): number[] {
    const powers = CLASSES.map((c) =>
      Math.exp(
        x! * this.weights[0]![c]! + y! * this.weights[1]![c]! + this.bias[c]!,
      )
    );
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  }

  /** One step down, the derivative of the loss by the logits of each point given. */
  descend(seen: readonly { point: number[]; slopes: number[] }[]): void {
    for (const { point, slopes } of seen) {
      for (const c of CLASSES) {
        this.weights[0]![c]! -= RATE * point[0]! * slopes[c]!;
        this.weights[1]![c]! -= RATE * point[1]! * slopes[c]!;
        this.bias[c]! -= RATE * slopes[c]!;
      }
    }
  }
}

/** Derivative of cross-entropy by logits: `p − y`. */
function slopes(p: number[], label: number, weight: number): number[] {
  return p.map((x, c) => weight * (x - (c === label ? 1 : 0)));
}

const best = (q: number[]) => q.indexOf(Math.max(...q));

/** What one step sees. */
interface Seen {
  labelled: number[][];
  labels: number[];
  unlabelled: number[][];
}

/** Takes steps with the trainer and by hand, and compares the weights after each. */
async function compareSteps(
  options: SemiSupervisedOptions,
  takeStep: (head: Head, seen: Seen) => void,
): Promise<void> {
  const seen: Seen = { labelled: [], labels: [], unlabelled: [] };
  const model = linearHead({ inputDimension: 2, classes: 3, seed: 5 });
  const [kernel, bias] = model.weights.map(({ variable }) => variable);
  const head = new Head();
  head.weights = kernel!.arraySync() as number[][];
  head.bias = bias!.arraySync() as number[];
  const weak = (set: Samples, rows: Uint32Array) => {
    const isLabelled = set === data.labelled;
    seen[isLabelled ? "labelled" : "unlabelled"] = points(set, rows);
    if (isLabelled) {
      seen.labels = Array.from(rows, (i) => data.labelled.labels[i]!);
    }
    return flat(points(set, rows));
  };
  const strong = (set: Samples, rows: Uint32Array) =>
    flat(points(set, rows).map(strongly));
  const run = trainSemiSupervised(model, data, {
    ...{ steps: 3, batchSize: 6, ratio: 3, learningRate: RATE },
    ...{ momentum: 0, nesterov: false, weightDecay: 0, schedule: "constant" },
    ...{ ema: false, reference: false, evaluation: { every: { steps: 3 } } },
    views: { weak, strong },
    ...options,
  });
  for await (const event of run) {
    if (event.type !== "step") continue;
    takeStep(head, seen);
    const found = [kernel!, bias!].flatMap((x) => [...x.dataSync()]);
    const expected = [...head.weights.flat(), ...head.bias];
    // float32 against float64, over three steps.
    found.forEach((x, i) => assertAlmostEquals(x, expected[i]!, 5e-6));
  }
  model.dispose();
}

/** What labelled samples pull at, as their mean. */
function labelledPulls(head: Head, { labelled, labels }: Seen) {
  return labelled.map((point, i) => ({
    point,
    slopes: slopes(head.probabilities(point), labels[i]!, 1 / labels.length),
  }));
}

Deno.test("FixMatch takes three steps on a linear head as its equations do, in plain numbers", async () => {
  const threshold = 0.6;
  await compareSteps({ method: "fixMatch", threshold }, (head, seen) => {
    const { unlabelled } = seen;
    const q = unlabelled.map((point) => head.probabilities(point));
    const believed = q.filter((row) => Math.max(...row) >= threshold).length;
    assert(believed > 0 && believed < q.length, `${believed} of ${q.length}`);
    const pulls = unlabelled.map((weak, i) => {
      const point = strongly(weak);
      const isBelieved = Math.max(...q[i]!) >= threshold;
      const weight = isBelieved ? 1 / unlabelled.length : 0;
      return {
        point,
        slopes: slopes(head.probabilities(point), best(q[i]!), weight),
      };
    });
    head.descend([...labelledPulls(head, seen), ...pulls]);
  });
});

Deno.test("FreeMatch takes three steps on a linear head as its equations do, in plain numbers", async () => {
  const [m, fairnessWeight] = [0.1, 0.2];
  let tau = 1 / 3;
  let local = [1 / 3, 1 / 3, 1 / 3];
  let histogram = [1 / 3, 1 / 3, 1 / 3];
  const options = {
    method: "freeMatch",
    thresholdDecay: m,
    fairnessWeight,
  } as const;
  await compareSteps(options, (head, seen) => {
    const { unlabelled } = seen;
    const n = unlabelled.length;
    const q = unlabelled.map((point) => head.probabilities(point));
    const mean = (of: (row: number[]) => number) =>
      q.reduce((sum, row) => sum + of(row), 0) / n;
    tau = m * tau + (1 - m) * mean((row) => Math.max(...row));
    local = local.map((x, c) => m * x + (1 - m) * mean((row) => row[c]!));
    histogram = histogram.map((x, c) =>
      m * x + (1 - m) * mean((row) => best(row) === c ? 1 : 0)
    );
    const thresholds = local.map((x) => tau * x / Math.max(...local));
    const believed = unlabelled.flatMap((weak, i) => {
      const label = best(q[i]!);
      if (q[i]![label]! < thresholds[label]!) return [];
      const point = strongly(weak);
      return [{ point, label, p: head.probabilities(point) }];
    });
    assert(believed.length > 0 && believed.length < n, `${believed.length}`);

    // Fairness Σ e·log s with s = (p̄/h̄)/Σ(p̄/h̄), over the classes that are predicted: ∂/∂p̄ = e/p̄ − Σe/(h̄·Σ).
    const count = believed.length;
    const average = CLASSES.map((c) =>
      believed.reduce((sum, { p }) => sum + p[c]!, 0) / count
    );
    const share = CLASSES.map((c) =>
      believed.filter(({ p }) => best(p) === c).length / count
    );
    const ratios = local.map((x, c) => x / histogram[c]!);
    const e = ratios.map((x) => x / ratios.reduce((a, b) => a + b));
    const there = CLASSES.filter((c) => share[c]! > 0);
    const sum = there.reduce((total, c) => total + average[c]! / share[c]!, 0);
    const weight = there.reduce((total, c) => total + e[c]!, 0);
    const byAverage = CLASSES.map((c) =>
      share[c]! > 0 ? e[c]! / average[c]! - weight / (share[c]! * sum) : 0
    );
    const pulls = believed.map(({ point, label, p }) => {
      const inner = CLASSES.reduce((s, c) => s + p[c]! * byAverage[c]!, 0);
      const fair = CLASSES.map((c) => p[c]! * (byAverage[c]! - inner) / count);
      return {
        point,
        slopes: slopes(p, label, 1 / n).map((x, c) =>
          x + fairnessWeight * fair[c]!
        ),
      };
    });
    head.descend([...labelledPulls(head, seen), ...pulls]);
  });
});
