/**
 * Symmetric eigenproblems by LAPACK's divide and conquer, `dsyevd` and `ssyevd`: four times as fast as
 * `dsyev` where vectors are wanted.
 */

import { NativeLibraryError } from "../../core/errors.ts";
import { character, integer, type Syevd } from "./_symbols.ts";

/** Numbers of either precision. */
export type Reals = Float64Array | Float32Array;

/** "N" for values alone, "V" for vectors as well. */
export type Job = "N" | "V";

/** What one call works on; a size of -1 asks for the sizes. */
interface SyevdArguments {
  readonly job: Job;
  readonly n: number;
  /** `[n, n]` by columns; the lower triangle is read. Overwritten, by the vectors as columns where wanted. */
  readonly matrix: Reals;
  /** `[n]`, ascending. */
  readonly values: Reals;
  readonly reals: Reals;
  readonly integers: BigInt64Array;
  readonly sizes: { readonly reals: number; readonly integers: number };
  readonly info: BigInt64Array;
}

function call(syevd: Syevd, given: SyevdArguments): void {
  const { job, n, matrix, values, reals, integers, sizes, info } = given;
  syevd(
    character(job),
    character("L"),
    integer(n),
    matrix,
    integer(n),
    values,
    reals,
    integer(sizes.reals),
    integers,
    integer(sizes.integers),
    info,
    1n,
    1n,
  );
}

/** A pattern that no routine writes. */
const UNTOUCHED = 0x7a7a7a7a7a7a7a7an;

/** The half of a slot that a build of either width writes, as a number. */
function written(slot: BigInt64Array): number {
  return Number(BigInt.asIntN(32, slot[0]!));
}

/**
 * 32 or 64: how many bits of an integer `dsyevd` writes, seen in its answer to a workspace query for a
 * 2 × 2 matrix. The name of a library does not tell: there are 64-bit builds without any suffix.
 *
 * @throws NativeLibraryError if the answer is none that `dsyevd` gives.
 */
export function integerBitsOf(dsyevd: Syevd): 32 | 64 {
  const reals = new Float64Array(1);
  const integers = BigInt64Array.of(UNTOUCHED);
  const info = BigInt64Array.of(UNTOUCHED);
  call(dsyevd, {
    ...{ job: "V", n: 2, reals, integers, info },
    matrix: new Float64Array(4),
    values: new Float64Array(2),
    sizes: { reals: -1, integers: -1 },
  });
  // LAPACK's minimum for n = 2: 1 + 6n + 2n² reals and 3 + 5n integers
  const known = reals[0]! >= 21 && written(integers) >= 13;
  if (known && info[0] === 0n) return 64;
  if (known && info[0] === (UNTOUCHED >> 32n) << 32n) return 32;
  throw new NativeLibraryError(
    `its dsyevd answers a workspace query with ${reals[0]} and ${
      written(integers)
    }, info ${written(info)}`,
  );
}

/**
 * Copies the lower triangle of `rows`, `[n, n]` by rows, to `columns`, `[n, n]` by columns.
 *
 * The upper triangle of the columns is the same memory as the lower one of the rows and needs no
 * transposition, but `dsyevd` takes 5 to 10 % longer on it; the copy takes 2 to 3 %.
 */
function copyLower(rows: Reals, columns: Reals, n: number): void {
  const BLOCK = 32; // two blocks of float64 fill half of a first-level cache
  for (let top = 0; top < n; top += BLOCK) {
    const bottom = Math.min(top + BLOCK, n);
    for (let left = 0; left <= top; left += BLOCK) {
      const right = Math.min(left + BLOCK, n);
      for (let j = left; j < right; j++) {
        for (let i = Math.max(top, j); i < bottom; i++) {
          columns[j * n + i] = rows[i * n + j]!;
        }
      }
    }
  }
}

