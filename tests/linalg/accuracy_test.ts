/** Every engine against LAPACK's golden values, on spectra that eigenvalue programs have failed on before. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { EntropyAccumulator, gramEntropy, matrixEntropy } from "interplay";
import { matrixMutualInformation } from "interplay";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import { hadamard, mirror } from "../../lib/linalg/products.ts";
import { normalizeRows } from "../../lib/linalg/rows.ts";
import { entropyOfSpectrum } from "../../lib/linalg/spectral_entropy.ts";
import { checksum, goldenEigen } from "../golden/inputs.ts";
import { goldenViews } from "../golden/spectra/views.ts";
import { defects, engines } from "./engines.ts";

const eigen = (await goldenEigen()).filter(({ norm }) => norm > 0);
const views = await goldenViews();
const ORDERS = [1, 2, Infinity];

/** What is promised of an entropy, in nats. */
const ENTROPY = 1e-11;

function dense(rows: number[][]): DenseMatrix {
  const data = Float64Array.from(rows.flat());
  return new DenseMatrix(data, rows.length, rows.length);
}

Deno.test("golden matrices and views are of every kind that is promised", () => {
  const kinds = (names: string[]) =>
    new Set(names.map((name) => name.split(" ")[0]));
  assertEquals(
    kinds(eigen.map(({ name }) => name)),
    new Set([
      ...["random", "geometric", "powerLaw", "clustered", "collapsed"],
      ...["rankOne", "identity", "equal", "repeated", "wide", "tall"],
      ...["graded", "gradedDown", "gradedUp", "wilkinson", "glued"],
    ]),
  );
  assertEquals(
    kinds(views.map(({ name }) => name)),
    new Set([
      ...["random", "decaying", "clustered", "collapsed", "rankOne"],
      ...["identity", "graded", "repeated"],
    ]),
  );
});

for (const { name, view, sha256 } of views) {
  Deno.test(`golden view ${name} is bitwise that of the generator`, async () => {
    assertEquals(await checksum([view.to2DArray()]), sha256);
  });
}

for (const engine of engines) {
  Deno.test(`eigenvalues are LAPACK's to 1e-13 n λmax on every golden matrix (${engine.name})`, () => {
    for (const { name, matrix, eigenvalues, norm } of eigen) {
      const values = engine.values(dense(matrix));
      assertEquals(values.length, matrix.length);
      values.forEach((x, k) =>
        assertAlmostEquals(
          x,
          eigenvalues[k]!,
          1e-13 * norm * matrix.length,
          `${name}, value ${k}`,
        )
      );
    }
  });

  Deno.test(`eigenvectors solve every golden matrix to 1e-13 n (${engine.name})`, () => {
    for (const { name, matrix, eigenvalues, norm } of eigen) {
      const allowed = 1e-13 * matrix.length;
      const solved = engine.eigen(dense(matrix));
      solved.values.forEach((x, k) =>
        assertAlmostEquals(x, eigenvalues[k]!, allowed * norm, name)
      );
      const { residual, orthogonality } = defects(dense(matrix), solved);
      assert(residual <= allowed, `${name}: residual ${residual}`);
      assert(orthogonality <= allowed, `${name}: products ${orthogonality}`);
    }
  });

  Deno.test(`entropies are LAPACK's to 1e-11 through the second moment and through the Gram (${engine.name})`, () => {
    for (const { name, view, entropy } of views) {
      const directions = normalizeRows(view);
      for (const form of ["moment", "gram"] as const) {
        const values = engine.values(engine[form](directions));
        for (const alpha of ORDERS) {
          const h = entropyOfSpectrum(values, alpha);
          const what = `${name}, order ${alpha}, ${form}: ${h}`;
          assertAlmostEquals(h, entropy[alpha]!, ENTROPY, what);
        }
      }
    }
  });

  Deno.test(`joint entropies are LAPACK's to 1e-11 through both forms (${engine.name})`, () => {
    for (const { name, view, second, joint } of views) {
      const [x, y] = [normalizeRows(view), normalizeRows(second)];
      const forms = {
        gram: hadamard(engine.gram(x), engine.gram(y)),
        ...(x.columns <= 64 ? { moment: engine.khatriRaoMoment(x, y) } : {}),
      };
      for (const [form, matrix] of Object.entries(forms)) {
        const values = engine.values(matrix);
        for (const alpha of ORDERS) {
          const h = entropyOfSpectrum(values, alpha);
          const what = `${name}, order ${alpha}, ${form}: ${h}`;
          assertAlmostEquals(h, joint[alpha]!, ENTROPY, what);
        }
      }
    }
  });
}

Deno.test("matrixEntropy(), gramEntropy(), EntropyAccumulator and the mutual information are LAPACK's to 1e-11", () => {
  for (const { name, view, second, entropy, joint } of views) {
    const gram = mirror(engines[0]!.gram(normalizeRows(view)));
    for (const alpha of ORDERS) {
      const accumulator = new EntropyAccumulator({ alpha });
      for (let i = 0; i < view.rows; i += 7) {
        accumulator.update(view.to2DArray().slice(i, i + 7));
      }
      const expected = entropy[alpha]!;
      const near = (h: number, what: string) =>
        assertAlmostEquals(h, expected, ENTROPY, `${name}: ${what} ${h}`);
      near(matrixEntropy(view, { alpha }), "matrixEntropy");
      near(gramEntropy(gram, { alpha }), "gramEntropy");
      near(accumulator.compute(), "EntropyAccumulator");
      const information = matrixMutualInformation(view, second, { alpha });
      const other = matrixEntropy(second, { alpha });
      const golden = expected + other - joint[alpha]!;
      assertAlmostEquals(information, golden, 3 * ENTROPY, `${name}: MI`);
    }
  }
});
