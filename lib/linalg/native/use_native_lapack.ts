import {
  type NativeDescription,
  type NativeLapack,
  type NativeLapackOptions,
  tryNativeLapack,
} from "./native_lapack.ts";

/** Smaller eigenproblems take less time in the embedded kernel than LAPACK takes to begin. */
const SMALLEST = 128;

/** The largest eigenproblem whose workspace a 32-bit integer can count. */
const LARGEST = 32_766;

interface Active {
  readonly lapack: NativeLapack;
  readonly threads: number | undefined;
}

let active: Active | undefined;

/** The library in use, if there is one. */
export function nativeLapack(): NativeLapack | undefined {
  return active?.lapack;
}

/** The library in use, where it serves for an eigenproblem of size `n`. */
export function nativeSolver(n: number): NativeLapack | undefined {
  return n >= SMALLEST && n <= LARGEST ? active?.lapack : undefined;
}

/** What another thread has to ask for to use the same library; it can be cloned. */
export function nativeOptions(): { path: string; threads?: number } | false {
  if (active === undefined) return false;
  const { lapack: { description: { path } }, threads } = active;
  return threads === undefined ? { path } : { path, threads };
}

/**
 * Computes spectra and products with the BLAS and LAPACK of this machine from now on, and says what was
 * opened: implementation, path, threads, width of its integers.
 *
 * Opt-in, because it needs `--allow-ffi`, and native code stands outside of every other permission. The
 * usual names and folders of OpenBLAS, MKL, Accelerate and LAPACK are tried, or `path` alone. Where none
 * serves, or only the reference implementation, which is slower than the embedded kernel, one warning
 * says why and the embedded kernel goes on being used. Results agree to rounding, not bitwise. The
 * asynchronous forms use the same library in their workers.
 *
 * @param options Path and threads; `false` goes back to the embedded kernel and closes the library.
 * @returns What is in use; `undefined` where that is the embedded kernel.
 * @throws {OptionsError} An option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { matrixEntropy, useNativeLapack } from "interplay/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const opened = useNativeLapack();
 * console.log(opened?.summary ?? "the embedded kernel");
 * assertAlmostEquals(matrixEntropy([[1, 0], [0, 2]]), Math.log(2), 1e-14);
 * useNativeLapack(false);
 * ```
 *
 * @see Anderson et al., LAPACK Users' Guide, third edition, SIAM 1999: `xSYEVD`.
 */
export function useNativeLapack(
  options: NativeLapackOptions | false = {},
): NativeDescription | undefined {
  const lapack = options === false ? undefined : tryNativeLapack(options);
  active?.lapack.close();
  active = lapack && options ? { lapack, threads: options.threads } : undefined;
  return lapack?.description;
}
