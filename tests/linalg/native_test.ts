import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { fromFileUrl } from "@std/path";
import {
  NativeLibraryError,
  OptionsError,
  ShapeError,
} from "../../lib/core/errors.ts";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import { Random } from "../../lib/core/random.ts";
import { symmetricEigenvalues } from "../../lib/linalg/eigen.ts";
import { libraryNames } from "../../lib/linalg/native/_library_names.ts";
import { selfTest } from "../../lib/linalg/native/_self_test.ts";
import {
  integerBitsOf,
  SymmetricSolver,
} from "../../lib/linalg/native/_syevd.ts";
import type { Syevd } from "../../lib/linalg/native/_symbols.ts";
import {
  type NativeLapack,
  openNativeLapack,
} from "../../lib/linalg/native/native_lapack.ts";
import {
  addOuterProducts,
  rowProducts,
  transpose,
} from "../../lib/linalg/products.ts";
import { goldenEigen } from "../golden/inputs.ts";

const root = new URL("../../", import.meta.url);
const multiarch = `/usr/lib/${Deno.build.arch}-linux-gnu`;

/** A test that needs something installed: passed over without it, but not under CI. */
function testWith(
  { missing, needs }: { missing: boolean; needs: string },
  name: string,
  fn: () => void | Promise<void>,
): void {
  const ignore = missing && Deno.env.get("CI") !== "true";
  Deno.test({ name: ignore ? `${name} (needs ${needs})` : name, ignore, fn });
}

function opens(path?: string): boolean {
  try {
    openNativeLapack(path === undefined ? {} : { path }).close();
    return true;
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

const onLinux = {
  missing: Deno.build.os !== "linux",
  needs: "Linux",
};
const anyLapack = {
  missing: !opens(),
  needs: "a native LAPACK: libopenblas0-pthread of Debian",
};
const openBlas = {
  missing: !isFile(`${multiarch}/openblas-pthread/libopenblas.so.0`),
  needs: "libopenblas0-pthread of Debian",
};
const openBlas64 = {
  missing: !isFile(`${multiarch}/openblas64-pthread/libopenblas64.so.0`),
  needs: "libopenblas64-0-pthread of Debian",
};
const referenceLapack = {
  missing: !isFile(`${multiarch}/lapack/liblapack.so.3`) ||
    !isFile(`${multiarch}/blas/libblas.so.3`),
  needs: "liblapack3 and libblas3 of Debian",
};

/** Runs code in a process of its own; what it wrote and said. */
async function run(
  code: string,
  { permissions, env = {} }: {
    permissions: string[];
    env?: Record<string, string>;
  },
): Promise<{ output: string; warnings: string }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  const module = new URL("lib/linalg/native/native_lapack.ts", root).href;
  try {
    await Deno.writeTextFile(
      file,
      `import * as native from ${JSON.stringify(module)};\n${code}`,
    );
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          ...["run", "--quiet", "--no-check", "--no-prompt", "--config"],
          ...[fromFileUrl(new URL("deno.json", root)), ...permissions, file],
        ],
        env: { NO_COLOR: "1", ...env },
      },
    ).output();
    const warnings = new TextDecoder().decode(stderr);
    assert(success, warnings);
    return { output: new TextDecoder().decode(stdout), warnings };
  } finally {
    await Deno.remove(file);
  }
}

function symmetric(n: number, seed: number): Float64Array {
  const values = new Random(seed).normals(n * n);
  return values.map((_, at) => {
    const i = Math.floor(at / n), j = at % n;
    return values[Math.max(i, j) * n + Math.min(i, j)]!;
  });
}

function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((max, x) => Math.max(max, Math.abs(x)), 0);
}

/** The largest entry of `A V − V Λ` and of `V Vᵀ − 1`, the vectors being rows. */
function defects(
  a: ArrayLike<number>,
  { values, vectors }: {
    values: ArrayLike<number>;
    vectors: ArrayLike<number>;
  },
): { residual: number; orthonormality: number } {
  const n = values.length;
  const v = new DenseMatrix(Float64Array.from(vectors), n, n);
  const image = rowProducts(v, new DenseMatrix(Float64Array.from(a), n, n));
  const inner = rowProducts(v, v);
  let residual = 0;
  let orthonormality = 0;
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      const at = k * n + i;
      const error = Math.abs(image.data[at]! - values[k]! * v.data[at]!);
      residual = Math.max(residual, error);
      const delta = Math.abs(inner.data[at]! - (k === i ? 1 : 0));
      orthonormality = Math.max(orthonormality, delta);
    }
  }
  return { residual, orthonormality };
}

