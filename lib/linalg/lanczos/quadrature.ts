/**
 * Gauss and Gauss–Radau quadrature from a Lanczos run: `wᵀ f(A) w` between two bounds.
 *
 * @module
 */

import type { LanczosRun } from "./krylov.ts";
import type { SpectralFunction } from "./spectral_function.ts";
import { diagonalizeTridiagonal } from "../_tridiagonal_ql.ts";

/** Steps beyond which a run is not drawn out, whatever its bounds: what is left goes into the error. */
export const MAX_STEPS = 160;

/** A discrete measure on the spectrum; its weights add up to the squared length of the start. */
export interface Nodes {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/** The middle between both bounds, and their distance to it. */
export interface Bracket {
  readonly middle: number;
  readonly halfWidth: number;
}

/** A rule from the tridiagonal matrix with `diagonal` and `couplings`. */
function ruleOf(
  diagonal: readonly number[],
  { couplings, squaredNorm }: LanczosRun,
): Nodes {
  const values = Float64Array.from(diagonal);
  const first = new Float64Array(values.length);
  if (first.length > 0) first[0] = 1;
  diagonalizeTridiagonal(values, Float64Array.from(couplings), [first]);
  return { values, weights: first.map((x) => x * x * squaredNorm) };
}

/** The nodes and weights of Gauss quadrature after the steps made so far. */
export function gaussNodes(run: LanczosRun): Nodes {
  return ruleOf(run.diagonal, run);
}

/**
 * The same with one node more, at 0 (Golub, 1973); `undefined` where 0 is an eigenvalue already.
 *
 * The last diagonal entry that makes the longer matrix singular is `β_m² / δ`, `δ` the last pivot of the
 * shorter one.
 */
function radauNodes(run: LanczosRun, floor: number): Nodes | undefined {
  let pivot = Infinity;
  for (let k = 0; k < run.steps; k++) {
    const coupling = k === 0 ? 0 : run.couplings[k - 1]!;
    pivot = run.diagonal[k]! - coupling * coupling / pivot;
    if (pivot <= floor) return undefined;
  }
  const last = run.couplings[run.steps - 1]! ** 2 / pivot;
  return ruleOf([...run.diagonal, last], run);
}

/** `Σ weight · f(value)`. */
export function integrate(
  { values, weights }: Nodes,
  f: (x: number) => number,
): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += weights[k]! * f(values[k]!);
  return sum;
}

/**
 * `wᵀ f(A) w`, `w` the start of the run, between the Gauss rule and the Gauss–Radau rule with a node at 0.
 *
 * For `−x log x` and for powers the derivatives keep their signs beyond the first few, alternating, so one
 * rule is an upper and the other a lower bound (Golub and Meurant, 2010, chapter 6); their middle halves
 * the error, and half their distance bounds what is left. Exact once the run is exhausted.
 */
export function bracket(
  run: LanczosRun,
  f: SpectralFunction,
): Bracket {
  const gauss = integrate(gaussNodes(run), f.at);
  const nodes = run.exhausted ? undefined : radauNodes(run, f.floor);
  if (!nodes) return { middle: gauss, halfWidth: 0 };
  const radau = integrate(nodes, f.at);
  return {
    middle: (gauss + radau) / 2,
    halfWidth: Math.abs(gauss - radau) / 2,
  };
}

/** Draws a run out until its bracket is as narrow as `tolerance` allows, a quarter longer at a time. */
export function resolve(
  run: LanczosRun,
  { f, tolerance }: {
    f: SpectralFunction;
    tolerance: (middle: number) => number;
  },
): Bracket {
  if (run.steps === 0) run.extend(3);
  let found = bracket(run, f);
  while (
    found.halfWidth > tolerance(found.middle) && !run.exhausted &&
    run.steps < MAX_STEPS
  ) {
    run.extend(Math.max(1, run.steps >> 2));
    found = bracket(run, f);
  }
  return found;
}
