/**
 * The memory of the WASM backend of tfjs, and the kernel that works on it. The module is built from
 * `assembly/` and has no memory of its own, so no tensor is ever copied.
 *
 * @module
 */

import type * as tf from "@tensorflow/tfjs";
import type { Exports } from "./exports.ts";
import { modules } from "./modules.ts";

/** What the backend shows of itself, as far as it is needed here. */
interface Backend {
  readonly wasm: {
    readonly asm: { readonly memory?: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(id: object): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  disposeData(id: object): boolean;
  incRef(id: object): void;
}

/** Takes memory that is given back by whoever lent the function. */
export type Take = (bytes: number) => number;

/** An instance of the module on this memory. */
export function instantiate(memory: WebAssembly.Memory): Exports {
  const bytes = Uint8Array.fromBase64(modules.simd);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory },
  });
  // The interface above restates what assembly/index.as exports; the tests call each of them.
  return exports as unknown as Exports;
}

function outOfMemory(bytes: number): RangeError {
  return new RangeError(
    `Cannot compute on the WASM backend: expected ${bytes} bytes of memory, received none`,
  );
}

/** Product of the sizes of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** The heap of one backend. */
export class Heap {
  static #known = new WeakMap<object, Heap>();

  /** The functions of the module. */
  readonly kernel: Exports;
  #backend: Backend;
  #memory: WebAssembly.Memory;
  #made: tf.TensorInfo[] = [];

  private constructor(backend: Backend) {
    const { memory } = backend.wasm.asm;
    if (memory === undefined) {
      throw new Error(
        "Cannot set up the WASM backend: expected its memory, received none",
      );
    }
    this.#backend = backend;
    this.#memory = memory;
    this.kernel = instantiate(memory);
  }

  /** The heap of the backend that tfjs hands to a kernel. */
  static of(backend: object): Heap {
    let heap = Heap.#known.get(backend);
    if (heap === undefined) {
      heap = new Heap(backend as Backend);
      Heap.#known.set(backend, heap);
    }
    return heap;
  }

  /** Calls `body`; the tensors it has made are freed if it throws. */
  attempt<T>(body: () => T): T {
    const outer = this.#made;
    this.#made = [];
    try {
      return body();
    } catch (error) {
      for (const tensor of this.#made) this.release(tensor);
      throw error;
    } finally {
      this.#made = outer;
    }
  }

  /** Where the values of a tensor lie. */
  address({ dataId }: { readonly dataId: object }): number {
    return this.#backend.dataIdMap.get(dataId).memoryOffset;
  }

  /** A new float32 tensor that holds anything. */
  empty(shape: readonly number[]): tf.TensorInfo {
    const tensor = this.#backend.makeOutput([...shape], "float32");
    this.#made.push(tensor);
    if (this.address(tensor) === 0) throw outOfMemory(4 * sizeOf(shape));
    return tensor;
  }

  /** A new float32 tensor of zeros. */
  zeros(shape: readonly number[]): tf.TensorInfo {
    const tensor = this.empty(shape);
    this.clear(this.address(tensor), 4 * sizeOf(shape));
    return tensor;
  }

  /** Frees a tensor that was made here. */
  release({ dataId }: tf.TensorInfo): void {
    this.#backend.disposeData(dataId);
  }

  /** The same values under another name, counted, not copied: no kernel changes what a tensor holds. */
  alias({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
    this.#backend.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /** Fills with zeros. */
  clear(address: number, bytes: number): void {
    new Uint8Array(this.#memory.buffer, address, bytes).fill(0);
  }

  /** The float32 numbers at this address, until memory is taken again. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, count);
  }

  /** The integer of four bytes at this address. */
  integer(address: number): number {
    return new Int32Array(this.#memory.buffer, address, 1)[0]!;
  }

  /** Writes integers of four bytes. */
  writeIntegers(address: number, values: ArrayLike<number>): void {
    new Int32Array(this.#memory.buffer, address, values.length).set(values);
  }

  /** Calls `body` with a way to take memory that is given back when it returns or throws. */
  within<T>(body: (take: Take) => T): T {
    const taken: number[] = [];
    try {
      return body((bytes) => {
        // A signed integer comes back; addresses above 2 GiB are legal.
        const address = this.#backend.wasm._malloc(bytes) >>> 0;
        if (address === 0) throw outOfMemory(bytes);
        taken.push(address);
        return address;
      });
    } finally {
      for (const address of taken) this.#backend.wasm._free(address);
    }
  }
}