function isDescending(values: ArrayLike<number>): boolean {
  return Array.from(values).every((x, k) => k === 0 || x <= values[k - 1]!);
}

/**
 * `H Λ H` for a reflection `H = 1 − 2uuᵀ/uᵀu` and a diagonal `Λ`, which is the spectrum; lower triangle.
 */
function reflectedDiagonal(
  n: number,
): { a: Float64Array; expected: Float64Array } {
  const u = new Random(4).normals(n);
  const expected = Float64Array.from({ length: n }, (_, k) => 1 - 2 * k / n);
  const square = u.reduce((sum, x) => sum + x * x, 0);
  const weighted = u.reduce((sum, x, k) => sum + expected[k]! * x * x, 0);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const both = 2 * weighted / square - expected[i]! - expected[j]!;
      a[i * n + j] = 2 * u[i]! * u[j]! / square * both;
    }
    a[i * n + i] = a[i * n + i]! + expected[i]!;
  }
  return { a, expected };
}

// What a library computes, for a build of either integer width.

const builds = [
  { name: "the library found", needs: anyLapack, options: {} },
  {
    name: "64-bit integers",
    needs: openBlas64,
    options: { path: `${multiarch}/openblas64-pthread/libopenblas64.so.0` },
  },
];

for (const { name, needs, options } of builds) {
  testWith(
    needs,
    `eigenvalues() gives the golden values, ${name}`,
    async () => {
      using lapack = openNativeLapack(options);
      for (const { name, matrix, eigenvalues, norm } of await goldenEigen()) {
        const n = matrix.length;
        const values = lapack.eigenvalues(Float64Array.from(matrix.flat()), n);
        assert(isDescending(values), name);
        const error = largest(values.map((x, k) => x - eigenvalues[k]!));
        assert(error <= 1e-13 * norm * n, `${name}: ${error}`);
      }
    },
  );

  testWith(
    needs,
    `eigen() gives orthonormal rows of small residual, ${name}`,
    async () => {
      using lapack = openNativeLapack(options);
      for (const { name, matrix, eigenvalues, norm } of await goldenEigen()) {
        const n = matrix.length;
        const a = Float64Array.from(matrix.flat());
        const eigen = lapack.eigen(a, n);
        const error = largest(eigen.values.map((x, k) => x - eigenvalues[k]!));
        assert(error <= 1e-13 * norm * n, `${name}: ${error}`);
        const { residual, orthonormality } = defects(a, eigen);
        assert(residual <= 1e-14 * norm * n, `${name}: ${residual}`);
        assert(orthonormality <= 1e-14 * n, `${name}: ${orthonormality}`);
      }
    },
  );

  testWith(
    needs,
    `eigenvalues32() and eigen32() are right to float32, ${name}`,
    async () => {
      using lapack = openNativeLapack(options);
      const EPSILON = 2 * 2 ** -23; // once for the solver, once for the rounding of the matrix
      for (const { name, matrix, eigenvalues, norm } of await goldenEigen()) {
        const n = matrix.length;
        const a = Float32Array.from(matrix.flat());
        const values = lapack.eigenvalues32(a, n);
        const eigen = lapack.eigen32(a, n);
        assert(values instanceof Float32Array);
        assert(eigen.vectors instanceof Float32Array);
        for (const found of [values, eigen.values]) {
          assert(isDescending(found), name);
          const error = largest(found.map((x, k) => x - eigenvalues[k]!));
          assert(error <= EPSILON * norm * n, `${name}: ${error}`);
        }
        const { residual, orthonormality } = defects(a, eigen);
        assert(residual <= EPSILON * norm * n, `${name}: ${residual}`);
        assert(orthonormality <= EPSILON * n, `${name}: ${orthonormality}`);
      }
    },
  );

  testWith(
    needs,
    `addOuterProducts() agrees with plain loops and leaves the upper triangle, ${name}`,
    () => {
      using lapack = openNativeLapack(options);
      for (
        const [rows, d] of [[1, 1], [3, 7], [500, 33], [40, 130], [
          0,
          4,
        ]] as const
      ) {
        const x = new Random(rows).normals(rows * d);
        const sum = Float64Array.from(
          { length: d * d },
          (_, at) => at % d > Math.floor(at / d) ? NaN : at,
        );
        const plain = new DenseMatrix(sum.slice(), d, d);
        for (let times = 0; times < 2; times++) {
          lapack.addOuterProducts(sum, x, rows, d);
          addOuterProducts(plain, new DenseMatrix(x, rows, d));
        }
        sum.forEach((value, at) =>
          assertAlmostEquals(value, plain.data[at]!, 1e-13 * (rows + d * d))
        );
      }
    },
  );

  testWith(
    needs,
    `multiply() agrees with plain loops for every transposition, ${name}`,
    () => {
      using lapack = openNativeLapack(options);
      const [rows, inner, columns] = [5, 70, 13];
      const a = new DenseMatrix(
        new Random(1).normals(rows * inner),
        rows,
        inner,
      );
      const b = new DenseMatrix(
        new Random(2).normals(inner * columns),
        inner,
        columns,
      );
      const expected = rowProducts(a, transpose(b)).data;
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const product = lapack.multiply(
            (transposeA ? transpose(a) : a).data,
            (transposeB ? transpose(b) : b).data,
            { rows, inner, columns, transposeA, transposeB },
          );
          assertEquals(product.length, expected.length);
          product.forEach((x, at) =>
            assertAlmostEquals(x, expected[at]!, 1e-13 * inner)
          );
        }
      }
    },
  );
}

