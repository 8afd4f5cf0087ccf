/**
 * Networks that show their representations and their head, and the backend they run on.
 *
 * @module
 */

export type {
  LayersModel,
  Tensor,
  Tensor2D,
  Variable,
} from "../core/tfjs_types.ts";
export { type BackendName, useBackend } from "./backend.ts";
export type {
  Classifier,
  ClassifierHead,
  ClassifierWeight,
  Forward,
} from "./classifier.ts";
export { mlp, type MlpOptions } from "./mlp.ts";
