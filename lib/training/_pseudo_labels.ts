/**
 * From the logits of weak views to pseudo-labels, and which of them count.
 *
 * @module
 */

import type { Memory } from "./_objective.ts";

/** One distribution over classes a row, in float64. */
export interface Probabilities {
  /** `[n · C]`, row-major. */
  readonly values: Float64Array;
  readonly rows: number;
  readonly classes: number;
}

/** The class of each row, and whether it is believed. */
export interface PseudoLabels {
  /** `[n]`, the most probable class. */
  readonly labels: Int32Array;
  /** Rows that are believed, in order. */
  readonly believed: readonly number[];
}

/** Softmax of each row of logits. */
export function softmaxRows(
  logits: ArrayLike<number>,
  classes: number,
): Probabilities {
  const rows = logits.length / classes;
  const values = new Float64Array(logits.length);
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * classes, (i + 1) * classes);
    for (let c = 0; c < classes; c++) row[c] = logits[i * classes + c]!;
    const largest = row.reduce((a, b) => Math.max(a, b));
    row.forEach((x, c) => row[c] = Math.exp(x - largest));
    const sum = row.reduce((a, b) => a + b);
    row.forEach((x, c) => row[c] = x / sum);
  }
  return { values, rows, classes };
}

function largestOf(q: Probabilities, i: number): number {
  let best = 0;
  const at = i * q.classes;
  for (let c = 1; c < q.classes; c++) {
    if (q.values[at + c]! > q.values[at + best]!) best = c;
  }
  return best;
}

/** The most probable class of each row, believed if its probability reaches the threshold of that class. */
export function pseudoLabels(
  q: Probabilities,
  thresholds: ArrayLike<number>,
): PseudoLabels {
  const labels = Int32Array.from({ length: q.rows }, (_, i) => largestOf(q, i));
  const believed = Array.from(labels.keys()).filter((i) =>
    q.values[i * q.classes + labels[i]!]! >= thresholds[labels[i]!]!
  );
  return { labels, believed };
}

/** What decides which pseudo-labels count. */
export interface Threshold {
  /** Takes the predictions of one step in, and gives the threshold of each class for this very step. */
  update(q: Probabilities): Float64Array;
  save(): Memory;
  load(memory: Memory): void;
}

/** The same for all classes at all times. */
export class FixedThreshold implements Threshold {
  readonly #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  update({ classes }: Probabilities): Float64Array {
    return new Float64Array(classes).fill(this.#value);
  }

  save(): Memory {
    return {};
  }

  load(): void {}
}

/**
 * The self-adaptive threshold of FreeMatch (Wang et al., ICLR 2023). With `q` the predictions of a step, all
 * averages beginning at `1/C`:
 * `τ ← m·τ + (1 − m)·mean max q`, `p̃ ← m·p̃ + (1 − m)·mean q`, `h̃ ← m·h̃ + (1 − m)·hist argmax q`, and
 * `τ(c) = τ · p̃(c) / max p̃`. As in the authors' code a step is taken in before it is judged.
 */
export class SelfAdaptiveThreshold implements Threshold {
  readonly #momentum: number;
  #global: number;
  #local: Float64Array;
  #histogram: Float64Array;

  constructor(classes: number, momentum: number) {
    this.#momentum = momentum;
    this.#global = 1 / classes;
    this.#local = new Float64Array(classes).fill(1 / classes);
    this.#histogram = this.#local.slice();
  }

  update(q: Probabilities): Float64Array {
    const confidence = { mean: 0 };
    const mean = new Float64Array(q.classes);
    const histogram = new Float64Array(q.classes);
    for (let i = 0; i < q.rows; i++) {
      const best = largestOf(q, i);
      confidence.mean += q.values[i * q.classes + best]! / q.rows;
      histogram[best] = histogram[best]! + 1 / q.rows;
      for (let c = 0; c < q.classes; c++) {
        mean[c] = mean[c]! + q.values[i * q.classes + c]! / q.rows;
      }
    }
    this.#global = this.#mixed(this.#global, confidence.mean);
    this.#local = this.#local.map((x, c) => this.#mixed(x, mean[c]!));
    this.#histogram = this.#histogram.map((x, c) =>
      this.#mixed(x, histogram[c]!)
    );
    const most = this.#local.reduce((a, b) => Math.max(a, b));
    return this.#local.map((x) => this.#global * x / most);
  }

  /** `SumNorm(p̃/h̃)`, what fairness holds the predictions against. */
  expectation(): Float64Array {
    const ratio = this.#local.map((x, c) => {
      const h = this.#histogram[c]!;
      return h > 0 ? x / h : 0;
    });
    const sum = ratio.reduce((a, b) => a + b);
    return ratio.map((x) => x / sum);
  }

  save(): Memory {
    return {
      global: [this.#global],
      local: [...this.#local],
      histogram: [...this.#histogram],
    };
  }

  load(memory: Memory): void {
    this.#global = memory["global"]?.[0] ?? this.#global;
    this.#local = Float64Array.from(memory["local"] ?? this.#local);
    this.#histogram = Float64Array.from(memory["histogram"] ?? this.#histogram);
  }

  #mixed(average: number, value: number): number {
    return this.#momentum * average + (1 - this.#momentum) * value;
  }
}
