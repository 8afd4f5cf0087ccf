/** The metrics with the BLAS and LAPACK of this machine in place of the embedded kernel. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import { OptionsError } from "../../lib/core/errors.ts";
import { Random } from "../../lib/core/random.ts";
import { symmetricEigen } from "../../lib/linalg/eigen.ts";
import { nativeLapack } from "../../lib/linalg/native/use_native_lapack.ts";
import {
  addKhatriRaoProducts,
  rowProducts,
} from "../../lib/linalg/products.ts";
import {
  interplay,
  interplayAsync,
  matrixEntropy,
  matrixEntropyAsync,
  mir,
  useNativeLapack,
} from "interplay/metrics";

function opens(): boolean {
  try {
    return useNativeLapack() !== undefined;
  } finally {
    useNativeLapack(false);
  }
}

/** Passed over where there is no library, but not under CI. */
function testNative(name: string, fn: () => void | Promise<void>): void {
  const ignore = Deno.env.get("CI") !== "true" && !opens();
  Deno.test({
    name: ignore ? `${name} (needs libopenblas0-pthread of Debian)` : name,
    ignore,
    fn: async () => {
      assert(useNativeLapack() !== undefined);
      try {
        await fn();
      } finally {
        useNativeLapack(false);
      }
    },
  });
}

function normal(rows: number, columns: number, seed: number): DenseMatrix {
  const data = new Random(seed).normals(rows * columns);
  return new DenseMatrix(data, rows, columns);
}

/** What `compute` gives with the embedded kernel, and then again with the library. */
function both<T>(compute: () => T): { embedded: T; native: T } {
  const native = compute();
  useNativeLapack(false);
  const embedded = compute();
  useNativeLapack();
  return { embedded, native };
}

testNative("useNativeLapack() says what it opened, and false goes back", () => {
  const { summary, integerBits } = useNativeLapack()!;
  assert(summary.includes(`${integerBits}-bit integers`));
  assert(nativeLapack() !== undefined);
  assertEquals(useNativeLapack(false), undefined);
  assertEquals(nativeLapack(), undefined);
});

testNative(
  "matrixEntropy() and mir() by LAPACK are those of the kernel to rounding",
  () => {
    const Z = normal(700, 200, 1);
    const entropy = both(() => matrixEntropy(Z));
    assertAlmostEquals(entropy.native, entropy.embedded, 1e-12);
    const views = [normal(300, 20, 2), normal(300, 12, 3)] as const;
    const ratio = both(() => mir(...views));
    assertAlmostEquals(ratio.native, ratio.embedded, 1e-12);
    const wide = both(() => matrixEntropy(normal(150, 400, 4)));
    assertAlmostEquals(wide.native, wide.embedded, 1e-12);
  },
);

testNative("interplay() by LAPACK is that of the kernel to rounding", () => {
  const Z = normal(500, 40, 5);
  const labels = Array.from({ length: 500 }, (_, i) => i % 10);
  const head = { weights: normal(10, 40, 6) };
  const { native, embedded } = both(() => interplay(Z, labels, head));
  assertAlmostEquals(native.mir, embedded.mir, 1e-12);
  assertAlmostEquals(native.entropy.joint, embedded.entropy.joint, 1e-12);
});

testNative("symmetricEigen() by LAPACK has rows of small residual", () => {
  const n = 160;
  const x = normal(n, n, 7);
  const square = new DenseMatrix(
    x.data.map((v, at) => v + x.data[(at % n) * n + Math.floor(at / n)]!),
    n,
    n,
  );
  const { values, vectors } = symmetricEigen(square);
  for (const k of [0, 80, 159]) {
    for (let i = 0; i < n; i++) {
      const row = square.row(i);
      const product = vectors.row(k).reduce(
        (sum, v, j) => sum + v * row[j]!,
        0,
      );
      assertAlmostEquals(product, values[k]! * vectors.row(k)[i]!, 1e-10);
    }
  }
});

testNative(
  "Khatri–Rao moments by BLAS are those of the kernel, block after block",
  () => {
    const [x, y] = [normal(600, 9, 8), normal(600, 7, 9)];
    const { native, embedded } = both(() => {
      const sum = DenseMatrix.zeros(63, 63);
      addKhatriRaoProducts(sum, x, y);
      return sum;
    });
    for (let i = 0; i < 63; i++) {
      for (let j = 0; j <= i; j++) {
        const at = i * 63 + j;
        assertAlmostEquals(native.data[at]!, embedded.data[at]!, 1e-11);
      }
    }
  },
);

testNative("rowProducts() by BLAS are those of the kernel to rounding", () => {
  const [x, y] = [normal(70, 33, 12), normal(41, 33, 13)];
  const { native, embedded } = both(() => rowProducts(x, y));
  native.data.forEach((v, i) =>
    assertAlmostEquals(v, embedded.data[i]!, 1e-12)
  );
});

testNative(
  "the asynchronous forms use the library of their caller, and stop when it does",
  async () => {
    const Z = normal(400, 150, 10);
    assertEquals(await matrixEntropyAsync(Z), matrixEntropy(Z));
    const labels = Array.from({ length: 400 }, (_, i) => i % 3);
    const head = { weights: normal(3, 150, 11) };
    const options = { reference: false } as const;
    assertEquals(
      (await interplayAsync(Z, labels, head, options)).mir,
      interplay(Z, labels, head, options).mir,
    );
    useNativeLapack(false);
    assertEquals(await matrixEntropyAsync(Z), matrixEntropy(Z));
  },
);

Deno.test("useNativeLapack() refuses an unknown option and changes nothing", () => {
  const before = nativeLapack();
  assertThrows(
    () => useNativeLapack({ treads: 2 } as Record<string, unknown>),
    OptionsError,
    "Cannot open native LAPACK: ",
  );
  assertEquals(nativeLapack(), before);
});

Deno.test("useNativeLapack() with a library that is not there leaves the embedded kernel in use", () => {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  try {
    assertEquals(useNativeLapack({ path: "libnowhere.so" }), undefined);
    assertEquals(useNativeLapack({ path: "libnowhere.so" }), undefined);
  } finally {
    console.warn = warn;
  }
  assert(warnings.length <= 1 && nativeLapack() === undefined);
  assertAlmostEquals(matrixEntropy([[1, 0], [0, 1]]), Math.log(2), 1e-14);
});
