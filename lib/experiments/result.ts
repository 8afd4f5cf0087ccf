import type { Chart, SeriesTable, SeriesValue } from "../core/chart.ts";
import {
  type Displayable,
  displayable,
  type MimeBundle,
} from "../core/rich.ts";
import { renderTable } from "../core/table.ts";
import type { EvaluateOptions } from "../training/evaluate.ts";
import type { DataRecord, Versions } from "../training/history.ts";

/**
 * What an experiment takes and gives, for the type checker: the one type an experiment is written
 * against.
 */
export interface ExperimentShape {
  /** Its configuration, complete. */
  readonly config: object;
  /** Names of its data sets, a union: `"train" | "test"`. */
  readonly data: string;
  /** Its tables. */
  readonly series: Readonly<Record<string, SeriesTable>>;
  /** Its numbers. */
  readonly summary: Readonly<Record<string, number>>;
  /** Names of the claims it tests, a union. */
  readonly claims: string;
}

/** Where a paper has what an experiment repeats. */
export interface PaperReference {
  /** "arXiv 2409.16767". */
  readonly source: string;
  /** What it is called there: "Training dynamics (Figure 1)". */
  readonly section: string;
  /** The paper's value for numbers of the summary, in words: `{ mir: "0.53–0.55 (CIFAR-10)" }`. */
  readonly values: Readonly<Record<string, string>>;
}

/** A sentence of the paper, held against this run. */
export interface Claim {
  /** Its name within the experiment. */
  readonly name: string;
  /** What is claimed. */
  readonly statement: string;
  /** What the paper reports for it. */
  readonly paper: string;
  /** What this run found. */
  readonly here: string;
  /** Whether it holds here; `null` where this run cannot tell. */
  readonly holds: boolean | null;
}

/** The last measurement of a model whose weights are kept: what {@linkcode verify} computes anew. */
export interface KeptEvaluation {
  /** Which model: "trained", "temperature 0.5". */
  readonly name: string;
  /** The data set it was measured on. */
  readonly data: string;
  /** How it was measured. */
  readonly options: EvaluateOptions;
  /** SHA-256 of its weights. */
  readonly weights: string;
  /** What came out, by dotted names: `entropy.head`, `nc1.pinv`. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** How long a run took, and on what; no part of what makes two results equal. */
export interface Runtime {
  /** Wall-clock time, of all parts of a resumed run together. */
  readonly seconds: number;
  /** Operating system and processor: "linux x86_64". */
  readonly system: string;
  /** Logical cores. */
  readonly cores: number;
}

/** How a result came to its end. */
export type ResultOutcome =
  /** It went to its end. */
  | "completed"
  /** It was stopped, and holds what there was. */
  | "stopped"
  /** An error ended it. */
  | "failed"
  /** It still grows: a look at a run under way. */
  | "running";

/**
 * What an experiment found, and how: plain JSON that shows itself in a notebook as a figure with its
 * reference lines.
 *
 * Two runs with the same configuration and seed on the same backend give equal results. What differs
 * nevertheless, the time it took, stands in `runtime`, which is not enumerable: equality and
 * `JSON.stringify` do not see it, a saved file has it.
 */
export interface Result<S extends ExperimentShape = ExperimentShape>
  extends Displayable {
  /** Tells a saved result from other JSON. */
  readonly format: "interplay/result";
  /** Of the format. */
  readonly version: 1;
  /** Name of the experiment: "trainingDynamics". */
  readonly experiment: string;
  /** The same in words. */
  readonly title: string;
  /** What it repeats. */
  readonly paper: PaperReference;
  /** How it was asked for: a preset, and what was changed in it. */
  readonly call: {
    readonly preset: string;
    readonly overrides: Readonly<Record<string, unknown>>;
  };
  /** The whole configuration. */
  readonly config: S["config"];
  /** Fixes initial weights and the order of the samples. */
  readonly seed: number;
  /** How it ended. */
  readonly outcome: ResultOutcome;
  /** What computed it. */
  readonly versions: Versions;
  /** Where tensors were computed. */
  readonly backend: string;
  /** The data sets, by role. */
  readonly data: Readonly<Record<S["data"], DataRecord>>;
  /** Tables of named columns. */
  readonly series: S["series"];
  /** The unit of each column; "text" for one that holds words. */
  readonly units: Units<S>;
  /** Named numbers. */
  readonly summary: S["summary"];
  /** What the paper says, and whether it holds here. */
  readonly claims: readonly Claim[];
  /** How the tables are drawn; the first chart is what the result shows. */
  readonly charts: readonly Chart[];
  /** Last measurements of the models whose weights are kept. */
  readonly evaluations: readonly KeptEvaluation[];
  /** How long it took; not enumerable. */
  readonly runtime: Runtime;
}

/** Rows as columns: `{ x: number }` gives `{ x: number[] }`. */
export type ColumnsOf<R> = { readonly [C in keyof R]: readonly R[C][] };

/** The unit of each column of each table of an experiment. */
export type Units<S extends ExperimentShape> = {
  readonly [T in keyof S["series"]]: {
    readonly [C in keyof S["series"][T]]: string;
  };
};

/** One row of a table. */
export type Row<T extends SeriesTable> = {
  readonly [C in keyof T]: T[C][number] & SeriesValue;
};

/** The name under which `registerView` may replace the display of results. */
export const RESULT_KIND = "interplay/result";

/** "yes", "no", or "–" where it cannot be told. */
export function verdict(holds: boolean | null): string {
  if (holds === null) return "–";
  return holds ? "yes" : "no";
}

/** "trainingDynamics, seed 1, on mnist test (2000 samples), completed". */
function caption(result: Result): string {
  const data = Object.values<DataRecord>(result.data).at(-1);
  return [
    result.experiment,
    `seed ${result.seed}`,
    ...(data === undefined ? [] : [`${data.name} (N = ${data.samples})`]),
    result.outcome,
  ].join(", ");
}

function display(result: Result): MimeBundle {
  return renderTable({
    caption: caption(result),
    columns: ["number", "here", "paper"],
    rows: [
      ...Object.entries(result.summary).map((
        [name, value],
      ) => [name, value, result.paper.values[name] ?? ""]),
      ...result.claims.map((claim) => [
        claim.statement,
        `${verdict(claim.holds)}: ${claim.here}`,
        claim.paper,
      ]),
    ],
  });
}

/** Attaches what is not enumerable: the display and the runtime. */
export function showableResult<S extends ExperimentShape>(
  result: Omit<Result<S>, keyof Displayable | "runtime">,
  runtime: Runtime,
): Result<S> {
  Object.defineProperty(result, "runtime", { value: runtime });
  return displayable(
    result,
    (self) => display(self as unknown as Result),
    { kind: RESULT_KIND },
  ) as Result<S>;
}
