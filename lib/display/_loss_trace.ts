/**
 * The losses of a run of any length in bounded memory.
 *
 * @module
 */

import type { PanelSeries } from "./_panel_chart.ts";

/** Neighbouring buckets are merged when there are more. */
const BUCKETS = 80;

interface Bucket {
  /** First and last step. */
  readonly from: number;
  to: number;
  sum: number;
  count: number;
  low: number;
  high: number;
}

/**
 * Losses in at most 80 buckets of equally many steps (the last may hold fewer): each keeps its mean, its
 * smallest and its largest loss. When they are too many, each two become one, so a run of twenty thousand
 * steps takes as much as one of two hundred.
 */
export class LossTrace {
  #buckets: Bucket[] = [];
  /** Losses a full bucket holds. */
  #width = 1;

  /** Steps a bucket stands for. */
  get stepsPerBucket(): number {
    return this.#width;
  }

  /** Adds the loss of a step that is later than all before; one that is not finite leaves no trace. */
  add(step: number, loss: number): void {
    if (!Number.isFinite(loss)) return;
    const last = this.#buckets.at(-1);
    if (last === undefined || last.count === this.#width) {
      this.#buckets.push({
        from: step,
        to: step,
        sum: loss,
        count: 1,
        low: loss,
        high: loss,
      });
      if (this.#buckets.length > BUCKETS) this.#halve();
      return;
    }
    last.to = step;
    last.sum += loss;
    last.count++;
    last.low = Math.min(last.low, loss);
    last.high = Math.max(last.high, loss);
  }

  /** The mean over the middle of each bucket, its extremes as a band once it has any. */
  series(name: string): PanelSeries | undefined {
    if (this.#buckets.length === 0) return undefined;
    const of = (value: (bucket: Bucket) => number) =>
      Float64Array.from(this.#buckets, value);
    const line = {
      name,
      x: of(({ from, to }) => (from + to) / 2),
      y: of(({ sum, count }) => sum / count),
    };
    if (this.#width === 1) return line;
    return {
      ...line,
      band: { low: of((b) => b.low), high: of((b) => b.high) },
    };
  }

  #halve(): void {
    const merged: Bucket[] = [];
    for (let i = 0; i < this.#buckets.length; i += 2) {
      const [a, b] = this.#buckets.slice(i, i + 2);
      if (a === undefined) break;
      merged.push(
        b === undefined ? a : {
          from: a.from,
          to: b.to,
          sum: a.sum + b.sum,
          count: a.count + b.count,
          low: Math.min(a.low, b.low),
          high: Math.max(a.high, b.high),
        },
      );
    }
    this.#buckets = merged;
    this.#width *= 2;
  }
}
