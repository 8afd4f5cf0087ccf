/** The routines of an opened library behind the interface, with every argument checked. */

import { Check } from "../../core/check.ts";
import { NativeLibraryError, ShapeError } from "../../core/errors.ts";
import type { Controls } from "./_controls.ts";
import { character, integer, type RoutineSymbols } from "./_symbols.ts";
import { integerBitsOf, type Reals, SymmetricSolver } from "./_syevd.ts";
import type {
  NativeDescription,
  NativeEigen,
  NativeLapack,
  ProductShape,
} from "./native_lapack.ts";

/** Below this size the threads of one eigenproblem wait for each other longer than they work. */
const THREADS_FROM = 1024;

/** The largest size whose workspace, 1 + 6n + 2n² numbers, a 32-bit integer can count. */
const LARGEST = 32_766;

/** A library that is open, with its routines found. */
export class OpenedLapack implements NativeLapack {
  readonly description: NativeDescription;
  readonly #library: Deno.DynamicLibrary<RoutineSymbols>;
  readonly #controls: Controls;
  readonly #double: SymmetricSolver<Float64Array>;
  readonly #single: SymmetricSolver<Float32Array>;
  #open = true;

  /** Takes over `library` and `controls`: `close` closes them. */
  constructor(
    path: string,
    library: Deno.DynamicLibrary<RoutineSymbols>,
    controls: Controls,
  ) {
    const { dsyevd, ssyevd } = library.symbols;
    this.#library = library;
    this.#controls = controls;
    this.#double = new SymmetricSolver({
      zeros: (length) => new Float64Array(length),
      name: "dsyevd",
      syevd: dsyevd,
    });
    this.#single = new SymmetricSolver({
      zeros: (length) => new Float32Array(length),
      name: "ssyevd",
      syevd: ssyevd,
    });
    this.description = describe(path, {
      controls,
      integerBits: integerBitsOf(dsyevd),
    });
  }

  eigenvalues(a: Float64Array, n: number): Float64Array {
    this.#square(a, n);
    return this.#withThreadsFor(n, () => this.#double.values(a, n));
  }

  eigen(a: Float64Array, n: number): NativeEigen<Float64Array> {
    this.#square(a, n);
    return this.#withThreadsFor(n, () => this.#double.eigen(a, n));
  }

  eigenvalues32(a: Float32Array, n: number): Float32Array {
    this.#square(a, n);
    return this.#withThreadsFor(n, () => this.#single.values(a, n));
  }

  eigen32(a: Float32Array, n: number): NativeEigen<Float32Array> {
    this.#square(a, n);
    return this.#withThreadsFor(n, () => this.#single.eigen(a, n));
  }

  addOuterProducts(
    sum: Float64Array,
    x: Float64Array,
    rows: number,
    d: number,
  ): void {
    const check = this.#check("add outer products natively");
    expectSize(check, "d", { size: d, least: 1 });
    expectSize(check, "rows", { size: rows, least: 0 });
    expectLength(check, "sum", { values: sum, length: d * d });
    expectLength(check, "x", { values: x, length: rows * d });
    // Rows by Fortran are columns: x is d × rows, and the lower triangle of sum the upper one.
    this.#library.symbols.dsyrk(
      character("U"),
      character("N"),
      integer(d),
      integer(rows),
      Float64Array.of(1),
      x,
      integer(d),
      Float64Array.of(1),
      sum,
      integer(d),
      1n,
      1n,
    );
  }

  multiply(
    a: Float64Array,
    b: Float64Array,
    shape: ProductShape,
  ): Float64Array {
    const check = this.#check("multiply natively");
    const { rows, inner, columns, transposeA, transposeB } = shape;
    for (const [name, size] of Object.entries({ rows, inner, columns })) {
      expectSize(check, name, { size, least: 1 });
    }
    expectLength(check, "a", { values: a, length: rows * inner });
    expectLength(check, "b", { values: b, length: inner * columns });
    const product = new Float64Array(rows * columns);
    // Read by columns, the product is its transpose: op(b)ᵀ op(a)ᵀ.
    this.#library.symbols.dgemm(
      character(transposeB ? "T" : "N"),
      character(transposeA ? "T" : "N"),
      integer(columns),
      integer(rows),
      integer(inner),
      Float64Array.of(1),
      b,
      integer(transposeB ? inner : columns),
      a,
      integer(transposeA ? rows : inner),
      Float64Array.of(0),
      product,
      integer(columns),
      1n,
      1n,
    );
    return product;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#controls.close();
    this.#library.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #check(action: string): Check {
    if (this.#open) return new Check(action);
    throw new NativeLibraryError(
      `Cannot ${action}: expected an open library, received ${this.description.path} after close()`,
    );
  }

  #square(a: Reals, n: number): void {
    const check = this.#check("compute eigenvalues natively");
    expectSize(check, "n", { size: n, least: 1, most: LARGEST });
    expectLength(check, "a", { values: a, length: n * n });
  }

  #withThreadsFor<R>(n: number, solve: () => R): R {
    const threads = this.#controls.threads();
    if (threads === undefined || threads === 1 || n >= THREADS_FROM) {
      return solve();
    }
    this.#controls.setThreads(1);
    try {
      return solve();
    } finally {
      this.#controls.setThreads(threads);
    }
  }
}

function expectSize(
  check: Check,
  name: string,
  { size, least, most = Number.MAX_SAFE_INTEGER }: {
    size: number;
    least: number;
    most?: number;
  },
): void {
  if (Number.isInteger(size) && size >= least && size <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER
    ? `an integer from ${least} on`
    : `an integer from ${least} to ${most}`;
  check.fail(ShapeError, `${range} as \`${name}\``, size);
}

function expectLength(
  check: Check,
  name: string,
  { values, length }: { values: Reals; length: number },
): void {
  if (values.length === length) return;
  check.fail(ShapeError, `${length} values in \`${name}\``, values.length);
}

function describe(
  path: string,
  { controls, integerBits }: { controls: Controls; integerBits: 32 | 64 },
): NativeDescription {
  const { implementation, reference } = controls;
  const threads = controls.threads();
  const count = threads === undefined
    ? "threads of its own choice"
    : `${threads} ${threads === 1 ? "thread" : "threads"}`;
  const slow = reference
    ? "; several times slower than OpenBLAS, slower than the embedded kernel"
    : "";
  return {
    path,
    implementation,
    integerBits,
    ...(threads === undefined ? {} : { threads }),
    reference,
    summary:
      `${implementation} from ${path}, ${count}, ${integerBits}-bit integers${slow}`,
  };
}
