import { z } from "zod";
import {
  type Chart,
  type Charted,
  type ChartPanel,
  intervalColumns,
  type SeriesTable,
  type SeriesValue,
} from "../core/chart.ts";
import { Check } from "../core/check.ts";
import { OptionsError, ShapeError } from "../core/errors.ts";
import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { formatNumber, renderTable } from "../core/table.ts";
import type { DataRecord } from "../training/history.ts";
import { interval, type IntervalRecord } from "./_interval.ts";
import { toJson } from "./_number_codec.ts";
import {
  type Claim,
  type ExperimentShape,
  type PaperReference,
  type Result,
  verdict,
} from "./result.ts";

/** Several runs of one experiment that differ by their seed alone; it shows itself as a figure with bands. */
export interface Repetition<S extends ExperimentShape = ExperimentShape>
  extends Displayable, Charted {
  /** Name of the experiment. */
  readonly experiment: string;
  /** The same in words. */
  readonly title: string;
  /** What it repeats. */
  readonly paper: PaperReference;
  /** The configuration of all runs. */
  readonly config: S["config"];
  /** The data sets of all runs, by role. */
  readonly data: Readonly<Record<S["data"], DataRecord>>;
  /** The seeds, one a run. */
  readonly seeds: readonly number[];
  /** How sure the intervals are. */
  readonly level: number;
  /** Mean, spread and interval of each number. */
  readonly summary: { readonly [N in keyof S["summary"]]: IntervalRecord };
  /**
   * The tables: means, and beside each column that varies its interval, `mir.low` and `mir.high`. Rows that
   * some runs do not have are left out.
   */
  readonly series: Readonly<Record<string, SeriesTable>>;
  /** The claims; held to hold, or not to, only where all runs agree. */
  readonly claims: readonly Claim[];
  /** How the tables are drawn. */
  readonly charts: readonly Chart[];
  /** The runs themselves. */
  readonly results: readonly Result<S>[];
}

/** Options of {@linkcode summarizeResults}. */
export interface SummarizeOptions {
  /** How sure the intervals are, in `(0, 1)`; 0.95 if left out. */
  readonly level?: number;
}

/** The schema of {@linkcode SummarizeOptions}. */
export const summarizeSchema = z.strictObject({
  level: z.number().gt(0).lt(1).default(0.95),
});

/** Fails unless the results are of one experiment with one configuration, and of different seeds. */
function checkAlike(check: Check, results: readonly Result[]): void {
  const [first] = results;
  if (first === undefined) check.fail(ShapeError, "at least 1 result", 0);
  for (const { experiment, config, data, seed } of results) {
    if (experiment !== first.experiment) {
      check.fail(OptionsError, `results of ${first.experiment}`, experiment);
    }
    if (toJson(config) !== toJson(first.config)) {
      const expected = `the configuration of seed ${first.seed}`;
      check.fail(OptionsError, expected, `another at seed ${seed}`);
    }
    if (toJson(data) !== toJson(first.data)) {
      const expected = `the data of seed ${first.seed}`;
      check.fail(OptionsError, expected, `others at seed ${seed}`);
    }
  }
  const seeds = results.map(({ seed }) => seed);
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) {
    check.fail(OptionsError, "each seed once", `${twice} twice`);
  }
}

/** One column over the runs: as it is where they agree, else its mean with the interval. */
function column(
  name: string,
  columns: readonly (readonly SeriesValue[])[],
  { rows, level }: { rows: number; level: number },
): [string, SeriesValue[]][] {
  const first = columns[0]!.slice(0, rows);
  const alike = columns.every((other) =>
    first.every((value, i) => Object.is(value, other[i]))
  );
  if (alike || first.some((value) => typeof value === "string")) {
    return [[name, first]];
  }
  const values = first.map((_, i) =>
    interval(columns.map((each) => Number(each[i])), level)
  );
  const { low, high } = intervalColumns(name);
  return [
    [name, values.map((value) => value.mean)],
    [low, values.map((value) => value.low)],
    [high, values.map((value) => value.high)],
  ];
}

function tables(
  results: readonly Result[],
  level: number,
): Record<string, SeriesTable> {
  const names = Object.keys(results[0]!.series);
  return Object.fromEntries(names.map((name) => {
    const each = results.map(({ series }) => series[name]!);
    const columns = Object.keys(each[0]!);
    const lengths = each.map((table) => table[columns[0]!]?.length ?? 0);
    const rows = Math.min(...lengths);
    const merged = columns.flatMap((c) =>
      column(c, each.map((table) => table[c]!), { rows, level })
    );
    return [name, Object.fromEntries(merged)];
  }));
}

