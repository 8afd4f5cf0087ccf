/**
 * The ways to train that `semiSupervised` compares.
 *
 * @module
 */

import type {
  SemiSupervisedConfig,
  SemiSupervisedMethod,
} from "./semi_supervised.ts";

/** An information term. */
export type TermName = keyof SemiSupervisedConfig["terms"];

/** All methods that learn from unlabelled samples, in the order of their age. */
export const METHODS: readonly SemiSupervisedMethod[] = [
  "pseudoLabel",
  "fixMatch",
  "freeMatch",
];
/** All terms. */
export const TERMS: readonly TermName[] = [
  "mutualInformation",
  "entropyDifference",
];
/** The method that learns from the labels alone. */
export const SUPERVISED = "supervised";
/** No term. */
export const NONE = "none";

/** As charts have them. */
export const NAMES: Readonly<
  Record<typeof SUPERVISED | SemiSupervisedMethod, string>
> = {
  supervised: "labels alone",
  pseudoLabel: "pseudo-label",
  fixMatch: "FixMatch",
  freeMatch: "FreeMatch",
};

/** As formulas have them. */
export const SIGNS: Readonly<Record<TermName, string>> = {
  mutualInformation: "−λ·MI",
  entropyDifference: "λ·|ΔH|",
};

/** One way to train. */
export interface Arm {
  readonly method: typeof SUPERVISED | SemiSupervisedMethod;
  readonly term: typeof NONE | TermName;
}

/** What methods are held against. */
export const ALONE: Arm = { method: SUPERVISED, term: NONE };

/** The method without a term. */
export function plain(method: Arm["method"]): Arm {
  return { method, term: NONE };
}

/** The terms that have a factor. */
export function tried({ terms }: SemiSupervisedConfig): TermName[] {
  return TERMS.filter((term) => terms[term] > 0);
}

/** All ways to train, that from the labels alone first. */
export function armsOf(config: SemiSupervisedConfig): Arm[] {
  const terms = [NONE, ...tried(config)] as const;
  return [
    ALONE,
    ...config.methods.flatMap((method) =>
      terms.map((term) => ({ method, term }))
    ),
  ];
}
