/**
 * Charts as plain data: which columns of which table are drawn over which other, with which lines for
 * comparison. Whoever computes a table says here how it is to be read; whoever draws needs to know no
 * more. The numbers themselves stay in the table.
 *
 * @module
 */

/** One value of a column; NaN is a gap. */
export type SeriesValue = number | string;

/** Named columns of equal length. */
export interface SeriesTable {
  /** The values of a column, one a row. */
  readonly [column: string]: readonly SeriesValue[];
}

/** A column drawn as a line. */
export interface ChartLine {
  /** The column of its heights. */
  readonly column: string;
  /** Its name in the chart. */
  readonly label: string;
  /** Only the rows that have these values: one line of several in a table. */
  readonly where?: Readonly<Record<string, SeriesValue>>;
  /** Dash pattern; a solid line if left out. */
  readonly dash?: "dash" | "dot" | "dashdot";
}

/** A horizontal line at a value that is known beforehand, for comparison. */
export interface ChartReference {
  /** Where; NaN draws nothing. */
  readonly value: number;
  /** What it is; the value is written behind it. */
  readonly label: string;
  /** Dash pattern; "dash" if left out. */
  readonly dash?: "dash" | "dot" | "dashdot";
}

/** One panel of a chart. */
export interface ChartPanel {
  /** Title of its vertical axis, the unit included. */
  readonly title: string;
  /** Whether the axis is logarithmic. */
  readonly log?: boolean;
  /** What is drawn. */
  readonly lines: readonly ChartLine[];
  /** For comparison. */
  readonly references?: readonly ChartReference[];
}

/** Panels over one horizontal axis. */
export interface Chart {
  /** Tells the charts of one result apart: "temperature". */
  readonly name: string;
  /** The heading. */
  readonly title: string;
  /** The table the columns are in. */
  readonly table: string;
  /** The horizontal axis. */
  readonly x: {
    /** The column of its positions. */
    readonly column: string;
    /** Its title, the unit included. */
    readonly title: string;
    /** Whether it is logarithmic. */
    readonly log?: boolean;
  };
  /** From top to bottom. */
  readonly panels: readonly ChartPanel[];
  /** Sentences under the plot: how it is to be read. */
  readonly notes?: readonly string[];
}

/** A record that says how it is drawn. */
export interface Charted {
  /** Its tables, by name. */
  readonly series: Readonly<Record<string, SeriesTable>>;
  /** How they are drawn, the most telling chart first. */
  readonly charts: readonly Chart[];
}

/**
 * Names of the columns that hold the interval around `column`, where a table summarizes several runs.
 *
 * @example
 * ```ts
 * import { intervalColumns } from "interplay";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(intervalColumns("mir"), { low: "mir.low", high: "mir.high" });
 * ```
 */
export function intervalColumns(column: string): { low: string; high: string } {
  return { low: `${column}.low`, high: `${column}.high` };
}
