import * as tf from "@tensorflow/tfjs";
import type { SeriesTable } from "../core/chart.ts";
import { libraryVersion } from "../core/version.ts";
import type { Call } from "./_call.ts";
import { attachWeights } from "./_attached_weights.ts";
import type { WorkingLab } from "./_working_lab.ts";
import type { ExperimentDefinition } from "./experiment.ts";
import {
  type Claim,
  type ExperimentShape,
  type Result,
  type ResultOutcome,
  type Row,
  showableResult,
} from "./result.ts";

/** The rows of each table, as columns. */
function columnsOf<S extends ExperimentShape>(
  { units }: ExperimentDefinition<S>,
  lab: WorkingLab<S>,
): S["series"] {
  const tables = Object.entries<object>(units).map(([table, columns]) => [
    table,
    Object.fromEntries(
      Object.keys(columns).map((column) => [
        column,
        lab.rows(table).map((row) => (row as Row<SeriesTable>)[column]!),
      ]),
    ),
  ]);
  return Object.fromEntries(tables);
}

/** The claims of the paper, with what was found. */
function judged<S extends ExperimentShape>(
  { paper }: ExperimentDefinition<S>,
  findings: Readonly<Record<string, Pick<Claim, "here" | "holds">>>,
): Claim[] {
  const claims = Object.entries<Pick<Claim, "statement" | "paper">>(
    paper.claims,
  );
  return claims.map(([name, claim]) => ({
    name,
    ...claim,
    ...findings[name]!,
  }));
}

/** What a run has found so far, as a result. */
export function assemble<S extends ExperimentShape>(
  definition: ExperimentDefinition<S>,
  { lab, call, outcome }: {
    lab: WorkingLab<S>;
    call: Call<S>;
    outcome: ResultOutcome;
  },
): Result<S> {
  const { name: experiment, title, units, paper } = definition;
  const { config, seed, records: data, evaluations } = lab;
  const rows = Object.fromEntries(
    Object.keys(units).map((table) => [table, lab.rows(table)]),
  ) as never;
  const { summary, claims, charts } = definition.conclude({
    config,
    data,
    rows,
  });
  const result = showableResult<S>({
    format: "interplay/result",
    version: 1,
    experiment,
    title,
    paper: {
      source: paper.source,
      section: paper.section,
      values: paper.values,
    },
    call: { preset: call.preset, overrides: call.overrides },
    config,
    seed,
    outcome,
    versions: {
      interplay: libraryVersion,
      deno: Deno.version.deno,
      tfjs: tf.version.tfjs,
    },
    backend: lab.backend,
    data,
    series: columnsOf(definition, lab),
    units,
    summary,
    claims: judged(definition, claims),
    charts,
    evaluations: [...evaluations],
  }, {
    seconds: lab.seconds,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    cores: navigator.hardwareConcurrency,
  });
  attachWeights(result, new Map(lab.weights));
  return result;
}
