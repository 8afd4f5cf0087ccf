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
export * from "./batches.ts";
export {
  checksum,
  type DataSet,
  dataSet,
  type DataSetParts,
} from "./data_set.ts";
export * from "./gaussian_classes.ts";
export * from "./load_mnist.ts";
export * from "./read_idx.ts";
export * from "./split.ts";
export { subset } from "./subset.ts";
export * from "./synthetic_digits.ts";
