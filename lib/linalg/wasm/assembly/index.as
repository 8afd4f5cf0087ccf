/**
 * What the module exports.
 *
 * @module
 */

export {
  backTransform,
  backTransformBytes,
  unpackSliver,
} from "./back_transform";
export {
  divideAndConquer,
  divideAndConquerBytes,
  sliverBytes,
  toVectorSlivers,
} from "./divide_and_conquer";
export { allocate, release, reserve } from "./arena";
export {
  addToTriangle,
  clearTriangle,
  khatriRao,
  normalizeRows,
  packColumns,
  packRows,
  unpackPanel,
} from "./moment";
// The inner loops are exported to keep the compiler from inlining them: alone in a function, their
// numbers stay in registers.
export { sliverTile, tile } from "./tile";
export { partialSums } from "./secular";
export { packTrianglePanel, panelBoth, panelDots, panelSum } from "./panels";
export { tridiagonalBytes, tridiagonalize } from "./tridiagonal";
export { tridiagonalValues } from "./ql";
