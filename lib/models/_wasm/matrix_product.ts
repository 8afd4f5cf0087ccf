/**
 * Products of matrices on the WASM backend, transposed operands included: training multiplies by transposes
 * more often than not, and there the kernels of tfjs are ten times slower.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import { type Heap, sizeOf } from "./heap.ts";
import { activated, biased, biasFits } from "./fused.ts";
import { input, type KernelCall, type OwnKernel } from "./own_kernel.ts";

/** Rows, columns and steps packed at a time: left and right block stay in a usual second cache. */
const BLOCK = { rows: 64, columns: 256, depth: 256 };

/** One side of a product. */
interface Operand {
  readonly address: number;
  /** Bytes from a stored row to the next. */
  readonly stride: number;
  /** Whether the depth runs along the stored rows, or across them. */
  readonly along: boolean;
}

/** `[rows, depth]` by `[depth, columns]`. */
interface ProductSize {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** Packs `count` rows of A or columns of B, from `first` on, over `steps` steps of the depth, from `k` on. */
function pack(
  { kernel }: Heap,
  { address, stride, along }: Operand,
  { first, count, k, steps, width, to }: {
    first: number;
    count: number;
    k: number;
    steps: number;
    width: 4 | 8;
    to: number;
  },
): void {
  const sliver = 4 * width * steps;
  if (along) {
    const from = address + first * stride + 4 * k;
    kernel.packRows(from, stride, count, steps, width, to, sliver);
  } else {
    const from = address + k * stride + 4 * first;
    kernel.packColumns(from, stride, count, steps, width, to, sliver);
  }
}

/** `C += A·B` for a row-major `C`. */
function addProduct(
  heap: Heap,
  c: number,
  { a, b, rows, columns, depth }: ProductSize & { a: Operand; b: Operand },
): void {
  heap.within((take) => {
    const most = Math.min(BLOCK.depth, depth);
    const left = take(4 * most * (Math.min(BLOCK.rows, rows) + 3));
    const right = take(4 * most * (Math.min(BLOCK.columns, columns) + 7));
    const spare = take(128);
    for (let k = 0; k < depth; k += BLOCK.depth) {
      const steps = Math.min(BLOCK.depth, depth - k);
      for (let j = 0; j < columns; j += BLOCK.columns) {
        const width = Math.min(BLOCK.columns, columns - j);
        const block = { first: j, count: width, k, steps };
        pack(heap, b, { ...block, width: 8, to: right });
        for (let i = 0; i < rows; i += BLOCK.rows) {
          const height = Math.min(BLOCK.rows, rows - i);
          const block = { first: i, count: height, k, steps };
          pack(heap, a, { ...block, width: 4, to: left });
          heap.kernel.multiply(
            c + 4 * (i * columns + j),
            4 * columns,
            height,
            width,
            left,
            16 * steps,
            right,
            32 * steps,
            steps,
            spare,
            true,
          );
        }
      }
    }
  });
}

/** Sizes and operands of a call, batches aside. */
function productOf({ heap, inputs, attrs }: KernelCall) {
  const [a, b] = [input(inputs, "a"), input(inputs, "b")];
  const { transposeA, transposeB } = attrs;
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  return {
    rows: transposeA ? columnsA : rowsA,
    depth: transposeA ? rowsA : columnsA,
    columns: transposeB ? rowsB : columnsB,
    a: { address: heap.address(a), stride: 4 * columnsA, along: !transposeA },
    b: { address: heap.address(b), stride: 4 * columnsB, along: !!transposeB },
  };
}

/** How many matrices each side has and the result has; `undefined` where a side repeats in a pattern. */
function batches({ inputs }: KernelCall) {
  const [a, b] = [input(inputs, "a"), input(inputs, "b")];
  if (a.dtype !== "float32" || b.dtype !== "float32") return undefined;
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const shape = tf.backend_util.assertAndGetBroadcastShape(batchA, batchB);
  const [count, countA, countB] = [shape, batchA, batchB].map(sizeOf);
  const fits = [countA, countB].every((n) => n === count || n === 1);
  return fits
    ? { shape, count: count!, repeatA: countA === 1, repeatB: countB === 1 }
    : undefined;
}

/** Adds `A·B` of each of a batch to what `start` has made of the result. */
function multiply(
  call: KernelCall,
  start: (shape: number[]) => tf.TensorInfo,
): tf.TensorInfo | undefined {
  const batch = batches(call);
  if (batch === undefined) return undefined;
  const { heap } = call;
  const { a, b, ...size } = productOf(call);
  const { rows, columns, depth } = size;
  const out = start([...batch.shape, rows, columns]);
  const c = heap.address(out);
  for (let i = 0; i < batch.count; i++) {
    const atA = a.address + (batch.repeatA ? 0 : 4 * i * rows * depth);
    const atB = b.address + (batch.repeatB ? 0 : 4 * i * columns * depth);
    addProduct(heap, c + 4 * i * rows * columns, {
      ...size,
      a: { ...a, address: atA },
      b: { ...b, address: atB },
    });
  }
  return out;
}

/** `A·B`, `Aᵀ·B`, `A·Bᵀ`, `Aᵀ·Bᵀ`. */
const batchMatMul: OwnKernel = {
  name: "BatchMatMul",
  run: (call) => multiply(call, (shape) => call.heap.zeros(shape)),
};

/** The same with a bias and an activation. */
const fusedMatMul: OwnKernel = {
  name: "_FusedMatMul",
  run(call) {
    if (!biasFits(call, productOf(call).columns)) return undefined;
    const out = multiply(call, (shape) => biased(call, shape));
    return out && activated(call, out);
  },
};

/** The products among the kernels. */
export const matrixProductKernels: readonly OwnKernel[] = [
  batchMatMul,
  fusedMatMul,
];
