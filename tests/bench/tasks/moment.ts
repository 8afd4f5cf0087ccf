/** The second moment `XᵀX`, which everything with many samples begins with. */

import { Matrix } from "ml-matrix";
import { DenseMatrix } from "../../../lib/core/matrix.ts";
import {
  addOuterProducts,
  portableOuterProducts,
} from "../../../lib/linalg/products.ts";
import { gaussian, own, python, raced, type Setting } from "../group.ts";
import { local } from "../race.ts";

const QUICK = [[1000, 128], [10000, 512]] as const;
const FULL = [[1000, 128], [10000, 64], [10000, 512]] as const;

/** The trace, and the sum of the squares of all entries, from the lower triangle. */
function check({ data, rows: d }: DenseMatrix): number[] {
  let trace = 0;
  let square = 0;
  for (let i = 0; i < d; i++) {
    trace += data[i * d + i]!;
    for (let j = 0; j <= i; j++) {
      square += (i === j ? 1 : 2) * data[i * d + j]! ** 2;
    }
  }
  return [trace, square];
}

function by(add: typeof addOuterProducts, x: DenseMatrix) {
  return () => {
    const sum = DenseMatrix.zeros(x.columns, x.columns);
    add(sum, x);
    return () => check(sum);
  };
}

/** Second moments. */
export async function* moment(setting: Setting) {
  for (const [n, d] of setting.full ? FULL : QUICK) {
    const x = gaussian(n, d, n);
    const rows = new Matrix(x.to2DArray());
    const [embedded, ...native] = own(setting, by(addOuterProducts, x));
    yield await raced(setting, {
      label: `second moment, (${n}, ${d})`,
      contestants: [
        embedded!,
        ...await python(setting, {
          op: "moment",
          arrays: [x],
          names: ["numpy 1", "numpy 2"],
        }),
        ...native,
        local("TypeScript", 1e-9, by(portableOuterProducts, x)),
        local("ml-matrix", 1e-9, () => {
          const sum = rows.transpose().mmul(rows);
          return () =>
            check(new DenseMatrix(Float64Array.from(sum.to1DArray()), d, d));
        }),
      ],
    });
  }
}
