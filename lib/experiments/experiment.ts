import type { Chart } from "../core/chart.ts";
import type { DataSet } from "../data/data_set.ts";
import type { Classifier } from "../models/classifier.ts";
import type { BackendName } from "../models/backend.ts";
import type { DataRecord } from "../training/history.ts";
import type { ExperimentEvent } from "./event.ts";
import type { ExperimentRun } from "./experiment_run.ts";
import type { Lab } from "./lab.ts";
import type {
  Claim,
  ExperimentShape,
  PaperReference,
  Row,
  Units,
} from "./result.ts";
import type { ConfigSchema } from "./schema.ts";

/** Any part of a configuration, at any depth; lists are given whole. */
export type Overrides<Config> = Config extends readonly unknown[] ? Config
  : Config extends object
    ? { readonly [K in keyof Config]?: Overrides<Config[K]> }
  : Config;

/** The two scales every experiment has. */
export type Preset = "quick" | "paper";

/** What {@linkcode ExperimentDefinition.conclude} looks at: everything the run has found so far. */
export interface Observations<S extends ExperimentShape> {
  /** The configuration. */
  readonly config: S["config"];
  /** The data sets, by role. */
  readonly data: Readonly<Record<S["data"], DataRecord>>;
  /** The rows of each table; of a run that was stopped there may be none. */
  readonly rows: { readonly [T in keyof S["series"]]: Row<S["series"][T]>[] };
}

/** What follows from the observations. */
export interface Conclusion<S extends ExperimentShape> {
  /** Named numbers; NaN where the rows do not tell. */
  readonly summary: S["summary"];
  /** What was found for each claim. */
  readonly claims: Readonly<
    Record<S["claims"], Pick<Claim, "here" | "holds">>
  >;
  /** How the tables are drawn. */
  readonly charts: readonly Chart[];
}

/** An experiment: what {@linkcode defineExperiment} makes a function of. */
export interface ExperimentDefinition<S extends ExperimentShape> {
  /** In camelCase, as the function is called: "trainingDynamics". */
  readonly name: string;
  /** The same in words. */
  readonly title: string;
  /** What is done, in a sentence or two. */
  readonly description: string;
  /** What it repeats, and the claims it tests. */
  readonly paper: PaperReference & {
    /** By name. */
    readonly claims: Readonly<
      Record<S["claims"], Pick<Claim, "statement" | "paper">>
    >;
  };
  /** Checks and completes a configuration. */
  readonly schema: ConfigSchema<S["config"]>;
  /** Configurations by name: `quick` for minutes on two cores, `paper` for the setting of the paper. */
  readonly presets: Readonly<Record<Preset, Overrides<S["config"]>>>;
  /** The unit of each column of each table; "text" for words. */
  readonly units: Units<S>;
  /** Names of the stages, in their order. */
  stages(config: S["config"]): readonly string[];
  /** The data sets; the same configuration must give the same data. */
  data(
    config: S["config"],
  ): Promise<Readonly<Record<S["data"], DataSet>>>;
  /** A new model; the same configuration, data and seed must give the same weights. */
  model(
    config: S["config"],
    data: Readonly<Record<S["data"], DataSet>>,
    seed: number,
  ): Classifier;
  /** Does the work, stage by stage; all it finds goes into the tables of the lab. */
  run(lab: Lab<S>): AsyncGenerator<ExperimentEvent, void>;
  /** What the rows amount to. Pure, and able to cope with a run that was stopped. */
  conclude(observations: Observations<S>): Conclusion<S>;
}

/** How to run an experiment, beside its configuration. */
export interface ExperimentRunOptions {
  /** The configuration to start from; "quick" if left out. */
  readonly preset?: Preset;
  /** Fixes initial weights and the order of the samples, not the data; 0 if left out. */
  readonly seed?: number;
  /** Stops the run; what there is becomes the result. */
  readonly signal?: AbortSignal;
  /** A folder from which the run goes on, and where it leaves what it needs to go on; none if left out. */
  readonly checkpoint?: string;
  /** Where to compute tensors; "auto" if left out. A run fails when another backend is chosen meanwhile. */
  readonly backend?: "auto" | BackendName;
}

/** Options of an experiment: how to run it, and anything of its configuration that shall be different. */
export type ExperimentOptions<S extends ExperimentShape> =
  & ExperimentRunOptions
  & Overrides<S["config"]>;

/** An experiment: call it, then await or iterate what it returns. */
export interface Experiment<S extends ExperimentShape> {
  /** A run that has not begun. */
  (options?: ExperimentOptions<S>): ExperimentRun<S>;
  /** What it is made of. */
  readonly definition: ExperimentDefinition<S>;
}
