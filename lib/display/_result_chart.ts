/**
 * A record's own chart, by the columns it names.
 *
 * @module
 */

import {
  type Chart,
  type Charted,
  type ChartLine,
  type ChartPanel,
  intervalColumns,
  type SeriesTable,
} from "../core/chart.ts";
import type { Check } from "../core/check.ts";
import { OptionsError, ShapeError } from "../core/errors.ts";
import type { Panel, PanelChart, PanelSeries } from "./_panel_chart.ts";

/** A record that says how it is drawn, and perhaps how it came about. */
export interface DrawableRecord extends Charted {
  /** Of a single run. */
  readonly seed?: number;
  /** Of several. */
  readonly seeds?: readonly number[];
  /** How sure the bands are: 0.95. */
  readonly level?: number;
  /** The data sets, by role. */
  readonly data?: Readonly<
    Record<string, { readonly name: string; readonly samples: number }>
  >;
  /** Where tensors were computed. */
  readonly backend?: string;
  /** How it ended. */
  readonly outcome?: string;
  /** What was claimed, and whether it holds. */
  readonly claims?: readonly {
    readonly statement: string;
    readonly holds: boolean | null;
  }[];
}

/** Whether a value is drawn by charts of its own. */
export function isDrawable(value: unknown): value is DrawableRecord {
  return typeof value === "object" && value !== null && "charts" in value &&
    Array.isArray(value.charts) && value.charts.length > 0 &&
    "series" in value && typeof value.series === "object";
}

/** One panel in the making. */
interface Drawing {
  readonly check: Check;
  readonly chart: Chart;
  readonly table: SeriesTable;
  readonly meaning: string;
}

function columnOf(
  { check, chart, table }: Drawing,
  name: string,
): readonly (number | string)[] {
  const column = table[name];
  if (column !== undefined) return column;
  return check.fail(
    ShapeError,
    `a column \`${name}\` in the table \`${chart.table}\``,
    Object.keys(table).join(", ") || "no column",
  );
}

/** The rows that have the values a line asks for. */
function rowsOf(drawing: Drawing, line: ChartLine): number[] {
  const rows = columnOf(drawing, line.column).map((_, i) => i);
  const wanted = Object.entries(line.where ?? {});
  return rows.filter((i) =>
    wanted.every(([name, value]) => columnOf(drawing, name)[i] === value)
  );
}

function numbersOf(
  drawing: Drawing,
  name: string,
  rows: readonly number[],
): Float64Array {
  const column = columnOf(drawing, name);
  return Float64Array.from(rows, (i) => {
    const value = column[i];
    return typeof value === "number" && Number.isFinite(value) ? value : NaN;
  });
}

function seriesOf(drawing: Drawing, line: ChartLine): PanelSeries {
  const rows = rowsOf(drawing, line);
  const { low, high } = intervalColumns(line.column);
  const numbers = (name: string) => numbersOf(drawing, name, rows);
  return {
    name: line.label,
    x: numbers(drawing.chart.x.column),
    y: numbers(line.column),
    ...(line.dash === undefined ? {} : { dash: line.dash }),
    ...(low in drawing.table
      ? {
        band: {
          low: numbers(low),
          high: numbers(high),
          meaning: drawing.meaning,
        },
      }
      : {}),
  };
}

function panelOf(drawing: Drawing, panel: ChartPanel): Panel {
  const { title, lines, log = false } = panel;
  return {
    title,
    log,
    series: lines.map((line) => seriesOf(drawing, line)),
    references: (panel.references ?? []).filter(({ value }) =>
      Number.isFinite(value) && (!log || value > 0)
    ),
  };
}

/** "mnist test, N = 2000": what was measured on. */
function dataOf({ data = {} }: DrawableRecord): string[] {
  const measured = data["test"] ?? Object.values(data).at(-1);
  if (measured === undefined) return [];
  return [`${measured.name}, N = ${measured.samples}`];
}

/** "mnist test, N = 2000, seed 1, wasm" or "…, 5 seeds, mean and 95 % interval". */
function settingOf(record: DrawableRecord): string {
  const { seed, seeds, backend, outcome } = record;
  return [
    ...dataOf(record),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...(seeds === undefined
      ? []
      : [`${seeds.length} seeds, mean and ${meaningOf(record)}`]),
    ...(backend === undefined ? [] : [backend]),
    ...(outcome === undefined || outcome === "completed" ? [] : [outcome]),
  ].join(", ");
}

function meaningOf({ level = 0.95 }: DrawableRecord): string {
  return `${Number((100 * level).toPrecision(4))} % interval`;
}

/** "Holds here: …" and "Does not hold here: …", as far as there are claims. */
function claimNotes({ claims = [] }: DrawableRecord): string[] {
  const notes: [string, boolean | null][] = [
    ["Holds here", true],
    ["Does not hold here", false],
    ["Cannot be told here", null],
  ];
  return notes.flatMap(([words, holds]) => {
    const found = claims.filter((claim) => claim.holds === holds);
    return found.length === 0
      ? []
      : [`${words}: ${found.map((claim) => claim.statement).join("; ")}.`];
  });
}

function chosen(check: Check, record: DrawableRecord, name?: string): Chart {
  const chart = name === undefined
    ? record.charts[0]
    : record.charts.find((chart) => chart.name === name);
  if (chart !== undefined) return chart;
  const known = record.charts.map((chart) => `"${chart.name}"`).join(", ");
  return check.fail(
    OptionsError,
    known === "" ? "a record with a chart" : `${known} as \`chart\``,
    name === undefined ? "none" : `"${name}"`,
  );
}

/** What a record is drawn as; its first chart, or the one of this name. */
export function resultChart(
  check: Check,
  record: DrawableRecord,
  options: { readonly chart?: string | undefined } = {},
): PanelChart {
  const chart = chosen(check, record, options.chart);
  const table = record.series[chart.table];
  if (table === undefined) {
    const known = Object.keys(record.series).join(", ");
    check.fail(ShapeError, `a table \`${chart.table}\``, known);
  }
  const drawing = { check, chart, table, meaning: meaningOf(record) };
  const isFirst = chart === record.charts[0];
  return {
    title: chart.title,
    subtitle: settingOf(record),
    notes: [...chart.notes ?? [], ...isFirst ? claimNotes(record) : []],
    x: { title: chart.x.title, log: chart.x.log ?? false },
    naming: "direct",
    panels: chart.panels.map((panel) => panelOf(drawing, panel)),
  };
}
