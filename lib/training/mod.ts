/**
 * Training loops that tell what they do, and the measurement of a whole data set.
 *
 * @module
 */

export {
  type Displayable,
  jupyterDisplay,
  type MimeBundle,
} from "../core/rich.ts";
export type {
  LayersModel,
  Tensor,
  Tensor2D,
  Variable,
} from "../core/tfjs_types.ts";
export type { DataSet, Samples } from "../data/data_set.ts";
export type { InterplayWeights } from "../losses/interplay_loss.ts";
export type {
  BatchInterplay,
  CollapseStatistics,
  Estimate,
  EstimateOptions,
  InterplayEntropies,
  InterplayEstimates,
  InterplayOptions,
  InterplayRecord,
  InterplayValues,
  NearestMean,
  NeuralCollapse,
  Reference,
  ReferenceSpread,
  SelfDuality,
  SimplexFrame,
  Spread,
  VariabilityCollapse,
} from "../metrics/mod.ts";
export type {
  Classifier,
  ClassifierHead,
  ClassifierWeight,
  Forward,
  ForwardOptions,
} from "../models/classifier.ts";
export type { DecayOf } from "./_optimizer.ts";
export type { InformationWeights } from "./_information_term.ts";
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationMode,
  type HostMatrix,
  type InterplayMeasures,
} from "./evaluate.ts";
export type {
  BestRecord,
  DataRecord,
  EpochRecord,
  History,
  MeasuredWeights,
  Outcome,
  Versions,
} from "./history.ts";
export {
  InterplayCallback,
  type InterplayCallbackOptions,
} from "./interplay_callback.ts";
export {
  type LayerMeasures,
  type LayerProfile,
  layerProfile,
  type LayerProfileOptions,
} from "./layer_profile.ts";
export type { ClassSpread } from "./_class_spread.ts";
export * from "./load_checkpoint.ts";
export * from "./run.ts";
export * from "./schedule.ts";
export { TfjsCallback } from "./tfjs_callback.ts";
export {
  type TextClassifier,
  textClassifier,
  type TextClassifierOptions,
} from "./text_classifier.ts";
export {
  type CrossModalData,
  type CrossModalOptions,
  trainCrossModal,
} from "./train_cross_modal.ts";
export {
  type PseudoLabelReport,
  type SemiSupervisedData,
  type SemiSupervisedOptions,
  type SemiSupervisedStep,
  trainSemiSupervised,
  type ViewFunction,
} from "./train_semi_supervised.ts";
export {
  type LossBatch,
  type SupervisedData,
  type SupervisedOptions,
  trainSupervised,
} from "./train_supervised.ts";
export type {
  CheckpointOptions,
  EarlyStopOptions,
  EmaOptions,
  EvaluationPlan,
  Interval,
  ReferencePlan,
  TrainingOptions,
} from "./training_options.ts";
