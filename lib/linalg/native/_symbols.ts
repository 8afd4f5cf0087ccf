/**
 * The Fortran symbols of LAPACK as `Deno.dlopen` wants them, in every spelling that builds use.
 *
 * Integers are handed over as 64-bit slots whatever the build: on a little-endian machine (Deno runs on no other) a
 * 32-bit build reads the low half of the slot, which is the same number, negative ones included. Only
 * what a routine writes into integers depends on the width.
 *
 * Each character argument has a hidden length, a size after the last argument. Compiled Fortran may read
 * it; for others it is one argument more than they look at.
 */

/** How a build spells its symbols. */
export interface Spelling {
  /** Before every name. */
  readonly prefix: string;
  /** After the name of a Fortran routine. */
  readonly fortran: string;
  /** After the name of a C function. */
  readonly c: string;
}

/**
 * The spellings in use; the first that fits is taken. `$NEWLAPACK` is what Accelerate calls its LAPACK of today,
 * beside one of 2009 under the plain names; `scipy_` is the OpenBLAS inside the wheels of numpy and scipy.
 */
export const spellings: readonly Spelling[] = [
  { prefix: "", fortran: "$NEWLAPACK", c: "" },
  { prefix: "", fortran: "_", c: "" },
  { prefix: "", fortran: "_64_", c: "64_" },
  { prefix: "scipy_", fortran: "_64_", c: "64_" },
  { prefix: "scipy_", fortran: "_", c: "" },
  { prefix: "", fortran: "", c: "" },
];

// jobz, uplo, n, a, lda, w, work, lwork, iwork, liwork, info, and the lengths of jobz and uplo
const syevd = {
  parameters: [
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "usize",
    "usize",
  ],
  result: "void",
} as const;

// uplo, trans, n, k, alpha, a, lda, beta, c, ldc, and the lengths of uplo and trans
const syrk = {
  parameters: [
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "usize",
    "usize",
  ],
  result: "void",
} as const;

// transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, and the lengths of transa and transb
const gemm = {
  parameters: [
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "buffer",
    "usize",
    "usize",
  ],
  result: "void",
} as const;

/** The type of {@linkcode routineSymbols}. */
export interface RoutineSymbols extends Deno.ForeignLibraryInterface {
  /** Symmetric eigenproblem by divide and conquer, float64. */
  readonly dsyevd: typeof syevd & { readonly name: string };
  /** The same in float32. */
  readonly ssyevd: typeof syevd & { readonly name: string };
  /** Symmetric rank-k update, float64. */
  readonly dsyrk: typeof syrk & { readonly name: string };
  /** Matrix product, float64. */
  readonly dgemm: typeof gemm & { readonly name: string };
}

/** The routines that are used, under the names of one spelling. */
export function routineSymbols({ prefix, fortran }: Spelling): RoutineSymbols {
  const named = (routine: string) => `${prefix}${routine}${fortran}`;
  return {
    dsyevd: { name: named("dsyevd"), ...syevd },
    ssyevd: { name: named("ssyevd"), ...syevd },
    dsyrk: { name: named("dsyrk"), ...syrk },
    dgemm: { name: named("dgemm"), ...gemm },
  };
}

/** A call of `dsyevd` or `ssyevd`. */
export type Syevd = Deno.DynamicLibrary<RoutineSymbols>["symbols"]["dsyevd"];

/** A number as an integer argument of either width. */
export function integer(value: number): BigInt64Array<ArrayBuffer> {
  return BigInt64Array.of(BigInt(value));
}

/** A character argument. */
export function character(letter: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(letter.charCodeAt(0));
}
