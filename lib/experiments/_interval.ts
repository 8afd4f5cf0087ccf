import { studentQuantile } from "./_student.ts";

/** A number over several runs. */
export interface IntervalRecord {
  /** Mean over the runs that have it. */
  readonly mean: number;
  /** Standard deviation with `n − 1`; NaN for one run. */
  readonly sd: number;
  /** Lower end of the interval of the mean, by Student's t; NaN for one run. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Runs that have the number. */
  readonly n: number;
}

/** Mean, standard deviation and interval of the numbers that are there. */
export function interval(
  values: readonly number[],
  level: number,
): IntervalRecord {
  const known = values.filter((x) => !Number.isNaN(x));
  const n = known.length;
  if (n === 0) return { mean: NaN, sd: NaN, low: NaN, high: NaN, n };
  const mean = known.reduce((a, b) => a + b, 0) / n;
  if (n === 1) return { mean, sd: NaN, low: NaN, high: NaN, n };
  const squares = known.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (n - 1));
  const half = studentQuantile(level, n - 1) * sd / Math.sqrt(n);
  return { mean, sd, low: mean - half, high: mean + half, n };
}
