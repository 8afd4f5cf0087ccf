/**
 * The embedded kernel: dense float64 linear algebra with SIMD, as a WebAssembly module of twenty
 * kilobytes built from the AssemblyScript sources in `assembly/`.
 *
 * Deno cannot import bytes without a flag, and importing a `.wasm` file would fail at load where SIMD
 * is missing; so the modules stand as text in `_modules.ts`, and are compiled at first use.
 *
 * @module
 */

import type { DenseMatrix } from "../../core/matrix.ts";
import type { Rows } from "../../core/rows.ts";
import { modules } from "./_modules.ts";

/** What the module exports; addresses and sizes in bytes. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  release(): void;
  reserve(bytes: number): number;
  addToTriangle(
    triangle: number,
    left: number,
    right: number,
    panels: number,
    depth: number,
    sign: number,
  ): void;
  clearTriangle(triangle: number, panels: number): void;
  khatriRao(
    x: number,
    strideX: number,
    width: number,
    y: number,
    strideY: number,
    height: number,
    count: number,
    to: number,
    stride: number,
  ): void;
  normalizeRows(rows: number, stride: number, count: number): void;
  packColumns(
    rows: number,
    stride: number,
    count: number,
    panels: number,
    to: number,
  ): void;
  packRows(rows: number, stride: number, depth: number, to: number): void;
  unpackPanel(
    triangle: number,
    panel: number,
    rows: number,
    stride: number,
  ): void;
  tridiagonalBytes(n: number): number;
  packTrianglePanel(
    rows: number,
    stride: number,
    panel: number,
    triangle: number,
    factor: number,
  ): void;
  tridiagonalize(
    triangle: number,
    n: number,
    diagonal: number,
    subdiagonal: number,
    reflectors: number,
    stride: number,
    heights: number,
  ): void;
  tridiagonalValues(d: number, e: number, n: number): number;
  sliverBytes(n: number): number;
  divideAndConquerBytes(n: number): number;
  divideAndConquer(
    d: number,
    e: number,
    n: number,
    vectors: number,
    ranks: number,
  ): number;
  toVectorSlivers(
    vectors: number,
    n: number,
    ranks: number,
    slivers: number,
  ): void;
  backTransformBytes(n: number): number;
  backTransform(
    slivers: number,
    n: number,
    reflectors: number,
    stride: number,
    heights: number,
  ): void;
  sliverTile(
    a: number,
    b: number,
    depth: number,
    c: number,
    sign: number,
  ): void;
  unpackSliver(
    sliver: number,
    columns: number,
    rows: number,
    stride: number,
  ): void;
}

/** How rows are prepared before they are multiplied. */
export interface ProductOptions {
  /** Divide each row by its length first; no row may be zero. Default `false`. */
  normalize?: boolean;
}

/** Rows (of `XᵀX`) or columns (of `XXᵀ`) multiplied at a time. */
const DEPTH = 96;

/** The two builds: fused multiply–add of relaxed SIMD, or plain SIMD. */
export type Build = keyof typeof modules;

/**
 * One instance of the module with its one linear memory. Every call lays its arrays out from the bottom
 * of that memory and leaves nothing behind; the memory keeps its largest size so far.
 */
export class WasmKernel {
  readonly #exports: Exports;

  /** Compiles and instantiates a build; throws `WebAssembly.CompileError` where it is not supported. */
  constructor(build: Build) {
    const module = new WebAssembly.Module(bytesOf(build));
    // The interface above restates what assembly/index.as exports; the tests call each of them.
    this.#exports = new WebAssembly.Instance(module)
      .exports as unknown as Exports;
  }

