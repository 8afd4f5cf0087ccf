/**
 * The golden cases: inputs rebuilt bit by bit from the recipes in the JSON files beside this one, and
 * the values that `generate.py` computed from the very same inputs. Definitions and conventions stand
 * at the top of that file.
 *
 * ```ts ignore
 * for (const { name, representations, labels, head, expected } of await goldenCases()) { … }
 * for (const { matrix, eigenvalues, norm } of await goldenEigen()) { … }
 * ```
 *
 * Cases on real data come along when `INTERPLAY_DATA_DIR` is set.
 *
 * Values are right to about 1e-13 absolutely (entropies and MIR checked against 40 digits). Compare by
 * `|a − b| ≤ 1e-10·|b| + 1e-14`: an HDR of 1e-6 near collapse is a difference of two entropies that
 * agree to six digits, and no float64 program knows more than nine digits of it.
 *
 * @module
 */

/** Values by order α: "0.5", "1", "2", "3", "Infinity". */
export type ByOrder = Record<string, number>;

/** Entropies with what MIR and HDR make of them. */
export interface GoldenInterplay {
  entropy: { representations: number; head: number; joint: number };
  mutualInformation: number;
  mir: number;
  hdr: number;
}

/** MI, MIR and HDR at α = 1 and α = 2. */
export interface GoldenPair {
  mutualInformation: ByOrder;
  mir: ByOrder;
  hdr: ByOrder;
}

/** Everything the generator knows about one case; the keys are the public names. */
export interface GoldenExpected {
  matrixEntropy: ByOrder;
  /** Normalised by log N. */
  matrixEntropyLogN: ByOrder;
  /** Of `linearGram(representations)`, whose diagonal is not constant. */
  gramEntropy: ByOrder;
  /** `representations` against `second`. */
  pair: {
    /** `matrixMutualInformation`, `mir`, `hdr`. */
    cosine: GoldenPair;
    /** `gramMutualInformation`, `gramMir`, `gramHdr` of the two `linearGram`s. */
    gram: GoldenPair;
    cka: { biased: number; unbiased: number };
    /** Where the widths agree. */
    alignment?: number;
  };
  interplay: GoldenInterplay & { samples: number; classes: number };
  /** Means centred by the mean over samples (the contract) or over classes. */
  classInterplay: { samples: GoldenInterplay; classes: GoldenInterplay };
  reference: { collapse: GoldenInterplay; ceiling: number };
  neuralCollapse: {
    nc1: { pinv: number; quotient: number; cdnv: number };
    nc2: {
      equinormMeans: number;
      equinormHead: number;
      equiangularMeans: number;
      equiangularHead: number;
      etfError: number;
    };
    nc3: { selfDuality: number; structureError: number };
    nc4: { agreement: number; agreementWithoutBias: number };
  };
  /** The leading min(N, d) eigenvalues, descending. */
  spectrum: number[];
  effectiveRank: { gram: number; singularValues: number };
  stableRank: number;
  participationRatio: number;
  /** By order q: "0.5", "1", "2", "Infinity". */
  vendiScore: ByOrder;
  /** By ε: "0.5", "0.1". */
  codingRate: Record<string, number>;
  codingRateReduction: Record<string, number>;
  intraClassEntropy: number;
  /** Of the class means as they are (the contract) or centred. */
  interClassEntropy: { raw: number; centred: number };
  /** By t: "2", "0.5". */
  uniformity: Record<string, number>;
  /** Left out where every sample is its own class. */
  silhouette?: number;
  daviesBouldin?: number;
}

/** One case with its inputs rebuilt. */
export interface GoldenCase {
  name: string;
  about: string;
  /** `[N, d]`. */
  representations: number[][];
  /** `[N]`, every class of `[0, C)` present. */
  labels: number[];
  /** `[C, d]` and `[C]`. */
  head: { weights: number[][]; bias: number[] };
  /** Another view of the same samples, `[N, d']`. */
  second: number[][];
  /** SHA-256 of the inputs, as the generator saw them. */
  sha256: string;
  expected: GoldenExpected;
}

/** A symmetric matrix with its eigenvalues by LAPACK, descending. */
export interface GoldenEigen {
  name: string;
  matrix: number[][];
  eigenvalues: number[];
  /** Largest absolute eigenvalue: the scale to which a solver's error is relative. */
  norm: number;
  sha256: string;
}

