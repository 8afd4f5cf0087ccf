/**
 * Representations whose spectra are hard, rebuilt bit by bit, with their entropies by LAPACK; `generate.py`
 * beside this says how those were made.
 *
 * @module
 */

import { DenseMatrix } from "../../../lib/core/matrix.ts";
import { type ByOrder, noise, power } from "../inputs.ts";

/** A view with its golden entropies by order: "1", "2", "Infinity". */
export interface GoldenView {
  readonly name: string;
  /** `[N, d]`. */
  readonly view: DenseMatrix;
  /** Another view of the same samples. */
  readonly second: DenseMatrix;
  readonly sha256: string;
  readonly entropy: ByOrder;
  /** Of the Hadamard product of both Grams. */
  readonly joint: ByOrder;
}

interface ViewsFile {
  second: number;
  cases: {
    kind: string;
    n: number;
    d: number;
    sha256: string;
    entropy: ByOrder;
    joint: ByOrder;
  }[];
}

const views: Record<string, (i: number, j: number) => number> = {
  random: (i, j) => noise(201, i, j),
  decaying: (i, j) => power(0.8, j) * noise(202, i, j),
  clustered: (i, j) => noise(203, i % 7, j) + 0.5 * noise(204, i, j),
  collapsed: (i, j) =>
    (i % 10 === j ? 1 : 0) - 0.1 * (j < 10 ? 1 : 0) +
    power(0.5, 20) * noise(205, i, j),
  rankOne: (i, j) => noise(206, 0, i) * noise(207, 0, j),
  identity: (i, j) => i === j ? 1 : 0,
  graded: (i, j) => power(0.558, j) * noise(208, i, j),
  repeated: (i, j) => noise(209, i % 8, j),
};

function filled(
  rows: number,
  columns: number,
  entry: (i: number, j: number) => number,
): DenseMatrix {
  const data = Float64Array.from(
    { length: rows * columns },
    (_, at) => entry(Math.floor(at / columns), at % columns),
  );
  return new DenseMatrix(data, rows, columns);
}

/** All of them. */
export async function goldenViews(): Promise<GoldenView[]> {
  const text = await Deno.readTextFile(new URL("views.json", import.meta.url));
  const { second, cases }: ViewsFile = JSON.parse(text);
  return cases.map(({ kind, n, d, sha256, entropy, joint }) => ({
    name: `${kind} ${n} × ${d}`,
    view: filled(n, d, views[kind]!),
    second: filled(n, second, (i, j) => noise(210, i, j)),
    sha256,
    entropy,
    joint,
  }));
}