testWith(
  anyLapack,
  "eigenvalues() agrees with the embedded solver where all threads work",
  () => {
    using lapack = openNativeLapack();
    const n = 1030;
    const values = lapack.eigenvalues(symmetric(n, 3), n);
    const expected = symmetricEigenvalues(
      new DenseMatrix(symmetric(n, 3), n, n),
    );
    const error = largest(values.map((x, k) => x - expected[k]!));
    assert(error <= 1e-13 * largest(expected) * n, String(error));
  },
);

for (const { name, needs, options } of builds) {
  testWith(
    needs,
    `eigenvalues() and eigenvalues32() beyond the caches are those of the recipe, ${name}`,
    () => {
      using lapack = openNativeLapack(options);
      const double = reflectedDiagonal(1800);
      const values = lapack.eigenvalues(double.a, 1800);
      assert(isDescending(values));
      assert(
        largest(values.map((x, k) => x - double.expected[k]!)) <= 1e-13 * 1800,
      );
      const single = reflectedDiagonal(2520);
      const values32 = lapack.eigenvalues32(Float32Array.from(single.a), 2520);
      assert(isDescending(values32));
      const error = largest(values32.map((x, k) => x - single.expected[k]!));
      assert(error <= 2 ** -22 * 2520, String(error));
    },
  );
}

testWith(
  anyLapack,
  "eigenvalues() and eigen() read the lower triangle alone and change nothing",
  () => {
    using lapack = openNativeLapack();
    const a = Float64Array.of(2, NaN, 1, 2);
    assertEquals([...lapack.eigenvalues(a, 2)].map(Math.round), [3, 1]);
    assertEquals([...lapack.eigen(a, 2).values].map(Math.round), [3, 1]);
    assertEquals([...a], [2, NaN, 1, 2]);
  },
);

testWith(anyLapack, "eigenvalues() takes views and shared memory", () => {
  using lapack = openNativeLapack();
  const a = symmetric(40, 5);
  const expected = lapack.eigenvalues(a, 40);
  const shared = new Float64Array(new SharedArrayBuffer(8 * 1603), 24, 1600);
  shared.set(a);
  assertEquals(lapack.eigenvalues(shared, 40), expected);
  const x = new Float64Array(1603).fill(1).subarray(3);
  const sum = new Float64Array(new SharedArrayBuffer(8 * 6), 16, 4);
  lapack.addOuterProducts(sum, x, 800, 2);
  assertEquals([...sum], [800, 0, 800, 800]);
});

testWith(
  anyLapack,
  "eigenvalues() gives the same after larger and smaller problems, whose workspace it keeps",
  () => {
    using lapack = openNativeLapack();
    const small = symmetric(9, 7);
    const first = lapack.eigenvalues(small, 9);
    const vectors = lapack.eigen(small, 9).vectors;
    for (const n of [200, 1, 1500]) {
      lapack.eigenvalues(symmetric(n, n), n);
      assertEquals(lapack.eigenvalues(small, 9), first);
      assertEquals(lapack.eigen(small, 9).vectors, vectors);
    }
  },
);

