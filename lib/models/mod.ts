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
  ForwardOptions,
} from "./classifier.ts";
export { convNet, type ConvNetOptions } from "./conv_net.ts";
export {
  fromLayersModel,
  type LayersModelOptions,
} from "./from_layers_model.ts";
export { linearHead, type LinearHeadOptions } from "./linear_head.ts";
export { mlp, type MlpOptions } from "./mlp.ts";
export {
  modularTransformer,
  type ModularTransformerOptions,
} from "./modular_transformer.ts";
export { wideResNet, type WideResNetOptions } from "./wide_res_net.ts";
