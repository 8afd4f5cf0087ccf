/**
 * What the module exports. It has no memory of its own: it works on that of the backend, at the addresses
 * it is given.
 *
 * @module
 */

// The inner loop is exported to keep the compiler from inlining it: alone in a function, its sums stay in
// registers.
export { multiply, tile } from "./tile";
export { packColumns, packRows } from "./pack";
export { packPatches, packPatchEntries, placeImage } from "./convolution";
export {
  addFilter,
  addOutputTiles,
  packFilter,
  packSpreadColumns,
  packTileColumns,
  packTileRows,
  turnFilter,
} from "./winograd";
export { addDepthwiseGradient } from "./depthwise";
export { maxPoolGradient } from "./pooling";
export {
  addDeviations,
  addNormalGradients,
  normalGradient,
  normalize,
} from "./normalization";
export {
  addRows,
  addToSegments,
  gatherRows,
  rectify,
  repeatRow,
} from "./rows";
