import { z } from "zod";
import {
  type Chart,
  type Charted,
  type ChartLine,
  intervalColumns,
  type SeriesTable,
  type SeriesValue,
} from "../core/chart.ts";
import { Check } from "../core/check.ts";
import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import { merged } from "./_call.ts";
import type { IntervalRecord } from "./_interval.ts";
import { nested } from "./_paths.ts";
import type { AnyExperiment } from "./_registry.ts";
import type { Experiment, ExperimentOptions } from "./experiment.ts";
import { readSeveral, resultsOf, type SeveralOptions } from "./repeat.ts";
import type { ExperimentShape, PaperReference, Result } from "./result.ts";
import {
  intervalText,
  type Repetition,
  summarizeResults,
} from "./summarize_results.ts";

/** Options of {@linkcode sweep}. */
export type SweepOptions<S extends ExperimentShape> =
  & SeveralOptions
  & Omit<ExperimentOptions<S>, "seed" | "checkpoint">
  & {
    /** Values by place in the configuration: `{ "training.learningRate": [0.01, 0.1] }`. */
    readonly grid: Readonly<Record<string, readonly unknown[]>>;
    /** Numbers of the summary that the chart shows, at most 6; the first 4 if left out. */
    readonly show?: readonly (keyof S["summary"] & string)[];
  };

/** One combination of the grid. */
export interface SweepPoint<S extends ExperimentShape = ExperimentShape> {
  /** Its values, by place in the configuration. */
  readonly at: Readonly<Record<string, unknown>>;
  /** The runs there. */
  readonly repetition: Repetition<S>;
}

/** An experiment over a grid of configurations; it shows itself as a figure, or as a table. */
export interface Sweep<S extends ExperimentShape = ExperimentShape>
  extends Displayable, Charted {
  /** Name of the experiment. */
  readonly experiment: string;
  /** The same in words. */
  readonly title: string;
  /** What it repeats. */
  readonly paper: PaperReference;
  /** The values, by place in the configuration. */
  readonly grid: Readonly<Record<string, readonly unknown[]>>;
  /** The seeds of each point. */
  readonly seeds: readonly number[];
  /** How sure the intervals are. */
  readonly level: number;
  /** Every combination, the last place changing fastest. */
  readonly points: readonly SweepPoint<S>[];
  /** One table, `points`: the grid, and every number of the summary with its interval. */
  readonly series: Readonly<Record<string, SeriesTable>>;
  /** How it is drawn; none where no place of the grid holds numbers. */
  readonly charts: readonly Chart[];
}

const sweepOptions = z.object({
  grid: z.record(z.string().min(1), z.array(z.unknown()).min(1))
    .refine((grid) => Object.keys(grid).length > 0, "expected a place"),
  show: z.array(z.string()).min(1).max(6).optional(),
});

/** Lines of a panel at most: with more, none could be told from another. */
const LINES = 8;

/** All combinations, the last place changing fastest. */
function combinations(
  grid: Readonly<Record<string, readonly unknown[]>>,
): Record<string, unknown>[] {
  return Object.entries(grid).reduce<Record<string, unknown>[]>(
    (all, [place, values]) =>
      all.flatMap((one) => values.map((value) => ({ ...one, [place]: value }))),
    [{}],
  );
}

/** A value of the grid as a table holds it. */
function cell(value: unknown): SeriesValue {
  return typeof value === "number" || typeof value === "string"
    ? value
    : JSON.stringify(value);
}

function pointsTable(points: readonly SweepPoint[]): SeriesTable {
  const table: Record<string, SeriesValue[]> = {};
  const add = (name: string, value: SeriesValue) =>
    (table[name] ??= []).push(value);
  for (const { at, repetition } of points) {
    for (const [place, value] of Object.entries(at)) add(place, cell(value));
    const numbers = Object.entries<IntervalRecord>(repetition.summary);
    for (const [name, { mean, low, high }] of numbers) {
      const interval = intervalColumns(name);
      add(name, mean);
      add(interval.low, low);
      add(interval.high, high);
    }
  }
  return table;
}

/** Whether positive numbers span so much that their logarithms are what is evenly spaced. */
function spansDecades(values: readonly number[]): boolean {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low > 0 && high >= 10 * low;
}