  /** Bytes of linear memory held at present. */
  get memory(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * Eigenvalues of a symmetric matrix, unordered; only the lower triangle is read.
   *
   * Blocked Householder tridiagonalisation and root-free QL; absolute error about `n ε λmax`. Memory
   * `4 n²` bytes, half of the matrix itself.
   *
   * @param matrix `[n, n]`, finite entries.
   * @param scale The largest absolute entry, not 0.
   * @returns `[n]`.
   * @throws {RangeError} Where the matrix does not fit in 4 GiB.
   */
  eigenvalues(matrix: DenseMatrix, scale: number): Float64Array {
    const n = matrix.rows;
    const factor = scalingFactor(scale);
    return this.#within(() => {
      const triangle = this.#packTriangle(matrix, factor);
      const diagonal = this.#allocate(8 * n);
      const subdiagonal = this.#allocate(8 * n + 8);
      this.#reserve(this.#exports.tridiagonalBytes(n));
      this.#exports.tridiagonalize(
        triangle,
        n,
        diagonal,
        subdiagonal,
        0,
        0,
        0,
      );
      if (this.#exports.tridiagonalValues(diagonal, subdiagonal + 8, n)) {
        throw notConverged();
      }
      return this.#floats(diagonal, n).map((x) => x / factor);
    });
  }

  /**
   * Eigenvalues, descending, and unit eigenvectors of a symmetric matrix; only the lower triangle is
   * read.
   *
   * Blocked Householder tridiagonalisation, divide and conquer, blocked back-transformation. Vectors are
   * orthogonal to about `n ε`, residuals about `n ε λmax`. Memory up to `44 n²` bytes.
   *
   * @param matrix `[n, n]`, finite entries.
   * @param scale The largest absolute entry, not 0.
   * @returns Values `[n]` and vectors `[n, n]`, row `k` that of value `k`, row-major.
   * @throws {RangeError} Where all that does not fit in 4 GiB.
   */
  eigen(
    matrix: DenseMatrix,
    scale: number,
  ): { values: Float64Array; vectors: Float64Array } {
    const n = matrix.rows;
    const factor = scalingFactor(scale);
    return this.#within(() => {
      const reflectors = this.#reduceKeeping(matrix, factor);
      const { diagonal, subdiagonal, stride, heights } = reflectors;
      const vectors = this.#cleared(
        this.#exports.sliverBytes(n) * Math.ceil(n / 4),
      );
      const ranks = this.#allocate(4 * n);
      const slivers = this.#allocate(4 * stride * Math.ceil(n / 4));
      this.#reserve(
        Math.max(
          this.#exports.divideAndConquerBytes(n),
          this.#exports.backTransformBytes(n),
        ),
      );
      const failed = this.#exports.divideAndConquer(
        diagonal,
        subdiagonal + 8,
        n,
        vectors,
        ranks,
      );
      if (failed) throw notConverged();
      this.#exports.toVectorSlivers(vectors, n, ranks, slivers);
      this.#exports.backTransform(
        slivers,
        n,
        reflectors.address,
        stride,
        heights,
      );
      return {
        values: this.#floats(diagonal, n).map((x) => x / factor).sort()
          .reverse(),
        vectors: this.#readSlivers(slivers, n, n),
      };
    });
  }

  /** Reduces a matrix to tridiagonal form, with all that the way back needs. */
  #reduceKeeping(matrix: DenseMatrix, factor: number) {
    const n = matrix.rows;
    const stride = 32 * Math.ceil(n / 4);
    const diagonal = this.#allocate(8 * n);
    const subdiagonal = this.#allocate(8 * n + 8);
    const heights = this.#allocate(8 * n);
    const address = this.#cleared(stride * (n + 3));
    const triangle = this.#packTriangle(matrix, factor);
    this.#reserve(this.#exports.tridiagonalBytes(n));
    this.#exports.tridiagonalize(
      triangle,
      n,
      diagonal,
      subdiagonal,
      address,
      stride,
      heights,
    );
    return { diagonal, subdiagonal, heights, address, stride };
  }

  /** The vectors of slivers, four to each, as `count` rows of `n` numbers. */
  #readSlivers(slivers: number, count: number, n: number): Float64Array {
    const width = 4 * Math.ceil(n / 4);
    const staging = this.#allocate(32 * width);
    const rows = this.#floats(staging, 4 * width);
    const out = new Float64Array(count * n);
    for (let k = 0; k < count; k++) {
      if (k % 4 === 0) {
        const sliver = slivers + 8 * k * width;
        this.#exports.unpackSliver(sliver, width, staging, 8 * width);
      }
      const from = (k % 4) * width;
      out.set(rows.subarray(from, from + n), k * n);
    }
    return out;
  }

  /**
   * Adds `Σ_i x_i x_iᵀ` over the rows of `x` to the lower triangle of `sum`. Float32 rows are widened
   * and rows are normalised on the way, so that they cross into the kernel once.
   *
   * @param sum `[d, d]`.
   * @param x `[n, d]`, finite entries.
   */
  addOuterProducts(sum: DenseMatrix, x: Rows, options?: ProductOptions): void {
    this.#addMoment(sum, x.rows, (rows, stride, from, count) => {
      this.#stage(x, from, count, rows, stride);
      if (options?.normalize) this.#exports.normalizeRows(rows, stride, count);
    });
  }

  /**
   * Adds `Σ_i z_i z_iᵀ`, `z_i = x_i ⊗ y_i`, to the lower triangle of `sum`. The rows `z_i` exist only a
   * few at a time, inside the kernel.
   *
   * @param sum `[d₁d₂, d₁d₂]`.
   * @param x `[n, d₁]`, finite entries.
   * @param y `[n, d₂]`, finite entries.
   */
  addKhatriRaoProducts(sum: DenseMatrix, x: Rows, y: Rows): void {
    let ofX = 0;
    let ofY = 0;
    const strideX = 32 * Math.ceil(x.columns / 4);
    const strideY = 32 * Math.ceil(y.columns / 4);
    this.#addMoment(sum, x.rows, (rows, stride, from, count) => {
      this.#stage(x, from, count, ofX, strideX);
      this.#stage(y, from, count, ofY, strideY);
      this.#exports.khatriRao(
        ofX,
        strideX,
        x.columns,
        ofY,
        strideY,
        y.columns,
        count,
        rows,
        stride,
      );
    }, () => {
      ofX = this.#cleared(DEPTH * strideX);
      ofY = this.#cleared(DEPTH * strideY);
    });
  }

  /**
   * Adds `XXᵀ` to the lower triangle of `sum`.
   *
   * @param sum `[n, n]`.
   * @param x `[n, d]`, finite entries.
   */
  addRowProducts(sum: DenseMatrix, x: Rows): void {
    const panels = Math.ceil(x.rows / 4);
    this.#within(() => {
      const triangle = this.#clearedTriangle(panels);
      const staging = this.#allocate(Math.max(32 * DEPTH, 128 * panels));
      const packed = this.#allocate(panels * 32 * DEPTH);
      for (let from = 0; from < x.columns; from += DEPTH) {
        const count = Math.min(DEPTH, x.columns - from);
        const to = { staging, to: packed };
        const depth = this.#packRowPanels(x, from, count, to);
        this.#exports.addToTriangle(triangle, packed, packed, panels, depth, 1);
      }
      this.#addTriangle(sum, triangle, staging);
    });
  }

  /**
   * `ABᵀ`: all inner products of the rows of two matrices.
   *
   * @param a `[n, d]`, finite entries.
   * @param b `[m, d]`, finite entries.
   * @returns `[n, m]`, row-major.
   */
  rowProducts(a: Rows, b: Rows): Float64Array {
    const width = 4 * Math.ceil(b.rows / 4);
    const panels = { a: Math.ceil(a.rows / 4), b: width / 4 };
    return this.#within(() => {
      // One sliver for four rows of the result, as wide as the result.
      const slivers = this.#cleared(32 * width * panels.a);
      const staging = this.#allocate(32 * Math.max(DEPTH, width));
      const ofA = this.#allocate(panels.a * 32 * DEPTH);
      const ofB = this.#allocate(panels.b * 32 * DEPTH);
      for (let from = 0; from < a.columns; from += DEPTH) {
        const count = Math.min(DEPTH, a.columns - from);
        const depth = this.#packRowPanels(a, from, count, { staging, to: ofA });
        this.#packRowPanels(b, from, count, { staging, to: ofB });
        for (let i = 0; i < panels.a; i++) {
          const right = ofA + 32 * depth * i;
          const sliver = slivers + 32 * width * i;
          for (let j = 0; j < panels.b; j++) {
            const left = ofB + 32 * depth * j;
            const c = sliver + 128 * j;
            this.#exports.sliverTile(left, right, depth, c, 1);
          }
        }
      }
      return this.#readSlivers(slivers, a.rows, b.rows);
    });
  }

  /** Packs columns `from … from + count − 1` of all rows into slivers, and returns their depth. */
  #packRowPanels(
    x: Rows,
    from: number,
    count: number,
    { staging, to }: { staging: number; to: number },
  ): number {
    const depth = count + count % 2;
    for (let panel = 0; panel < Math.ceil(x.rows / 4); panel++) {
      this.#stageColumns(x, 4 * panel, from, count, staging);
      const sliver = to + 32 * depth * panel;
      this.#exports.packRows(staging, 8 * DEPTH, depth, sliver);
    }
    return depth;
  }

  /** Adds the second moment of `count` rows that `stage` brings in, a few at a time. */
  #addMoment(
    sum: DenseMatrix,
    count: number,
    stage: (rows: number, stride: number, from: number, count: number) => void,
    prepare?: () => void,
  ): void {
    const panels = Math.ceil(sum.columns / 4);
    const stride = 32 * panels;
    this.#within(() => {
      const triangle = this.#clearedTriangle(panels);
      const rows = this.#cleared(DEPTH * stride + 64);
      const packed = this.#allocate(DEPTH * stride);
      prepare?.();
      for (let from = 0; from < count; from += DEPTH) {
        const depth = Math.min(DEPTH, count - from);
        stage(rows, stride, from, depth);
        this.#exports.packColumns(rows, stride, depth, panels, packed);
        this.#exports.addToTriangle(triangle, packed, packed, panels, depth, 1);
      }
      this.#addTriangle(sum, triangle, rows);
    });
  }

  /** Copies rows `from … from + count − 1` of `x` to `address`, `stride` bytes apart. */
  #stage(
    { data, columns }: Rows,
    from: number,
    count: number,
    address: number,
    stride: number,
  ): void {
    const width = stride / 8;
    const to = this.#floats(address, count * width);
    if (width === columns) {
      to.set(data.subarray(from * columns, (from + count) * columns));
      return;
    }
    for (let k = 0; k < count; k++) {
      const at = (from + k) * columns;
      to.set(data.subarray(at, at + columns), k * width);
    }
  }

  /** Copies columns `from … from + count − 1` of four rows, with zeros for what is missing. */
  #stageColumns(
    { data, rows, columns }: Rows,
    first: number,
    from: number,
    count: number,
    address: number,
  ): void {
    const to = this.#floats(address, 4 * DEPTH);
    for (let r = 0; r < 4; r++) {
      const row = first + r;
      if (row < rows) {
        const at = row * columns + from;
        to.set(data.subarray(at, at + count), r * DEPTH);
        if (count % 2 === 1) to[r * DEPTH + count] = 0;
      } else to.fill(0, r * DEPTH, (r + 1) * DEPTH);
    }
  }

  /** Adds a triangle of panels to the lower triangle of `sum`, through `staging`. */
  #addTriangle(sum: DenseMatrix, triangle: number, staging: number): void {
    const { data, rows: n } = sum;
    const width = 4 * Math.ceil(n / 4);
    const rows = this.#floats(staging, 4 * width);
    for (let i = 0; i < n; i++) {
      if (i % 4 === 0) {
        this.#exports.unpackPanel(triangle, i / 4, staging, 8 * width);
      }
      const from = (i % 4) * width;
      const to = i * n;
      for (let j = 0; j <= i; j++) {
        data[to + j] = data[to + j]! + rows[from + j]!;
      }
    }
  }

  #clearedTriangle(panels: number): number {
    const triangle = this.#allocate(64 * panels * (panels + 1));
    this.#exports.clearTriangle(triangle, panels);
    return triangle;
  }

  #cleared(bytes: number): number {
    const address = this.#allocate(bytes);
    this.#floats(address, bytes / 8).fill(0);
    return address;
  }

  /** The lower triangle in panels of four rows, times `factor`. */
  #packTriangle({ data, rows: n }: DenseMatrix, factor: number): number {
    const panels = Math.ceil(n / 4);
    const triangle = this.#allocate(64 * panels * (panels + 1));
    const stride = 32 * panels;
    const staging = this.#allocate(4 * stride);
    const rows = this.#floats(staging, 16 * panels);
    for (let panel = 0; panel < panels; panel++) {
      for (let r = 0; r < 4; r++) {
        const row = 4 * panel + r;
        const at = 4 * r * panels;
        if (row >= n) rows.fill(0, at, at + 4 * panels);
        else rows.set(data.subarray(row * n, row * n + row + 1), at);
      }
      this.#exports.packTrianglePanel(
        staging,
        stride,
        panel,
        triangle,
        factor,
      );
    }
    return triangle;
  }

  #within<T>(action: () => T): T {
    try {
      return action();
    } finally {
      this.#exports.release();
    }
  }

  #allocate(bytes: number): number {
    this.#reserve(bytes);
    return this.#exports.allocate(bytes) >>> 0;
  }

  #reserve(bytes: number): void {
    if (this.#exports.reserve(bytes)) return;
    const size = Math.ceil(bytes / 2 ** 20);
    throw new RangeError(
      `Cannot compute in the embedded kernel: expected at most 4 GiB in all, received a need of ${size} MiB more`,
    );
  }

  /** A view of the memory; it dies with the next allocation. */
  #floats(address: number, length: number): Float64Array {
    return new Float64Array(this.#exports.memory.buffer, address, length);
  }
}

function bytesOf(build: Build): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(modules[build]);
}

function notConverged(): Error {
  return new Error("QL did not converge in 60 sweeps on one eigenvalue");
}

/** A power of two that brings `scale` near 1: scaling by it rounds nothing. */
function scalingFactor(scale: number): number {
  const exponent = Math.floor(Math.log2(scale));
  return 2 ** -Math.min(Math.max(exponent, -1000), 1000);
}

let present: WasmKernel | undefined | null = null;

/** The kernel in the fastest build that this runtime supports; `undefined` where it lacks WASM SIMD. */
export function wasmKernel(): WasmKernel | undefined {
  if (present === null) {
    const build = (["relaxed", "simd"] as const)
      .find((name) => WebAssembly.validate(bytesOf(name)));
    present = build === undefined ? undefined : new WasmKernel(build);
  }
  return present;
}
