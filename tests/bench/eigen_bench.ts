/**
 * Eigenvalues, eigenvectors and second moments against ml-matrix and numpy, side by side in one run.
 *
 * Every round times each contestant once on the same matrix, so that all of them meet the same load of
 * the machine; a time is the median over the rounds, a ratio the median of the ratios within rounds.
 * Every result is compared with numpy's. `deno task bench [largest n] [python]`; numpy and the kernel
 * use one thread each.
 *
 * @module
 */

import { assert } from "@std/assert";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { DenseMatrix } from "../../lib/core/matrix.ts";
import { Random } from "../../lib/core/random.ts";
import { portableEigenvalues } from "../../lib/linalg/_tridiagonal.ts";
import {
  portableEigen,
  type SymmetricEigen,
  symmetricEigen,
  symmetricEigenvalues,
} from "../../lib/linalg/eigen.ts";
import {
  addOuterProducts,
  portableOuterProducts,
} from "../../lib/linalg/products.ts";

const largest = Number(Deno.args[0] ?? 2048);
const python = Deno.args[1] ?? "python3";

/** Time spent on one size, roughly, in milliseconds. */
const BUDGET = 6000;

type Operation = "values" | "vectors" | "moment";

/** Runs once; what it returns computes, untimed, the numbers to compare with numpy's. */
type Contestant = () => () => number[];

interface Reply {
  ms: number;
  check: number[];
}

class Numpy {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor() {
    const script = new URL("numpy_peer.py", import.meta.url).pathname;
    this.#process = new Deno.Command(python, {
      args: [script],
      env: { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#lines = this.#process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  async line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error("numpy ended");
      this.#rest += value;
    }
    const [line = "", ...rest] = this.#rest.split("\n");
    this.#rest = rest.join("\n");
    return line;
  }

  async give(op: Operation, matrix: DenseMatrix): Promise<void> {
    const { rows, columns, data } = matrix;
    const job = JSON.stringify({ op, rows, columns }) + "\n";
    await this.#writer.write(new TextEncoder().encode(job));
    await this.#writer.write(new Uint8Array(data.buffer.slice(0)));
  }

  async run(): Promise<Reply> {
    await this.#writer.write(new TextEncoder().encode("run\n"));
    return JSON.parse(await this.line());
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#process.status;
  }
}

function randomSymmetric(n: number): DenseMatrix {
  const random = new Random(n);
  const matrix = DenseMatrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      matrix.data[i * n + j] = matrix.data[j * n + i] = random.normal();
    }
  }
  return matrix;
}

function sums(values: ArrayLike<number>): number[] {
  const list = Array.from(values);
  return [
    list.reduce((a, b) => a + b, 0),
    list.reduce((a, b) => a + b * b, 0),
  ];
}

/** The sums of the values, and `|vᵀ A v|` of the smallest one's vector. */
function eigenCheck(matrix: DenseMatrix, eigen: SymmetricEigen): number[] {
  const n = matrix.rows;
  const v = eigen.vectors.row(n - 1);
  let quotient = 0;
  for (let i = 0; i < n; i++) {
    const row = matrix.row(i);
    for (let j = 0; j < n; j++) quotient += v[i]! * row[j]! * v[j]!;
  }
  return [...sums(eigen.values), Math.abs(quotient)];
}

function valuesContestants(m: DenseMatrix): Record<string, Contestant> {
  const scale = m.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const values = (solve: () => ArrayLike<number>): Contestant => () => {
    const found = solve();
    return () => sums(found);
  };
  return {
    wasm: values(() => symmetricEigenvalues(m)),
    ...(m.rows <= 1024
      ? { typescript: values(() => portableEigenvalues(m, scale)) }
      : {}),
    ...(m.rows <= 512
      ? {
        "ml-matrix": values(() =>
          new EigenvalueDecomposition(
            new Matrix(m.to2DArray()),
            { assumeSymmetric: true },
          ).realEigenvalues
        ),
      }
      : {}),
  };
}

