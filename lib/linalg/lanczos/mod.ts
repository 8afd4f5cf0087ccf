/**
 * Entropies of Grams too large to decompose: stochastic Lanczos quadrature on their factors.
 *
 * @module
 */

export type { Estimate, EstimateEffort } from "./estimate.ts";
export { estimateEntropy } from "./slq.ts";
export {
  gramOperator,
  hadamardOperator,
  labelledOperator,
  type PositiveOperator,
} from "./operators.ts";
