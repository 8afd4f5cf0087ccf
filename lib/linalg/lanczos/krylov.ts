/**
 * Lanczos runs: a symmetric matrix seen from one vector.
 *
 * @module
 */

import { norm } from "../rows.ts";
import { diagonalizeTridiagonal } from "../_tridiagonal_ql.ts";
import type { PositiveOperator } from "./operators.ts";

/** A next vector shorter than this share of the largest matrix entry seen is rounding. */
const BREAKDOWN = 1e-12;

/** What a run starts from. */
export interface RunStart {
  /** `[size]`; changed. */
  readonly vector: Float64Array;
  /** Orthonormal eigenvectors that the run keeps clear of. */
  readonly deflated?: readonly Float64Array[];
  /** Matrix entries below this are rounding. */
  readonly floor?: number;
}

/** An approximate eigenvalue and its unit vector. */
export interface RitzPair {
  readonly value: number;
  readonly vector: Float64Array;
}

/**
 * The Lanczos process on `A / tr A` with full reorthogonalisation, one step after the other: after `m`
 * steps `A` acts on the span of `m` basis vectors as the tridiagonal matrix of `diagonal` and
 * `couplings`. Each step costs one product and `8 m · size`.
 *
 * @see Golub and Meurant, "Matrices, Moments and Quadrature with Applications", 2010, chapter 4.
 */
export class LanczosRun {
  /** Diagonal of the tridiagonal matrix, one entry for each step. */
  readonly diagonal: number[] = [];
  /** `couplings[k]` ties step `k` to step `k + 1`; the last one ties to the step not yet made. */
  readonly couplings: number[] = [];
  /** The squared length of the start, after deflation. */
  readonly squaredNorm: number;
  readonly #basis: Float64Array[] = [];
  readonly #operator: PositiveOperator;
  readonly #deflated: readonly Float64Array[];
  readonly #floor: number;
  #next: Float64Array | undefined;

  /** Prepares a run; no product is made yet. */
  constructor(
    operator: PositiveOperator,
    { vector, deflated = [], floor = 0 }: RunStart,
  ) {
    this.#operator = operator;
    this.#deflated = deflated;
    this.#floor = floor;
    const before = norm(vector);
    this.#orthogonalize(vector);
    const length = norm(vector);
    const empty = length <= BREAKDOWN * before;
    this.squaredNorm = empty ? 0 : length * length;
    if (!empty) this.#next = scaled(vector, 1 / length);
  }

  /** Steps made. */
  get steps(): number {
    return this.diagonal.length;
  }

  /** Whether the space that the start reaches is exhausted: then everything about it is exact. */
  get exhausted(): boolean {
    return this.#next === undefined;
  }

  /** Makes up to `steps` more steps. */
  extend(steps: number): void {
    for (let i = 0; i < steps && this.#next; i++) this.#step(this.#next);
  }

  /** The largest Ritz value and the residual of its vector. */
  leading(): { value: number; residual: number } {
    const { values, rows } = this.#ritz();
    const k = values.reduce((best, x, i) => x > values[best]! ? i : best, 0);
    return { value: values[k]!, residual: this.#residual(rows, k) };
  }

  /** Ritz pairs with a residual of at most `tolerance` times their value, those above the floor. */
  converged(tolerance: number): RitzPair[] {
    const { values, rows } = this.#ritz();
    return Array.from(values).flatMap((value, k) =>
      value > this.#floor && this.#residual(rows, k) <= tolerance * value
        ? [{ value, vector: this.#combine(rows, k) }]
        : []
    );
  }

  /** Ritz values, and the matrix of their coordinates in the basis as its rows. */
  #ritz(): { values: Float64Array; rows: Float64Array[] } {
    const m = this.steps;
    const values = Float64Array.from(this.diagonal);
    const rows = Array.from({ length: m }, (_, i) => {
      const row = new Float64Array(m);
      row[i] = 1;
      return row;
    });
    diagonalizeTridiagonal(values, Float64Array.from(this.couplings), rows);
    return { values, rows };
  }

  #residual(rows: readonly Float64Array[], k: number): number {
    const last = this.steps - 1;
    return this.exhausted
      ? 0
      : this.couplings[last]! * Math.abs(rows[last]![k]!);
  }

  #step(current: Float64Array): void {
    const { size, trace } = this.#operator;
    this.#basis.push(current);
    const image = new Float64Array(size);
    this.#operator.apply(current, image);
    scaled(image, 1 / trace);
    this.diagonal.push(dot(current, image));
    this.#orthogonalize(image);
    const length = norm(image);
    this.couplings.push(length);
    const scale = this.diagonal.reduce((a, b) => Math.max(a, b), 0);
    const complete = this.steps + this.#deflated.length >= size;
    this.#next = complete || length <= Math.max(BREAKDOWN * scale, this.#floor)
      ? undefined
      : scaled(image, 1 / length);
  }

  /** Twice is enough: Giraud, Langou and Rozložník, 2005. */
  #orthogonalize(vector: Float64Array): void {
    for (let pass = 0; pass < 2; pass++) {
      for (const q of this.#deflated) subtractProjection(vector, q);
      for (const q of this.#basis) subtractProjection(vector, q);
    }
  }

  #combine(rows: readonly Float64Array[], k: number): Float64Array {
    const vector = new Float64Array(this.#operator.size);
    this.#basis.forEach((q, i) => {
      const weight = rows[i]![k]!;
      for (let j = 0; j < q.length; j++) {
        vector[j] = vector[j]! + weight * q[j]!;
      }
    });
    return scaled(vector, 1 / norm(vector));
  }
}

function dot(x: Float64Array, y: Float64Array): number {
  let a = 0, b = 0;
  let i = 0;
  for (; i + 2 <= x.length; i += 2) {
    a += x[i]! * y[i]!;
    b += x[i + 1]! * y[i + 1]!;
  }
  return i < x.length ? a + b + x[i]! * y[i]! : a + b;
}

function subtractProjection(x: Float64Array, q: Float64Array): void {
  const c = dot(x, q);
  for (let i = 0; i < x.length; i++) x[i] = x[i]! - c * q[i]!;
}

/** Scales in place. */
function scaled(x: Float64Array, by: number): Float64Array {
  for (let i = 0; i < x.length; i++) x[i] = x[i]! * by;
  return x;
}
