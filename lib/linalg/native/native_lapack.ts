/**
 * BLAS and LAPACK of this machine, opened by `Deno.dlopen`: OpenBLAS, MKL, Accelerate, or whatever has
 * `dsyevd`, `ssyevd`, `dsyrk` and `dgemm`. Opt-in, because it needs `--allow-ffi`: native code stands
 * outside of every other permission.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { z } from "zod";
import { Check } from "../../core/check.ts";
import { type LibraryAttempt, NativeLibraryError } from "../../core/errors.ts";
import { controlsOf } from "./_controls.ts";
import { libraryNames } from "./_library_names.ts";
import { OpenedLapack } from "./_opened_lapack.ts";
import { selfTest } from "./_self_test.ts";
import {
  type RoutineSymbols,
  routineSymbols,
  type Spelling,
  spellings,
} from "./_symbols.ts";

/** What was opened. */
export interface NativeDescription {
  /** Its name or path, as it was asked for. */
  readonly path: string;
  /**
   * "OpenBLAS 0.3.21", "MKL 2024.0", "Accelerate", "reference LAPACK 3.11.0", …, "unknown". Where LAPACK and
   * BLAS are two libraries, that of the BLAS, which decides the speed.
   */
  readonly implementation: string;
  /** Width of its integers, seen in what it answers. */
  readonly integerBits: 32 | 64;
  /** Threads it uses now; left out where it does not tell. */
  readonly threads?: number;
  /**
   * Whether it is the reference implementation, several times slower than OpenBLAS and slower than the
   * embedded kernel: a LAPACK that tells its version and has nothing of the optimised libraries.
   */
  readonly reference: boolean;
  /** All of it in one line. */
  readonly summary: string;
}

/** Eigenvalues with eigenvectors. */
export interface NativeEigen<T> {
  /** `[n]`, descending. */
  readonly values: T;
  /** `[n, n]` by rows: row `k` is the unit eigenvector of `values[k]`. */
  readonly vectors: T;
}

/** The sizes of a product, and which factors are given transposed. */
export interface ProductShape {
  /** Rows of the product. */
  readonly rows: number;
  /** The size that is summed over. */
  readonly inner: number;
  /** Columns of the product. */
  readonly columns: number;
  /** Whether `a` is given as `[inner, rows]`. */
  readonly transposeA?: boolean;
  /** Whether `b` is given as `[columns, inner]`. */
  readonly transposeB?: boolean;
}

/**
 * An open library. All matrices lie by rows; arrays may be views, and may lie in shared memory.
 *
 * Entries must be finite: on a NaN, LAPACK may answer anything or not come back. Nobody checks it here,
 * callers have done so. Eigenproblems up to `n` = 1023 run on one thread, which is faster.
 */
export interface NativeLapack extends Disposable {
  /** What this is. */
  readonly description: NativeDescription;

  /**
   * Eigenvalues of a symmetric matrix, by `dsyevd`. Absolute error about `n ε λmax`; cost `4/3 n³`.
   *
   * @param a `[n, n]`; the lower triangle is read, nothing is changed.
   * @param n From 1 to 32766.
   * @returns `[n]`, descending.
   * @throws ShapeError if `a` does not hold `n · n` numbers; NativeLibraryError if LAPACK does not converge.
   */
  eigenvalues(a: Float64Array, n: number): Float64Array;

  /** The same with eigenvectors; cost about `4 n³` and a workspace of `2 n²` numbers. */
  eigen(a: Float64Array, n: number): NativeEigen<Float64Array>;

  /** {@linkcode NativeLapack.eigenvalues} in float32, by `ssyevd`: half the time, 7 digits of `λmax`. */
  eigenvalues32(a: Float32Array, n: number): Float32Array;

  /** {@linkcode NativeLapack.eigen} in float32, by `ssyevd`. */
  eigen32(a: Float32Array, n: number): NativeEigen<Float32Array>;

  /**
   * Adds `XᵀX` to the lower triangle of `sum`, by `dsyrk`; what lies above the diagonal stays.
   *
   * @param sum `[d, d]`.
   * @param x `[rows, d]`; `rows` may be 0.
   */
  addOuterProducts(
    sum: Float64Array,
    x: Float64Array,
    rows: number,
    d: number,
  ): void;

  /**
   * The product of two matrices, by `dgemm`.
   *
   * @param a `[rows, inner]`, or `[inner, rows]` with `transposeA`.
   * @param b `[inner, columns]`, or `[columns, inner]` with `transposeB`.
   * @returns `[rows, columns]`.
   */
  multiply(a: Float64Array, b: Float64Array, shape: ProductShape): Float64Array;

  /** Lets go of the library; a call after that throws NativeLibraryError. Twice is no error. */
  close(): void;
}

/** Which library, and how. */
export interface NativeLapackOptions {
  /**
   * A path, or a name that the loader of the system knows; nothing else is tried then. Left out, the
   * environment variable `INTERPLAY_LAPACK` says it, else the usual names and folders are tried.
   */
  readonly path?: string | URL;
  /** Threads to use, for the whole process; left out, as the library chooses. See `description.threads`. */
  readonly threads?: number;
}

const optionsSchema = z.strictObject({
  path: z.union([
    z.string().min(1),
    z.instanceof(URL).refine((url) => url.protocol === "file:", {
      error: "expected a file: URL",
    }),
  ]).optional(),
  threads: z.int().min(1).max(1024).optional(),
});

/** A variable of the environment; silent (no prompt, no error) where reading it is not allowed. */
function environment(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) || undefined : undefined;
}

