import type { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";
import type { BestRecord, EpochRecord } from "./history.ts";

/** What is watched, as the options say it. */
export interface Watch {
  readonly metric: string;
  readonly mode: "max" | "min";
  readonly minDelta: number;
  readonly patience?: number | undefined;
}

/** The number at a dotted path of a record. */
export function numberAt(
  check: Check,
  record: EpochRecord,
  path: string,
): number {
  const value = path.split(".").reduce<unknown>(
    (part, key) =>
      typeof part === "object" && part !== null && Object.hasOwn(part, key)
        ? (part as Record<string, unknown>)[key]
        : undefined,
    record,
  );
  if (typeof value === "number") return value;
  const expected = "the path of a number in the epoch record as " +
    "`earlyStop.metric` (accuracy, loss, mir, nc1.pinv, …)";
  return check.fail(OptionsError, expected, JSON.stringify(path));
}

/** The place of the best record, −1 if no value counts: NaN is never the best. */
function bestIndex(
  check: Check,
  records: readonly EpochRecord[],
  { metric, mode, minDelta }: Watch,
): number {
  const sign = mode === "max" ? 1 : -1;
  const values = records.map((r) => sign * numberAt(check, r, metric));
  return values.reduce(
    (best, value, i) =>
      value > (values[best] ?? -Infinity) + (best < 0 ? 0 : minDelta)
        ? i
        : best,
    -1,
  );
}

/** The best record so far, and whether it is time to stop. */
export function watchRecords(
  check: Check,
  records: readonly EpochRecord[],
  watch: Watch,
): { best: BestRecord | undefined; isLast: boolean; isStalled: boolean } {
  const index = bestIndex(check, records, watch);
  const { metric, patience = Infinity } = watch;
  const record = records[index];
  return {
    best: record && {
      metric,
      value: numberAt(check, record, metric),
      epoch: record.epoch,
      step: record.step,
    },
    isLast: index >= 0 && index === records.length - 1,
    isStalled: records.length - 1 - Math.max(index, 0) >= patience,
  };
}
