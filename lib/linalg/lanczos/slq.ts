/**
 * Stochastic Lanczos quadrature (Ubaru, Chen and Saad, SIAM J. Matrix Anal. Appl. 38(4), 2017) for
 * entropies, with deflation, a control variate and a stated error.
 *
 * @module
 */

import { Random } from "../../core/random.ts";
import type { Estimate, EstimateEffort } from "./estimate.ts";
import { LanczosRun, type RitzPair, type RunStart } from "./krylov.ts";
import type { PositiveOperator } from "./operators.ts";
import {
  type Bracket,
  gaussNodes,
  integrate,
  MAX_STEPS,
  type Nodes,
  resolve,
} from "./quadrature.ts";
import { entropyFunction, type SpectralFunction } from "./spectral_function.ts";

/** Probes drawn at least, if they are allowed: below that a scatter says little about an error. */
const FIRST_PROBES = 10;

/** Runs at most that look for leading eigenvectors. */
const MAX_SCOUTS = 64;

/** Part of the requested error that the quadrature may take up. */
const BIAS_SHARE = 0.25;

/**
 * Residual of an eigenpair, relative to its value, below which it is taken for exact. Its error in a
 * trace is quadratic in the residual, so below rounding.
 */
const CONVERGED = 1e-7;

/** Relative error of sums, of products and of what {@linkcode CONVERGED} lets pass. */
const ROUNDING = 1e-12;

/** Steps after which a run that has not converged on anything is not drawn out for it. */
const PATIENCE = 64;

/** `a + b x`, subtracted from `f` because its trace is known exactly. */
interface Control {
  readonly constant: number;
  readonly linear: number;
}

/** The part of a trace that is known, and how the rest is sampled. */
interface Plan {
  readonly f: SpectralFunction;
  readonly operator: PositiveOperator;
  readonly random: Random;
  /** Leading eigenvectors; everything random happens beside them. */
  readonly deflated: Float64Array[];
  /** `Σ f(λ)` over them. */
  known: number;
  /** The trace of what they leave of `A / tr A`. */
  remaining: number;
  control: Control;
  /** The whole trace, roughly. */
  trace: number;
  /** Predicted variance of one probe of the trace. */
  variance: number;
  /** What rounding of the eigenvalues does to the deflated part of the trace, and to the rest of it. */
  rounding: { known: number; sampled: number };
  /** Whether nothing is left to sample. */
  complete: boolean;
  /** Steps of the longest run so far. */
  steps: number;
}

/** What an estimate of order `alpha` may cost and how exact it shall be. */
export interface SlqOptions extends EstimateEffort {
  /** Order of the entropy, positive, infinity included. */
  readonly alpha: number;
}

/**
 * Rényi entropy of order `alpha` of `A / tr A`, in nats, from products with `A` alone: von Neumann at 1.
 *
 * `tr f(A)` is the mean of `vᵀ f(A) v` over random signs `v`; a Lanczos run from `v` gives that number
 * between two bounds. Three things keep the scatter small: leading eigenpairs on which a run has
 * converged are taken out and counted exactly; of the rest the best linear function, whose trace is known
 * exactly, is subtracted from `f`; and runs are drawn out only until their bounds stand closer than the
 * requested error. The vectors and the linear function come from runs of their own, so the probes stay
 * independent of them and the mean unbiased.
 *
 * Order 2 is exact through Frobenius norms. At infinity one run from a Gaussian start gives the largest
 * eigenvalue, and the error stated is its residual.
 */
export function estimateEntropy(
  operator: PositiveOperator,
  options: SlqOptions,
): Estimate {
  const { alpha } = options;
  if (operator.size === 1) return exact(0);
  if (alpha === 2) return exact(collisionEntropy(operator));
  if (alpha === Infinity) return minEntropy(operator, options);
  const plan = prepare(operator, options);
  return plan.complete ? conclude(plan, []) : sample(plan, options);
}

function exact(value: number): Estimate {
  return { value, standardError: 0, probes: 0, steps: 0 };
}

/** `−log tr A²`. */
function collisionEntropy(operator: PositiveOperator): number {
  const purity = operator.squaredFrobenius() / operator.trace ** 2;
  return Math.max(0, -Math.log(purity));
}

/**
 * `−log λ₁` from one run. From a Gaussian start the largest Ritz value after `k` steps falls short of `λ₁`
 * by a share of more than `x` with a probability of at most `1.648 √n exp(−√x (2k − 1))` (Kuczyński and
 * Woźniakowski, SIAM J. Matrix Anal. Appl. 13(4), 1992): half the share at 5 % is the error stated.
 */