/** The one library that somebody named, if somebody did. */
function namedLibrary(path: string | URL | undefined): string | undefined {
  if (path === undefined) return environment("INTERPLAY_LAPACK");
  return path instanceof URL ? fromFileUrl(path) : path;
}

function usualLibraries(): string[] {
  const conda = environment("CONDA_PREFIX");
  const { os, arch } = Deno.build;
  return libraryNames({ os, arch, ...(conda === undefined ? {} : { conda }) });
}

/** The routines under the first spelling that fits. */
function bind(
  path: string,
): { library: Deno.DynamicLibrary<RoutineSymbols>; spelling: Spelling } {
  for (const spelling of spellings) {
    try {
      return {
        library: Deno.dlopen(path, routineSymbols(spelling)),
        spelling,
      };
    } catch {
      continue; // a symbol is missing: the library itself is open
    }
  }
  throw new NativeLibraryError(
    "no dsyevd, ssyevd, dsyrk and dgemm under any known spelling",
  );
}

/** Binds a library that is open, and tests it. */
function trusted(path: string, threads: number | undefined): OpenedLapack {
  const { library, spelling } = bind(path);
  const controls = controlsOf(path, spelling);
  try {
    if (threads !== undefined) controls.setThreads(threads);
    const lapack = new OpenedLapack(path, library, controls);
    selfTest(lapack);
    return lapack;
  } catch (error) {
    controls.close();
    library.close();
    throw error;
  }
}

function openOne(path: string, threads: number | undefined): OpenedLapack {
  // Asked first, because Deno.dlopen would stop and ask at a terminal, once for every name.
  const { state } = Deno.permissions.querySync({ name: "ffi", path });
  if (state !== "granted") {
    throw new NativeLibraryError("no permission; run with --allow-ffi");
  }
  const held = Deno.dlopen(path, {}); // stays loaded while its symbols are looked for
  try {
    return trusted(path, threads);
  } finally {
    held.close();
  }
}

/** What the loader says, without what is said already. */
function reasonOf(error: unknown, path: string): string {
  if (!(error instanceof Error)) return String(error);
  return error.message
    .replace(/^(Could not open library: )+/, "")
    .replace(`${path}: `, "");
}

/** "a, b: reason", one line for each reason. */
function attemptsText(tried: readonly LibraryAttempt[]): string {
  const byReason = Map.groupBy(tried, ({ reason }) => reason);
  return [...byReason].map(([reason, same]) =>
    `  ${same.map(({ library }) => library).join(", ")}: ${reason}`
  ).join("\n");
}

/** The first library that opens and is not the reference implementation; that one, if there is no other. */
function openFirst(
  paths: readonly string[],
  threads: number | undefined,
): OpenedLapack {
  const tried: LibraryAttempt[] = [];
  let spare: OpenedLapack | undefined;
  for (const path of paths) {
    try {
      const lapack = openOne(path, threads);
      if (!lapack.description.reference) {
        spare?.close();
        return lapack;
      }
      if (spare === undefined) spare = lapack;
      else lapack.close();
    } catch (error) {
      tried.push({ library: path, reason: reasonOf(error, path) });
    }
  }
  if (spare !== undefined) return spare;
  throw new NativeLibraryError(
    `Cannot open native LAPACK: expected a library that serves, received none\n${
      attemptsText(tried)
    }`,
    tried,
  );
}

/**
 * Opens the BLAS and LAPACK of this machine.
 *
 * A library is taken when all routines are there and solve problems with known answers. 32- and 64-bit
 * integers are told apart by what the library writes. The first optimised library is taken; the reference
 * implementation only where there is no other, and `description.reference` says so.
 *
 * @throws NativeLibraryError without permission or library, with every name tried and the reason.
 * @throws OptionsError for an unknown option.
 *
 * @example
 * ```ts
 * import { NativeLibraryError } from "interplay";
 * import { assertThrows } from "@std/assert";
 * import { openNativeLapack } from "./native_lapack.ts";
 *
 * assertThrows(
 *   () => openNativeLapack({ path: "libnowhere.so" }),
 *   NativeLibraryError,
 *   "libnowhere.so: ",
 * );
 * ```
 *
 * @see Anderson et al., LAPACK Users' Guide, third edition, SIAM 1999: `xSYEVD`.
 */
export function openNativeLapack(
  options: NativeLapackOptions = {},
): NativeLapack {
  const check = new Check("open native LAPACK");
  const { path, threads } = check.options(optionsSchema, options);
  const named = namedLibrary(path);
  return openFirst(named === undefined ? usualLibraries() : [named], threads);
}

let warned = false;

function warnOnce(message: string): void {
  if (warned) return;
  warned = true;
  console.warn(`${message}\nThe embedded kernel is used instead`);
}

/**
 * {@linkcode openNativeLapack} for those who can do without: `undefined` where no library serves, after
 * one warning for the whole process.
 *
 * The reference implementation does not serve, being slower than the embedded kernel, unless it was
 * named by `path` or by `INTERPLAY_LAPACK`.
 *
 * @throws OptionsError for an unknown option.
 */
export function tryNativeLapack(
  options: NativeLapackOptions = {},
): NativeLapack | undefined {
  try {
    const lapack = openNativeLapack(options);
    const wanted = !lapack.description.reference ||
      namedLibrary(options.path) !== undefined;
    if (wanted) return lapack;
    lapack.close();
    warnOnce(`Native LAPACK: found only ${lapack.description.summary}`);
  } catch (error) {
    if (!(error instanceof NativeLibraryError)) throw error;
    warnOnce(error.message);
  }
  return undefined;
}
