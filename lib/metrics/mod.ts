/**
 * Metrics: numbers and plain records out, float64 on the host, nats. Rows are vectors. Nothing here
 * needs tfjs or plotly, so a sanity check starts in milliseconds.
 *
 * @module
 */

export * from "./accumulators.ts";
export * from "./alignment.ts";
export * from "./async.ts";
export * from "./batch_interplay.ts";
export * from "./cka.ts";
export * from "./class_entropy.ts";
export * from "./closed_forms.ts";
export * from "./clustering.ts";
export * from "./coding_rate.ts";
export {
  describe,
  type MetricDescription,
  type MetricName,
  metricNames,
} from "./describe.ts";
export type { EstimateOptions, InterplayEstimates } from "./estimate.ts";
export * from "./explain.ts";
export * from "./gram.ts";
export {
  classInterplay,
  type EstimatedInterplayOptions,
  type EstimatedInterplayRecord,
  interplay,
  type InterplayOptions,
  type InterplayRecord,
} from "./interplay.ts";
export type { InterplayEntropies, InterplayValues } from "./_labelled.ts";
export * from "./matrix_entropy.ts";
export * from "./modality_gap.ts";
export * from "./mutual_information.ts";
export {
  type CollapseStatistics,
  type NearestMean,
  type NeuralCollapse,
  neuralCollapse,
  type SelfDuality,
  type SimplexFrame,
  type VariabilityCollapse,
} from "./neural_collapse.ts";
export * from "./recall_at_k.ts";
export {
  type Reference,
  reference,
  type ReferenceOptions,
  type ReferenceSpread,
  type Spread,
} from "./reference.ts";
export { type Report, report, type ReportOptions } from "./report.ts";
export * from "./sanity_check.ts";
export * from "./spectrum.ts";
export * from "./vendi_score.ts";
export type {
  DenseMatrix,
  FlatMatrix,
  Head,
  MatrixLike,
  RowsColumnsMatrix,
  TensorMatrix,
  VectorLike,
} from "../core/matrix.ts";
export type { Estimate } from "../linalg/lanczos/mod.ts";
export type { FormName } from "../linalg/forms.ts";
export type {
  NativeDescription,
  NativeLapackOptions,
} from "../linalg/native/native_lapack.ts";
export { useNativeLapack } from "../linalg/native/use_native_lapack.ts";
export type { Displayable, MimeBundle } from "../core/rich.ts";
export { jupyterDisplay } from "../core/rich.ts";
