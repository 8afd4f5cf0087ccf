/**
 * The experiments of the paper as functions, and the frame to define one's own.
 *
 * @module
 */

export type {
  Chart,
  Charted,
  ChartLine,
  ChartPanel,
  ChartReference,
  SeriesTable,
  SeriesValue,
} from "../core/chart.ts";
export {
  type Displayable,
  jupyterDisplay,
  type MimeBundle,
} from "../core/rich.ts";
export type { DataSet, Samples } from "../data/data_set.ts";
export type { Split } from "../data/split.ts";
export type { InterplayWeights } from "../losses/mod.ts";
export type {
  BatchInterplay,
  EstimateOptions,
  InterplayEstimates,
} from "../metrics/mod.ts";
export type { BackendName } from "../models/backend.ts";
export type * from "../training/mod.ts";
export type { BatchColumns } from "./batch_columns.ts";
export type { AlignmentMethod } from "./_alignment_methods.ts";
export * from "./cross_modal_alignment.ts";
export type { CrossModalColumns } from "./_cross_modal_measures.ts";
export * from "./data_config.ts";
export * from "./define_experiment.ts";
export type { EpochColumns } from "./epoch_columns.ts";
export type * from "./event.ts";
export type * from "./experiment.ts";
export * from "./experiment_run.ts";
export * from "./grokking.ts";
export * from "./information_loss.ts";
export * from "./label_smoothing.ts";
export type * from "./lab.ts";
export * from "./linear_mode_connectivity.ts";
export { loadResult } from "./load_result.ts";
export type { ArrayNames } from "./_feature_files.ts";
export * from "./modalities_config.ts";
export * from "./model_config.ts";
export * from "./pruning.ts";
export { repeat, type RepeatOptions, type SeveralOptions } from "./repeat.ts";
export type { ReferenceColumns } from "./reference_columns.ts";
export type {
  Claim,
  ColumnsOf,
  ExperimentShape,
  KeptEvaluation,
  PaperReference,
  Result,
  ResultOutcome,
  Row,
  Runtime,
  Units,
} from "./result.ts";
export { saveResult, type SaveResultOptions } from "./save_result.ts";
export type * from "./schema.ts";
export * from "./semi_supervised.ts";
export * from "./semi_supervised_training_config.ts";
export {
  type Repetition,
  type SummarizeOptions,
  summarizeResults,
} from "./summarize_results.ts";
export * from "./sweep.ts";
export * from "./temperature_sweep.ts";
export * from "./training_config.ts";
export * from "./training_dynamics.ts";
export type { VerifiedPart } from "./_comparison.ts";
export type { IntervalRecord } from "./_interval.ts";
export * from "./verify.ts";
export type { JobsProgress } from "./_jobs.ts";