function vectorsContestants(m: DenseMatrix): Record<string, Contestant> {
  const eigen = (solve: typeof symmetricEigen): Contestant => () => {
    const found = solve(m);
    return () => eigenCheck(m, found);
  };
  return {
    wasm: eigen(symmetricEigen),
    ...(m.rows <= 512 ? { "ml-matrix": eigen(portableEigen) } : {}),
  };
}

function momentContestants(x: DenseMatrix): Record<string, Contestant> {
  const d = x.columns;
  const moment = (add: typeof addOuterProducts): Contestant => () => {
    const sum = DenseMatrix.zeros(d, d);
    add(sum, x);
    return () => {
      let trace = 0;
      let square = 0;
      for (let i = 0; i < d; i++) {
        trace += sum.data[i * d + i]!;
        for (let j = 0; j <= i; j++) {
          square += (i === j ? 1 : 2) * sum.data[i * d + j]! ** 2;
        }
      }
      return [trace, square];
    };
  };
  return {
    wasm: moment(addOuterProducts),
    typescript: moment(portableOuterProducts),
  };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function agree(name: string, check: number[], expected: number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  check.forEach((x, i) => {
    const difference = Math.abs(x - expected[i]!);
    assert(difference <= 1e-10 * scale, `${name}: ${x}, numpy ${expected[i]}`);
  });
}

/** Times of everyone over the rounds, and the checks asserted. */
async function race(
  numpy: Numpy,
  contestants: Record<string, Contestant>,
): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  const begin = performance.now();
  for (let round = -2; round < 25; round++) {
    const reply = await numpy.run();
    const record = (name: string, ms: number) => {
      // The first rounds warm up: compilers, caches, pages.
      if (round >= 0) (times[name] ??= []).push(ms);
    };
    record("numpy", reply.ms);
    for (const [name, contestant] of Object.entries(contestants)) {
      if (name !== "wasm" && round >= 3) continue;
      const start = performance.now();
      const check = contestant();
      record(name, performance.now() - start);
      agree(name, check(), reply.check);
    }
    if (round >= 2 && performance.now() - begin > BUDGET) break;
  }
  return times;
}

function print(label: string, times: Record<string, number[]>): void {
  const cell = (name: string) => {
    const list = times[name];
    return (list ? median(list).toPrecision(3) : "–").padStart(11);
  };
  const ratio = median(
    times.wasm!.map((ms, i) => ms / times.numpy![i]!),
  );
  console.log(
    label.padEnd(26) +
      ["wasm", "typescript", "ml-matrix", "numpy"].map(cell).join("") +
      ratio.toFixed(2).padStart(13),
  );
}

const numpy = new Numpy();
const { numpy: version } = JSON.parse(await numpy.line());
console.log(
  `median milliseconds; numpy ${version}, OpenBLAS, 1 thread; Deno ${Deno.version.deno}, V8 ${Deno.version.v8}\n`,
);
console.log(
  "".padEnd(26) +
    ["wasm", "typescript", "ml-matrix", "numpy"]
      .map((name) => name.padStart(11)).join("") +
    "wasm / numpy".padStart(13),
);
const sizes = [64, 128, 256, 512, 1024, 2048].filter((n) => n <= largest);
for (const n of sizes) {
  const matrix = randomSymmetric(n);
  await numpy.give("values", matrix);
  print(`eigenvalues ${n}`, await race(numpy, valuesContestants(matrix)));
}
for (const n of sizes) {
  const matrix = randomSymmetric(n);
  await numpy.give("vectors", matrix);
  print(`eigenvectors ${n}`, await race(numpy, vectorsContestants(matrix)));
}
for (const [n, d] of [[1000, 128], [10000, 64], [10000, 512]] as const) {
  const x = new DenseMatrix(new Random(n).normals(n * d), n, d);
  await numpy.give("moment", x);
  print(`second moment ${n} × ${d}`, await race(numpy, momentContestants(x)));
}
await numpy.close();
