/** The matrix entropy of representations, from the numbers as they come to the number that is wanted. */

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { DenseMatrix } from "../../../lib/core/matrix.ts";
import { portableEigenvalues } from "../../../lib/linalg/_tridiagonal.ts";
import { portableOuterProducts } from "../../../lib/linalg/products.ts";
import { normalizeRows } from "../../../lib/linalg/rows.ts";
import { entropyOfSpectrum } from "../../../lib/linalg/spectral_entropy.ts";
import { matrixEntropy } from "../../../lib/metrics/mod.ts";
import { gaussian, own, python, raced, type Setting } from "../group.ts";
import { local } from "../race.ts";

const QUICK = [[1000, 512], [10000, 512]] as const;
const FULL = [[1000, 512], [10000, 512], [50000, 512]] as const;

/** What the jitter and the clamp of float32 code change in an entropy of some nats. */
const FLOAT32 = 5e-3;

function portableEntropy(x: DenseMatrix): number {
  const moment = DenseMatrix.zeros(x.columns, x.columns);
  portableOuterProducts(moment, normalizeRows(x));
  const values = portableEigenvalues(moment, x.rows / x.columns);
  return entropyOfSpectrum(values.sort().reverse());
}

/** Through the Gram, as the definition says, with a general library. */
function plainEntropy(x: DenseMatrix): number {
  const z = new Matrix(x.to2DArray());
  const rows = z.divColumnVector(
    z.to2DArray().map((row) => Math.sqrt(row.reduce((s, v) => s + v * v, 0))),
  );
  const gram = rows.mmul(rows.transpose()).div(x.rows);
  return new EigenvalueDecomposition(gram, { assumeSymmetric: true })
    .realEigenvalues.reduce(
      (sum, p) => p > 1e-15 ? sum - p * Math.log(p) : sum,
      0,
    );
}

/** Whole entropies. */
export async function* entropy(setting: Setting) {
  for (const [n, d] of setting.full ? FULL : QUICK) {
    const x = gaussian(n, d, n);
    const [embedded, ...native] = own(setting, () => {
      const h = matrixEntropy({ data: x.data, shape: [n, d] });
      return () => [h];
    });
    const names = ["numpy 1", "numpy 2"];
    const job = { op: "entropy", arrays: [x] };
    const contestants = [
      embedded!,
      ...await python(setting, { ...job, names }),
      ...native,
    ];
    if (n <= 1000) {
      contestants.push(
        ...await python(setting, {
          ...job,
          names: ["torch 1", "torch 2"],
          tolerance: FLOAT32,
        }),
        local("ml-matrix", 1e-9, () => {
          const h = plainEntropy(x);
          return () => [h];
        }),
      );
    }
    if (n <= 10000) {
      contestants.push(local("TypeScript", 1e-9, () => {
        const h = portableEntropy(x);
        return () => [h];
      }));
    }
    yield await raced(setting, { label: `entropy, (${n}, ${d})`, contestants });
  }
}