testWith(
  anyLapack,
  "eigenvalues() scales: entries of 1e±150 neither overflow nor vanish",
  () => {
    using lapack = openNativeLapack();
    const a = symmetric(12, 2);
    const expected = lapack.eigenvalues(a, 12);
    for (const scale of [1e-150, 1e150]) {
      lapack.eigenvalues(a.map((x) => x * scale), 12).forEach((x, k) =>
        assertAlmostEquals(x / scale, expected[k]!, 1e-13)
      );
    }
  },
);

testWith(
  anyLapack,
  "NativeLapack names what does not fit, before anything is computed",
  () => {
    using lapack = openNativeLapack();
    const a = new Float64Array(4);
    const expectations: [() => unknown, string][] = [
      [
        () => lapack.eigenvalues(new Float64Array(0), 0),
        "Cannot compute eigenvalues natively: expected an integer from 1 to 32766 as `n`, received 0",
      ],
      [() => lapack.eigen(a, 32_767), "from 1 to 32766 as `n`, received 32767"],
      [() => lapack.eigen(a, 1.5), "as `n`, received 1.5"],
      [() => lapack.eigenvalues(a, 3), "expected 9 values in `a`, received 4"],
      [
        () => lapack.eigenvalues32(new Float32Array(3), 2),
        "expected 4 values in `a`, received 3",
      ],
      [
        () => lapack.addOuterProducts(a, new Float64Array(5), 3, 2),
        "Cannot add outer products natively: expected 6 values in `x`, received 5",
      ],
      [
        () => lapack.addOuterProducts(a, new Float64Array(9), 3, 3),
        "expected 9 values in `sum`, received 4",
      ],
      [
        () => lapack.addOuterProducts(a, a, -1, 2),
        "expected an integer from 0 on as `rows`, received -1",
      ],
      [
        () => lapack.multiply(a, a, { rows: 2, inner: 2, columns: 0 }),
        "Cannot multiply natively: expected an integer from 1 on as `columns`, received 0",
      ],
      [
        () => lapack.multiply(a, a, { rows: 2, inner: 2, columns: 3 }),
        "expected 6 values in `b`, received 4",
      ],
    ];
    for (const [act, message] of expectations) {
      assertThrows(act, ShapeError, message);
    }
  },
);

testWith(
  anyLapack,
  "close() ends a library, twice is no error, and the next one opens",
  () => {
    const lapack = openNativeLapack();
    lapack.close();
    lapack.close();
    assertThrows(
      () => lapack.eigenvalues(Float64Array.of(1), 1),
      NativeLibraryError,
      "Cannot compute eigenvalues natively: expected an open library, received ",
    );
    for (let times = 0; times < 20; times++) {
      using next = openNativeLapack();
      assertEquals([...next.eigenvalues(Float64Array.of(7), 1)], [7]);
    }
  },
);

// What it says of itself.

testWith(
  openBlas,
  "openNativeLapack() finds OpenBLAS by itself and says version, integers and threads",
  () => {
    using lapack = openNativeLapack();
    const { path, implementation, integerBits, threads, reference, summary } =
      lapack.description;
    assertMatch(implementation, /^OpenBLAS \d+\.\d+/);
    assertEquals(integerBits, 32);
    assertEquals(reference, false);
    assert(threads !== undefined && threads >= 1);
    assertStringIncludes(
      summary,
      `${implementation} from ${path}, ${threads} `,
    );
  },
);

testWith(
  openBlas64,
  "openNativeLapack() sees 64-bit integers behind plain names",
  () => {
    using lapack = openNativeLapack({ path: builds[1]!.options.path! });
    assertEquals(lapack.description.integerBits, 64);
  },
);

testWith(
  openBlas,
  "openNativeLapack() sets threads, and small problems leave them as they were",
  () => {
    using before = openNativeLapack();
    try {
      for (const threads of [1, 2]) {
        using lapack = openNativeLapack({ threads });
        assertEquals(lapack.description.threads, threads);
        lapack.eigen(symmetric(20, 1), 20);
        using again = openNativeLapack();
        assertEquals(again.description.threads, threads);
      }
    } finally {
      openNativeLapack({ threads: before.description.threads ?? 1 }).close();
    }
  },
);