interface Formula {
  kind: "formula";
  seed: number;
  columns: number;
  centres: "none" | "noise" | "simplex";
  centreSeed: number;
  scale: number;
  spread: number;
  shift: number;
  relu: boolean;
  float32: boolean;
}

type Recipe = Formula | { kind: "inline"; values: number[][] };

interface RecipeInputs {
  representations: Recipe;
  second: Recipe;
  weights: Recipe;
  bias: number[] | { seed: number; scale: number };
  labels: number[];
}

interface MnistInputs {
  dataSet: "mnist";
  samples: number;
}

interface MfeatInputs {
  dataSet: "mfeat";
  view: string;
  second: string;
  perClass: number;
}

/** A case as its file holds it. */
export interface GoldenFile {
  name: string;
  about: string;
  inputs: RecipeInputs | MnistInputs | MfeatInputs;
  sha256: string;
  expected: GoldenExpected;
}

interface EigenFile {
  cases: { kind: string; n: number; sha256: string; eigenvalues: number[] }[];
}

const folder = new URL("./", import.meta.url);

async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(name, folder)));
}

/** Every case file beside this one, by name; whether its inputs can be rebuilt here or not. */
export async function goldenFiles(): Promise<GoldenFile[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.endsWith(".json") && entry.name !== "eigen.json") {
      names.push(entry.name);
    }
  }
  return Promise.all(names.sort().map((name) => readJson<GoldenFile>(name)));
}

/** The cases whose inputs can be rebuilt here: all formulas, and real data where there is some. */
export async function goldenCases(): Promise<GoldenCase[]> {
  const data = Deno.env.get("INTERPLAY_DATA_DIR");
  const files = (await goldenFiles()).filter(({ inputs }) =>
    data !== undefined || !("dataSet" in inputs)
  );
  return Promise.all(
    files.map(async ({ name, about, inputs, sha256, expected }) => ({
      name,
      about,
      ...("dataSet" in inputs
        ? await fromData(inputs, data ?? "")
        : fromRecipes(inputs)),
      sha256,
      expected,
    })),
  );
}

/** `Z · Zᵀ` of the rows as they are, `[N, N]`. */
export function linearGram(rows: number[][]): number[][] {
  return rows.map((a) =>
    rows.map((b) => a.reduce((sum, x, k) => sum + x * b[k]!, 0))
  );
}

/** SHA-256 of blocks of rows as little-endian float64, in hexadecimal. */
export async function checksum(blocks: number[][][]): Promise<string> {
  const values = blocks.flat(2);
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((x, i) => view.setFloat64(8 * i, x, true));
  const digest = await crypto.subtle.digest("SHA-256", view.buffer);
  return Array.from(
    new Uint8Array(digest),
    (b) => b.toString(16).padStart(2, "0"),
  ).join("");
}

// The rest mirrors generate.py line by line: same operations, same order.

type Inputs = Pick<
  GoldenCase,
  "representations" | "second" | "head" | "labels"
>;