/** Reverses the rows of `[n, n]` in place. */
function reverseRows(square: Reals, n: number): void {
  const held = square.slice(0, n);
  for (let top = 0, bottom = n - 1; top < bottom; top++, bottom--) {
    held.set(square.subarray(top * n, top * n + n));
    square.copyWithin(top * n, bottom * n, bottom * n + n);
    square.set(held, bottom * n);
  }
}

/** How many numbers are kept between calls, so that many small problems do not allocate anew. */
const KEPT = 2 ** 21;

/** What a solver is made of. */
export interface SolverParts<T extends Reals> {
  /** Makes an array of the precision that the routines take. */
  readonly zeros: (length: number) => T;
  /** "dsyevd" or "ssyevd", for messages. */
  readonly name: string;
  /** The routine of that name. */
  readonly syevd: Syevd;
}

/** Solves eigenproblems of one precision. */
export class SymmetricSolver<T extends Reals> {
  readonly #parts: SolverParts<T>;
  #matrix: T;
  #reals: T;
  #integers: BigInt64Array = new BigInt64Array(0);

  /** Without any workspace yet. */
  constructor(parts: SolverParts<T>) {
    this.#parts = parts;
    this.#matrix = parts.zeros(0);
    this.#reals = parts.zeros(0);
  }

  /** Eigenvalues of `a`, `[n, n]` by rows, descending. */
  values(a: T, n: number): T {
    if (this.#matrix.length < n * n) this.#matrix = this.#parts.zeros(n * n);
    const values = this.#parts.zeros(n);
    this.#solve({ job: "N", n, a, matrix: this.#matrix, values });
    values.reverse();
    return values;
  }

  /** Eigenvalues, descending, with the eigenvectors as rows. */
  eigen(a: T, n: number): { values: T; vectors: T } {
    const vectors = this.#parts.zeros(n * n);
    const values = this.#parts.zeros(n);
    this.#solve({ job: "V", n, a, matrix: vectors, values });
    values.reverse();
    reverseRows(vectors, n);
    return { values, vectors };
  }

  #solve(
    problem: { job: Job; n: number; a: T; matrix: T; values: T },
  ): void {
    const { job, n, a, matrix, values } = problem;
    const { syevd } = this.#parts;
    const sizes = this.#workspace(job, n);
    copyLower(a, matrix, n);
    const info = new BigInt64Array(1);
    const [reals, integers] = [this.#reals, this.#integers];
    call(syevd, { job, n, matrix, values, reals, integers, sizes, info });
    this.#trim();
    if (written(info) === 0) return;
    throw new NativeLibraryError(
      `Cannot compute eigenvalues: expected ${this.#parts.name} to converge, received info = ${
        written(info)
      } for ${n} × ${n}`,
    );
  }

  /** Asks for the sizes of the workspace, and makes it that large. */
  #workspace(job: Job, n: number): SyevdArguments["sizes"] {
    const { syevd } = this.#parts;
    const reals = this.#parts.zeros(1);
    const integers = new BigInt64Array(1);
    call(syevd, {
      ...{ job, n, reals, integers, info: new BigInt64Array(1) },
      matrix: reals,
      values: reals,
      sizes: { reals: -1, integers: -1 },
    });
    const least = job === "N" ? 2 * n + 1 : 1 + 6 * n + 2 * n * n;
    const sizes = {
      reals: Math.max(reals[0]!, least), // float32 may round a large size down
      integers: Math.max(written(integers), 3 + 5 * n),
    };
    if (this.#reals.length < sizes.reals) {
      this.#reals = this.#parts.zeros(sizes.reals);
    }
    if (this.#integers.length < sizes.integers) {
      this.#integers = new BigInt64Array(sizes.integers);
    }
    return sizes;
  }

  #trim(): void {
    const { zeros } = this.#parts;
    if (this.#matrix.length > KEPT) this.#matrix = zeros(0);
    if (this.#reals.length > KEPT) this.#reals = zeros(0);
  }
}