testWith(
  referenceLapack,
  "openNativeLapack() recognises the reference implementation, tryNativeLapack() takes it only by name",
  async () => {
    // The loader's own path, so that OpenBLAS under the same names is out of reach.
    const env = {
      LD_LIBRARY_PATH: `${multiarch}/lapack:${multiarch}/blas`,
    };
    const code = `
    const path = "liblapack.so.3";
    const lapack = native.openNativeLapack({ path });
    console.log(JSON.stringify(lapack.description));
    console.log(JSON.stringify([...lapack.eigenvalues(Float64Array.of(2, 0, 1, 2), 2)]));
    console.log(native.tryNativeLapack({ path })?.description.reference);`;
    const { output, warnings } = await run(code, {
      permissions: ["--allow-ffi"],
      env,
    });
    const [description, values, tried] = output.trim().split("\n");
    const { implementation, reference, threads, summary } = JSON.parse(
      description!,
    );
    assertMatch(implementation, /^reference LAPACK 3\.\d+\.\d+$/);
    assertEquals([reference, threads], [true, 1]);
    assertStringIncludes(summary, "slower than the embedded kernel");
    assertAlmostEquals(JSON.parse(values!)[0], 3, 1e-14);
    assertEquals(tried, "true");
    assertEquals(warnings, "");
  },
);

testWith(
  referenceLapack,
  "tryNativeLapack() warns and does without where there is only the reference implementation",
  async () => {
    const conda = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${conda}/lib`);
      await Deno.symlink(
        `${multiarch}/lapack/liblapack.so.3`,
        `${conda}/lib/libopenblas.so.0`,
      );
      const { output, warnings } = await run(
        `console.log(native.openNativeLapack().description.reference);
         console.log(native.tryNativeLapack());`,
        {
          permissions: ["--allow-env", `--allow-ffi=${conda}`],
          env: { CONDA_PREFIX: conda, LD_LIBRARY_PATH: `${multiarch}/blas` },
        },
      );
      assertEquals(output, "true\nundefined\n");
      assertStringIncludes(
        warnings,
        "Native LAPACK: found only reference LAPACK ",
      );
    } finally {
      await Deno.remove(conda, { recursive: true });
    }
  },
);

testWith(
  openBlas,
  "openNativeLapack() is content with permission for a folder, without the version then",
  async () => {
    const { output } = await run(
      "console.log(JSON.stringify(native.openNativeLapack().description));",
      { permissions: [`--allow-ffi=${multiarch}`] },
    );
    const { path, implementation } = JSON.parse(output);
    assert(path.startsWith(multiarch), path);
    assertEquals(implementation, "OpenBLAS");
  },
);

testWith(
  openBlas,
  "INTERPLAY_LAPACK names the library, unless the path is given or reading it is not allowed",
  async () => {
    const { path } = openBlasFile;
    const code = `console.log(native.openNativeLapack().description.path);
    console.log(native.openNativeLapack({ path: "libopenblas.so.0" }).description.path);`;
    const env = { INTERPLAY_LAPACK: path };
    const found = async (...permissions: string[]) =>
      (await run(code, { permissions: ["--allow-ffi", ...permissions], env }))
        .output.trim().split("\n");
    assertEquals(await found("--allow-env"), [path, "libopenblas.so.0"]);
    const [without] = await found();
    assert(without !== path);
  },
);

const openBlasFile = {
  path: `${multiarch}/openblas-pthread/libopenblas.so.0`,
};

testWith(openBlas, "openNativeLapack() takes a file: URL", () => {
  using lapack = openNativeLapack({
    path: new URL(`file://${openBlasFile.path}`),
  });
  assertEquals(lapack.description.path, openBlasFile.path);
});

// What does not open.

function failure(path: string): NativeLibraryError {
  return assertThrows(() => openNativeLapack({ path }), NativeLibraryError);
}

testWith(onLinux, "openNativeLapack() says that a library is missing", () => {
  const error = failure("libnowhere.so.0");
  assertEquals(error.tried, [{
    library: "libnowhere.so.0",
    reason: "cannot open shared object file: No such file or directory",
  }]);
  assertEquals(
    error.message,
    "Cannot open native LAPACK: expected a library that serves, received none\n" +
      "  libnowhere.so.0: cannot open shared object file: No such file or directory",
  );
  assertEquals(failure("/nowhere/liblapack.so").tried.length, 1);
});

