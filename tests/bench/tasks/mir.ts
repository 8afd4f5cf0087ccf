/** MIR: of two representations, and of representations with a head through the structure of the labels. */

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { DenseMatrix } from "../../../lib/core/matrix.ts";
import { interplay, mir as mirOf } from "../../../lib/metrics/mod.ts";
import { gaussian, own, python, raced, type Setting } from "../group.ts";
import { local } from "../race.ts";

const QUICK = [[512, 64], [1024, 128]] as const;
const FULL = [[512, 64], [1024, 128], [2048, 128]] as const;

/** What the jitter and the clamp of float32 code change in a MIR, more with each eigenvalue that is zero. */
const FLOAT32 = 3e-2;

const CLASSES = 10;
const DIMENSION = 64;

function plainGram(x: DenseMatrix): Matrix {
  const z = new Matrix(x.to2DArray());
  const rows = z.divColumnVector(
    z.to2DArray().map((row) => Math.sqrt(row.reduce((s, v) => s + v * v, 0))),
  );
  return rows.mmul(rows.transpose());
}

function plainEntropy(gram: Matrix): number {
  const share = Matrix.div(gram, gram.rows);
  return new EigenvalueDecomposition(share, { assumeSymmetric: true })
    .realEigenvalues.reduce(
      (sum, p) => p > 1e-15 ? sum - p * Math.log(p) : sum,
      0,
    );
}

/** By the definition, with a general library. */
function plainMir(x: DenseMatrix, y: DenseMatrix): number {
  const [first, second] = [plainGram(x), plainGram(y)];
  const [h1, h2] = [plainEntropy(first), plainEntropy(second)];
  const joint = plainEntropy(Matrix.mul(first, second));
  return (h1 + h2 - joint) / Math.min(h1, h2);
}

/** Two views of the same samples. */
export async function* mir(setting: Setting) {
  for (const [n, d] of setting.full ? FULL : QUICK) {
    const [x, y] = [gaussian(n, d, 1), gaussian(n, d, 2)];
    const [embedded, ...native] = own(setting, () => {
      const ratio = mirOf(x, y);
      return () => [ratio];
    });
    const job = { op: "mir", arrays: [x, y] };
    const contestants = [
      embedded!,
      ...await python(setting, { ...job, names: ["numpy 1", "numpy 2"] }),
      ...native,
      ...await python(setting, {
        ...job,
        names: ["torch 1", "torch 2"],
        tolerance: FLOAT32,
      }),
    ];
    if (n <= 512) {
      contestants.push(local("ml-matrix", 1e-9, () => {
        const ratio = plainMir(x, y);
        return () => [ratio];
      }));
    }
    yield await raced(setting, { label: `MIR, (${n}, ${d})`, contestants });
  }
}

/** Representations around the rows of a head, with their labels. */
function classified(n: number) {
  const weights = gaussian(CLASSES, DIMENSION, 3);
  const labels = Float64Array.from({ length: n }, (_, i) => i % CLASSES);
  const x = gaussian(n, DIMENSION, 4);
  labels.forEach((c, i) => {
    const row = x.row(i);
    weights.row(c).forEach((w, k) => row[k] = row[k]! + w);
  });
  return { x, weights, labels };
}

/** The process of a library with the most threads: each takes seconds here, or minutes. */
function widest({ peers }: Setting, library: string): string[] {
  return peers.filter(({ setting }) => setting.library === library)
    .map(({ name }) => name).slice(-1);
}

/** From here on numpy is left out: in float64 it takes a quarter of an hour. */
const LARGE = 5000;

/** Representations against the head row of each sample's label. */
export async function* labels(setting: Setting) {
  for (const n of setting.full ? [2000, 10_000] : [2000]) {
    const { x, weights, labels } = classified(n);
    const [embedded, ...native] = own(setting, () => {
      const { mir } = interplay(x, labels, { weights }, { reference: false });
      return () => [mir];
    });
    const column = new DenseMatrix(labels, n, 1);
    const job = { op: "labelled", arrays: [x, weights, column] };
    const exact = n < LARGE
      ? await python(setting, { ...job, names: widest(setting, "numpy") })
      : [];
    const asWritten = await python(setting, {
      ...job,
      names: widest(setting, "torch"),
      tolerance: FLOAT32,
    });
    yield await raced(setting, {
      label: `MIR with labels, (${n}, ${DIMENSION}), C = ${CLASSES}`,
      contestants: [
        // Where torch is the reference, what it rounds is nobody else's error.
        exact.length > 0 ? embedded! : { ...embedded!, tolerance: FLOAT32 },
        ...exact,
        ...asWritten,
        ...native.map((each) =>
          exact.length > 0 ? each : { ...each, tolerance: FLOAT32 }
        ),
      ],
    });
  }
}
