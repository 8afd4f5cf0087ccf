import { formatNumber } from "../core/table.ts";
import { correlation, rankCorrelation } from "./_correlation.ts";

/** The numbers of a table as claims look at them; NaN where there is no row yet. */
export class Table<R extends object> {
  readonly rows: readonly R[];

  /** Reads `rows`. */
  constructor(rows: readonly R[]) {
    this.rows = rows;
  }

  /** All values of a column of numbers. */
  column(name: keyof R): number[] {
    return this.rows.map((row) => Number(row[name]));
  }

  /** The value of the first row. */
  first(name: keyof R): number {
    return this.column(name)[0] ?? NaN;
  }

  /** The value of the last row. */
  last(name: keyof R): number {
    return this.column(name).at(-1) ?? NaN;
  }

  /** The smallest value. */
  lowest(name: keyof R): number {
    return Math.min(...this.column(name));
  }

  /** The largest value. */
  highest(name: keyof R): number {
    return Math.max(...this.column(name));
  }

  /** "0.12 → 0.56": from the first row to the last. */
  course(name: keyof R): string {
    return `${formatNumber(this.first(name))} → ${
      formatNumber(this.last(name))
    }`;
  }

  /** Pearson's correlation of two columns. */
  correlation(a: keyof R, b: keyof R): number {
    return correlation(this.column(a), this.column(b));
  }

  /** Spearman's rank correlation of two columns. */
  rankCorrelation(a: keyof R, b: keyof R): number {
    return rankCorrelation(this.column(a), this.column(b));
  }
}

/** Whether something is so; `null` where one of the numbers it rests on is not there. */
export function unless(
  numbers: readonly number[],
  test: () => boolean,
): boolean | null {
  return numbers.some(Number.isNaN) ? null : test();
}
