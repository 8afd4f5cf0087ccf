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
export type { DataSet } from "../data/data_set.ts";
export type {
  CollapseStatistics,
  InterplayEntropies,
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
} from "../models/classifier.ts";
export * from "./evaluate.ts";
export type { EpochRecord, History, Outcome } from "./history.ts";
export * from "./run.ts";
export * from "./schedule.ts";
export {
  type SupervisedData,
  type SupervisedOptions,
  trainSupervised,
} from "./train_supervised.ts";
