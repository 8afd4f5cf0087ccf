import { Check } from "../core/check.ts";
import { OptionsError } from "../core/errors.ts";

/** `x log x`, 0 at 0. */
function xLogX(x: number): number {
  return x > 0 ? x * Math.log(x) : 0;
}

function checkClasses(check: Check, classes: number): void {
  if (!Number.isInteger(classes) || classes < 2) {
    check.fail(OptionsError, "an integer of at least 2 as `classes`", classes);
  }
}

/**
 * Matrix entropy at exact neural collapse, in nats: `log(C − 1)`, of class means and head alike.
 *
 * 0 for two classes, whose means are antipodal.
 *
 * @param classes Number of classes `C`, at least 2.
 * @returns At least 0.
 * @throws {OptionsError} `classes` is not an integer of at least 2.
 *
 * @example
 * ```ts
 * import { collapseEntropy } from "interplay/metrics";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(collapseEntropy(10), Math.log(9));
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, proof of Theorem 4.2.
 */
export function collapseEntropy(classes: number): number {
  const check = new Check("compute the entropy at collapse");
  checkClasses(check, classes);
  return Math.log(classes - 1);
}

/**
 * Matrix mutual information ratio of class means and head at exact neural collapse, without unit.
 *
 * `1/(C − 1) + (C − 2) log(C − 2) / ((C − 1) log(C − 1))`: 0.5 for 3 classes, 0.952 for 10, 0.998 for
 * 100, towards 1. `NaN` for 2, where the entropies are 0.
 *
 * @param classes Number of classes `C`, at least 2.
 * @returns In `[0.5, 1)`, or `NaN`.
 * @throws {OptionsError} `classes` is not an integer of at least 2.
 *
 * @example
 * ```ts
 * import { collapseMir } from "interplay/metrics";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * assertAlmostEquals(collapseMir(10), 0.952351, 1e-6);
 * assertEquals(collapseMir(2), NaN);
 * ```
 *
 * @see Song, Tan, Zou, Ma and Huang, ICML 2024, Theorem 4.2.
 */
export function collapseMir(classes: number): number {
  const check = new Check("compute MIR at collapse");
  checkClasses(check, classes);
  return 1 / (classes - 1) + xLogX(classes - 2) / xLogX(classes - 1);
}

/**
 * Matrix entropy of `C` unit vectors with one common cosine, in nats.
 *
 * `−a log a − (C − 1) b log b` with `a = (1 + (C − 1)ρ)/C` and `b = (1 − ρ)/C`: `log C` at `ρ = 0`,
 * `log(C − 1)` at `ρ = −1/(C − 1)`, 0 at `ρ = 1`. The Hadamard product of two such Grams is one with the
 * product of the cosines, so the joint entropy is `equiangularEntropy(C, ρ₁ρ₂)`.
 *
 * @param classes Number of vectors `C`, at least 2.
 * @param rho Their common cosine, in `[−1/(C − 1), 1]`.
 * @returns In `[0, log C]`.
 * @throws {OptionsError} `classes` is not an integer of at least 2, or no such vectors exist.
 *
 * @example
 * ```ts
 * import { equiangularEntropy } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(equiangularEntropy(10, 0), Math.log(10), 1e-14);
 * assertAlmostEquals(equiangularEntropy(10, -1 / 9), Math.log(9), 1e-14);
 * ```
 */
export function equiangularEntropy(classes: number, rho: number): number {
  const check = new Check("compute the equiangular entropy");
  checkClasses(check, classes);
  const smallest = -1 / (classes - 1);
  if (!(rho >= smallest && rho <= 1)) {
    check.fail(OptionsError, `a number in [${smallest}, 1] as \`rho\``, rho);
  }
  const along = (1 + (classes - 1) * rho) / classes;
  const across = (1 - rho) / classes;
  return -xLogX(along) - (classes - 1) * xLogX(across);
}