function minEntropy(
  operator: PositiveOperator,
  { standardError, seed }: SlqOptions,
): Estimate {
  const run = scout(operator, { random: new Random(seed).fork("start") });
  const reach = Math.log(1.648 * Math.sqrt(operator.size) / 0.05);
  const needed = (reach / Math.sqrt(2 * standardError) + 1) / 2;
  run.extend(Math.min(Math.ceil(needed), MAX_STEPS));
  const shortfall = run.exhausted ? 0 : (reach / (2 * run.steps - 1)) ** 2 / 2;
  return {
    value: Math.max(0, -Math.log(run.leading().value)),
    standardError: Math.max(shortfall, ROUNDING),
    probes: 1,
    steps: run.steps,
  };
}

/** A run from a Gaussian start, which has a part along every eigenvector; random signs may lack one. */
function scout(
  operator: PositiveOperator,
  { random, ...start }: Omit<RunStart, "vector"> & { random: Random },
): LanczosRun {
  return new LanczosRun(operator, {
    ...start,
    vector: random.normals(operator.size),
  });
}

/** Draws scouts, takes out what they converge on while that pays, and fits the control. */
function prepare(operator: PositiveOperator, options: SlqOptions): Plan {
  const random = new Random(options.seed);
  let run = scout(operator, { random: random.fork("scout 0") });
  run.extend(8);
  const plan = emptyPlan(operator, {
    f: entropyFunction({
      alpha: options.alpha,
      largest: run.leading().value,
      size: operator.size,
    }),
    random,
  });
  for (let scouts = 1;; scouts++) {
    const before = plan.variance;
    learn(plan, run, options.standardError);
    if (
      scouts === MAX_SCOUTS || !worthAnother(plan, before, options) ||
      !deflate(plan, run) || plan.complete
    ) return plan;
    const { deflated, f: { floor } } = plan;
    run = scout(operator, {
      random: random.fork(`scout ${scouts}`),
      deflated,
      floor,
    });
  }
}

function emptyPlan(
  operator: PositiveOperator,
  { f, random }: { f: SpectralFunction; random: Random },
): Plan {
  return {
    f,
    operator,
    random,
    deflated: [],
    known: 0,
    remaining: 1,
    control: { constant: 0, linear: 0 },
    trace: 0,
    variance: Infinity,
    rounding: { known: 0, sampled: 0 },
    complete: false,
    steps: 0,
  };
}

/** Reads from a run that keeps clear of the deflated vectors how the rest should be sampled. */
function learn(plan: Plan, run: LanczosRun, standardError: number): void {
  const { f, known } = plan;
  const { middle } = resolve(run, {
    f,
    tolerance: (sum) => BIAS_SHARE * f.allowance(known + sum, standardError),
  });
  const nodes = gaussNodes(run);
  plan.control = bestControl(nodes, f);
  const { constant, linear } = plan.control;
  const squares = integrate(
    nodes,
    (x) => (f.at(x) - constant - linear * x) ** 2,
  );
  plan.trace = known + middle;
  plan.variance = 2 * squares;
  plan.rounding.sampled = integrate(nodes, (x) => shift(f, x));
  plan.steps = Math.max(plan.steps, run.steps);
}

/** What rounding of an eigenvalue does to its part of the trace. */
function shift(f: SpectralFunction, x: number): number {
  return Math.abs(f.at(x + f.floor / 8) - f.at(x));
}

/** The least-squares line through `f`, weighted by the spectral measure of a run. */
function bestControl(nodes: Nodes, f: SpectralFunction): Control {
  const total = integrate(nodes, () => 1);
  if (total === 0) return { constant: 0, linear: 0 };
  const meanX = integrate(nodes, (x) => x) / total;
  const meanF = integrate(nodes, (x) => f.at(x)) / total;
  const spread = integrate(nodes, (x) => (x - meanX) ** 2);
  const shared = integrate(nodes, (x) => (x - meanX) * (f.at(x) - meanF));
  const linear = spread > (ROUNDING * meanX) ** 2 * total ? shared / spread : 0;
  return { constant: meanF - linear * meanX, linear };
}

/** Whether the last deflation saved more probes than another scout costs, and more are to be saved. */
function worthAnother(
  { f, trace, variance }: Plan,
  before: number,
  { standardError, maxProbes }: SlqOptions,
): boolean {
  const allowed = Math.max(
    f.allowance(trace, standardError) ** 2,
    variance / maxProbes,
  );
  return variance > FIRST_PROBES * allowed && before - variance > 2 * allowed;
}