testWith(
  onLinux,
  "openNativeLapack() says that a file is no library, or one for another machine",
  async () => {
    const file = await Deno.makeTempFile({ suffix: ".so" });
    try {
      await Deno.writeTextFile(file, "no library ".repeat(100));
      assertEquals(failure(file).tried[0]?.reason, "invalid ELF header");
      const header = new Uint8Array(4096);
      header.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]); // 32 bits
      await Deno.writeFile(file, header);
      assertEquals(
        failure(file).tried[0]?.reason,
        "wrong ELF class: ELFCLASS32",
      );
    } finally {
      await Deno.remove(file);
    }
  },
);

testWith(
  onLinux,
  "openNativeLapack() says that a library lacks the routines",
  () => {
    assertEquals(failure("libm.so.6").tried, [{
      library: "libm.so.6",
      reason: "no dsyevd, ssyevd, dsyrk and dgemm under any known spelling",
    }]);
  },
);

Deno.test("openNativeLapack() without permission says so for every name, in one line", async () => {
  const code = `try { native.openNativeLapack(); } catch (error) {
    console.log(error.name + ": " + error.message);
    console.log(error.tried.length);
  }`;
  const { output } = await run(code, { permissions: [] });
  const [head, reasons, count] = output.trim().split("\n");
  assertStringIncludes(head!, "NativeLibraryError: Cannot open native LAPACK");
  assertMatch(reasons!, /^ {2}\S+, .*: no permission; run with --allow-ffi$/);
  assert(Number(count) > 3);
});

Deno.test("tryNativeLapack() falls back with one warning for the process, whatever fails", async () => {
  const code = `
    console.log(native.tryNativeLapack());
    console.log(native.tryNativeLapack({ path: "libnowhere" }));`;
  for (const permissions of [[], ["--allow-ffi=nowhere"]]) {
    const { output, warnings } = await run(code, { permissions });
    assertEquals(output, "undefined\nundefined\n");
    assertEquals(warnings.match(/Cannot open native LAPACK/g)?.length, 1);
    assertStringIncludes(warnings, "The embedded kernel is used instead");
  }
});

testWith(
  openBlas,
  "tryNativeLapack() gives the library without a word",
  async () => {
    const { output, warnings } = await run(
      "console.log(native.tryNativeLapack({ threads: 1 })?.description.threads);",
      { permissions: ["--allow-ffi"] },
    );
    assertEquals([output, warnings], ["1\n", ""]);
  },
);

Deno.test("openNativeLapack() and tryNativeLapack() reject unknown options and bad values", async () => {
  for (
    const bad of [
      { threads: 0 },
      { threads: 1.5 },
      { path: "" },
      { path: new URL("https://example.com/libopenblas.so") },
      { library: "libopenblas.so.0" },
    ]
  ) {
    assertThrows(
      () => openNativeLapack(bad),
      OptionsError,
      "Cannot open native LAPACK: ",
    );
  }
  const { output } = await run(
    "try { native.tryNativeLapack({ threads: 0 }); } catch (error) { console.log(error.name); }",
    { permissions: ["--allow-ffi"] },
  );
  assertEquals(output, "OptionsError\n");
});

// What is trusted: routines that answer wrong, without a library.

/** What `dsyevd` writes into a workspace query or a call, by a build of the given width. */
function writing(
  bits: 32 | 64,
  { reals, integers, info }: { reals: number; integers: number; info: number },
): Syevd {
  const put = (slot: unknown, value: number) => {
    const view = new DataView((slot as BigInt64Array).buffer);
    if (bits === 64) view.setBigInt64(0, BigInt(value), true);
    else view.setInt32(0, value, true);
  };
  return ((...given: unknown[]) => {
    (given[6] as Float64Array)[0] = reals;
    put(given[8], integers);
    put(given[10], info);
  }) as Syevd;
}

Deno.test("integerBitsOf() tells 32 from 64 bits by what is written", () => {
  const answer = { reals: 21, integers: 13, info: 0 };
  assertEquals(integerBitsOf(writing(32, answer)), 32);
  assertEquals(integerBitsOf(writing(64, answer)), 64);
});

