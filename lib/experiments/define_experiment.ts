import { Check } from "../core/check.ts";
import { interruptible } from "../core/interrupt.ts";
import { useBackend } from "../models/backend.ts";
import { assemble } from "./_assemble.ts";
import { type Call, readCall, RUN_OPTIONS } from "./_call.ts";
import { dataRecords } from "./_data_records.ts";
import { Journal } from "./_journal.ts";
import { WorkingLab } from "./_working_lab.ts";
import type { ExperimentEvent } from "./event.ts";
import type {
  Experiment,
  ExperimentDefinition,
  ExperimentOptions,
} from "./experiment.ts";
import { ExperimentRun } from "./experiment_run.ts";
import type { ExperimentShape, Result, ResultOutcome } from "./result.ts";

/** One run in the making. */
interface Conduct<S extends ExperimentShape> {
  readonly definition: ExperimentDefinition<S>;
  readonly check: Check;
  readonly call: Call<S>;
  /** There once the data are. */
  lab?: WorkingLab<S>;
  /** There once the run is over. */
  result?: Result<S>;
}

/** Whether work that heard of the stop ended with this: training, a measurement or a download. */
function tellsOfStop(
  error: unknown,
  { aborted, reason }: AbortSignal,
): boolean {
  if (!aborted) return false;
  return error === reason ||
    error instanceof DOMException && error.name === "AbortError";
}

/** The data, the tables, and the checkpoint if there is one. */
async function setUp<S extends ExperimentShape>(
  { definition, check, call: { config, run } }: Conduct<S>,
  signal: AbortSignal,
): Promise<WorkingLab<S>> {
  const backend = await useBackend(run.backend);
  const { name: experiment, units } = definition;
  const { seed, checkpoint } = run;
  const data = await definition.data(config);
  const records = dataRecords(data);
  const journal = checkpoint === undefined
    ? undefined
    : await Journal.open(check, checkpoint, {
      identity: { experiment, seed, backend, config, data: records },
      units,
      stages: definition.stages(config),
    });
  const place = { data, records, signal, backend, journal };
  return new WorkingLab({ definition, config, seed, ...place });
}

/** All events; leaving early counts as a stop. */
async function* conduct<S extends ExperimentShape>(
  work: Conduct<S>,
  signal: AbortSignal,
): AsyncGenerator<ExperimentEvent<S>, void> {
  const { definition, call } = work;
  const lab = work.lab = await setUp(work, signal);
  let outcome: ResultOutcome = "stopped";
  try {
    for await (const event of definition.run(lab)) {
      lab.requireBackend();
      yield event as ExperimentEvent<S>;
      if (signal.aborted) break;
    }
    if (!signal.aborted) outcome = "completed";
  } catch (error) {
    if (!tellsOfStop(error, signal)) {
      outcome = "failed";
      throw error;
    }
  } finally {
    work.result = assemble(definition, { lab, call, outcome });
  }
  yield { type: "result", result: work.result };
}

/** What a run has found so far. */
function look<S extends ExperimentShape>(
  { definition, call, lab, result }: Conduct<S>,
): Result<S> | undefined {
  if (result !== undefined || lab === undefined) return result;
  return assemble(definition, { lab, call, outcome: "running" });
}

/**
 * Makes an experiment of its definition: a function that reads a preset and what shall be different from
 * it, and returns a run that can be awaited for its `Result`, iterated for its events, stopped by a signal
 * and resumed from a folder.
 *
 * The definition says what is particular: configuration, data, model, the stages of the work, the tables
 * they fill, and what the tables amount to. Everything else is the same for all experiments. Most of them
 * train something with a trainer of this library and `yield* lab.follow(run, …)`.
 *
 * @param definition Name, schema, presets, and the four functions `data`, `model`, `run` and `conclude`.
 * @returns The experiment.
 * @throws {Error} A field of the configuration has the name of an option of the run.
 *
 * @example
 * ```ts
 * import { buildData, buildModel, type DataConfig, dataConfig, defineExperiment } from "interplay/experiments";
 * import { trainSupervised } from "interplay/training";
 * import { assert, assertEquals } from "@std/assert";
 * import { z } from "zod";
 *
 * const shortRun = defineExperiment<{
 *   config: { data: DataConfig; epochs: number };
 *   data: "train" | "test";
 *   series: { epochs: { epoch: number[]; mir: number[] } };
 *   summary: { mir: number };
 *   claims: "positive";
 * }>({
 *   name: "shortRun",
 *   title: "A short run",
 *   description: "Trains a small network and looks at its MIR.",
 *   paper: {
 *     source: "arXiv 2409.16767",
 *     section: "none",
 *     values: {},
 *     claims: { positive: { statement: "MIR is positive", paper: "a definition" } },
 *   },
 *   schema: z.strictObject({ data: dataConfig, epochs: z.int().positive().default(2) }),
 *   presets: {
 *     quick: { data: { kind: "gaussian" } },
 *     paper: { data: { kind: "gaussian" }, epochs: 20 },
 *   },
 *   units: { epochs: { epoch: "epochs", mir: "1" } },
 *   stages: () => ["training"],
 *   data: ({ data }) => buildData(data),
 *   model: (_, { train }, seed) => buildModel({ kind: "mlp", hidden: [8], activation: "relu" }, train, seed),
 *   run: (lab) =>
 *     lab.stage("training", async function* () {
 *       const model = lab.model();
 *       const run = trainSupervised(model, lab.data, { epochs: lab.config.epochs, signal: lab.signal });
 *       yield* lab.follow(run, ({ epoch, mir }) => [lab.row("epochs", { epoch, mir })]);
 *       model.dispose();
 *     }),
 *   conclude: ({ rows }) => {
 *     const mir = rows.epochs.at(-1)?.mir ?? NaN;
 *     return { summary: { mir }, claims: { positive: { here: `${mir}`, holds: mir > 0 } }, charts: [] };
 *   },
 * });
 *
 * const result = await shortRun({ seed: 1, epochs: 1 });
 * assertEquals(result.series.epochs.epoch, [0, 1]);
 * assert(result.summary.mir > 0);
 * ```
 */
export function defineExperiment<S extends ExperimentShape>(
  definition: ExperimentDefinition<S>,
): Experiment<S> {
  const { name, presets } = definition;
  for (const field of Object.values(presets).flatMap(Object.keys)) {
    if (!RUN_OPTIONS.includes(field)) continue;
    throw new Error(
      `Cannot define ${name}: expected a configuration without \`${field}\`, which is an option of every run`,
    );
  }
  const experiment = (options: ExperimentOptions<S> = {} as never) => {
    const check = new Check(`run ${name}`);
    const call = readCall(check, definition, options);
    const work: Conduct<S> = { definition, check, call };
    const { seed, signal } = call.run;
    return new ExperimentRun<S>({
      config: call.config,
      seed,
      events: interruptible((stop) => conduct(work, stop), signal),
      look: () => look(work),
    });
  };
  Object.defineProperty(experiment, "name", { value: name });
  return Object.assign(experiment, { definition });
}