/** Takes out the eigenpairs on which a run has converged; `false` if there are none. */
function deflate(plan: Plan, run: LanczosRun): boolean {
  let pairs: RitzPair[];
  do {
    run.extend(Math.max(16, run.steps));
    pairs = run.converged(CONVERGED);
  } while (pairs.length === 0 && !run.exhausted && run.steps < PATIENCE);
  plan.steps = Math.max(plan.steps, run.steps);
  for (const { value, vector } of pairs) {
    plan.deflated.push(vector);
    plan.known += plan.f.at(value);
    plan.rounding.known += shift(plan.f, value);
    plan.remaining -= value;
  }
  plan.complete = plan.remaining <= 64 * Number.EPSILON ||
    plan.deflated.length >= plan.operator.size;
  return pairs.length > 0;
}

/** Random signs, `[n]`. */
function signs(random: Random, n: number): Float64Array {
  const out = new Float64Array(n);
  let bits = 0;
  for (let i = 0; i < n; i++) {
    if (i % 32 === 0) bits = random.bits();
    out[i] = bits & 1 ? 1 : -1;
    bits >>>= 1;
  }
  return out;
}

/** One probe of the trace beside the deflated vectors, the control taken into account. */
function probe(plan: Plan, index: number, tolerance: number): Bracket {
  const { operator, deflated, f, control, remaining } = plan;
  const run = new LanczosRun(operator, {
    vector: signs(plan.random.fork(`probe ${index}`), operator.size),
    deflated,
    floor: f.floor,
  });
  const found = resolve(run, { f, tolerance: () => tolerance });
  plan.steps = Math.max(plan.steps, run.steps);
  const free = operator.size - deflated.length;
  const first = run.squaredNorm * (run.diagonal[0] ?? 0);
  const middle = found.middle - control.constant * (run.squaredNorm - free) -
    control.linear * (first - remaining);
  return { middle, halfWidth: found.halfWidth };
}

/**
 * Probes until the stated error is as small as requested. It is looked at rarely, each time after as many
 * probes as the last look called for: stopping at the first lucky moment would understate it.
 */
function sample(plan: Plan, options: SlqOptions): Estimate {
  const { standardError, maxProbes } = options;
  const allowed = plan.f.allowance(plan.trace, standardError);
  const reachable = Math.max(allowed, Math.sqrt(plan.variance / maxProbes));
  const probes: Bracket[] = [];
  let target = Math.ceil(plan.variance / allowed ** 2);
  for (;;) {
    target = Math.min(Math.max(target, FIRST_PROBES), maxProbes);
    while (probes.length < target) {
      probes.push(probe(plan, probes.length, BIAS_SHARE * reachable));
    }
    const result = conclude(plan, probes);
    const ratio = result.standardError / standardError;
    if (ratio <= 1 || target >= maxProbes) return result;
    target += Math.ceil(target * Math.min(1, Math.max(0.25, ratio ** 2 - 1)));
  }
}

function mean(probes: readonly Bracket[], key: keyof Bracket): number {
  return probes.reduce((sum, p) => sum + p[key], 0) / probes.length;
}

/**
 * Known part and mean of the probes. The error goes through the logarithm, where there is one, by a secant:
 * to first order that is the delta method, and beyond it still no understatement.
 */
function conclude(plan: Plan, probes: readonly Bracket[]): Estimate {
  const { f, known, rounding } = plan;
  const n = probes.length;
  const trace = known + (n > 0 ? mean(probes, "middle") : 0);
  const error = Math.hypot(
    n > 0 ? scatter(probes) : 0,
    n > 0 ? mean(probes, "halfWidth") : 0,
    rounding.known + (n > 0 ? rounding.sampled : 0) +
      ROUNDING * Math.abs(trace),
  );
  const value = f.value(trace);
  return {
    value,
    standardError: Math.max(
      Math.abs(f.value(trace + error) - value),
      Math.abs(f.value(trace - error) - value),
      ROUNDING,
    ),
    probes: n,
    steps: plan.steps,
  };
}

/** Standard error of a mean of `n`, as wide as Student's t with `n − 1` degrees: `(n − 1)/(n − 3)`. */
function scatter(probes: readonly Bracket[]): number {
  const n = probes.length;
  const center = mean(probes, "middle");
  const squares = probes.reduce((s, p) => s + (p.middle - center) ** 2, 0);
  return Math.sqrt(squares / (n * (n - 3)));
}