/** A panel with each reference line at its mean over the runs. */
function averaged(panels: readonly ChartPanel[], level: number): ChartPanel {
  const [first] = panels;
  const { references } = first!;
  if (references === undefined) return first!;
  const mean = (i: number) =>
    interval(panels.map((p) => p.references?.[i]?.value ?? NaN), level).mean;
  return {
    ...first!,
    references: references.map((line, i) => ({ ...line, value: mean(i) })),
  };
}

function charts(results: readonly Result[], level: number): Chart[] {
  return results[0]!.charts.map((chart, c) => ({
    ...chart,
    panels: chart.panels.map((_, p) =>
      averaged(
        results.flatMap(({ charts }) => charts[c]?.panels[p] ?? []),
        level,
      )
    ),
  }));
}

/** A claim over all runs. */
function claimOf(results: readonly Result[], claim: Claim): Claim {
  const verdicts = results.map(({ claims }) =>
    claims.find(({ name }) => name === claim.name)?.holds ?? null
  );
  const yes = verdicts.filter((holds) => holds === true).length;
  const all = verdicts.length;
  const unanimous = verdicts.every((holds) => holds === verdicts[0]);
  return {
    ...claim,
    here: `holds in ${yes} of ${all} runs`,
    holds: unanimous ? verdicts[0]! : null,
  };
}

/** "0.53 [0.5, 0.56]", or the number alone where there is no interval. */
export function intervalText({ mean, low, high }: IntervalRecord): string {
  const short = (x: number) => formatNumber(Number(x.toPrecision(4)));
  if (Number.isNaN(low)) return short(mean);
  return `${short(mean)} [${short(low)}, ${short(high)}]`;
}

function display(repetition: Repetition): MimeBundle {
  const { experiment, seeds, level, summary, claims, paper } = repetition;
  return renderTable({
    caption: `${experiment}, seeds ${seeds.join(", ")}, mean with ${
      Number((100 * level).toPrecision(4))
    } % interval`,
    columns: ["what", "here", "sd", "n", "paper"],
    rows: [
      ...Object.entries<IntervalRecord>(summary).map((
        [name, value],
      ) => [
        name,
        intervalText(value),
        value.sd,
        value.n,
        paper.values[name] ?? "",
      ]),
      ...claims.map((claim) => [
        claim.statement,
        `${verdict(claim.holds)}: ${claim.here}`,
        null,
        null,
        claim.paper,
      ]),
    ],
  });
}

/**
 * Puts several runs of one experiment together: mean, standard deviation and t interval of every number and
 * of every row of the tables, and in how many of them each claim holds. The interval is that of the mean
 * under the assumption that runs differ like draws from a normal distribution; with three seeds it is wide,
 * and says so.
 *
 * @param results Of one experiment and configuration, each of another seed.
 * @param options How sure the intervals are.
 * @returns The repetition; it shows itself as a figure with bands.
 * @throws {ShapeError} There is no result.
 * @throws {OptionsError} The results are of different experiments, configurations or data, or a seed comes twice.
 *
 * @example
 * ```ts
 * import { summarizeResults, trainingDynamics } from "interplay/experiments";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const config = { data: { kind: "gaussian" }, training: { epochs: 1 } } as const;
 * const results = [
 *   await trainingDynamics({ ...config, seed: 1 }),
 *   await trainingDynamics({ ...config, seed: 2 }),
 * ];
 * const { summary, series } = summarizeResults(results);
 * assertEquals(summary.mir.n, 2);
 * assert(summary.mir.low < summary.mir.mean && summary.mir.mean < summary.mir.high);
 * assertEquals(series["epochs"]?.["mir.low"]?.length, 2);
 * ```
 *
 * @see Student, "The probable error of a mean", Biometrika 6, 1908.
 */
export function summarizeResults<S extends ExperimentShape>(
  results: readonly Result<S>[],
  options: SummarizeOptions = {},
): Repetition<S> {
  const check = new Check("summarize the results");
  const { level } = check.options(summarizeSchema, options);
  const all = results as unknown as readonly Result[];
  checkAlike(check, all);
  const { experiment, title, paper, config, data, summary, claims } = all[0]!;
  const numbers = Object.keys(summary).map((name) => [
    name,
    interval(all.map((result) => result.summary[name] ?? NaN), level),
  ]);
  const repetition = {
    experiment,
    title,
    paper,
    config,
    data,
    seeds: all.map(({ seed }) => seed),
    level,
    summary: Object.fromEntries(numbers),
    series: tables(all, level),
    claims: claims.map((claim) => claimOf(all, claim)),
    charts: charts(all, level),
    results,
  };
  return displayable(
    repetition,
    (self) => display(self as unknown as Repetition),
    { kind: "interplay/repetition" },
  ) as unknown as Repetition<S>;
}