/** Numbers against the first place that holds numbers, a line for each combination of the others. */
function chartOf(
  title: string,
  grid: Readonly<Record<string, readonly unknown[]>>,
  show: readonly string[],
): Chart[] {
  const x = Object.entries(grid).find(([, values]) =>
    values.length > 1 && values.every((value) => typeof value === "number")
  );
  if (x === undefined) return [];
  const [place, values] = x;
  const { [place]: _, ...others } = grid;
  const rest = combinations(others);
  if (rest.length > LINES) return [];
  const lines = (name: string): ChartLine[] =>
    rest.map((at) => {
      const fixed = Object.entries(at).map(([p, v]) => [p, cell(v)] as const);
      const words = fixed.map(([p, v]) => `${p.split(".").at(-1)} ${v}`);
      return {
        column: name,
        label: words.join(", ") || name,
        where: Object.fromEntries(fixed),
      };
    });
  return [{
    name: "sweep",
    title: `${title} over ${place}`,
    table: "points",
    x: { column: place, title: place, log: spansDecades(values as number[]) },
    panels: show.map((name) => ({ title: name, lines: lines(name) })),
  }];
}

function display({ experiment, points, seeds }: Sweep): MimeBundle {
  const names = Object.keys(points[0]?.repetition.summary ?? {});
  const places = Object.keys(points[0]?.at ?? {});
  return renderTable({
    caption: `${experiment}, ${points.length} points of ${seeds.length} seeds`,
    columns: [...places, ...names],
    rows: points.map(({ at, repetition }) => [
      ...places.map((place) => cell(at[place])),
      ...names.map((name) => intervalText(repetition.summary[name]!)),
    ]),
  });
}

/**
 * Runs an experiment at every point of a grid, with several seeds each, in workers on all cores where it is
 * one of this library: the numbers of the summary over the grid, each with its interval.
 *
 * An abort stops all runs; points of which no run has begun are left out.
 *
 * @param experiment Any experiment.
 * @param options The grid, seeds, level and workers, and whatever the experiment takes.
 * @returns All points; it shows itself as a figure with bands over the first place that holds numbers.
 * @throws {OptionsError} An option is unknown or out of range, at any point of the grid.
 * @throws {Error} Whatever a run threw.
 *
 * @example
 * ```ts
 * import { sweep, trainingDynamics } from "interplay/experiments";
 * import { assertEquals } from "@std/assert";
 *
 * const { points, series } = await sweep(trainingDynamics, {
 *   grid: { "training.learningRate": [0.01, 0.1] },
 *   seeds: [1],
 *   workers: 1, // all cores if left out
 *   data: { kind: "gaussian" },
 *   training: { epochs: 1 },
 * });
 * assertEquals(points.map(({ at }) => at), [
 *   { "training.learningRate": 0.01 },
 *   { "training.learningRate": 0.1 },
 * ]);
 * assertEquals(series["points"]?.["accuracy"]?.length, 2);
 * ```
 */
export async function sweep<S extends ExperimentShape>(
  experiment: Experiment<S>,
  options: SweepOptions<S>,
): Promise<Sweep<S>> {
  const { name, title, paper } = experiment.definition;
  const check = new Check(`sweep ${name}`);
  const { grid, show } = check.options(sweepOptions, options);
  const { grid: _, show: __, ...rest } = options;
  const { several, each } = readSeveral(check, rest);
  const { seeds, level } = several;
  const all = combinations(grid);
  const any = experiment as unknown as AnyExperiment;
  const calls = all.map((at) => merged(each, nested(at)) as object);
  for (const call of calls) any(call); // reads the options of every point before the first run
  const jobs = calls.flatMap((call) =>
    seeds.map((seed) => ({ ...call, seed }))
  );
  const results = await resultsOf(any, jobs, several);
  const points = all.flatMap((at, i) => {
    const here = results.slice(i * seeds.length, (i + 1) * seeds.length)
      .filter((result) => result !== undefined) as unknown as Result<S>[];
    if (here.length === 0) return [];
    return [{ at, repetition: summarizeResults(here, { level }) }];
  });
  const general = points as unknown as SweepPoint[];
  const numbers = Object.keys(general[0]!.repetition.summary);
  const record = {
    experiment: name,
    title,
    paper,
    grid,
    seeds,
    level,
    points,
    series: { points: pointsTable(general) },
    charts: chartOf(title, grid, show ?? numbers.slice(0, 4)),
  };
  return displayable(
    record,
    (self) => display(self as unknown as Sweep),
    { kind: "interplay/sweep" },
  );
}