function mix(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

function hash32(seed: number, i: number, j: number): number {
  let h = mix((seed + 0x9e3779b9) >>> 0);
  h = mix((((h ^ i) >>> 0) + 0x9e3779b9) >>> 0);
  return mix((((h ^ j) >>> 0) + 0x9e3779b9) >>> 0);
}

export function noise(seed: number, i: number, j: number): number {
  let total = 0;
  for (let k = 0; k < 4; k++) total += hash32(seed, i, 4 * j + k);
  return (total / 4294967296 - 2) * 1.75;
}

function centreEntry(
  recipe: Formula,
  { c, j, classes }: { c: number; j: number; classes: number },
): number {
  if (recipe.centres === "noise") return noise(recipe.centreSeed, c, j);
  if (recipe.centres === "none" || j >= classes) return 0;
  return (c === j ? 1 : 0) - (1 / classes);
}

function rowsOf(
  recipe: Recipe,
  labels: number[],
  classes: number,
): number[][] {
  if (recipe.kind === "inline") return recipe.values;
  return labels.map((c, i) =>
    Array.from({ length: recipe.columns }, (_, j) => {
      let x = recipe.scale * centreEntry(recipe, { c, j, classes });
      x = x + recipe.spread * noise(recipe.seed, i, j);
      x = x + recipe.shift;
      if (recipe.relu) x = x > 0 ? x : 0;
      return recipe.float32 ? Math.fround(x) : x;
    })
  );
}

function fromRecipes(inputs: RecipeInputs): Inputs {
  const { bias, labels } = inputs;
  const classes = Math.max(...labels) + 1;
  const classLabels = Array.from({ length: classes }, (_, c) => c);
  return {
    representations: rowsOf(inputs.representations, labels, classes),
    second: rowsOf(inputs.second, labels, classes),
    head: {
      weights: rowsOf(inputs.weights, classLabels, classes),
      bias: Array.isArray(bias)
        ? bias
        : classLabels.map((c) => bias.scale * noise(bias.seed, 0, c)),
    },
    labels,
  };
}

function meansByLoop(
  rows: number[][],
  labels: number[],
  classes: number,
): number[][] {
  const width = rows[0]!.length;
  const sums = Array.from({ length: classes }, () => Array(width).fill(0));
  const counts = Array(classes).fill(0);
  rows.forEach((row, i) => {
    const c = labels[i]!;
    counts[c] += 1;
    row.forEach((x, j) => sums[c]![j] += x);
  });
  return sums.map((sum, c) => sum.map((x) => x / counts[c]));
}

async function unzipped(path: string): Promise<Uint8Array> {
  const file = await Deno.open(path);
  const stream = file.readable.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function pooled(row: number[]): number[] {
  const out: number[] = [];
  for (let y = 0; y < 28; y += 2) {
    for (let x = 0; x < 28; x += 2) {
      const at = 28 * y + x;
      out.push(
        (row[at]! + row[at + 1]! + row[at + 28]! + row[at + 29]!) / 4,
      );
    }
  }
  return out;
}

async function mnist(data: string, count: number) {
  const images = await unzipped(`${data}/mnist/t10k-images-idx3-ubyte.gz`);
  const digits = await unzipped(`${data}/mnist/t10k-labels-idx1-ubyte.gz`);
  const rows = Array.from(
    { length: count },
    (_, i) =>
      Array.from(
        images.subarray(16 + 784 * i, 16 + 784 * (i + 1)),
        (b) => b / 255,
      ),
  );
  return { rows, labels: Array.from(digits.subarray(8, 8 + count)) };
}

async function mfeat(data: string, view: string, perClass: number) {
  const bytes = await unzipped(`${data}/mfeat/mfeat-${view}.csv.gz`);
  const lines = new TextDecoder().decode(bytes).trimEnd().split(/\r?\n/);
  const rows: number[][] = [];
  const labels: number[] = [];
  const taken = new Map<number, number>();
  for (const line of lines.slice(1)) {
    const cells = line.split(",").map(Number);
    const label = cells.pop()!;
    const count = taken.get(label) ?? 0;
    if (count === perClass) continue;
    taken.set(label, count + 1);
    rows.push(cells);
    labels.push(label);
  }
  return { rows, labels };
}

async function fromData(
  inputs: MnistInputs | MfeatInputs,
  data: string,
): Promise<Inputs> {
  const { rows, labels } = inputs.dataSet === "mnist"
    ? await mnist(data, inputs.samples)
    : await mfeat(data, inputs.view, inputs.perClass);
  const second = inputs.dataSet === "mnist"
    ? rows.map(pooled)
    : (await mfeat(data, inputs.second, inputs.perClass)).rows;
  const classes = Math.max(...labels) + 1;
  const head = {
    weights: meansByLoop(rows, labels, classes),
    bias: Array(classes).fill(0),
  };
  return { representations: rows, second, head, labels };
}

function square(
  n: number,
  entry: (i: number, j: number) => number,
): number[][] {
  return Array.from(
    { length: n },
    (_, i) => Array.from({ length: n }, (_, j) => entry(i, j)),
  );
}

export function power(base: number, exponent: number): number {
  let x = 1;
  for (let k = 0; k < exponent; k++) x = x * base;
  return x;
}

function reflected(values: number[], seed: number): number[][] {
  const n = values.length;
  const v = values.map((_, j) => noise(seed, 0, j));
  let length = 0;
  for (const x of v) length = length + x * x;
  const q = square(
    n,
    (i, j) => (i === j ? 1 : 0) - 2 * v[i]! * v[j]! / length,
  );
  const lower = square(n, (i, j) => {
    let total = 0;
    if (j > i) return total;
    for (let k = 0; k < n; k++) {
      total = total + q[i]![k]! * values[k]! * q[j]![k]!;
    }
    return total;
  });
  return square(n, (i, j) => lower[Math.max(i, j)]![Math.min(i, j)]!);
}

function wilkinson(n: number, copies: number, glue: number): number[][] {
  return square(n * copies, (i, j) => {
    if (i === j) return Math.abs((i % n) - (n - 1) / 2);
    if (Math.abs(i - j) !== 1) return 0;
    return Math.max(i, j) % n === 0 ? glue : 1;
  });
}

function range(n: number, value: (k: number) => number): number[] {
  return Array.from({ length: n }, (_, k) => value(k));
}

function gramOf(rows: number[][]): number[][] {
  return square(rows.length, (i, j) => {
    const [a, b] = [rows[Math.max(i, j)]!, rows[Math.min(i, j)]!];
    let total = 0;
    for (let k = 0; k < a.length; k++) total = total + a[k]! * b[k]!;
    return total;
  });
}

function repeatedBlocks(n: number): number[][] {
  return square(n, (i, j) => {
    const [row, column] = [Math.max(i, j), Math.min(i, j)];
    if (row >> 3 === column >> 3) return noise(109, row % 8, column % 8);
    return row === column + 1 ? power(0.5, 40) : 0;
  });
}

const STEP = 0.746;

function gradedDown(n: number): number[][] {
  return square(
    n,
    (i, j) => power(STEP, i) * power(STEP, j) * (i === j ? 2 : 1),
  );
}

const symmetric: Record<string, (n: number) => number[][]> = {
  powerLaw: (n) => reflected(range(n, (k) => 1 / ((k + 1) * (k + 1))), 105),
  collapsed: (n) =>
    gramOf(
      range(n, (k) => k).map((i) =>
        range(8, (j) =>
          (i % 5 === j ? 1 : 0) - 0.2 + power(0.5, 20) * noise(106, i, j))
      ),
    ),
  wide: (n) =>
    gramOf(
      range(n, (k) => k).map((i) => range(8 * n, (j) => noise(107, i, j))),
    ),
  tall: (n) =>
    gramOf(range(n, (k) => k).map((i) => range(7, (j) => noise(108, i, j)))),
  gradedDown,
  gradedUp: (n) => gradedDown(n).map((row) => row.reverse()).reverse(),
  equal: (n) => square(n, (i, j) => i === j ? 2 : 1),
  repeated: repeatedBlocks,
  random: (n) =>
    square(n, (i, j) => noise(101, Math.max(i, j), Math.min(i, j))),
  geometric: (n) => reflected(range(n, (k) => power(0.5, k)), 102),
  clustered: (n) =>
    reflected(range(n, (k) => 1 + k % 3 + k * power(0.5, 40)), 103),
  rankOne: (n) => square(n, (i, j) => noise(104, 0, i) * noise(104, 0, j)),
  identity: (n) => square(n, (i, j) => i === j ? 1 : 0),
  zero: (n) => square(n, () => 0),
  graded: (n) =>
    square(n, (i, j) => {
      const scale = 1 / power(10, Math.max(i, j));
      return i === j ? scale : 0.5 * scale;
    }),
  wilkinson: (n) => wilkinson(n, 1, 0),
  glued: (n) => wilkinson(21, n / 21, power(0.5, 26)),
};

/** Symmetric matrices, each with its eigenvalues by LAPACK. */
export async function goldenEigen(): Promise<GoldenEigen[]> {
  const { cases } = await readJson<EigenFile>("eigen.json");
  return cases.map(({ kind, n, sha256, eigenvalues }) => ({
    name: `${kind} ${n} × ${n}`,
    matrix: symmetric[kind]!(n),
    eigenvalues,
    norm: Math.max(...eigenvalues.map(Math.abs)),
    sha256,
  }));
}