Deno.test("integerBitsOf() rejects what dsyevd would not answer", () => {
  for (
    const answer of [
      { reals: 20, integers: 13, info: 0 },
      { reals: NaN, integers: 13, info: 0 },
      { reals: 21, integers: 12, info: 0 },
      { reals: 21, integers: 13, info: -8 },
    ]
  ) {
    for (const bits of [32, 64] as const) {
      assertThrows(
        () => integerBitsOf(writing(bits, answer)),
        NativeLibraryError,
        "its dsyevd answers a workspace query with ",
      );
    }
  }
  assertThrows(() => integerBitsOf(() => {}), NativeLibraryError);
});

Deno.test("SymmetricSolver reports what LAPACK reports, for either width", () => {
  for (const bits of [32, 64] as const) {
    for (const info of [2, -5]) {
      const solver = new SymmetricSolver({
        zeros: (length) => new Float64Array(length),
        name: "dsyevd",
        syevd: writing(bits, { reals: 21, integers: 13, info }),
      });
      assertThrows(
        () => solver.values(new Float64Array(4), 2),
        NativeLibraryError,
        `Cannot compute eigenvalues: expected dsyevd to converge, received info = ${info} for 2 × 2`,
      );
    }
  }
});

/** A library with some of its routines replaced. */
function altered(
  lapack: NativeLapack,
  routines: Partial<NativeLapack>,
): NativeLapack {
  return {
    description: lapack.description,
    eigenvalues: (a, n) => lapack.eigenvalues(a, n),
    eigen: (a, n) => lapack.eigen(a, n),
    eigenvalues32: (a, n) => lapack.eigenvalues32(a, n),
    eigen32: (a, n) => lapack.eigen32(a, n),
    addOuterProducts: (sum, x, rows, d) =>
      lapack.addOuterProducts(sum, x, rows, d),
    multiply: (a, b, shape) => lapack.multiply(a, b, shape),
    close: () => lapack.close(),
    [Symbol.dispose]: () => lapack.close(),
    ...routines,
  };
}

testWith(
  anyLapack,
  "selfTest() passes a library and rejects each routine that errs",
  () => {
    using lapack = openNativeLapack();
    selfTest(lapack);
    const ones = {
      values: Float64Array.of(3, 1),
      vectors: new Float64Array(4),
    };
    const wrong: [string, Partial<NativeLapack>][] = [
      ["dsyevd, values: expected 3, 1, received 1, 3", {
        eigenvalues: () => Float64Array.of(1, 3),
      }],
      ["dsyevd, values", { eigenvalues: () => Float64Array.of(3) }],
      ["dsyevd, values", { eigenvalues: () => Float64Array.of(NaN, NaN) }],
      ["dsyevd, vectors", { eigen: () => ones }],
      ["dsyevd, values with vectors", {
        eigen: (a, n) => ({ ...lapack.eigen(a, n), values: ones.vectors }),
      }],
      ["ssyevd, values", { eigenvalues32: () => Float32Array.of(3, 1.1) }],
      ["ssyevd, vectors", {
        eigen32: () => ({
          values: Float32Array.of(3, 1),
          vectors: new Float32Array(4),
        }),
      }],
      ["dsyrk: expected 36, 9, 45, 57, received 1, 9, 1, 1", {
        addOuterProducts: () => {},
      }],
      ["dgemm: expected 2, 11, 8, 23, received 0, 0, 0, 0", {
        multiply: () => new Float64Array(4),
      }],
    ];
    for (const [message, routines] of wrong) {
      assertThrows(
        () => selfTest(altered(lapack, routines)),
        NativeLibraryError,
        message,
      );
    }
  },
);

Deno.test("libraryNames() puts OpenBLAS before reference LAPACK, and an active conda first", () => {
  const linux = libraryNames({ os: "linux", arch: "x86_64" });
  assertEquals(linux[0], "libopenblas.so.0");
  assert(linux.includes("/usr/lib/x86_64-linux-gnu/libopenblas.so.0"));
  assertEquals(new Set(linux).size, linux.length);
  const firstReference = linux.findIndex((name) => name.includes("liblapack"));
  assertEquals(
    linux.slice(firstReference).filter((name) => name.includes("openblas")),
    [],
  );
  const conda = "/opt/conda";
  assertEquals(
    libraryNames({ os: "linux", arch: "aarch64", conda })[0],
    "/opt/conda/lib/libopenblas.so.0",
  );
  assertMatch(
    libraryNames({ os: "darwin", arch: "aarch64", conda })[0]!,
    /Accelerate$/,
  );
  assertEquals(
    libraryNames({ os: "windows", arch: "x86_64" })[0],
    "libopenblas.dll",
  );
});
