/**
 * Data sets: drawn, generated, read and downloaded; splitting and batching.
 *
 * @module
 */

export {
  type Displayable,
  jupyterDisplay,
  type MimeBundle,
} from "../core/rich.ts";
export * from "./augment.ts";
export * from "./batches.ts";
export {
  checksum,
  type DataSet,
  dataSet,
  type DataSetParts,
  type Samples,
} from "./data_set.ts";
export * from "./few_shot.ts";
export * from "./gaussian_classes.ts";
export * from "./load_cifar10.ts";
export * from "./load_cifar100.ts";
export * from "./load_digits.ts";
export * from "./load_fashion_mnist.ts";
export * from "./load_mnist.ts";
export * from "./load_multiple_features.ts";
export * from "./load_stl10.ts";
export * from "./modular_addition.ts";
export * from "./paired_batches.ts";
export * from "./read_csv.ts";
export * from "./read_idx.ts";
export * from "./read_npy.ts";
export * from "./read_npz.ts";
export * from "./read_safetensors.ts";
export * from "./select_classes.ts";
export * from "./split.ts";
export * from "./standardize.ts";
export * from "./standardizer.ts";
export { subset } from "./subset.ts";
export * from "./synthetic_digits.ts";
export * from "./synthetic_modalities.ts";
