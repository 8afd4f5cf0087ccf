import { formatNumber } from "../core/table.ts";
import type { IntervalRecord } from "./_interval.ts";

/**
 * Whether something helps: yes if the interval of some gain lies above 0, no if those of all lie below what
 * would be worthwhile, and else it cannot be told. Where several are tried, their intervals are to hold for
 * all of them together.
 */
export function helps(
  gains: readonly Pick<IntervalRecord, "low" | "high">[],
  worthwhile: number,
): boolean | null {
  if (gains.length === 0) return null;
  if (gains.some(({ low }) => low > 0)) return true;
  return gains.every(({ high }) => high < worthwhile) ? false : null;
}

/** "0.01 [-0.002, 0.022] over 3 seeds". */
export function gainWords({ mean, low, high, n }: IntervalRecord): string {
  return `${formatNumber(mean)} [${formatNumber(low)}, ${
    formatNumber(high)
  }] over ${n} seeds`;
}
