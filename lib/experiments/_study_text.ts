/**
 * The study as text: what saved results amount to, in Markdown.
 *
 * @module
 */

import { renderTable, type TableCell } from "../core/table.ts";
import type { DataRecord } from "../training/history.ts";
import type { IntervalRecord } from "./_interval.ts";
import { toJson } from "./_number_codec.ts";
import { registry } from "./_registry.ts";
import { type Result, verdict } from "./result.ts";
import {
  intervalText,
  type Repetition,
  summarizeResults,
} from "./summarize_results.ts";

/** A notebook by its file and heading. */
export interface NotebookTitle {
  readonly file: string;
  readonly title: string;
}

/** Runs of one experiment with one configuration on the same data, in the order of the paper. */
function repetitions(results: readonly Result[]): Repetition[] {
  const alike = Map.groupBy(
    results,
    ({ experiment, config, data }) => toJson({ experiment, config, data }),
  );
  const order = [...registry.keys()];
  return [...alike.values()]
    .map((group) => summarizeResults(group.toSorted((a, b) => a.seed - b.seed)))
    .sort((a, b) => order.indexOf(a.experiment) - order.indexOf(b.experiment));
}

/** In a shell nothing but this needs no quotes. */
function quoted(text: string): string {
  if (/^[\w.,=/-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What `--seeds` reads as these seeds. */
function seedList(seeds: readonly number[]): string {
  if (seeds.every((seed, i) => seed === i + 1)) return String(seeds.length);
  return seeds.length === 1 ? `${seeds[0]},` : seeds.join(",");
}

/** The command that gives these results. */
export function commandOf({ experiment, seeds, results }: Repetition): string {
  const { preset, overrides } = results[0]!.call;
  return [
    `deno task experiment ${experiment} --preset ${preset}`,
    ...Object.entries(overrides).map(([place, value]) =>
      `--set ${quoted(`${place}=${JSON.stringify(value)}`)}`
    ),
    `--seeds ${seedList(seeds)}`,
  ].join(" ");
}

/** "1:35" minutes, the mean of the runs. */
function runtimeOf({ results }: Repetition): string {
  const total = results.reduce((sum, { runtime }) => sum + runtime.seconds, 0);
  const seconds = Math.round(total / results.length);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** "syntheticDigits(seed 0), test of split(seed 0), N = 2000": what was measured on. */
function dataOf({ data }: Repetition): string {
  const { name, samples } = data["test"] ??
    Object.values<DataRecord>(data).at(-1)!;
  return `${name}, N = ${samples}`;
}

/** The mean with its interval; over how many runs, where some do not have the number. */
function valueOf(value: IntervalRecord, runs: number): string {
  const text = intervalText(value);
  return value.n === runs ? text : `${text}, of ${value.n} runs`;
}

function markdown(
  columns: readonly string[],
  rows: readonly (readonly TableCell[])[],
): string {
  return String(renderTable({ columns, rows })["text/markdown"]);
}

/** The numbers that the paper has as well; all of them if it has none. */
function published({ summary, paper }: Repetition): string[] {
  const names = Object.keys(summary);
  const known = names.filter((name) => name in paper.values);
  return known.length > 0 ? known : names;
}

/** One experiment in the table: what is common to its numbers stands in the first row. */
function studyRows(repetition: Repetition): TableCell[][] {
  const { experiment, summary, paper, seeds } = repetition;
  return published(repetition).map((name, i) => {
    const first = (cell: string) => i === 0 ? cell : "";
    return [
      first(`[${experiment}](#${experiment.toLowerCase()})`),
      first(dataOf(repetition)),
      first(seeds.join(", ")),
      name,
      paper.values[name] ?? "",
      valueOf(summary[name]!, seeds.length),
      first(`\`${commandOf(repetition)}\``),
      first(runtimeOf(repetition)),
    ];
  });
}

function studyTable(all: readonly Repetition[]): string {
  return markdown(
    [
      "experiment",
      "data",
      "seeds",
      "number",
      "paper",
      "here, mean and 95 % interval",
      "command",
      "minutes a seed",
    ],
    all.flatMap(studyRows),
  );
}

function claimsTable({ claims }: Repetition): string {
  return markdown(
    ["claim", "paper", "holds here", "how often"],
    claims.map((claim) => [
      claim.statement,
      claim.paper,
      verdict(claim.holds),
      claim.here,
    ]),
  );
}

function numbersTable({ summary, seeds }: Repetition): string {
  return markdown(
    ["number", "mean and 95 % interval", "sd"],
    Object.entries<IntervalRecord>(summary).map(([name, value]) => [
      name,
      valueOf(value, seeds.length),
      value.sd,
    ]),
  );
}

function section(repetition: Repetition): string {
  const { experiment, results, seeds } = repetition;
  const { runtime, backend, versions } = results[0]!;
  const { description } = registry.get(experiment)!.definition;
  return [
    `## ${experiment}`,
    `${description} On ${dataOf(repetition)}; seeds ${
      seeds.join(", ")
    }; backend ${backend} on ${runtime.system} with ${runtime.cores} cores, Interplay ${versions.interplay}, Deno ${versions.deno}.`,
    claimsTable(repetition),
    numbersTable(repetition),
  ].join("\n\n");
}

/** The commands that make all results anew, and this file of them. */
function regeneration(all: readonly Repetition[]): string {
  const lines = all.map((repetition) =>
    `${commandOf(repetition)} --out notebooks/results --again`
  );
  return ["```sh", ...lines, "deno task study", "```"].join("\n");
}

const PREAMBLE =
  "The experiments of arXiv 2409.16767 at a scale that two cores do in minutes, which is not that of the " +
  "paper: small networks on handwritten digits, drawn or real, are no WRN on CIFAR, so that what can be " +
  "compared is what rises and falls, not the values. A row has the mean over the seeds with its 95 % interval " +
  "by Student's t, a claim holds (yes) or not (no) where all runs agree, and a run is as " +
  "[results](results) has it. Minutes are those of the machine at the time, other work included.";

const REGENERATION =
  "These commands make all results anew; without `--again`, those that are missing. They take MNIST where " +
  "`INTERPLAY_DATA_DIR` names a folder that has it, and draw digits where it is not set; which of the two " +
  "it was stands under data.";

/** The whole file. */
export function studyText(
  results: readonly Result[],
  notebooks: readonly NotebookTitle[],
): string {
  const all = repetitions(results);
  return [
    "# Notebooks",
    "Written by `deno task study` from the notebooks and the saved [results](results); nothing here is typed.",
    markdown(
      ["notebook", "about"],
      notebooks.map(({ file, title }) => [`[${file}](${file})`, title]),
    ),
    "# Study",
    PREAMBLE,
    studyTable(all),
    REGENERATION,
    regeneration(all),
    ...all.map(section),
    "",
  ].join("\n\n").trimEnd() + "\n";
}
