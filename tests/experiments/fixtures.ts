/** Small configurations, and experiments of our own, that the experiment tests share. */

import { z } from "zod";
import {
  type ColumnsOf,
  type DataConfig,
  dataConfig,
  defineExperiment,
  type Experiment,
  type ExperimentShape,
  type Result,
} from "interplay/experiments";
import { buildData, buildModel } from "interplay/experiments";

/** What `trainingDynamics` takes in a second: three clouds, two small layers, two epochs. */
export const tiny = {
  data: { kind: "gaussian", train: 96, test: 48 },
  model: { hidden: [8, 6] },
  training: {
    epochs: 2,
    batchSize: 16,
    evaluation: { every: { epochs: 1 } },
  },
  batch: 24,
  permutations: 2,
} as const;

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<
  { path: string } & AsyncDisposable
> {
  const path = await Deno.makeTempDir({ prefix: "interplay-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** What {@linkcode counting} takes and gives. */
export interface CountingShape extends ExperimentShape {
  readonly config: {
    readonly data: DataConfig;
    readonly stages: number;
    readonly steps: number;
    /** The step that throws; 0 for none. */
    readonly failAt: number;
  };
  readonly data: "train" | "test";
  readonly series: {
    readonly steps: ColumnsOf<
      { stage: string; step: number; value: number }
    >;
  };
  readonly summary: { readonly steps: number; readonly last: number };
  readonly claims: "long" | "unknown";
}

/** How often a stage of {@linkcode counting} was worked on. */
export const worked: string[] = [];

/** An experiment without a network, which counts: its values are NaN, infinite and finite in turn. */
export const counting: Experiment<CountingShape> = defineExperiment<
  CountingShape
>({
  name: "counting",
  title: "Counting",
  description: "Counts.",
  paper: {
    source: "none",
    section: "none",
    values: { last: "one" },
    claims: {
      long: { statement: "It counts far", paper: "far" },
      unknown: { statement: "It is known", paper: "unknown" },
    },
  },
  schema: z.strictObject({
    data: dataConfig,
    stages: z.int().positive().default(2),
    steps: z.int().positive().default(3),
    failAt: z.int().default(0),
  }),
  presets: {
    quick: { data: { kind: "gaussian", train: 6, test: 3 } },
    paper: { data: { kind: "gaussian", train: 6, test: 3 }, steps: 5 },
  },
  units: { steps: { stage: "text", step: "steps", value: "1" } },
  stages: ({ stages }) => names(stages),
  data: ({ data }) => buildData(data),
  model: (_, { train }, seed) =>
    buildModel({ kind: "linearHead" }, train, seed),
  async *run(lab) {
    const { stages, steps, failAt } = lab.config;
    for (const stage of names(stages)) {
      yield* lab.stage(stage, async function* () {
        worked.push(stage);
        for (let step = 1; step <= steps; step++) {
          await Promise.resolve();
          if (step === failAt) throw new RangeError(`step ${step} is broken`);
          const value = [NaN, Infinity, lab.seed + step / 4][step % 3]!;
          yield lab.row("steps", { stage, step, value });
          yield lab.step({ step, steps });
        }
      });
    }
  },
  conclude: ({ rows }) => ({
    summary: {
      steps: rows.steps.length,
      last: rows.steps.at(-1)?.value ?? NaN,
    },
    claims: {
      long: {
        here: `${rows.steps.length} steps`,
        holds: rows.steps.length > 5,
      },
      unknown: { here: "nobody knows", holds: null },
    },
    charts: [{
      name: "values",
      title: "Values",
      table: "steps",
      x: { column: "step", title: "step" },
      panels: [{
        title: "value",
        lines: [{
          column: "value",
          label: "first stage",
          where: { stage: "stage 1" },
        }],
        references: [{ label: "nowhere", value: NaN }],
      }],
    }],
  }),
});

function names(stages: number): string[] {
  return Array.from({ length: stages }, (_, i) => `stage ${i + 1}`);
}

/** A saved result as it was, some of its text replaced. */
export async function edited(
  path: string,
  pattern: string | RegExp,
  replacement: string,
): Promise<void> {
  const text = await Deno.readTextFile(path);
  const other = text.replace(pattern, replacement);
  if (other === text) throw new Error(`${pattern} is not in ${path}`);
  await Deno.writeTextFile(path, other);
}

/** Names in the table of what differs. */
export function differing(
  { differences }: { differences: readonly { what: string }[] },
): string[] {
  return differences.map(({ what }) => what);
}

/** A result without its type, as tests of files compare it. */
export type AnyResult = Result;
