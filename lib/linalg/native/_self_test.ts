/** Problems so small that the answers are known, which a library must solve before it is trusted. */

import { NativeLibraryError } from "../../core/errors.ts";
import type { NativeEigen, NativeLapack } from "./native_lapack.ts";

function expectNear(
  what: string,
  received: Iterable<number>,
  { expected, tolerance }: { expected: readonly number[]; tolerance: number },
): void {
  const values = [...received];
  const right = values.length === expected.length &&
    values.every((x, k) => Math.abs(x - expected[k]!) <= tolerance);
  if (right) return;
  throw new NativeLibraryError(
    `${what}: expected ${expected.join(", ")}, received ${values.join(", ")}`,
  );
}

/** By rows; the entry above the diagonal must not be read. */
const matrix = [2, 9, 1, 2];
const eigenvalues = [3, 1];

/** The upper entries of the projections on the eigenvectors: free of their signs. */
function projections({ vectors: [a, b, c, d] }: {
  vectors: ArrayLike<number> & Iterable<number>;
}): number[] {
  return [a! * a!, a! * b!, c! * c!, c! * d!];
}

function testEigen(
  routine: string,
  { values, eigen, tolerance }: {
    values: Iterable<number>;
    eigen: NativeEigen<Float64Array | Float32Array>;
    tolerance: number;
  },
): void {
  const expected = eigenvalues;
  expectNear(`${routine}, values`, values, { expected, tolerance });
  expectNear(`${routine}, values with vectors`, eigen.values, {
    expected,
    tolerance,
  });
  expectNear(`${routine}, vectors`, projections(eigen), {
    expected: [0.5, 0.5, 0.5, -0.5],
    tolerance,
  });
}

function testProducts(lapack: NativeLapack): void {
  const x = Float64Array.of(1, 2, 3, 4, 5, 6);
  const sum = Float64Array.of(1, 9, 1, 1);
  lapack.addOuterProducts(sum, x, 3, 2);
  expectNear("dsyrk", sum, { expected: [36, 9, 45, 57], tolerance: 0 });
  const product = lapack.multiply(x, Float64Array.of(1, 0, 2, 1, -1, 3), {
    ...{ rows: 2, inner: 3, columns: 2 },
  });
  expectNear("dgemm", product, { expected: [2, 11, 8, 23], tolerance: 0 });
}

/**
 * Solves a 2 × 2 problem with each routine.
 *
 * @throws NativeLibraryError that names the routine, what was expected and what it gave.
 */
export function selfTest(lapack: NativeLapack): void {
  const double = Float64Array.from(matrix);
  testEigen("dsyevd", {
    values: lapack.eigenvalues(double, 2),
    eigen: lapack.eigen(double, 2),
    tolerance: 1e-14,
  });
  const single = Float32Array.from(matrix);
  testEigen("ssyevd", {
    values: lapack.eigenvalues32(single, 2),
    eigen: lapack.eigen32(single, 2),
    tolerance: 1e-6,
  });
  testProducts(lapack);
}
